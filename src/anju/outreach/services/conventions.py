"""Conventions: a new edition for a community, a household's signature (A10.1); notices for residents (A10.4)."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.models import Area
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Party
from anju.files.models import StoredFile
from anju.files.services import store_bytes
from anju.files.signatures import Signature
from anju.outreach.models import Article, Convention, ConventionSigning


def _in_sight(by: Any, area: Area) -> None:
    if not scope_of(by).has_area(area.path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area.name})


@audited
def new_edition(*, by: Any, area: Area, title: str, body: str, since: date) -> Convention:
    """The text of a community from a day on. Households are asked to sign it anew; what they signed before stays."""
    require(by, "convention.edit")
    _in_sight(by, area)
    if area.kind not in (Area.Kind.COMMUNITY, Area.Kind.ZONE, Area.Kind.CITY):
        raise Refused(_("A convention is made for a community, a town or the city, not for a grid."))
    if since < time.today():
        raise Refused(_("An edition cannot begin in the past: households have read another text since then."))
    last = Convention.objects.filter(area=area).order_by("-edition").first()
    if last is not None and (title.strip(), body.strip()) == (last.title, last.body):
        raise Refused(_("Nothing differs from edition %(n)s.") % {"n": last.edition})
    row = Convention.objects.create(
        area=area, area_path=area.path, edition=last.edition + 1 if last else 1, title=title.strip(), body=body.strip(),
        since=since, made_by=by, made_at=time.now(),
    )  # fmt: skip
    record(
        by=by, verb="convention.edit", subject=row, after={"area": area.code, "edition": row.edition, "since": since}
    )
    return row


@audited
def sign(
    *, by: Any, dwelling: Dwelling, party: Party, convention: Convention, signature: Signature | None = None,
    photo: StoredFile | None = None, png: bytes | None = None,
) -> ConventionSigning:  # fmt: skip
    """The household signs, by hand on the phone or with a photo of the signature on paper. Twice is once."""
    if party.user_id != by.pk or not Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists():
        raise NotAllowed(_("Only who lives in or lets %(home)s signs for it.") % {"home": dwelling.address})
    if signature is None and photo is None:
        raise Refused(_("Sign on the white field, or add a photo of your signature on paper."))
    known = ConventionSigning._base_manager.filter(convention=convention, dwelling=dwelling, party=party).first()
    row = known or _signed(by, dwelling, party, convention, signature, photo, png)
    record(
        by=by, verb="convention.sign", subject=dwelling,
        after={"convention": convention.code, "edition": convention.edition, "party": party.code, "text": row.text_sha256},
    )  # fmt: skip
    return row


def _signed(
    by: Any, dwelling: Dwelling, party: Party, convention: Convention, signature: Signature | None,
    photo: StoredFile | None, png: bytes | None,
) -> ConventionSigning:  # fmt: skip
    row = ConventionSigning(
        convention=convention, dwelling=dwelling, party=party, signed_at=time.now(), text_sha256=convention.sha256, photo=photo,
        recorded_by=by,
    )  # fmt: skip
    if signature is not None:
        row.strokes = signature.as_text()
        data = png if png is not None else signature.png()
        row.signature = store_bytes(data=data, name=f"{row.code}.png", media_type="image/png", by=by)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the other click was faster by less than a moment
        found: ConventionSigning = ConventionSigning._base_manager.get(
            convention=convention, dwelling=dwelling, party=party
        )
        return found
    return row


@audited
def publish(*, by: Any, area: Area, title: str, body: str, since: date, until: date | None = None) -> Article:
    require(by, "convention.edit")
    _in_sight(by, area)
    if until is not None and until < since:
        raise Refused(_("It cannot end before it begins."))
    row = Article.objects.create(
        area=area, area_path=area.path, title=title.strip(), body=body.strip(), since=since, until=until, made_by=by,
        made_at=time.now(),
    )  # fmt: skip
    record(by=by, verb="convention.edit", subject=row, after={"article": row.code, "area": area.code, "since": since})
    return row


@audited
def take_down(*, by: Any, article: Article) -> Article:
    """Not shown any more from today on; it stays on record."""
    require(by, "convention.edit")
    _in_sight(by, article.area)
    article.until = max(article.since, time.today() - timedelta(days=1))
    article.save(update_fields=["until"])
    record(by=by, verb="convention.edit", subject=article, after={"article": article.code, "until": article.until})
    return article
