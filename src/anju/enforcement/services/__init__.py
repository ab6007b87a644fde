"""Everything that writes powers, legal orders and joint actions."""
