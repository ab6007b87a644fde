"""Under whose name a person issues: bodies with their number series, and which of them a posting belongs to."""

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, Department, Posting
from anju.areas.permissions import require
from anju.areas.scope import postings_of, scope_of
from anju.audit.services import audited, changes, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import IssuingBody, Series

# Grid workers and committees write in the name of their office where they keep no number series of their own.
ACTS_FOR: dict[str, tuple[str, ...]] = {
    Department.GRID: (Department.GRID, Department.COMMUNITY, Department.OFFICE),
    Department.COMMUNITY: (Department.COMMUNITY, Department.OFFICE),
}


SHORT = re.compile(r"[\u4e00-\u9fff]{1,12}")  # 周市安: stands in every number, so nothing but characters


def _own(by: Any, area: Area) -> None:
    require(by, "posting.edit")
    if not scope_of(by).has_area(area.path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area})


def _check_words(name: str, short_name: str, this: IssuingBody | None) -> None:
    if not name:
        raise Refused(_("Enter the name as it stands on the seal."))
    if not SHORT.fullmatch(short_name):
        raise Refused(
            _("“%(word)s” cannot stand in a document number: 1 to 12 Chinese characters, for example 周市安.")
            % {"word": short_name}
        )
    others = IssuingBody.objects.exclude(pk=this.pk) if this else IssuingBody.objects.all()
    if others.filter(short_name=short_name).exists():
        raise Refused(_("“%(word)s” stands in another body's numbers already.") % {"word": short_name})


@audited
def record_body(
    *, by: Any, department: str, area: Area, name: str, short_name: str, phone: str = "", address: str = ""
) -> IssuingBody:
    """Give an office its own number series: `short_name` is the word at the head of every number."""
    _own(by, area)
    _check_words(name.strip(), short_name.strip(), None)
    if IssuingBody.objects.filter(department=department, area=area).exists():
        raise Refused(
            _("%(area)s already has a body for %(kind)s.") % {"area": area, "kind": Department(department).label},
            instead=_("Change the one that is there."),
        )
    body = IssuingBody.objects.create(
        department=department, area=area, name=name.strip()[:80], short_name=short_name.strip(), phone=phone.strip()[:20],
        address=address.strip()[:120],
    )  # fmt: skip
    record(by=by, verb="posting.edit", subject=body, after={"name": body.name, "short_name": body.short_name})
    return body


@audited
def change_body(
    *, by: Any, body: IssuingBody, name: str, short_name: str, phone: str = "", address: str = ""
) -> IssuingBody:
    """Change what future papers say. The number word stays once a number was given: a series has one name."""
    row = IssuingBody.objects.select_for_update(of=("self",)).get(pk=body.pk)
    _own(by, row.area)
    _check_words(name.strip(), short_name.strip(), row)
    if short_name.strip() != row.short_name and Series.objects.filter(body=row, last__gt=0).exists():
        raise Refused(
            _("Numbers with “%(word)s” were given, so the word stays.") % {"word": row.short_name},
            instead=_("Record a new body for the new name."),
        )
    values = {
        "name": name.strip()[:80],
        "short_name": short_name.strip(),
        "phone": phone.strip()[:20],
        "address": address.strip()[:120],
    }
    before, after = changes(row, values)
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))
    record(by=by, verb="posting.edit", subject=row, before=before, after=after)
    return row


def _employer(posting: Posting) -> IssuingBody | None:
    """The body nearest above the posting's own area: a city officer writes for the city, also about a village."""
    assert posting.area is not None
    for department in ACTS_FOR.get(posting.department, (posting.department,)):
        rows = IssuingBody.objects.filter(department=department, area__path__in=paths.ancestors(posting.area.path))
        found = rows.order_by("-area__path").first()
        if found is not None:
            return found
    return None


def body_of(by: Any, area: Area, on: date | None = None) -> IssuingBody | None:
    """The body for which the person acts in `area`; a posting that covers the area comes before any other one."""
    postings = [posting for posting in postings_of(by, on or time.today()) if posting.area]
    postings.sort(key=lambda posting: not area.path.startswith(posting.area.path if posting.area else "-"))
    return next((body for body in map(_employer, postings) if body is not None), None)


def own_body(by: Any, area: Area, on: date | None = None) -> IssuingBody:
    """As `body_of`; Refused where there is none."""
    found = body_of(by, area, on)
    if found is None:
        raise Refused(
            _("No body with a number series is recorded for your posting in %(area)s, so the document has no number.")
            % {"area": area.name},
            instead=_("Ask the office of the city to record the name and the number word of your body."),
        )
    return found
