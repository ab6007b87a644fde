"""The indicators, each defined once: count, list and recount all come from the same parts."""

from anju.overview.definitions.hazards import HAZARD_PARTS
from anju.overview.definitions.homes import HOME_PARTS
from anju.overview.definitions.indicators import FOUR, INDICATORS, ON_PILLS
from anju.overview.definitions.papers import PAPER_PARTS
from anju.overview.definitions.parts import AsOf, Indicator, Part

_ALL = (*HOME_PARTS, *PAPER_PARTS, *HAZARD_PARTS)
PARTS: dict[str, Part] = {part.key: part for part in _ALL}
if len(PARTS) < len(_ALL):
    raise LookupError("two parts have one key")

__all__ = ["FOUR", "INDICATORS", "ON_PILLS", "PARTS", "AsOf", "Indicator", "Part"]
