"""What each kind of record does. Facts that the rule book does not take are left out and told; the rest counts."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anju import standard
from anju.areas.models import Area, Department
from anju.areas.permissions import require
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Observation
from anju.dwellings.services.facts import observe
from anju.field.letters import Answer, Finding
from anju.field.models import KeptPhoto
from anju.field.services.work import PhotosFirst, Work
from anju.inspections.models import Hazard, Visit
from anju.inspections.receivers import last_outcome
from anju.inspections.services import handovers, hazards, plans
from anju.inspections.services.evidence import hazards_of
from anju.inspections.services.findings import finding_of, rules_on
from anju.inspections.services.moving import act
from anju.inspections.services.opening import Finding as Found
from anju.inspections.services.opening import Spot, open_hazard
from anju.inspections.services.visits import Seen, record_visit
from anju.standard import FactError
from anju.standard.checking import Checker
from anju.standard.facts import EntityName

DAYS = {"prohibited": 0, "severe": 3, "minor": 15}  # of what no rule names
LETTING = (Hazard.Bound.SUBLESSOR.value, Hazard.Bound.LANDLORD.value, Hazard.Bound.OPERATOR.value)


def _clean(work: Work, entity: EntityName, answers: Mapping[str, Answer], where: str) -> dict[str, Any]:
    """The answers that the rule book takes; each other one is told with its reason."""
    checker = Checker(standard.current_edition(time.today()))
    lang, good = get_language() or "zh", dict[str, Any]()
    for name, answer in answers.items():
        value = None if answer.how == "cannot_see" else answer.value
        fact = checker.facts[entity].get(name)
        if fact is not None and fact.by == "department":
            work.leave_out(
                f"{where}{name}", _("%(fact)s is decided by the department in charge.") % {"fact": fact.label.of(lang)}
            )
            continue
        try:
            checker.facts_of(entity, {name: value})
        except FactError as error:
            work.leave_out(f"{where}{name}", error.in_words(lang))
            continue
        good[name] = value
    return good


def _seen(work: Work) -> Seen:
    answers = work.letter.answers
    rooms = {name: _clean(work, "room", values, f"{name}: ") for name, values in answers.rooms.items()}
    return Seen(
        facts=_clean(work, "dwelling", answers.dwelling, "") if work.home else {},
        rooms={name: values for name, values in rooms.items() if values} if work.home else {},
        unit=_clean(work, "unit", answers.unit, ""),
    )


def _note(work: Work) -> str:
    agreed = work.letter.next
    if agreed is None or agreed.at is None:
        return work.letter.text
    when = time.local(agreed.at).strftime("%Y-%m-%d %H:%M")
    return " ".join(filter(None, (work.letter.text, _("Agreed for the next try: %(when)s") % {"when": when})))


def _visit(work: Work, result: str, seen: Seen | None = None) -> Visit:
    letter = work.letter
    here = letter.position
    work.visit = record_visit(
        by=work.by, token=work.token, result=result, dwelling=work.home, place=work.place, seen=seen,
        with_departments=[name for name in letter.bodies if name in Department.values], companion=letter.companion,
        note=_note(work), at=work.row.at, position=(here.lat, here.lon) if here else None, taken_along=work.moved,
    )  # fmt: skip
    work.hazards += hazards_of(work.visit)
    if work.home:
        work.home.refresh_from_db()
    return work.visit


def inspection(work: Work) -> None:
    seen = _seen(work)
    if not (seen.facts or seen.rooms or seen.unit) and work.letter.findings:
        return quick_finding(work)  # nothing was answered, something was found: no inspection, but nothing is lost
    if work.left_out and not (seen.facts or seen.rooms or seen.unit):
        raise Refused(_("None of the answers could be taken: %(why)s") % {"why": work.left_out[0]["text"]})
    _visit(work, Visit.Result.DONE, seen)
    for finding in work.letter.findings:
        _add(work, finding, trust_facts=True)
    return None


def common_area(work: Work) -> None:
    if work.place is None:
        raise Refused(_("The record of a shared part names no shared part."))
    inspection(work)


def no_access(work: Work) -> None:
    visit = _visit(work, Visit.Result.NO_ACCESS)
    agreed = work.letter.next
    if agreed is not None and agreed.at is not None and visit.item is not None:
        try:
            with transaction.atomic():
                plans.agree(by=work.by, item=visit.item, on=time.day_of(agreed.at))
        except Refused as refusal:
            work.leave_out("next", refusal.message)


def refused_entry(work: Work) -> None:
    _visit(work, Visit.Result.REFUSED)


def quick_finding(work: Work) -> None:
    """Two taps at an open door: what was seen becomes facts, and hazards, but no inspection of the whole home."""
    require(work.by, "hazard.open")
    _observe(work, _seen(work))
    for finding in work.letter.findings:
        _add(work, finding, trust_facts=False)
    if not work.hazards and not work.letter.answers.rooms and not work.letter.answers.dwelling:
        raise Refused(_("Nothing was found and nothing was answered, so there is nothing to record."))


def _observe(work: Work, seen: Seen) -> None:
    origin = f"field {str(work.row.uuid)[:8]}"
    if work.home and (seen.facts or seen.rooms):
        last_outcome.set(None)
        values = {"facts": dict(seen.facts), "rooms": {name: dict(facts) for name, facts in seen.rooms.items()}}
        observe(by=work.by, dwelling=work.home, source=Observation.Source.INSPECTION, values=values,
                observed_at=work.row.at, origin=origin)  # fmt: skip
        _gather(work)
        work.home.refresh_from_db()
    shared = work.place or (work.home.place if work.home else None)
    if shared and seen.unit:
        last_outcome.set(None)
        observe(by=work.by, place=shared, source=Observation.Source.INSPECTION, values={"facts": dict(seen.unit)},
                observed_at=work.row.at, origin=origin)  # fmt: skip
        _gather(work)


def _gather(work: Work) -> None:
    outcome = last_outcome.get()
    if outcome is not None:
        work.hazards += [*outcome.opened, *outcome.again]


def _add(work: Work, finding: Finding, *, trust_facts: bool) -> None:
    """One finding of the phone: the hazard that the facts opened, or one of its own where no facts speak of it."""
    known = next((h for h in work.hazards if finding.rule and (h.rule, h.room) == (finding.rule, finding.room)), None)
    rule = rules_on(time.today()).get(finding.rule)
    label = f"{finding.rule}@{finding.room}" if finding.room else finding.rule
    if known is None and rule is not None and trust_facts:
        work.leave_out(label, _("The facts of the record do not show this; no hazard was opened for it."))
        return
    if known is None and rule is not None and rule.severity == "advice":
        work.leave_out(label, _("This rule is advice; it opens no hazard."))
        return
    if known is None:
        text = finding.title or finding.note
        if rule is None and not text.strip():
            work.leave_out(label, _("The finding has neither a rule nor words."))
            return
        known = _open(work, finding, rule)
    if finding.note.strip() and known.is_open:
        act(Hazard._base_manager.get(pk=known.pk), by=work.by, verb="hazard.open", name="note", text=finding.note)


def _open(work: Work, finding: Finding, rule: standard.Rule | None) -> Hazard:
    require(work.by, "hazard.open")
    spot = Spot(work.home, finding.room) if work.home else Spot(place=work.place)
    if work.home and rule is not None and rule.entity == "unit":
        spot = Spot(place=work.home.place)
    hazard, _new = open_hazard(
        by=work.by, spot=spot, finding=_found(work, finding, rule), source=Hazard.Source.INSPECTION, found_at=time.now(),
        again=_("Seen again on the spot"),
    )  # fmt: skip
    work.hazards.append(hazard)
    return hazard


def _found(work: Work, finding: Finding, rule: standard.Rule | None) -> Found:
    if rule is None:
        severity = finding.severity or "minor"
        category = finding.category if finding.category in Hazard.Category.values else Hazard.Category.FIRE.value
        bound = LETTING if work.home else (Hazard.Bound.PROPERTY.value,)
        return Found((finding.title or finding.note).strip(), category, severity, DAYS[severity], bound=bound)
    today = time.today()
    edition = standard.current_edition(today)
    text = standard.judge_for(edition, today).words(rule.words.wrong)
    result = standard.Result(
        rule.id, finding.room or None, "violation", rule.severity, rule.category, rule.force, {}, text
    )
    return finding_of(rule, result, edition.name)


def _hazard(work: Work) -> Hazard:
    row: Hazard | None = Hazard.objects.for_user(work.by).filter(code=work.letter.hazard or "").first()
    if row is None:
        raise Refused(_("There is no hazard “%(code)s” in your area.") % {"code": work.letter.hazard})
    return row


def reinspection(work: Work) -> None:
    """Look again: the facts first, then the hazard. What the hazard's state does not allow is told; the facts stay."""
    row = _hazard(work)
    seen = _seen(work)
    if work.home and (seen.facts or seen.rooms or seen.unit):
        _visit(work, Visit.Result.DONE, seen)
    if work.letter.put_right is None:
        raise Refused(_("The record does not say whether the hazard was put right."))
    work.hazards = [row, *(h for h in work.hazards if h.pk != row.pk)]
    try:
        with transaction.atomic():
            _judge(work, Hazard._base_manager.get(pk=row.pk))
    except Refused as refusal:
        if work.visit is None:
            raise
        work.leave_out(row.code, refusal.message)


def _judge(work: Work, row: Hazard) -> None:
    letter = work.letter
    if row.state == Hazard.State.REINSPECT:
        hazards.reinspect(
            by=work.by,
            hazard=row,
            put_right=bool(letter.put_right),
            text=letter.text,
            days=letter.days,
            visit=work.visit,
        )
    elif not letter.put_right:
        act(row, by=work.by, verb="hazard.reinspect", name="looked",
            text=_("Looked at again, not put right: %(why)s") % {"why": letter.text or "–"})  # fmt: skip
    else:
        _report(work, row)


def _report(work: Work, row: Hazard) -> None:
    """Nobody had reported the correction: the inspector does, and somebody else re-inspects (A11.1)."""
    wanted = {photo.sha256 for photo in work.letter.photos}
    kept = KeptPhoto.objects.filter(user=work.by, sha256__in=wanted, refused="").select_related("file")
    files = [photo.file for photo in kept if photo.file]
    if wanted and not files:
        raise PhotosFirst
    hazards.correct(by=work.by, hazard=row, text=work.letter.text, photos=files)
    work.words.append(_("The correction is reported; somebody else has to re-inspect it."))


def handover(work: Work) -> None:
    row = _hazard(work)
    area: Area = row.area
    while area.kind != Area.Kind.ZONE and area.parent is not None and area.parent.kind != Area.Kind.CITY:
        area = area.parent
    handovers.send(
        by=work.by, hazard=row, to_department=work.letter.to_department, to_area=area, reason=work.letter.text
    )
    work.hazards = [row]


HANDLERS: dict[str, Callable[[Work], None]] = {
    "inspection": inspection,
    "no_access": no_access,
    "refused_entry": refused_entry,
    "reinspection": reinspection,
    "common_area": common_area,
    "quick_finding": quick_finding,
    "handover": handover,
}
