"""Photos that arrived whole are kept re-encoded, and hang themselves on the records that announced them."""

from anju.audit.services import audited, record
from anju.core import time
from anju.field import workflow
from anju.field.models import Envelope, EnvelopePhoto
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services.evidence import Late, add_hazard_photo, add_photos


def attach(envelope: Envelope) -> None:
    """Hang what has arrived where it belongs, once; the record comes to rest when nothing is missing any more."""
    loose = envelope.photos.filter(attached_at=None, photo__file__isnull=False).exists()
    if loose or envelope.state == Envelope.State.WAITING:
        _attach(envelope)


@audited
def _attach(envelope: Envelope) -> None:
    row: Envelope = Envelope._base_manager.select_for_update(of=("self",)).get(pk=envelope.pk)
    uses = row.photos.filter(attached_at=None, photo__isnull=False).select_related("photo__file").order_by("id")
    hung = [use for use in uses if use.photo and use.photo.file and _hang(row, use, use.photo.file)]
    EnvelopePhoto.objects.filter(pk__in=[use.pk for use in hung]).update(attached_at=time.now())
    move = resting(row, moved=bool(row.made.get("moved")))
    if row.state == Envelope.State.WAITING and move != "wait":
        workflow.move(row, move, row.reason)
        row.save(update_fields=["state"])
    record(by=row.user, verb="field.result", subject=row, after={"photos": len(hung), "state": row.state})


def _hang(row: Envelope, use: EnvelopePhoto, file: StoredFile) -> bool:
    purpose = use.purpose
    hazard = _hazard(row, purpose.get("hazard", ""), purpose.get("rule", ""), purpose.get("room", ""))
    if hazard is not None:
        add_hazard_photo(by=row.user, hazard=hazard, file=file)
    elif row.visit is not None:
        shown = Late(file, purpose.get("room", ""), purpose.get("fact", ""), purpose.get("part") == "unit")
        add_photos(by=row.user, visit=row.visit, photos=[shown])
    else:  # a quick finding: the photo shows what was found
        for made in row.made.get("hazards", []):
            add_hazard_photo(by=row.user, hazard=Hazard._base_manager.get(code=made["code"]), file=file)
    return True


def _hazard(row: Envelope, code: str, rule: str, room: str) -> Hazard | None:
    """A hazard that this record made or was about; a code of any other one is not taken from the phone."""
    for made in row.made.get("hazards", []):
        if (code and made["code"] == code) or (rule and (made["rule"], made["room"]) == (rule, room)):
            found: Hazard | None = Hazard._base_manager.filter(code=made["code"]).first()
            return found
    return None


def resting(row: Envelope, *, moved: bool) -> str:
    """The move to where an applied record comes to rest: photos may still be missing."""
    if row.photos.filter(photo=None).exists():
        return "wait"
    return "follow" if moved else "apply"
