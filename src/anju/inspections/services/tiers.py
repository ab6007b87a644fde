"""The tier of a case (A11.1): one written rule, computed from rows, with its reason in words.

1  minor ones; severe ones corrected within the first day set
2  a severe one past its first day, three or more severe ones of one party at one place, any prohibited one
3  after a legal order was served: two days missed, or a written refusal, or let again after being prohibited

A person may raise a case to tier 2 with a reason, never above what the rule gives for tier 3.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.audit.services import audited, entry_of, keep
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.inspections import workflow
from anju.inspections.models import Clock, Hazard, HazardEvent
from anju.inspections.services import clocks
from anju.inspections.services.moving import act, fresh, why_needed, write

MANY_SEVERE = 3
MISSES_AFTER_ORDER = 2
READ = (  # of the neighbours, which every act on a hazard reads
    "code", "title", "where", "state", "severity", "tier", "tier_reason", "tier_floor", "tier_floor_reason", "version",
    "order_served_at", "misses", "refused_at", "let_again_at", "first_missed_at", "first_due_at",
)  # fmt: skip


def _third(hazard: Hazard) -> str:
    if hazard.order_served_at is None:
        return ""
    if hazard.misses >= MISSES_AFTER_ORDER:
        return _("after the legal order was served, %(n)s days set were missed") % {"n": hazard.misses}
    if hazard.refused_at:
        return _("after the legal order was served, the party refused in writing on %(day)s") % {
            "day": time.day_of(hazard.refused_at)
        }
    if hazard.let_again_at and hazard.is_prohibited:
        return _("after the legal order was served, it was let again on %(day)s though letting is prohibited") % {
            "day": time.day_of(hazard.let_again_at)
        }
    return ""


def _second(hazard: Hazard, severe_beside: int) -> str:
    if hazard.is_prohibited:
        return _("letting is prohibited")
    if hazard.severity == Dwelling.Severity.SEVERE and hazard.first_missed_at:
        return _("severe, and the first day set (%(day)s) passed without correction") % {
            "day": clocks.last_day(hazard.first_due_at)
        }
    if hazard.severity == Dwelling.Severity.SEVERE and severe_beside >= MANY_SEVERE:
        return _("%(n)s severe hazards of the same party at this place") % {"n": severe_beside}
    if hazard.tier_floor >= 2:
        return _("raised by a person: %(why)s") % {"why": hazard.tier_floor_reason}
    return ""


def tier_of(hazard: Hazard, severe_beside: int) -> tuple[int, str]:
    """(tier, reason). `severe_beside`: open severe hazards of the same party at the same place, this one included."""
    third = _third(hazard)
    if third:
        return 3, third
    second = _second(hazard, severe_beside)
    if second:
        return 2, second
    if hazard.severity == Dwelling.Severity.SEVERE:
        return 1, _("severe, and the first day set has not passed")
    return 1, _("minor")


def _beside(hazard: Hazard) -> list[Hazard]:
    """The open hazards of the same party at the same place, this one among them even when it is closed."""
    rows = Hazard._base_manager.filter(state__in=workflow.OPEN_STATES, answerable=hazard.answerable)
    rows = rows.filter(dwelling=hazard.dwelling_id, place=hazard.place_id)
    if hazard.answerable_party_id:
        rows = rows.filter(answerable_party_id=hazard.answerable_party_id)
    return list(rows.only(*READ).order_by("id"))


def reason_now(hazard: Hazard) -> str:
    """The reason of the tier in the reader's language; the stored one is in the language of whoever caused it."""
    if not hazard.active:
        return hazard.tier_reason
    return tier_of(hazard, sum(row.severity == Dwelling.Severity.SEVERE for row in _beside(hazard)))[1]


def refresh(hazard: Hazard) -> None:
    """Recompute the case: closing or opening one severe hazard can change the tier of its neighbours."""
    case = _beside(hazard)
    severe = sum(row.severity == Dwelling.Severity.SEVERE for row in case)
    for row in case:
        _store(row, severe)
        if row.pk == hazard.pk:
            hazard.tier, hazard.tier_reason = row.tier, row.tier_reason


def _store(row: Hazard, severe: int) -> None:
    tier, reason = tier_of(row, severe)
    if (tier, reason) == (row.tier, row.tier_reason):
        return
    Hazard._base_manager.filter(pk=row.pk).update(tier=tier, tier_reason=reason[:300])
    told = moved(row, tier, reason)
    if told is not None:
        event, entry = told
        event.save(force_insert=True)
        keep(entry)


def moved(row: Hazard, tier: int, reason: str) -> tuple[HazardEvent, Entry] | None:
    """Put the tier into the row; where it is another one, the line of its history and the entry of the log, not written."""
    before, row.tier, row.tier_reason = row.tier, tier, reason[:300]
    if tier == before:
        return None
    actor = system_actor()
    event = HazardEvent(
        hazard=row,
        at=time.now(),
        by=actor,
        move="tier",
        from_state=row.state,
        to_state=row.state,
        text=_("Tier %(before)s → %(after)s: %(why)s") % {"before": before, "after": tier, "why": reason},
        version=row.version,
    )
    after = {"tier": tier}
    return event, entry_of(
        by=actor, verb="hazard.tier", subject=row, before={"tier": before}, after=after, reason=reason
    )


@audited
def escalate(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> Hazard:
    """Raise to tier 2 by hand. Tier 3 follows from a served legal order alone."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    if row.tier >= 2:
        raise Refused(
            _(
                "“%(hazard)s” is in tier %(tier)s already (%(why)s). Tier 3 is reached only after a legal order was served and missed twice, refused in writing, or let again."
            )
            % {"hazard": row.title, "tier": row.tier, "why": row.tier_reason},
            instead=_("A department with recorded power can issue a legal order."),
        )
    act(row, by=by, verb="hazard.escalate", name="escalate", text=_("Raised to tier 2: %(why)s") % {"why": why},
        values={"tier_floor": 2, "tier_floor_reason": why[:200]}, reason=why)  # fmt: skip
    refresh(row)
    return row


@transaction.atomic
def order_served(hazards: Iterable[Hazard], due: datetime, *, by: Any = None, at: datetime | None = None) -> None:
    """A legal order about these hazards reached the party: its day replaces the running term (called by enforcement)."""
    moment = at or time.now()
    actor = by or system_actor()
    for hazard in hazards:
        row = fresh(hazard, None)
        if not row.is_open:
            continue
        Clock.objects.filter(hazard=row, kind=Clock.Kind.CORRECT, done_at=None, stopped_at=None, missed_at=None).update(
            stopped_at=moment, reason=_("replaced by the legal order")
        )
        clocks.start_until(row, Clock.Kind.CORRECT, due=due, at=moment, order=True)
        write(row, by=actor, verb="hazard.order_served", move="order_served",
              text=_("Legal order served, to be corrected by %(day)s") % {"day": clocks.last_day(due)},
              values={"order_served_at": row.order_served_at or moment, "stopped_reason": ""})  # fmt: skip
        clocks.settle(row)
        refresh(row)


@transaction.atomic
def order_withdrawn(hazards: Iterable[Hazard], *, by: Any, reason: str) -> None:
    """The order that was served is void: what was missed under it does not count, the rule's term runs anew."""
    moment = time.now()
    for hazard in hazards:
        row = fresh(hazard, None)
        if not row.is_open:
            continue
        Clock.objects.filter(hazard=row, order=True, done_at=None, stopped_at=None).update(
            stopped_at=moment, reason=reason[:200]
        )
        if row.state in clocks.OF_STATE and Clock.Kind.CORRECT in clocks.OF_STATE[row.state]:
            clocks.start(row, Clock.Kind.CORRECT, days=row.days, at=moment, working=row.working_days)
        write(row, by=by, verb="hazard.order_served", move="order_withdrawn", text=reason,
              values={"order_served_at": None, "misses": 0})  # fmt: skip
        clocks.settle(row)
        refresh(row)


@audited
def refused_in_writing(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> Hazard:
    """The party says in writing that it will not correct. Refusing to sign a receipt is not this."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    act(row, by=by, verb="hazard.escalate", name="refused", text=_("The party refused to correct, in writing: %(why)s") % {"why": why},
        values={"refused_at": time.now()}, reason=why)  # fmt: skip
    refresh(row)
    return row
