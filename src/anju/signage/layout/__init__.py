"""The four layouts, drawn by typst as PDF/A with the fonts that the platform brings, or as a picture to look at."""

from anju.signage.layout.rendering import TITLES, LacksGlyph, address_of, pdf, picture, sheet

__all__ = ["TITLES", "LacksGlyph", "address_of", "pdf", "picture", "sheet"]
