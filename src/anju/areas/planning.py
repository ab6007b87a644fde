"""What a list of areas and estates would make, line by line, before anything is written (A7.1)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.areas.lines import AREAS, COLUMNS, Line, Mistake, key
from anju.areas.models import Area, EstateKind, Place
from anju.core import paths

MOBILE = re.compile(r"1[ -]?(?:\d[ -]?){10}")
ZONE, COMMUNITY = 2 * paths.STEP, 3 * paths.STEP  # how long their paths are


@dataclass(slots=True)
class Outcome:
    """What one line does. `new`: names of what it makes; `notes`: what stays other than the line says, or lacks."""

    line: Line
    where: list[str] = field(default_factory=list)
    name: str = ""
    new: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """`areas` (parents first) and `estates` are new, with their paths; `led`: grids that get their first leader, and what
    is set there."""

    area: Area
    outcomes: list[Outcome] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    estates: list[Place] = field(default_factory=list)
    led: list[tuple[Area, dict[str, str]]] = field(default_factory=list)

    @property
    def mistakes(self) -> list[Mistake]:
        return [mistake for outcome in self.outcomes for mistake in outcome.mistakes]

    @property
    def writes(self) -> bool:
        return bool(self.areas or self.estates or self.led)

    @property
    def counts(self) -> dict[str, int]:
        """zone, community, grid, estate: new ones; leader: grids that get one; same: lines that change nothing."""
        kinds = Counter(area.kind for area in self.areas)
        same = sum(1 for outcome in self.outcomes if not outcome.new and not outcome.mistakes)
        found = {name: kinds[name] for name in AREAS}
        return {**found, "estate": len(self.estates), "leader": len(self.led), "same": same}


def words_of(plan: Plan) -> str:
    """2 communities, 6 grids: what is new, in words."""
    n = plan.counts
    said = [
        ngettext("%(n)s zone or town", "%(n)s zones and towns", n["zone"]) % {"n": n["zone"]},
        ngettext("%(n)s community or village", "%(n)s communities and villages", n["community"])
        % {"n": n["community"]},
        ngettext("%(n)s grid", "%(n)s grids", n["grid"]) % {"n": n["grid"]},
        ngettext("%(n)s estate", "%(n)s estates", n["estate"]) % {"n": n["estate"]},
        ngettext("%(n)s grid leader", "%(n)s grid leaders", n["leader"]) % {"n": n["leader"]},
    ]
    names = ("zone", "community", "grid", "estate", "leader")
    kept = [words for name, words in zip(names, said, strict=True) if n[name]]
    return _(", ").join(kept) or _("nothing new, everything was there already")


def plan(area: Area, lines: Sequence[Line]) -> Plan:
    """Three queries, however many the lines. A line with a mistake makes nothing."""
    planner = _Planner(area)
    for line in lines:
        planner.take(line)
    return planner.plan


def last_child(model: type[Area] | type[Place], parent_path: str) -> int:
    """The number of the last child under a path (of the last root under the empty one); 0 where there is none."""
    rows = model.objects.filter(paths.under("path", parent_path), path__regex=f"^.{{{len(parent_path) + paths.STEP}}}$")
    last = rows.order_by("-path").values_list("path", flat=True).first()
    return int(last[-paths.STEP :]) if last else 0


class _Planner:
    """Everything below an area by its name, and what was added so far.

    A new path is the next after the last one read. Somebody who adds a sibling meanwhile takes that path, so that of two
    writers the second fails on it, whatever they read before.
    """

    def __init__(self, area: Area) -> None:
        self.plan = Plan(area)
        self.areas: dict[tuple[str, str], Area] = {}
        self.last: dict[str, int] = {}
        for row in Area.objects.filter(paths.under("path", area.path)).order_by("path"):
            self._know(row)
        # an estate may be known in a grid beside this one, or in what lies above
        around = paths.under("area_path", area.path[:ZONE]) | Q(area_path__in=paths.ancestors(area.path))
        self.estates: dict[str, list[Place]] = {}
        for place in (
            Place.objects.filter(around, kind=Place.Kind.ESTATE).select_related("area__parent").order_by("path")
        ):
            self.estates.setdefault(key(place.name), []).append(place)
        self.last_estate = last_child(Place, "")

    def _know(self, row: Area) -> None:
        parent = row.path[: -paths.STEP]
        self.areas[parent, key(row.name)] = row
        self.last[parent] = int(row.path[-paths.STEP :])

    def take(self, line: Line) -> None:
        outcome = Outcome(line, mistakes=list(line.mistakes))
        self.plan.outcomes.append(outcome)
        here = self.plan.area
        first = next((kind for kind in AREAS if line.values[kind]), "")
        if first and key(line.values[first]) == key(here.name):  # a column too many at the left
            wrong = _("leave this column out: all rows lie in %(area)s") % {"area": here.name}
            outcome.mistakes.append(line.mistake(first, here.name, wrong))
        for kind in AREAS:
            name = line.values[kind]
            if name and not outcome.mistakes:
                here = self._area(outcome, kind, name, here)
        if outcome.mistakes:
            return
        if line.values["grid"]:
            self._lead(outcome, here)
        if line.values["estate"]:
            self._estate(outcome, here)
        elif outcome.where:
            outcome.name = outcome.where.pop()

    def _area(self, outcome: Outcome, kind: str, name: str, parent: Area) -> Area:
        found = self.areas.get((parent.path, key(name)))
        if found is None:
            path = paths.child(parent.path, self.last.get(parent.path, 0) + 1)
            found = Area(kind=kind, name=name, parent=parent, path=path)
            self._know(found)
            self.plan.areas.append(found)
            outcome.new.append(name)
        elif found.closed_on is not None:
            said = _("closed on %(day)s; give it another name") % {"day": found.closed_on}
            outcome.mistakes.append(outcome.line.mistake(kind, name, said))
        outcome.where.append(found.name)
        return found

    def _lead(self, outcome: Outcome, grid: Area) -> None:
        """A grid without a leader gets the line's, with the telephone; else both stay as they are."""
        leader, phone = outcome.line.values["leader"], outcome.line.values["phone"]
        is_new, first = grid.pk is None, bool(leader) and not grid.leader_name
        if is_new or first:
            given = {
                "leader_name": "" if grid.leader_name else leader,
                "leader_phone": "" if grid.leader_phone else phone,
            }
            given = {name: value for name, value in given.items() if value}
            for name, value in given.items():
                setattr(grid, name, value)
            if first and not is_new:
                self.plan.led.append((grid, given))
            if MOBILE.fullmatch(given.get("leader_phone", "")):
                outcome.notes.append(_("residents see this number on the signs: a mobile number is somebody's own"))
        if first and grid.name not in outcome.new:
            outcome.new.append(_("leader %(name)s") % {"name": leader})
        self._stays(outcome, "leader", grid.leader_name, leader)
        self._stays(outcome, "phone", grid.leader_phone, phone)

    @staticmethod
    def _stays(outcome: Outcome, column: str, kept: str, said: str) -> None:
        if said and said != kept:
            words = {"column": COLUMNS[column], "kept": kept or _("not recorded"), "said": said}
            outcome.notes.append(_("%(column)s stays “%(kept)s”, not “%(said)s”") % words)

    def _estate(self, outcome: Outcome, area: Area) -> None:
        values = outcome.line.values
        outcome.name = values["estate"]
        namesakes = self.estates.setdefault(key(values["estate"]), [])
        known = next((place for place in namesakes if _one_community(place.area_path, area.path)), None)
        if known is not None:
            self._known_estate(outcome, known, area)
            return
        if namesakes:
            other = {"area": _full_name(namesakes[0].area)}
            outcome.notes.append(_("%(area)s has one of this name too: import the ledgers of the two apart") % other)
        self.last_estate += 1
        place = Place(
            kind=Place.Kind.ESTATE, estate_kind=values["estate_kind"], name=values["estate"], area=area,
            area_path=area.path, path=paths.child("", self.last_estate), address=values["address"],
            property_company=values["company"],
        )  # fmt: skip
        namesakes.append(place)
        self.plan.estates.append(place)
        outcome.new.append(place.name)
        if not place.estate_kind:
            outcome.notes.append(_("without a kind its homes count as commercial housing"))
        if area.kind != Area.Kind.GRID:
            outcome.notes.append(_("no grid named: its homes come to %(area)s") % {"area": area.name})

    def _known_estate(self, outcome: Outcome, place: Place, area: Area) -> None:
        if place.area_path != area.path:
            outcome.notes.append(_("it is known already, and stays in %(area)s") % {"area": _full_name(place.area)})
        said = outcome.line.values
        kind = EstateKind(said["estate_kind"]).label if said["estate_kind"] else ""
        self._stays(outcome, "estate_kind", place.get_estate_kind_display(), str(kind))
        self._stays(outcome, "address", place.address, said["address"])
        self._stays(outcome, "company", place.property_company, said["company"])


def _one_community(one: str, other: str) -> bool:
    """Whether two areas lie in one community, or one of them above it."""
    one, other = one[:COMMUNITY], other[:COMMUNITY]
    return one.startswith(other) or other.startswith(one)


def _full_name(area: Area) -> str:
    """A grid with its community, which has the other grids of this number apart."""
    return f"{area.parent.name}{area.name}" if area.kind == Area.Kind.GRID and area.parent else area.name
