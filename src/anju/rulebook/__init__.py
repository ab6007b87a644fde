"""The rule book as people read it, and what a change of it would do before it takes effect (A2.1, A3.2).

Offices read rules with their source and the homes that violate them; housing and fire try a draft over their area.
Nothing here writes a verdict.
"""
