"""What a city counts: indicators per area and day, each number with its definition and its list (A3.5, A2.4), and home.

Used by everybody's first page. Pages read counts that are carried up the tree of areas, never the homes themselves.
"""
