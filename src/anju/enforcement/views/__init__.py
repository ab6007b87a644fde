"""Pages under /enforcement/."""
