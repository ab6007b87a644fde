"""Pages of the log: the list, one entry with before and after, verification step by step."""

from dataclasses import asdict

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.audit import anchors, selectors, words
from anju.audit.models import Entry, Seal
from anju.audit.services import record
from anju.audit.verify import Progress, step
from anju.core import time, verbs
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import needs
from anju.core.sheets import download

SALT = "audit verification"
SINCE = (1, 7, 30, 90)


@needs("audit.view")
@require_GET
def entries(request: Request) -> HttpResponse:
    filters = selectors.Filters.of(request.GET)
    rows = selectors.entries(filters, time.today())
    number, more = capped_count(rows)
    context = {
        "page": keyset_page(rows, sort="-id", after=request.GET.get("after", "")),
        "number": number,
        "more": more,
        "verbs": [(verb, verbs.words(verb)) for verb in selectors.verbs()],
        "subjects": [(name, words.kind(name)) for name in selectors.subjects()],
        "since": [(str(days), _("%(n)s days") % {"n": days} if days > 1 else _("Today")) for days in SINCE],
        "day": filters.day,
        "today": time.today(),
    }
    return render(request, "audit/entries.html", context)


@needs("audit.view")
@require_GET
def entry(request: Request, number: int) -> HttpResponse:
    found = get_object_or_404(Entry, pk=number)
    beside = Entry.objects.filter(subject_type=found.subject_type, subject_id=found.subject_id).exclude(pk=number)
    context = {
        "entry": found,
        "seal": Seal.objects.filter(entry=found).first(),
        "changes": list(selectors.changes(found)),
        "beside": beside.order_by("-id")[:20],
    }
    return render(request, "audit/entry.html", context)


@needs("audit.view")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the filters show, newest first, up to EXPORT_MOST rows; the export itself is in the log."""
    rows = selectors.entries(selectors.Filters.of(request.GET), time.today()).order_by("-id")[: selectors.EXPORT_MOST]
    header = [_("Number"), _("Time"), _("Acting person"), _("Act"), _("Kind of thing"), _("Code"), _("Thing"), _("Before"), _("After"), _("Reason"), _("Address")]  # fmt: skip
    lines = (
        (row.pk, row.at, row.actor_name, row.act, row.kind, row.subject_id, row.subject_name,
         selectors.words(row.before), selectors.words(row.after), row.reason, row.address)
        for row in rows.iterator()
    )  # fmt: skip
    answer = download(_("Audit log %(day)s") % {"day": time.today()}, header, lines)
    record(by=request.user, verb="audit.export", subject=request.user, after=dict(request.GET.items()))
    return answer


@needs("audit.verify")
@require_GET
def verification(request: Request) -> HttpResponse:
    context = {
        "total": Seal.objects.count(),
        "state": signing.dumps(asdict(Progress()), salt=SALT),
        "last": anchors.last(),
    }
    return render(request, "audit/verification.html", context)


@needs("audit.verify")
@require_POST
def verification_step(request: Request) -> HttpResponse:
    """The next links; the browser carries the state, signed, and asks again until the end is reached."""
    try:
        progress = Progress(**signing.loads(request.POST.get("state", ""), salt=SALT, max_age=3600))
    except signing.BadSignature:
        progress = Progress()
    step(progress)
    if progress.finished:
        result = "whole" if progress.good else f"{len(progress.faults)} findings"
        record(
            by=request.user,
            verb="audit.verify",
            subject=request.user,
            after={"result": result, "entries": progress.entries},
        )
    context = {
        "progress": progress,
        "total": Seal.objects.count(),
        "state": signing.dumps(asdict(progress), salt=SALT),
        "now": time.now(),
    }
    return render(request, "audit/_verification.html", context)
