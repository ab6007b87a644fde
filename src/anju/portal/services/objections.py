"""Objections to a finding: made by who lets, answered by somebody other than who found it. The clock runs on meanwhile."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from anju.areas.permissions import can, require
from anju.audit.services import audited
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services import hazards
from anju.inspections.services.moving import act, fresh, write
from anju.portal.models import Objection

S = Objection.State


@audited
def object_to(*, by: Any, hazard: Hazard, text: str, photos: Sequence[StoredFile] = ()) -> Objection:
    row = fresh(hazard, None, by)
    if not text.strip():
        raise Refused(_("Say why you do not agree, so that somebody can look into it."))
    if Objection._base_manager.filter(hazard=row, by_user=by, state=S.WAITING).exists():
        raise Refused(_("You have objected already; the answer is still to come."))
    act(row, by=by, verb="hazard.object", name="object", text=_("Objection: %(text)s") % {"text": text.strip()})
    made: Objection = Objection.objects.create(
        hazard=row, by_user=by, text=text.strip()[:500], made_at=time.now(),
        due_at=time.due_at(time.today(), settings.ANJU_DECISION_DAYS, working=False),
    )  # fmt: skip
    made.photos.add(*photos)
    return made


@audited
def decide(*, by: Any, objection: Objection, right: bool, answer: str) -> Objection:
    """Right: the hazard is declared void where the officer may do that, else whoever may is told in its history."""
    require(by, "hazard.review")
    row: Objection = Objection.objects.for_user(by).select_for_update(of=("self",)).select_related("hazard").get(pk=objection.pk)  # fmt: skip
    if row.state != S.WAITING:
        raise Stale(_("%(who)s has answered this objection meanwhile.") % {"who": row.decided_by or _("Somebody")})
    if row.hazard.found_by_id == by.pk:
        raise NotAllowed(
            _("You found this hazard, so somebody else has to answer the objection."),
            instead=_("Ask a colleague or the office."),
        )
    if not answer.strip():
        raise Refused(_("Write the answer. Who objected reads it."))
    row.state, row.answer = (S.UPHELD if right else S.DECLINED), answer.strip()[:500]
    row.decided_at, row.decided_by = time.now(), by
    row.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    hazard = fresh(row.hazard, None, by)
    words = _("Objection is right: %(text)s") if right else _("Objection declined, the finding stands: %(text)s")
    if hazard.is_open:
        act(hazard, by=by, verb="hazard.review", name="objection", text=words % {"text": answer.strip()})
    else:
        write(hazard, by=by, verb="hazard.review", move="objection", text=words % {"text": answer.strip()}, values={})
    if right and hazard.is_open and can(by, "hazard.void"):
        hazards.void(by=by, hazard=hazard, kind=Hazard.Void.FALSE, reason=answer.strip())
    return row
