"""Who received what at the door: the letting party's sheet becomes a notice and its service, the tenant's is kept by itself.

Signing says that it was received, no more. Refusing and absence are facts about the service (A11.5), not about the person.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.documents import services as documents
from anju.documents.models import Document, Service
from anju.field.letters import Receipt as Sheet
from anju.field.models import Envelope, Receipt
from anju.field.services.work import Work
from anju.files.models import StoredFile
from anju.files.services import store_bytes
from anju.inspections.models import Hazard
from anju.inspections.services import notices

WIDTH, HEIGHT, MARGIN = 800, 320, 20
MOST_POINTS = 40_000
LETTING = (Hazard.Bound.SUBLESSOR, Hazard.Bound.LANDLORD, Hazard.Bound.OPERATOR, "")


def lay_out(work: Work) -> None:
    """Keep the receipts with the record, in its transaction; what follows from them comes after (`settle_all`)."""
    seen: set[str] = set()
    for sheet in work.letter.receipts:
        if sheet.party in seen:
            work.leave_out("receipts", _("A second receipt of the same party was left out."))
            continue
        seen.add(sheet.party)
        _keep(work, sheet)


def _keep(work: Work, sheet: Sheet) -> None:
    shift = work.letter.shift(work.row.clock_offset_s)
    try:
        at = min(sheet.at + shift, work.row.received_at) if sheet.at else work.row.at
    except OverflowError:
        at = work.row.at
    strokes = json.dumps(sheet.strokes, separators=(",", ":")) if sheet.strokes else ""
    row = Receipt(
        envelope=work.row, party=sheet.party, outcome=sheet.outcome, at=at, listed=sheet.listed, witness=sheet.witness.strip(),
        sha256=hashlib.sha256(strokes.encode()).hexdigest() if strokes else "",
    )  # fmt: skip
    row.name, row.strokes = sheet.name.strip(), strokes
    row.save()


def settle_all(envelope: Envelope) -> None:
    """What follows from the receipts of an applied record, each in a transaction of its own; safe to call again."""
    for row in envelope.receipts.filter(settled_at=None).order_by("id"):
        image = _image(row)
        try:
            with transaction.atomic():
                _settle(row.pk, image)
        except Refused as refusal:
            _finish(row.pk, " ".join(filter(None, (refusal.message, refusal.instead))), image)


def _locked(pk: int) -> Receipt:
    found = Receipt.objects.select_for_update(of=("self",)).select_related("envelope__user", "envelope__dwelling")
    return found.get(pk=pk)


@audited
def _finish(pk: int, problem: str, image: bytes) -> None:
    row = _locked(pk)
    if row.settled_at is None:
        row.image = _stored(row, image)
        row.problem, row.settled_at = problem[:500], time.now()
        row.save()
    record(by=row.envelope.user, verb="field.result", subject=row.envelope, after=row.as_dict())


@audited
def _settle(pk: int, image: bytes) -> None:
    row = _locked(pk)
    envelope, by = row.envelope, row.envelope.user
    if row.settled_at is None:
        row.image = _stored(row, image)
        cases = _cases(row) if row.party == Receipt.Party.LETTING else []
        if cases:
            _notify(row, cases)
        row.settled_at = time.now()
        row.save()
    record(by=by, verb="field.result", subject=envelope, after=row.as_dict())


def _cases(row: Receipt) -> list[Hazard]:
    """The open hazards on the letting party's sheet that bind one party; what binds others is no business of this sheet."""
    codes = [made["code"] for made in row.envelope.made.get("hazards", [])]
    rows = Hazard._base_manager.filter(code__in=codes, active=True, answerable__in=LETTING).order_by("id")
    listed = [h for h in rows if not row.listed or h.rule in row.listed or f"{h.rule}@{h.room}" in row.listed]
    return [
        h
        for h in listed
        if (h.answerable, h.answerable_party_id) == (listed[0].answerable, listed[0].answerable_party_id)
    ]


def _notify(row: Receipt, cases: list[Hazard]) -> None:
    by = row.envelope.user
    addressee = cases[0].answerable_name or row.name
    notice = notices.issue(by=by, hazards=cases, addressee=addressee)
    row.document = notice.document
    try:
        with transaction.atomic():
            _serve(row, notice.document, by)
    except Refused as refusal:  # the notice stands as not served, and the office serves it another way
        row.problem = " ".join(filter(None, (refusal.message, refusal.instead)))[:500]


def _serve(row: Receipt, document: Document, by: Any) -> None:
    when = time.local(row.at).strftime("%Y-%m-%d %H:%M")
    if row.outcome == Receipt.Outcome.ABSENT:
        row.problem = _("Nobody was there to receive the notice; it waits for another kind of service.")
        return
    signed = row.outcome == Receipt.Outcome.SIGNED
    if signed and row.image is None:
        raise Refused(_("The receipt says “signed” and holds no signature, so the notice counts as not served."))
    proof = [row.image] if row.image else _photos(row)
    documents.serve(
        by=by, document=document, how=Service.How.IN_PERSON if signed else Service.How.LEFT,
        served_at=document.issued_at, receiver=row.name or (document.addressee if signed else ""), witness=row.witness,
        refused_to_sign=not signed, proof=proof,
        note=_("Received at the door on %(when)s; sent by phone, numbered on arrival.") % {"when": when},
    )  # fmt: skip


def _photos(row: Receipt) -> list[StoredFile]:
    kept = row.envelope.photos.filter(photo__file__isnull=False).select_related("photo__file")[:5]
    return [use.photo.file for use in kept if use.photo and use.photo.file]


def _stored(row: Receipt, image: bytes) -> StoredFile | None:
    if not image:
        return None
    name = f"{row.get_party_display()} {time.local(row.at):%Y-%m-%d %H%M}.png"
    return store_bytes(data=image, name=name, media_type="image/png", by=row.envelope.user)


def _image(row: Receipt) -> bytes:
    """The signature as a picture; b"" when there are no strokes that can be drawn."""
    lines = [line for line in _lines(row.strokes) if line]
    if not lines:
        return b""
    xs = [x for line in lines for x, _y in line]
    ys = [y for line in lines for _x, y in line]
    scale = min((WIDTH - 2 * MARGIN) / max(max(xs) - min(xs), 1), (HEIGHT - 2 * MARGIN) / max(max(ys) - min(ys), 1))
    picture = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(picture)
    for line in lines:
        points = [(MARGIN + (x - min(xs)) * scale, MARGIN + (y - min(ys)) * scale) for x, y in line]
        if len(points) == 1:
            (x, y) = points[0]
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=0)
        else:
            pen.line(points, fill=0, width=4, joint="curve")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _lines(strokes: str) -> Iterator[list[tuple[float, float]]]:
    """The strokes as points; what is no number between sensible bounds is left away."""
    left = MOST_POINTS
    given = json.loads(strokes) if strokes else []
    for stroke in given if isinstance(given, list) else []:
        points = []
        for point in (stroke if isinstance(stroke, list) else [])[:left]:
            x, y = _number(point, 0, "x"), _number(point, 1, "y")
            if x is not None and y is not None:
                points.append((x, y))
        left -= len(points)
        yield points


def _number(point: Any, index: int, name: str) -> float | None:
    if isinstance(point, dict):
        found = point.get(name)
    else:
        found = point[index] if isinstance(point, list) and len(point) > index else None
    return float(found) if isinstance(found, int | float) and abs(found) < 100_000 else None
