"""Finding signs that no longer say what the record says (A8.5): landlord, officers, state, occupants, address, rules.

A change below marks the signs it may touch; within a minute a job compares those with a draft made anew. Once a day all are
compared, because time alone ages a sign too. A scan compares at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from anju.accounts.services import system_actor
from anju.core import bulk, time
from anju.dwellings.models import Dwelling
from anju.dwellings.services.judging import judge_dwelling
from anju.dwellings.signals import dwelling_changed
from anju.jobs.models import Job
from anju.jobs.services import enqueue, every, job_kind, save_step
from anju.signage import norms
from anju.signage.models import LIVE, Sign
from anju.signage.selectors.drafts import Draft, drafts, hash_of

KIND = "compare-signs"
STEP = 40
LETTING_ROLES = ("出租人", "经营单位")
COLUMNS = ("outdated", "outdated_since", "compared_at", "look_again")


def subjects_of(kind: str, signs: Iterable[Sign]) -> list[Any]:
    """Their homes with what a draft reads, or their places."""
    if kind in (Sign.Kind.ESTATE, Sign.Kind.UNIT):
        return [sign.place for sign in signs if sign.place is not None]
    ids = [sign.dwelling_id for sign in signs if sign.dwelling_id is not None]
    rows = Dwelling._base_manager.filter(pk__in=ids)
    return list(rows.select_related("area", "place", "landlord", "sublessor", "operator", "current"))


def reasons(sign: Sign, now: Draft, today: date) -> list[str]:
    """Why the sign is out of date; [] while it is right."""
    found = list(_changed(sign, now.data)) if hash_of(sign.kind, now.data) != sign.data_hash else []
    if _not_let(sign, now):
        found = ["not_let"]
    elif sign.kind in (Sign.Kind.ESTATE, Sign.Kind.UNIT):
        found += _aged(sign, now.data, today)
    elif sign.kind == Sign.Kind.OUTSIDE and sign.data["next_on"] < today.isoformat():
        found.append("check_due")
    return found


def _not_let(sign: Sign, now: Draft) -> bool:
    if sign.dwelling is not None:
        return sign.dwelling.letting_state != Dwelling.LettingState.LET
    return bool(now.refusal)


def _changed(sign: Sign, data: Mapping[str, Any]) -> Iterable[str]:
    old = sign.data
    if sign.kind == Sign.Kind.OUTSIDE and old["state"] != data["state"] or old.get("floors") != data.get("floors"):
        yield "state"
    if _letting(old) != _letting(data):
        yield "landlord"
    if _officers(old) != _officers(data):
        yield "officers"
    if old.get("rooms") != data.get("rooms"):
        yield "occupants"
    if old.get("limits") != data.get("limits"):
        yield "rules"
    if any(old.get(name) != data.get(name) for name in ("address", "door", "name", "estate", "town", "standard_code")):
        yield "address"


def _letting(data: Mapping[str, Any]) -> list[Any]:
    return [line for line in data.get("people", []) if line["role"] in LETTING_ROLES]


def _officers(data: Mapping[str, Any]) -> list[Any]:
    return [line for line in data.get("people", []) if line["role"] not in LETTING_ROLES]


def _aged(sign: Sign, data: Mapping[str, Any], today: date) -> Iterable[str]:
    """Totals move every day; a board says of which day they are and is printed anew once a month."""
    old_enough = time.day_of(sign.printed_at) + timedelta(days=norms.BOARD_DAYS) <= today
    moved = any(sign.data.get(name) != data.get(name) for name in ("buildings", "programme", "overdue"))
    return ["totals"] if old_enough and moved else []


def found_in(signs: Sequence[Sign], today: date) -> dict[int, list[str]]:
    """The reasons of many signs, by their ids; only reads."""
    by_kind: dict[str, list[Sign]] = defaultdict(list)
    for sign in signs:
        by_kind[sign.kind].append(sign)
    found: dict[int, list[str]] = {}
    for kind, rows in by_kind.items():
        fresh = drafts(kind, subjects_of(kind, rows), today)
        for sign in rows:
            found[sign.pk] = reasons(sign, fresh[sign.dwelling_id or sign.place_id or 0], today)
    return found


def compare(signs: Sequence[Sign], moment: datetime) -> list[Sign]:
    """Lay the answers into the rows without saving them; returns those whose answer changed."""
    changed = []
    for sign in signs:
        sign.compared_at, sign.look_again = moment, False
    for sign, why in zip(signs, _in_order(signs, time.day_of(moment)), strict=True):
        if why != sign.outdated:
            changed.append(sign)
            sign.outdated_since = (sign.outdated_since or moment) if why else None
            sign.outdated = why
    return changed


def _in_order(signs: Sequence[Sign], today: date) -> list[list[str]]:
    found = found_in(signs, today)
    return [found[sign.pk] for sign in signs]


def compare_now(sign: Sign) -> Sign:
    """One live sign, at a scan or on its page: compared and, where the answer changed, written and told to the standard."""
    if sign.state not in LIVE:
        return sign
    if compare([sign], time.now()):
        _write([sign], [sign])
    return sign


def _write(signs: Sequence[Sign], changed: Sequence[Sign]) -> None:
    with transaction.atomic():
        bulk.update(signs, COLUMNS).write()
    for sign in changed:
        tell(sign)


def tell(sign: Sign) -> None:
    """A sign inside is a fact of its home (D31): judge the home anew when it is posted, ages or goes."""
    if sign.kind != Sign.Kind.INSIDE or sign.dwelling_id is None:
        return
    with transaction.atomic():
        home = Dwelling._base_manager.select_related("current", "area", "place").get(pk=sign.dwelling_id)
        judge_dwelling(home, time.today())
        dwelling_changed.send(Dwelling, dwelling=home)


# --- by itself -----------------------------------------------------------------------------------------------------------


@job_kind(KIND, label=gettext_lazy("Compare signs with the record"))
def step(job: Job) -> bool:
    """`all`: every live sign, else those that were marked. What was compared is not marked any more: a killed run goes on."""
    rows = Sign._base_manager.filter(state__in=LIVE, pk__gt=job.state.get("after", 0))
    if not job.state.get("all"):
        rows = rows.filter(look_again=True)
    signs = list(rows.select_related("dwelling", "place").order_by("pk")[:STEP])
    if not signs:
        return True
    changed = compare(signs, time.now())
    with transaction.atomic():
        bulk.update(signs, COLUMNS).write()
        job.state["after"] = signs[-1].pk
        job.done += len(signs)
        save_step(job)
    for sign in changed:
        tell(sign)
    return False


@every("compare signs that were touched", timedelta(minutes=1))
def start(moment: datetime) -> None:
    if Sign._base_manager.filter(look_again=True).exists():
        enqueue(kind=KIND, by=system_actor(), key="touched")


@every("compare all signs", timedelta(days=1))
def start_all(moment: datetime) -> None:
    if Sign._base_manager.exists():
        enqueue(kind=KIND, by=system_actor(), key="all", state={"all": True})
