"""What pages read: counts and never the homes themselves, except in the lists behind the numbers."""
