"""A guarantee signed by hand on the phone (A3.1): the text by edition, the strokes, the picture, the hash, the copy."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.documents.layout.blocks import chinese_day
from anju.documents.layout.signed import signed_pdf
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile
from anju.files.services import store_bytes
from anju.files.signatures import Signature
from anju.registration import texts
from anju.registration.models import Guarantee, TextEdition, of
from anju.registration.services.guarantees import may_sign
from anju.registration.services.papers import papers_changed
from anju.registration.texts import Wording

S = Guarantee.State


@dataclass(frozen=True)
class Copy:
    """What is signed, made ready before the transaction, for the typesetter takes its time."""

    wording: Wording
    signature: Signature | None
    png: bytes | None
    pdf: bytes


def copy_of(dwelling: Dwelling, party: Party, signature: Signature | None, *, edition: int | None = None) -> Copy:
    """The PDF copy of the text in force. `edition`: the one that was read; Refused where it is not in force any more."""
    wording = texts.current(TextEdition.Kind.GUARANTEE, time.today())
    if edition is not None and edition != wording.edition:
        raise Refused(_("The text has changed since you opened the page. Read it again, then sign."))
    png = signature.png() if signature else None
    day = chinese_day(time.today())
    mark = f"第{wording.edition}版 文本 SHA-256 {wording.sha256[:32]}"
    facts = [("房屋", dwelling.address), ("保证人", party.name), ("签署日期", day)]
    pdf = signed_pdf(
        title=wording.title, facts=facts, lines=wording.lines, name=party.name, day=day, mark=mark, png=png
    )
    return Copy(wording, signature, png, pdf)


def own_party(by: Any, dwelling: Dwelling) -> Party | None:
    """As whom this user lets the home."""
    return next((party for party in may_sign(dwelling) if party.user_id == by.pk), None)


@audited
def sign_guarantee(*, by: Any, dwelling: Dwelling, copy: Copy, photo: StoredFile | None = None) -> Guarantee:
    """Who lets the home signs for himself, by hand on the phone or with a photo of his signature on paper.

    It waits for the police like one on paper. Signed again on the same day, the newer replaces the one that still waits.
    """
    require(by, "own.let")
    party = own_party(by, dwelling)
    if party is None:
        raise Refused(_("Only who lets %(home)s can sign for it.") % {"home": dwelling.address})
    if copy.signature is None and photo is None:
        raise Refused(_("Sign on the white field, or add a photo of your signature on paper."))
    _make_room(by, dwelling, party)
    row = Guarantee(
        dwelling=dwelling, party=party, signed_on=time.today(), photo=photo, recorded_at=time.now(), recorded_by=by,
        how=Guarantee.How.PHONE if copy.signature else Guarantee.How.PAPER,
        text_edition=str(copy.wording.edition), text_sha256=copy.wording.sha256,
    )  # fmt: skip
    if copy.signature is not None and copy.png is not None:
        row.strokes = copy.signature.as_text()
        row.signature = store_bytes(data=copy.png, name=f"{row.code}.png", media_type="image/png", by=by)
    row.paper = store_bytes(data=copy.pdf, name=f"{copy.wording.title}.pdf", media_type="application/pdf", by=by)
    row.save(force_insert=True)
    record(
        by=by, verb="guarantee.sign", subject=dwelling,
        after={"guarantee": row.code, "party": party.code, "how": row.how, "edition": row.text_edition, "text": row.text_sha256,
               "paper": row.paper.sha256},
    )  # fmt: skip
    papers_changed(dwelling, time.today())
    return row


def _make_room(by: Any, dwelling: Dwelling, party: Party) -> None:
    same = of(Guarantee, dwelling).filter(party=party, signed_on=time.today()).exclude(state=S.WITHDRAWN).first()
    if same is None:
        return
    if same.state != S.PENDING:
        raise Refused(_("The guarantee of today is “%(state)s” already.") % {"state": same.get_state_display()})
    same.state, same.withdrawn_on, same.doubt = S.WITHDRAWN, time.today(), _("Signed anew on the same day")
    same.save(update_fields=["state", "withdrawn_on", "doubt"])
    record(
        by=by, verb="guarantee.sign", subject=dwelling, before={"guarantee": same.code, "state": S.PENDING},
        after={"guarantee": same.code, "state": same.state}, reason=same.doubt,
    )  # fmt: skip
