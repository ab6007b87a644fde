"""From what the standard says to hazards: what opens one, what finds one again, what asks a person to close one.

An inspection opens a hazard for every violation that is more than advice. Without an inspection only what follows from
records opens one (papers, expiries, a department's decision): a ledger's "no alarm" is a reason to go and look, not yet a
hazard. A violation that vanishes closes nothing: somebody has to see it (A11.1), so the hazard is marked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from anju import standard
from anju.areas.models import Place
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.inspections import workflow
from anju.inspections.models import Hazard
from anju.inspections.services.moving import write
from anju.inspections.services.opening import Finding, Spot, found_by_system, open_hazard
from anju.monitoring.models import LaneOccupation
from anju.standard.expressions import refs_of

PARTY = {"property_or_village": Hazard.Bound.PROPERTY.value}
DECIDED = ("register", "department")


@dataclass
class Outcome:
    """What a judgement did to the hazards of one spot."""

    opened: list[Hazard] = field(default_factory=list)
    again: list[Hazard] = field(default_factory=list)
    gone: list[Hazard] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def rules_on(on: date) -> dict[str, standard.Rule]:
    return {rule.id: rule for rule in standard.current_edition(on).rules_on(on)}


def follows_from_records(rule: standard.Rule) -> bool:
    """Whether the violating facts come from registers or a department, so that nobody has to look at the spot."""
    facts = standard.current_edition(time.today()).facts
    refs = refs_of(rule.violated)
    return rule.category == "paperwork" or (
        bool(refs) and all(facts[ref.entity][ref.name].by in DECIDED for ref in refs)
    )


def _decided_by_department(rule: standard.Rule) -> bool:
    facts = standard.current_edition(time.today()).facts
    return any(facts[ref.entity][ref.name].by == "department" for ref in refs_of(rule.violated))


def finding_of(rule: standard.Rule, result: standard.Result, edition: str) -> Finding:
    return Finding(
        title=result.text,
        category=result.category,
        severity=result.severity,
        days=rule.days,
        rule=rule.id,
        edition=edition,
        because=result.because,
        bound=[PARTY.get(party, party) for party in rule.bound],
        working_days=rule.day_kind == "working",
        binding=result.force == "binding",
        is_security=rule.security,
        outside=_decided_by_department(rule),
    )


def from_results(
    spot_of: Mapping[str, Spot],
    results: Iterable[standard.Result],
    edition: str,
    on: date,
    inspected_by: Any,
    at: datetime,
) -> Outcome:
    """Open and find again. `spot_of` maps a room's name ("" for the whole) to its spot."""
    rules, outcome = rules_on(on), Outcome()
    by = inspected_by or found_by_system()
    source = Hazard.Source.INSPECTION if inspected_by else Hazard.Source.REGISTER
    for result in results:
        rule = rules.get(result.rule)
        if rule is None or result.status != "violation":
            continue
        if result.severity == "advice":
            outcome.advice.append(result.text)
        elif inspected_by or follows_from_records(rule):
            by_records = follows_from_records(rule)
            again = _("Seen again at an inspection") if inspected_by and not by_records else ""
            hazard, new = open_hazard(
                by=by,
                spot=spot_of[result.room or ""],
                finding=finding_of(rule, result, edition),
                source=Hazard.Source.REGISTER if by_records else source,
                found_at=at,
                again=again,
            )
            (outcome.opened if new else outcome.again).append(hazard)
    return outcome


def mark_gone(open_rows: QuerySet[Hazard], results: Iterable[standard.Result], inspected_by: Any, text: str) -> list[Hazard]:  # fmt: skip
    """Mark the hazards of rules that no longer say "violation" or "unknown"; new evidence, not a closing."""
    still = {(result.rule, result.room or "") for result in results if result.status in ("violation", "unknown")}
    known = open_rows.filter(gone_at=None).exclude(rule="").values_list("pk", "rule", "room")
    over = [pk for pk, rule, room in known if (rule, room) not in still]
    gone = list(open_rows.filter(pk__in=over).order_by("id")) if over else []
    for row in gone:
        write(row, by=inspected_by or found_by_system(), verb="hazard.gone", move="gone", text=text,
              values={"gone_at": time.now()})  # fmt: skip
    return gone


def _own(judgement: standard.Judgement) -> list[standard.Result]:
    """The results that are the home's; those of the shared part bind others."""
    edition = standard.current_edition(judgement.on)
    shared = {rule.id for rule in edition.rules_on(judgement.on) if rule.entity == "unit"}
    return [result for result in judgement.results if result.rule not in shared]


def to_move(homes: Sequence[tuple[Dwelling, standard.Judgement]]) -> set[int]:
    """Ids of the homes of which `from_dwelling` would write something where nobody inspected: a hazard to open, to find
    again, or to mark. One query for all."""
    open_rows: dict[int, dict[tuple[str, str], datetime | None]] = {}
    rows = Hazard._base_manager.filter(dwelling__in=[home for home, _j in homes], state__in=workflow.OPEN_STATES)
    for pk, rule, room, gone_at in rows.values_list("dwelling", "rule", "room", "gone_at"):
        open_rows.setdefault(pk, {})[rule, room] = gone_at
    recorded = {rule.id for rule in rules_on(homes[0][1].on).values() if follows_from_records(rule)} if homes else set()
    return {home.pk for home, judgement in homes if _moves(_own(judgement), open_rows.get(home.pk, {}), recorded)}


def _moves(
    results: Sequence[standard.Result], known: Mapping[tuple[str, str], datetime | None], recorded: set[str]
) -> bool:
    still = {(result.rule, result.room or "") for result in results if result.status in ("violation", "unknown")}
    for result in results:
        if result.status == "violation" and result.severity != "advice" and result.rule in recorded:
            key = (result.rule, result.room or "")
            if key not in known or known[key]:
                return True
    return any(rule and (rule, room) not in still and gone is None for (rule, room), gone in known.items())


def from_dwelling(dwelling: Dwelling, judgement: standard.Judgement, inspected_by: Any) -> Outcome:
    results = _own(judgement)
    rooms = {result.room or "" for result in results}
    spots = {room: Spot(dwelling=dwelling, room=room) for room in rooms}
    outcome = from_results(spots, results, judgement.edition, judgement.on, inspected_by, time.now())
    rows = Hazard._base_manager.filter(dwelling=dwelling, state__in=workflow.OPEN_STATES)
    if judgement.verdict == "not_let":
        text = _("The home is no longer let. Whether the hazard is void is a person's decision.")
    else:
        text = _("The facts no longer show it. Re-inspect and close.")
    outcome.gone = mark_gone(rows, results, inspected_by, text)
    return outcome


def from_unit(place: Place, results: Iterable[standard.Result], inspected_by: Any) -> Outcome:
    on = time.today()
    found = list(results)
    edition = standard.current_edition(on).name
    outcome = from_results({"": Spot(place=place)}, found, edition, on, inspected_by, time.now())
    rows = Hazard._base_manager.filter(dwelling=None, place=place, state__in=workflow.OPEN_STATES)
    outcome.gone = mark_gone(rows, found, inspected_by, _("The facts no longer show it. Re-inspect and close."))
    return outcome


LANE = "U01"  # exits, stairs and passages are kept clear; a fire lane is such a passage


def from_lane(occupation: LaneOccupation) -> Hazard | None:
    """A fire lane that is still blocked after the minutes of its edition: a hazard of the place, found by the camera."""
    rule, place = rules_on(time.today()).get(LANE), occupation.device.place
    if rule is None:
        return None
    with translation.override("zh-hans"):
        minutes = int((occupation.hazard_at - occupation.began_at).total_seconds() // 60)
        lane = occupation.lane or occupation.device.name
        title = _("Fire lane %(lane)s blocked for more than %(n)s minutes") % {"lane": lane, "n": minutes}
        because = {"lane": lane, "blocked_since": occupation.began_at.isoformat(), "device": occupation.device.code}
        finding = Finding(
            title=title.replace("  ", " "), category=rule.category, severity=rule.severity, days=rule.days, rule=rule.id,
            edition=standard.current_edition(time.today()).name, because=because,
            bound=[PARTY.get(party, party) for party in rule.bound], working_days=rule.day_kind == "working",
            binding=rule.force == "binding", is_security=rule.security,
        )  # fmt: skip
        hazard, _new = open_hazard(
            by=found_by_system(), spot=Spot(place=place), finding=finding, source=Hazard.Source.DEVICE,
            found_at=occupation.hazard_at, again=_("The camera saw the fire lane %(lane)s blocked again") % {"lane": lane},
        )  # fmt: skip
    return hazard


def lane_is_free(occupation: LaneOccupation) -> None:
    """Mark the hazard that a camera found, once no lane of the place is blocked any more; it closes nothing."""
    place = occupation.device.place
    running = LaneOccupation._base_manager.filter(device__place=place, ended_at=None, announced_at__isnull=False)
    row = Hazard._base_manager.filter(
        dwelling=None, place=place, rule=LANE, source=Hazard.Source.DEVICE, state__in=workflow.OPEN_STATES
    ).first()
    if row is None or row.gone_at is not None or running.exists():
        return
    with translation.override("zh-hans"):
        text = _("The camera sees the fire lane free. Re-inspect and close.")
        write(row, by=found_by_system(), verb="hazard.gone", move="gone", text=text, values={"gone_at": time.now()})
