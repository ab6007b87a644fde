"""Does the log still say what it said? Finds edits, deletions, insertions, re-ordering and a cut-off end, by name."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from anju.audit import anchors
from anju.audit.chain import START, link
from anju.audit.models import Entry, Seal
from anju.core.time import local

STEP = 2000
LATE = timedelta(hours=1)  # an entry this much older than what was sealed before it was not written then
MOST_FAULTS = 100


@dataclass(frozen=True)
class Fault:
    kind: str  # edited, missing, moved, backdated, cut, anchor
    position: int
    entry: int | None
    text: str


@dataclass
class Progress:
    """Where a verification stands; plain values, so that a job can keep it between steps."""

    position: int = 0
    hash: str = START
    newest: str = ""  # ISO, the latest moment so far
    entries: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0  # entries not sealed yet
    anchors: int = 0
    finished: bool = False

    @property
    def good(self) -> bool:
        return self.finished and not self.faults

    def add(self, fault: Fault) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(asdict(fault))


def named(entry: Entry) -> str:
    return _("entry %(number)s (%(at)s, %(actor)s, %(verb)s, %(subject)s)") % {
        "number": entry.pk,
        "at": f"{local(entry.at):%Y-%m-%d %H:%M:%S}",
        "actor": entry.actor_name,
        "verb": entry.verb,
        "subject": entry.subject_name,
    }


def verify() -> Progress:
    """The whole log in one go."""
    progress = Progress()
    while not progress.finished:
        step(progress)
    return progress


def step(progress: Progress) -> None:
    """Check the next STEP links; after the last one the anchors and what is not sealed."""
    outside = anchors.last()  # before the seals: what is sealed meanwhile has a head that tells of seals not seen here
    seals = list(Seal.objects.filter(position__gt=progress.position).order_by("position")[:STEP])
    entries = Entry.objects.in_bulk([seal.entry_id for seal in seals])
    heads = {anchor.position: anchor for anchor in anchors.read()} if seals else {}
    for seal in seals:
        _check_link(progress, seal, entries.get(seal.entry_id))
        _check_anchor(progress, seal, heads.get(seal.position))
    if len(seals) < STEP:
        _check_end(progress, outside)


def _check_link(progress: Progress, seal: Seal, entry: Entry | None) -> None:
    expected = progress.position + 1
    if seal.position != expected:
        text = _("Between %(before)s and %(after)s, %(count)s entries are missing from the log.") % {
            "before": _last_named(progress.position) or _("the beginning"),
            "after": named(entry) if entry else f"#{seal.entry_id}",
            "count": seal.position - expected,
        }
        progress.add(Fault("missing", expected, None, text))
    if entry is None:
        text = _("Entry %(number)s at position %(position)s was deleted.") % {
            "number": seal.entry_id,
            "position": seal.position,
        }
        progress.add(Fault("missing", seal.position, seal.entry_id, text))
    elif seal.position == expected and link(progress.hash, entry) != seal.hash:
        text = _("%(entry)s at position %(position)s is not what was sealed: it was changed, moved or put in.") % {
            "entry": named(entry),
            "position": seal.position,
        }
        progress.add(Fault("edited", seal.position, entry.pk, text))
    if entry is not None:
        _check_time(progress, seal, entry)
    # on from the stored hash, so that one fault is told once and not for every entry after it
    progress.position, progress.hash = seal.position, seal.hash
    progress.entries += 1


def _check_time(progress: Progress, seal: Seal, entry: Entry) -> None:
    newest = datetime.fromisoformat(progress.newest) if progress.newest else entry.at
    if entry.at < newest - LATE:
        text = _("%(entry)s was sealed after entries that are later by %(hours)s hours: it was put in afterwards.") % {
            "entry": named(entry),
            "hours": int((newest - entry.at).total_seconds() // 3600),
        }
        progress.add(Fault("backdated", seal.position, entry.pk, text))
    progress.newest = max(newest, entry.at).isoformat()


def _check_anchor(progress: Progress, seal: Seal, anchor: anchors.Anchor | None) -> None:
    if anchor is None:
        return
    progress.anchors += 1
    if anchor.hash != seal.hash:
        text = _(
            "The chain was computed anew: position %(position)s does not agree with the head written outside at %(at)s."
        ) % {"position": seal.position, "at": anchor.at}
        progress.add(Fault("anchor", seal.position, seal.entry_id, text))


def _check_end(progress: Progress, outside: anchors.Anchor | None) -> None:
    if outside is not None and outside.position > progress.position:
        text = _(
            "The end of the log was cut off after %(last)s: at %(at)s it had %(count)s entries, now it has %(left)s."
        ) % {
            "last": _last_named(progress.position) or _("the beginning"),
            "at": outside.at,
            "count": outside.position,
            "left": progress.position,
        }
        progress.add(Fault("cut", progress.position, None, text))
    progress.waiting = _waiting()
    progress.finished = True


def _waiting() -> int:
    newest = Seal.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    return Entry.objects.filter(seal=None, pk__gt=newest).count()


def _last_named(position: int) -> str:
    seal = Seal.objects.filter(position=position).select_related("entry").first()
    return named(seal.entry) if seal else ""


def lines(progress: Progress) -> Iterator[str]:
    """For the command line."""
    for fault in progress.faults:
        yield str(fault["text"])
    yield _("%(entries)s entries in the chain, %(anchors)s heads compared, %(waiting)s not sealed yet.") % {
        "entries": progress.entries,
        "anchors": progress.anchors,
        "waiting": progress.waiting,
    }
    yield (
        _("The log is whole.")
        if progress.good
        else _("The log was tampered with: %(count)s findings.") % {"count": len(progress.faults)}
    )
