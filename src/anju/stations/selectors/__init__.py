"""What the pages of stations read."""
