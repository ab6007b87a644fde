"""The one table of verbs: which department may do what (X1). `docs/permissions.md` is generated from it.

What a person may do and where they may do it are two questions: this table answers the first, the scope of their
postings the second. An asterisk after a department means: only the head of the body.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Department, Posting
from anju.areas.scope import postings_of
from anju.core import verbs
from anju.core.errors import NotAllowed
from anju.core.time import today

STAFF = "office community grid police housing fire urban planning market"
PUBLIC_BODIES = f"{STAFF} water power gas"
FIELD = "office community grid police housing fire urban"
# Bodies that may be given power by law to issue a legal order; whether one has it is a record (enforcement.Power).
LAW = "police housing fire urban planning market"

TABLE: dict[str, str] = {
    # homes
    "home.view": f"{PUBLIC_BODIES} property operator station landlord tenant audit",
    "dwelling.view": f"{STAFF} property operator station landlord tenant audit",
    "dwelling.edit": "office community grid police housing",
    "dwelling.export": "office community police housing fire audit",
    "dwelling.observe": FIELD,
    "dwelling.decide_fact": "housing planning urban",  # facts only a department can establish
    "person.view": "office community grid police housing landlord",
    "person.reveal": "office police housing",
    "ledger.import": "office community police housing",
    "ledger.undo": "office community police housing",
    "registration.view": f"{STAFF} audit",
    "registration.edit": "office community grid police housing",
    "guarantee.confirm": "police",
    "lease.accept": "housing",
    # signs
    "sign.view": f"{STAFF} audit",
    "sign.export": "office community police housing audit",
    "sign.print": "office community grid police housing",
    "sign.post": "office community grid police housing",
    "sign.revoke": "office community police housing",
    "sign.style": "office*",
    "residence.check": "police",
    "declaration.view": "office community grid police housing audit",
    "declaration.review": "office community grid police housing",
    "text.edit": "office*",  # wording of guarantees, consents, house rules; each change is a new edition
    # residents, on their own pages
    "own.let": "landlord operator",
    "own.live": "tenant",
    # publicity
    "convention.view": f"{STAFF} audit",
    "convention.edit": "office community",
    # remediation
    "inspection.view": f"{STAFF} property operator audit",
    "inspection.plan": "office community police housing fire",
    "inspection.record": FIELD,
    "field.view": f"{FIELD} audit",
    "field.decide": "office community police housing fire urban",
    "field.wipe": "office*",
    "hazard.view": f"{PUBLIC_BODIES} property operator landlord audit",
    "hazard.open": f"{FIELD} planning market property",
    "hazard.assign": "office community police housing fire urban",
    "hazard.notice": "office community grid police housing fire urban",
    "hazard.correct": f"{FIELD} property operator landlord",
    "hazard.reinspect": FIELD,
    "hazard.confirm": "office community police housing fire urban",
    "hazard.hand_over": "office community grid police housing fire urban",
    "hazard.answer": f"{LAW} office community",
    "hazard.object": "landlord operator",
    "hazard.review": "office community police housing fire urban",  # answers an objection
    "report.view": f"{STAFF} property audit",
    "report.answer": "office community grid police housing fire urban property",
    "report.export": "office community police housing fire urban audit",
    "hazard.void": "office* community* police* housing* fire*",
    "hazard.extend": "office police housing fire urban",
    "hazard.escalate": "office police housing fire urban",
    "hazard.security": "police",
    "hazard.export": "office community police housing fire urban audit",
    "document.view": f"{STAFF} audit",
    "document.serve": "office community grid police housing fire urban",
    "document.void": "office* police* housing* fire* urban*",
    "enforcement.view": f"{PUBLIC_BODIES} audit",
    "enforcement.order": f"{LAW} office community",  # office and community reach the form, and read why they cannot
    "enforcement.power": "office*",
    "enforcement.ask": "office police housing fire urban",
    "enforcement.reply": f"{LAW} water power gas",
    # devices and alarms
    "device.view": f"{STAFF} property station audit",
    "device.edit": "office community grid police fire property",
    "device.export": "office community police fire audit",
    "device.adopt": "office community police fire",  # an unknown unit hangs in nobody's area yet
    "alarm.view": "office community grid police housing fire property station audit",
    "alarm.handle": "office community grid police fire property station",
    # doors, patrols, charging piles, lifts, fire lanes
    "smart.view": f"{STAFF} property station audit",
    "smart.edit": "office community grid police fire property",
    "smart.export": "office community police housing fire property audit",
    "door.events": "office police",  # who came and went, if only by opaque ids
    "patrol.scan": "community grid property station",
    "alarm.export": "office community police fire audit",
    # micro fire stations
    "station.view": f"{STAFF} property station audit",
    "station.edit": "office community fire station*",
    "station.export": "office community police fire audit",
    "callout.view": "office community grid police fire property station audit",
    "callout.start": "office community grid police fire property station",
    "callout.answer": "office community grid police fire station",
    "callout.turn_out": "grid station",  # the page in the hand of who goes there
    "callout.command": "office police fire",
    # basis and data
    "indicator.view": f"{STAFF} audit",
    "indicator.export": "office community police housing fire audit",
    "rule.view": f"{PUBLIC_BODIES} property operator station audit",
    "rule.try": "office housing police fire",
    "area.view": f"{STAFF} audit",
    "area.edit": "office*",
    "posting.edit": "office*",
    "pilot.edit": "office*",
    "audit.view": "audit",
    "audit.verify": "audit",
    "job.view": f"{STAFF} audit",
    "demo.clock": "office",
}


# The log is one chain over the whole city and cannot be cut by area, so a posting in one town does not include it (X1).
WHOLE_CITY = {"audit.view", "audit.verify"}


def _parse(cell: str) -> dict[str, bool]:
    """{department: leader only}"""
    return {word.rstrip("*"): word.endswith("*") for word in cell.split()}


PARSED: dict[str, dict[str, bool]] = {verb: _parse(cell) for verb, cell in TABLE.items()}
_unknown = {name for cell in PARSED.values() for name in cell} - set(Department.values)
if _unknown:
    raise LookupError(f"areas/permissions.py names unknown departments: {sorted(_unknown)}")


def departments_with(verb: str) -> set[str]:
    return set(PARSED[verb])


def can(user: Any, verb: str, on: date | None = None) -> bool:
    """Whether one of the person's postings includes the verb. An unknown verb is a programming error, never a yes."""
    cell = PARSED[verb]
    if getattr(user, "is_system", False):
        return True
    return any(
        posting.department in cell
        and (posting.is_leader or not cell[posting.department])
        and (verb not in WHOLE_CITY or _is_city(posting))
        for posting in postings_of(user, on or today())
    )


def _is_city(posting: Posting) -> bool:
    return posting.area is not None and posting.area.parent_id is None


def require(user: Any, verb: str) -> None:
    """For services: raise NotAllowed where the person lacks the verb."""
    if not can(user, verb):
        raise NotAllowed(
            _("Your posting does not include this step: %(verb)s.") % {"verb": verbs.words(verb)},
            instead=_("Ask the office that gave you your posting, or hand the matter to the department in charge."),
        )
