"""A declaration in words: its line in a list, its text masked, and the declared beside the observed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.core import crypto
from anju.dwellings.models import Observation, Party
from anju.registration.models import Declaration, Lease

K = Declaration.Kind


@dataclass(frozen=True)
class Beside:
    """One fact: what was said, what is known, who said that and when; `lower`: less was said than was seen."""

    label: str
    declared: str
    known: str
    source: tuple[str, ...]  # how it is known, since which day, from whom
    lower: bool
    differs: bool


def _short(value: Any) -> str:
    return "" if not value else date.fromisoformat(str(value)).strftime("%Y-%m-%d")


def summary(row: Declaration) -> str:
    """One line without numbers of cards and telephones; names masked."""
    said = row.said
    if not said:
        return _("The text was deleted after its time.")
    name = crypto.mask_name(said.get("name", ""))
    if row.kind == K.ARRIVAL:
        return _("%(name)s, %(room)s, since %(day)s") % {"name": name, "room": said.get("room") or _("no room given"), "day": _short(said["since"])}  # fmt: skip
    if row.kind == K.DEPARTURE:
        return _("%(name)s, left on %(day)s") % {"name": name, "day": _short(said["until"])}
    if row.kind == K.ROOMS:
        return _("%(rooms)s rooms let, %(beds)s beds") % {"rooms": said["rooms_let"], "beds": said["beds_let"]}
    return _("%(name)s, %(start)s to %(end)s") % {"name": name, "start": _short(said["starts"]), "end": _short(said["ends"])}  # fmt: skip


def lines(row: Declaration) -> list[tuple[str, str]]:
    """(label, value) of what was said, with masked numbers."""
    said = row.said
    if not said:
        return []
    kind = said.get("id_kind")
    contract = said.get("contract")
    found = [
        (_("Name"), said.get("name", "")),
        (_("Room"), said.get("room", "")),
        (_("Card"), str(Party.IdKind(kind).label) if kind else ""),
        (_("Number of the card"), crypto.mask_id(said["id_number"]) if said.get("id_number") else ""),
        (_("Telephone"), crypto.mask_phone(said["phone"]) if said.get("phone") else ""),
        (_("Moved in"), _short(said.get("since"))),
        (_("Moved out"), _short(said.get("until"))),
        (_("Rooms of the lease"), said.get("rooms", "") if row.kind == K.LEASE else ""),
        (_("Contract"), str(Lease.Kind(contract).label) if contract else ""),
        (_("Signed on"), _short(said.get("signed_on"))),
        (_("Starts on"), _short(said.get("starts"))),
        (_("Ends on"), _short(said.get("ends"))),
        (_("Handed in for filing"), _("yes") if said.get("file") else ""),
        (_("Name on the inside sign"), _("agreed") if said.get("sign_name") else ""),
    ]
    return [(label, value) for label, value in found if value]


def beside(row: Declaration) -> list[Beside]:
    """For rooms and for an arrival: numbers that were said, beside those that count now and where they come from."""
    current = getattr(row.dwelling, "current", None)
    said = row.said
    if current is None or not said:
        return []
    stamps = current.provenance or {}
    if row.kind == K.ROOMS:
        labels = {"rooms_let": _("Rooms let"), "beds_let": _("Beds let")}
        found = [_one(label, said.get(name), current.facts.get(name), stamps.get("facts", {}).get(name)) for name, label in labels.items()]  # fmt: skip
        for room, values in said.get("rooms", {}).items():
            stamp = stamps.get("rooms", {}).get(room, {}).get("persons")
            known = current.rooms.get(room, {}).get("persons")
            found.append(_one(_("%(room)s: people") % {"room": room}, values.get("persons"), known, stamp))
        return found
    if row.kind == K.ARRIVAL and said.get("room"):
        room = said["room"]
        registered = row.dwelling.occupants.filter(room__name=room, until=None).count()
        more = 0 if row.state == Declaration.State.ACCEPTED else 1
        stamp = stamps.get("rooms", {}).get(room, {}).get("persons")
        label = _("%(room)s: people registered after this") % {"room": room}
        return [_one(label, registered + more, current.rooms.get(room, {}).get("persons"), stamp)]
    return []


def _one(label: str, declared: Any, known: Any, stamp: Any) -> Beside:
    source: tuple[str, ...] = ()
    if stamp is not None:
        how = Observation.Source(stamp[2]).label if stamp[2] in Observation.Source.values else stamp[2]
        source = (str(how), stamp[1][:10], stamp[3] or "–")
    both = declared is not None and known is not None
    return Beside(
        label=label, declared="" if declared is None else str(declared), known=_("not known") if known is None else str(known),
        source=source, lower=both and declared < known, differs=both and declared != known,
    )  # fmt: skip
