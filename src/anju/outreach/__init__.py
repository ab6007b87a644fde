"""Publicity: fire-safety conventions by community, signed by households, and notices for residents' phones (A10.1, A10.4).

Used by community committees and offices; residents read and sign on the pages of `portal`.
"""
