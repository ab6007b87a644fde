"""Whether a legal order may be issued: every condition with its answer, in words, with the law and what to do instead.

The form shows all of them while it is filled in; the service refuses with the first that is not met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.core import time
from anju.documents import services as documents
from anju.documents.models import IssuingBody
from anju.enforcement.models import LegalOrder, Power
from anju.enforcement.services.powers import LAW_BODIES
from anju.inspections import wording
from anju.inspections.models import Hazard

NO_POWER = "《行政处罚法》第十七条"
TWO_OFFICERS = "《行政处罚法》第四十二条"
STATES = (Hazard.State.OPEN, Hazard.State.CORRECTING, Hazard.State.JOINT)


@dataclass(frozen=True)
class Check:
    """One condition. `text` says what is the case; `instead` what to do when it is not met."""

    ok: bool
    text: str
    law: str = ""
    instead: str = ""


def _notice_instead() -> str:
    return _("Send a notice 《安全隐患告知书》, or ask the department in charge for a joint action.")


def _body(body: IssuingBody | None) -> Check:
    if body is None:
        return Check(
            False,
            _("No body that issues documents is recorded for your posting here."),
            NO_POWER,
            _("The head of the office records it under “Documents”."),
        )
    if body.department not in LAW_BODIES:
        text = _("%(body)s sends notices. A legal order is issued only by a department to which a law gives the power.")
        return Check(False, text % {"body": body}, NO_POWER, _notice_instead())
    return Check(True, _("%(body)s issues it.") % {"body": body})


def powers_of(body: IssuingBody | None) -> list[Power]:
    """Newest first; those in force stand before the others."""
    if body is None:
        return []
    rows = list(Power.objects.filter(body=body).select_related("body").order_by("-since", "-id"))
    return sorted(rows, key=lambda power: not power.in_force(time.today()))


def best_power(body: IssuingBody | None, hazards: Sequence[Hazard], on: date) -> Power | None:
    """The one in force that covers most of the hazards."""
    rows = [power for power in powers_of(body) if power.in_force(on)]
    return max(rows, key=lambda power: sum(map(power.covers, hazards)), default=None)


def _power(body: IssuingBody | None, power: Power | None, hazards: Sequence[Hazard], on: date) -> Check:
    ask = _("The head of the office records the power with its article and delegation document under “Powers”.")
    if power is None or body is None or power.body_id != body.pk:
        old = [found for found in powers_of(body) if not found.in_force(on)]
        if old:
            return Check(False, _expired(old[0]), NO_POWER, ask)
        name = body.name if body else _("your posting")
        return Check(False, _("No power to order correction is recorded for %(body)s.") % {"body": name}, NO_POWER, ask)
    if not power.in_force(on):
        return Check(False, _expired(power), NO_POWER, ask)
    left = [hazard for hazard in hazards if not power.covers(hazard)]
    if left:
        text = _("%(power)s does not cover “%(hazard)s” (%(rule)s).")
        rule = left[0].rule or left[0].get_category_display()
        values = {"power": power, "hazard": wording.title(left[0]), "rule": rule}
        return Check(False, text % values, NO_POWER, _notice_instead())
    return Check(True, _("%(power)s, recorded from %(since)s.") % {"power": power, "since": power.since})


def _expired(power: Power) -> str:
    if power.until and power.until < time.today():
        return _("%(power)s ended on %(until)s.") % {"power": power, "until": power.until}
    return _("%(power)s begins on %(since)s only.") % {"power": power, "since": power.since}


def _officers(by: Any, second: Any, body: IssuingBody | None, hazard: Hazard) -> Check:
    if second is None:
        return Check(False, _("The second officer is missing: two of them decide and sign."), TWO_OFFICERS)
    if second.pk == by.pk:
        text = _("%(who)s is named twice. Two different officers are needed.")
        return Check(False, text % {"who": second}, TWO_OFFICERS)
    if body is None or documents.body_of(second, hazard.area) != body:
        text = _("%(who)s does not belong to %(body)s.")
        return Check(False, text % {"who": second, "body": body or _("your posting")}, TWO_OFFICERS)
    return Check(True, _("%(first)s and %(second)s are the officers.") % {"first": by, "second": second})


def _binding(hazards: Sequence[Hazard]) -> Check:
    soft = [hazard for hazard in hazards if not hazard.binding]
    if soft:
        text = _("“%(hazard)s” rests on guidance (%(source)s). Guidance carries a notice, never an order.")
        source = wording.sources(soft[0]) or _("no rule of the rule book")
        values = {"hazard": wording.title(soft[0]), "source": source}
        return Check(False, text % values, "《行政处罚法》第三十八条", _notice_instead())
    return Check(True, _("Every rule is binding: law or ordinance."))


def is_company(hazard: Hazard) -> bool:
    """A property company or village is a unit, also when it has no row of its own among the parties."""
    party = hazard.answerable_party
    return party.kind == party.Kind.COMPANY if party else hazard.answerable == Hazard.Bound.PROPERTY


def _party(power: Power | None, hazards: Sequence[Hazard]) -> Check:
    first = hazards[0]
    if not first.answerable_name:
        who = first.get_answerable_display() or _("responsible party")
        text = _("Nobody is recorded as %(who)s of “%(where)s”.")
        return Check(False, text % {"who": who, "where": first.where}, "", _("Complete the parties of the home first."))
    if power is None:
        return Check(True, _("%(party)s is the party.") % {"party": wording.party(first)})
    if first.answerable not in power.parties:
        bound = dict(Hazard.Bound.choices)
        text = _("%(power)s binds %(bound)s, not %(party)s.")
        names = _(", ").join(str(bound[kind]) for kind in power.parties if kind in bound)
        return Check(
            False, text % {"power": power, "bound": names, "party": wording.party(first)}, str(power), _notice_instead()
        )
    company = is_company(first)
    if not (power.binds_companies if company else power.binds_persons):
        text = (
            _("%(power)s binds natural persons; %(party)s is a unit.")
            if company
            else _("%(power)s binds units; %(party)s is a natural person.")
        )
        return Check(False, text % {"power": power, "party": wording.party(first)}, str(power), _notice_instead())
    return Check(True, _("%(power)s binds %(party)s.") % {"power": power, "party": wording.party(first)})


def running_order(hazard: Hazard) -> LegalOrder | None:
    """An order about this hazard that is not void and whose day has not passed."""
    rows = LegalOrder._base_manager.filter(hazards=hazard, document__voided_at=None).select_related("document")
    for order in rows.order_by("-id"):
        if order.due_at is None or order.due_at > time.now():
            return order
    return None


def _case(hazards: Sequence[Hazard]) -> Check:
    first = hazards[0]
    for hazard in hazards:
        if hazard.state not in STATES:
            text = _("“%(hazard)s” is %(state)s. An order is possible while correction is due.")
            return Check(False, text % {"hazard": wording.title(hazard), "state": hazard.get_state_display()})
        if (hazard.dwelling_id, hazard.place_id) != (first.dwelling_id, first.place_id):
            return Check(
                False, _("An order speaks of one place. “%(a)s” and “%(b)s” are two.") % {"a": first.where, "b": hazard.where}
            )  # fmt: skip
        if (hazard.answerable, hazard.answerable_party_id) != (first.answerable, first.answerable_party_id):
            text = _("An order goes to one party. “%(a)s” binds %(x)s, “%(b)s” binds %(y)s.")
            values = {
                "a": wording.title(first), "x": wording.party(first), "b": wording.title(hazard), "y": wording.party(hazard),
            }  # fmt: skip
            return Check(False, text % values, "", _("Issue one order to each party."))
        order = running_order(hazard)
        if order is not None:
            text = _("“%(hazard)s” already carries %(number)s, whose day has not passed.")
            instead = _("Wait for its day, or have the head declare it void.")
            return Check(False, text % {"hazard": wording.title(hazard), "number": order}, "", instead)
    return Check(True, _("Correction is due and no other order runs."))


def checks(*, by: Any, hazards: Sequence[Hazard], power: Power | None, second: Any, on: date) -> list[Check]:
    """All conditions in the order in which they are explained. `power`: the chosen one, None for "none found"."""
    first = hazards[0]
    body = documents.body_of(by, first.area)
    found = [_body(body)]
    if found[0].ok:
        found.append(_power(body, power, hazards, on))
    return [*found, _binding(hazards), _party(power, hazards), _officers(by, second, body, first), _case(hazards)]
