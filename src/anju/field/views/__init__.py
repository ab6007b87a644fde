"""Pages of the staff, the app's shell, and the addresses that the app calls."""
