"""Everything that writes hazards, visits and plans. One file per part of the work."""
