"""Everything that writes areas, estates and pilots."""
