"""How a document reached its addressee. Each kind of service has its own proof; without it the clock does not start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document, Service
from anju.documents.signals import document_served
from anju.files.models import StoredFile

How = Service.How
PUBLIC_DAYS = (
    30  # 民事诉讼法 art. 95 (the thirty days since 2022-01-01): served when thirty days of public notice have passed
)


@dataclass(frozen=True)
class Given:
    """What was entered; checked as a whole before anything is written."""

    document: Document
    how: str
    served_at: datetime
    second_officer: str
    receiver: str
    witness: str
    refused_to_sign: bool
    tracking: str
    address_confirmation: str
    posted_on: date | None
    proof: Sequence[StoredFile]
    note: str


def _in_person(given: Given) -> None:
    if given.refused_to_sign:
        raise Refused(
            _("Who refuses to sign has not been served “in person, signed for”."),
            instead=_("Choose “left with a witness or on video” and name the witness, or add the photo or video."),
        )
    if not given.receiver:
        raise Refused(_("Enter who signed for the document."))
    if not given.proof:
        raise Refused(
            _("A signature counts when it can be seen: add a photo of the signed slip."),
            instead=_("Without one, choose “left with a witness or on video”."),
        )


def _left(given: Given) -> None:
    if not (given.witness or given.proof):
        raise Refused(
            _("Leaving a document at the home counts only with a witness, or with photos or a video of it."),
            law="《民事诉讼法》第八十九条",
            instead=_("Name the witness (of the committee or the employer), or add the photos."),
        )


def _post(given: Given) -> None:
    if not given.tracking:
        raise Refused(_("Enter the number of the registered letter: the day on its receipt is the day of service."))


def _electronic(given: Given) -> None:
    if not given.address_confirmation:
        raise Refused(
            _("An electronic service needs the addressee's consent to that address."),
            law="《民事诉讼法》第九十条",
            instead=_("Enter the number of the signed 《送达地址确认书》, or choose another kind of service."),
        )


def _public(given: Given) -> None:
    if given.posted_on is None:
        raise Refused(_("Enter the day on which the public notice was posted, and in the note where."))
    ends = given.posted_on + timedelta(days=PUBLIC_DAYS)
    if time.day_of(given.served_at) < ends:
        raise Refused(
            _("A public notice of %(from)s takes effect after %(days)s days, on %(end)s and not earlier.")
            % {"from": given.posted_on, "days": PUBLIC_DAYS, "end": ends},
            law="《民事诉讼法》第九十五条",
        )
    if not given.note:
        raise Refused(
            _("Say in the note where the notice was published and why no other kind of service was possible.")
        )


CHECKS: dict[str, Callable[[Given], None]] = {
    How.IN_PERSON: _in_person,
    How.LEFT: _left,
    How.POST: _post,
    How.ELECTRONIC: _electronic,
    How.PUBLIC: _public,
}


def _check(given: Given, now: datetime) -> None:
    document = given.document
    if document.voided_at:
        raise Refused(_("%(number)s is void: %(why)s") % {"number": document, "why": document.void_reason})
    if given.how not in CHECKS:
        raise Refused(_("“%(how)s” is no kind of service.") % {"how": given.how})
    if given.served_at < document.issued_at.replace(second=0, microsecond=0):
        raise Refused(
            _("%(number)s was issued on %(day)s, so it cannot have been served before.")
            % {"number": document, "day": time.local(document.issued_at).strftime("%Y-%m-%d %H:%M")}
        )
    if given.served_at > now:
        raise Refused(_("The moment of service lies in the future. Record it once the document has arrived."))
    by_hand = given.how in (How.IN_PERSON, How.LEFT)
    if document.kind == Document.Kind.ORDER and by_hand and not given.second_officer:
        raise Refused(
            _("A legal order is served by two officers. Enter the second one."), law="《行政处罚法》第四十二条"
        )
    if given.refused_to_sign and not by_hand:
        raise Refused(
            _("“Refused to sign” is a fact about a service by hand. Take the tick away, or choose that kind.")
        )
    CHECKS[given.how](given)
    if Service.objects.filter(document=document, how=given.how, served_at=given.served_at).exists():
        raise Refused(_("This service of %(number)s is recorded already.") % {"number": document})


@audited
def serve(
    *,
    by: Any,
    document: Document,
    how: str,
    served_at: datetime,
    second_officer: str = "",
    receiver: str = "",
    witness: str = "",
    refused_to_sign: bool = False,
    tracking: str = "",
    address_confirmation: str = "",
    posted_on: date | None = None,
    proof: Sequence[StoredFile] = (),
    note: str = "",
) -> Service:
    """Record a service (送达回证). `served_at`: delivery, or the end of a public notice; from then on the term runs.

    "Refused to sign" and "nobody home" are facts about the service; they are not a refusal to correct (A11.5).
    """
    require(by, "document.serve")
    if not Document.objects.for_user(by).filter(pk=document.pk).exists():
        raise NotAllowed(_("There is no such document in your area."))
    row = Document._base_manager.select_for_update(of=("self",)).get(pk=document.pk)
    now = time.now()
    given = Given(
        row, how, served_at, second_officer.strip(), receiver.strip(), witness.strip(), refused_to_sign,
        tracking.strip(), address_confirmation.strip(), posted_on, proof, note.strip(),
    )  # fmt: skip
    _check(given, now)
    service = Service.objects.create(
        document=row,
        how=how,
        served_at=served_at,
        served_by=by,
        second_officer=given.second_officer[:60],
        receiver=given.receiver[:60],
        witness=given.witness[:60],
        refused_to_sign=refused_to_sign,
        tracking=given.tracking[:60],
        address_confirmation=given.address_confirmation[:60],
        posted_on=posted_on if how == How.PUBLIC else None,
        note=given.note[:300],
        recorded_at=now,
    )
    service.proof.set(proof)
    after = {"how": how, "served_at": served_at, "refused_to_sign": refused_to_sign, "proof": len(proof)}
    record(by=by, verb="document.serve", subject=row, after=after, reason=given.note)
    document_served.send(sender=Document, document=row, service=service)
    return service
