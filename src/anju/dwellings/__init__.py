"""Rented dwellings: what stands where, who lets and lives there, what was observed, and what follows (A2, X4).

Used by everybody. The data goes one way: observations → current facts → verdict; nothing else writes the last two.
"""
