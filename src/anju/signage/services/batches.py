"""A round of printing: thousands of signs in steps that a restart resumes, cut into PDFs of a hundred.

What is to be printed is fixed when the round starts, as ids in the job's state. Each step either makes the rows of the next
part, in one short transaction with the job's place, or draws a part whose rows stand and whose file does not. A killed worker
leaves rows without a file, and the next one draws them: no sign is made twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.accounts.models import User
from anju.accounts.services import one_at_a_time
from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.files.services import keep, store_bytes
from anju.jobs.models import Job
from anju.jobs.services import enqueue, job_kind, save_step
from anju.signage import norms
from anju.signage.layout import TITLES, LacksGlyph, pdf, sheet
from anju.signage.models import HOME_KINDS, BatchPart, Sign, SignBatch
from anju.signage.selectors import missing
from anju.signage.selectors.drafts import drafts
from anju.signage.selectors.surroundings import Style, Surroundings
from anju.signage.services.printing import base_url, drop_waiting, editions_of, sign_of, where_of

KIND = "print-signs"
W = SignBatch.Which
MOST_PROBLEMS = 500


def wanted(by: User, kind: str, which: str, area_path: str, place_path: str) -> list[int]:
    """The ids of the homes or places whose sign of the kind the round prints, in the order in which somebody walks there."""
    where = {"area_path": area_path, "place_path": place_path}
    order = "place_path" if kind in HOME_KINDS else "path"
    found: set[int] = set()
    if which == W.ALL:
        found |= set(missing.carriers(by, kind, **where).values_list("pk", flat=True)[: norms.MOST_IN_BATCH + 1])
    if which in (W.MISSING, W.BOTH):
        found |= set(missing.without(by, kind, **where).values_list("pk", flat=True)[: norms.MOST_IN_BATCH + 1])
    if which in (W.OUTDATED, W.BOTH):
        found |= _outdated(by, kind, where)
    model: Any = Dwelling if kind in HOME_KINDS else Place
    ids = list(found)
    rows = [
        row
        for start in range(0, len(ids), 5000)
        for row in model._base_manager.filter(pk__in=ids[start : start + 5000]).values_list(order, "pk")
    ]
    return [pk for _path, pk in sorted(rows)]


def _outdated(by: User, kind: str, where: dict[str, str]) -> set[int]:
    name = "dwelling" if kind in HOME_KINDS else "place"
    rows = Sign.objects.for_user(by).filter(kind=kind, state__in=["posted", "printed"], outdated_since__isnull=False)
    rows = rows.filter(paths.under("area_path", where["area_path"]), paths.under("place_path", where["place_path"]))
    again = missing.carriers(by, kind, **where).values(
        "pk"
    )  # one whose home is not in order any more is taken down, not printed
    return set(rows.filter(**{f"{name}__in": again}).values_list(name, flat=True)[: norms.MOST_IN_BATCH + 1])


@audited
def start_batch(
    *, by: User, title: str, area: Area, kinds: Sequence[str], which: str, base: str, place: Place | None = None, cut: bool = False,
) -> SignBatch:  # fmt: skip
    """Refused when there is nothing to print, or more than a round holds."""
    require(by, "sign.print")
    one_at_a_time(by)
    place_path = place.path if place else ""
    todo = {kind: wanted(by, kind, which, area.path, place_path) for kind in Sign.Kind.values if kind in kinds}
    total = sum(map(len, todo.values()))
    if not total:
        raise Refused(_("There is nothing to print there."), instead=_("Choose another area, kind or reason."))
    if total > norms.MOST_IN_BATCH:
        raise Refused(
            _("That is more than %(most)s signs in one round.") % {"most": norms.MOST_IN_BATCH},
            instead=_("Start a round for each town or estate."),
        )
    batch: SignBatch = SignBatch.objects.create(
        title=title, area=area, area_path=area.path, place=place, place_path=place_path, kinds=list(todo), which=which, cut=cut,
        base_url=base_url(base), total=total, created_at=time.now(), created_by=by,
    )  # fmt: skip
    state = {"batch": batch.pk, "todo": [[kind, ids] for kind, ids in todo.items() if ids]}
    batch.job = enqueue(kind=KIND, by=by, key=batch.code, state=state, total=total)
    batch.save(update_fields=["job"])
    record(by=by, verb="sign.batch", subject=batch, after={"kinds": list(todo), "which": which, "signs": total})
    return batch


@job_kind(KIND, label=gettext_lazy("Print signs"))
def step(job: Job) -> bool:
    batch = SignBatch._base_manager.select_related("created_by").get(pk=job.state["batch"])
    part = BatchPart._base_manager.filter(batch=batch, file=None).order_by("number").first()
    if part is not None:
        _draw(batch, part)
        return False
    if job.state["todo"]:
        _make(job, batch)
        return False
    batch.state, batch.finished_at = SignBatch.State.DONE, time.now()
    batch.save(update_fields=["state", "finished_at"])
    return True


def _make(job: Job, batch: SignBatch) -> None:
    """The rows of the next part, and the job's place, in one transaction."""
    kind, ids = job.state["todo"][0]
    subjects = _of_one_style(_subjects(kind, ids[: norms.PART]))
    now = set(ids[: norms.PART]) if not subjects else set(ids[: ids.index(subjects[-1].pk) + 1])
    rest = ids[len(now) :]
    made = drafts(kind, subjects, time.today())
    editions = editions_of(kind, [subject.pk for subject in subjects])
    by, good = batch.created_by, [subject for subject in subjects if not made[subject.pk].refusal]
    refused = [[where_of(subject), made[subject.pk].refusal] for subject in subjects if made[subject.pk].refusal]
    signs = [sign_of(kind, one, made[one.pk], edition=editions.get(one.pk, 0) + 1, by=by) for one in good]
    with transaction.atomic():
        if signs:
            number = BatchPart._base_manager.filter(batch=batch).count() + 1
            part = BatchPart.objects.create(batch=batch, number=number, kind=kind)
            drop_waiting(kind, [one.pk for one in good])
            for sign in signs:
                sign.part = part
            Sign.objects.bulk_create(signs)
        _count(batch, printed=len(signs), problems=refused)
        job.state["todo"] = [[kind, rest], *job.state["todo"][1:]] if rest else job.state["todo"][1:]
        job.done += len(now)
        save_step(job)


def _subjects(kind: str, ids: Sequence[int]) -> list[Any]:
    """In the order of the ids."""
    if kind in HOME_KINDS:
        rows = Dwelling._base_manager.select_related("area", "place", "landlord", "sublessor", "operator", "current")
        found: dict[int, Any] = rows.in_bulk(list(ids))
    else:
        found = Place.objects.select_related("area", "parent__parent").in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


def _of_one_style(subjects: list[Any]) -> list[Any]:
    """The first of them, as far as the same office issues them: one file has one look."""
    around = Surroundings([subject.area_path for subject in subjects], [])
    looks = [around.style(subject.area_path) for subject in subjects]
    same = next((number for number, look in enumerate(looks) if look != looks[0]), len(subjects))
    return subjects[:same]


def _count(batch: SignBatch, *, printed: int, problems: list[list[str]]) -> None:
    batch.printed += printed
    batch.problems = [*batch.problems, *problems][:MOST_PROBLEMS]
    batch.save(update_fields=["printed", "problems"])


def _draw(batch: SignBatch, part: BatchPart) -> None:
    """The part's file, made outside a transaction and then linked; a sign whose name the font cannot write is left out."""
    signs = list(Sign._base_manager.filter(part=part).select_related("area", "dwelling", "place").order_by("id"))
    style = _style_of(signs[0].area_path)
    drawn = _drawn(part.kind, signs, {sign.pk: sheet(sign, batch.base_url) for sign in signs}, style, batch.cut)
    if drawn.data is not None:
        keep(drawn.data)
    with transaction.atomic():
        if drawn.lacking:
            Sign._base_manager.filter(pk__in=drawn.lacking).delete()
            said = [[sign.where, _no_glyph(drawn.lacking[sign.pk])] for sign in signs if sign.pk in drawn.lacking]
            _count(batch, printed=-len(drawn.lacking), problems=said)
        if drawn.data is None:
            part.delete()
            return
        name = f"{batch.title} {part.number:03d} {TITLES[Sign.Kind(part.kind)]}.pdf"
        part.file = store_bytes(data=drawn.data, name=name, media_type="application/pdf", by=batch.created_by)
        part.save(update_fields=["file"])


def _style_of(area_path: str) -> Style:
    return Surroundings([area_path], []).style(area_path)


def _no_glyph(letters: str) -> str:
    return _("The font has no “%(letters)s”.") % {"letters": letters}


@dataclass(frozen=True)
class Drawn:
    """`data` is None when nothing could be drawn; `lacking` are the signs left out, with their characters."""

    data: bytes | None
    lacking: dict[int, str]


def _drawn(kind: str, signs: Sequence[Sign], sheets: dict[int, dict[str, Any]], style: Style, cut: bool) -> Drawn:
    try:
        return Drawn(pdf(kind, [sheets[sign.pk] for sign in signs], style, cut=cut), {})
    except LacksGlyph:
        lacking = _lacking(kind, signs, sheets, style)
    kept = [sheets[sign.pk] for sign in signs if sign.pk not in lacking]
    return Drawn(pdf(kind, kept, style, cut=cut) if kept else None, lacking)


def _lacking(kind: str, signs: Sequence[Sign], sheets: dict[int, dict[str, Any]], style: Style) -> dict[int, str]:
    """{sign: characters}, found by halves: nearly always it is one of a hundred."""
    try:
        pdf(kind, [sheets[sign.pk] for sign in signs], style)
    except LacksGlyph as gap:
        if len(signs) == 1:
            return {signs[0].pk: str(gap)}
        half = len(signs) // 2
        return _lacking(kind, signs[:half], sheets, style) | _lacking(kind, signs[half:], sheets, style)
    return {}


@audited
def go_on(*, by: User, batch: SignBatch) -> Job:
    """Take up a round that failed where it stopped."""
    require(by, "sign.print")
    row = SignBatch._base_manager.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
    if row.job is None or row.job.status != Job.Status.FAILED:
        raise Refused(_("This round has not failed, so there is nothing to take up."))
    job = enqueue(kind=KIND, by=by, key=row.code, state=row.job.state, total=row.total)
    Job.objects.filter(pk=job.pk).update(done=row.job.done)
    row.job = job
    row.save(update_fields=["job"])
    record(by=by, verb="sign.batch", subject=row, after={"taken_up_at": job.done})
    return job
