"""The notice 《安全隐患告知书》: asks one party for correction by a day, about one or several hazards of one place.

It has no legal force and binds nothing; the order is enforcement's. Its service starts the term (A11.5).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.accounts.services import one_at_a_time
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.documents import services as documents
from anju.documents.models import Document
from anju.inspections import wording
from anju.inspections.models import Hazard, Notice
from anju.inspections.services import clocks
from anju.inspections.services.moving import act, fresh

TWICE = timedelta(seconds=30)


def _one_case(rows: Sequence[Hazard]) -> None:
    if not rows:
        raise Refused(_("Choose at least one hazard for the notice."))
    first = rows[0]
    for row in rows:
        if not row.is_open:
            raise Refused(_("“%(hazard)s” is %(state)s.") % {"hazard": row.title, "state": row.get_state_display()})
        if (row.dwelling_id, row.place_id) != (first.dwelling_id, first.place_id):
            raise Refused(
                _("A notice speaks of one place. “%(a)s” and “%(b)s” are two.") % {"a": first.where, "b": row.where}
            )
        if (row.answerable, row.answerable_party_id) != (first.answerable, first.answerable_party_id):
            raise Refused(
                _("A notice goes to one party. “%(a)s” binds %(x)s, “%(b)s” binds %(y)s.")
                % {"a": first.title, "x": wording.party(first), "b": row.title, "y": wording.party(row)},
                instead=_("Send one notice to each party."),
            )


def _data(rows: Sequence[Hazard]) -> dict[str, Any]:
    """What the paper says (documents.layout); Chinese whatever language its writer reads."""
    first = rows[0]
    with translation.override("zh-hans"):
        return {
            "place": first.dwelling.address if first.dwelling else first.where,
            "party": wording.party(first),
            "found_on": min(time.day_of(row.found_at) for row in rows).isoformat(),
            "hazards": [
                {
                    "code": row.code,
                    "title": row.title,
                    "where": row.room,
                    "severity": str(row.get_severity_display()),
                    "todo": wording.todo(row),
                    "source": wording.sources(row),
                    "force": "binding" if row.binding else "guidance",
                    "due_on": _due(row).isoformat(),
                }
                for row in rows
            ],
        }


def _due(row: Hazard) -> Any:
    clock = next(iter(clocks.running(row, clocks.CORRECTION)), None)
    return clocks.last_day(clock.due_at if clock else row.due_at)


def _sent_just_now(rows: Sequence[Hazard], by: Any, addressee: str) -> Notice | None:
    """The same notice by the same person a moment ago: a form that was sent twice, not a second notice."""
    moment = time.now() - TWICE
    sent = Notice.objects.filter(document__issued_by=by, document__issued_at__gte=moment, document__addressee=addressee)
    wanted = {row.pk for row in rows}
    for notice in sent.filter(document__voided_at=None).order_by("-id")[:5]:
        if set(notice.hazards.through.objects.filter(notice=notice).values_list("hazard_id", flat=True)) == wanted:
            return notice
    return None


@audited
def issue(
    *, by: Any, hazards: Sequence[Hazard], addressee: str = "", versions: Mapping[str, int] | None = None
) -> Notice:
    """Number, write and keep a notice; it starts nothing until it is served. Raises Refused for two places or parties.

    versions: {code: version} of the hazards as the person saw them; who comes second is told what changed (Stale).
    """
    require(by, "hazard.notice")
    one_at_a_time(by)
    rows = [fresh(hazard, None, by) for hazard in hazards]
    _one_case(rows)
    first = rows[0]
    name = addressee.strip() or first.answerable_name
    if not name:
        raise Refused(
            _("Nobody is recorded as %(who)s of “%(where)s”, so the notice has no addressee.")
            % {"who": first.get_answerable_display() or _("responsible party"), "where": first.where},
            instead=_("Enter the name, or complete the parties of the home first."),
        )
    twice = _sent_just_now(rows, by, name)
    if twice is not None:
        record(by=by, verb="hazard.notice_repeated", subject=twice.document)
        return twice
    for row in rows:
        fresh(row, (versions or {}).get(row.code))
    body = documents.body_of(by, first.area)
    if body is None:
        raise Refused(
            _("Your office has no number series for documents here."),
            instead=_("The head of the office adds it under “Documents”."),
        )
    document = documents.issue(
        by=by, kind=Document.Kind.NOTICE, body=body, addressee=name, title=_("Hazard notice"), data=_data(rows),
        area_path=first.area_path, at=time.now(),
    )  # fmt: skip
    notice: Notice = Notice.objects.create(document=document)
    notice.hazards.add(*rows)
    for row in rows:
        act(row, by=by, verb="hazard.notice", name="notice",
            text=_("Notice %(number)s to %(who)s") % {"number": document.reference, "who": name})  # fmt: skip
    record(by=by, verb="hazard.notice", subject=document, after={"hazards": [row.code for row in rows], "to": name})
    return notice
