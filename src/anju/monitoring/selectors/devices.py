"""The list of devices: its filters, its tabs with counts, its rows with their state, its export."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.monitoring.models import Alarm, Device, DeviceBatch
from anju.monitoring.selectors import condition
from anju.monitoring.vocabulary import DANGER

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
SORTS = ("where", "-where", "kind", "-kind", "heard", "-heard", "added_at", "-added_at")
TABS: tuple[tuple[str, Any], ...] = (
    ("", _("In use")),
    ("silent", _("Silent")),
    ("fault", _("Fault")),
    ("battery", _("Battery low")),
    ("never", _("Never heard")),
    ("calibration", _("Calibration due")),
    ("quiet", _("Being maintained")),
    ("retired", _("Retired")),
)


@dataclass(frozen=True)
class Filter:
    """What the address of the page asks for; a value that is none of the choices counts as not set."""

    state: str = ""
    area: str = ""
    estate: str = ""
    kind: str = ""
    batch: str = ""
    unit: str = ""
    q: str = ""
    sort: str = "where"

    @classmethod
    def of(cls, query: QueryDict) -> "Filter":
        found = {field.name: query.get(field.name, "").strip()[:80] for field in fields(cls)}
        choices = {"state": [tab for tab, _label in TABS], "kind": Device.Kind.values, "sort": SORTS}
        clean = {name: value for name, value in found.items() if name not in choices or value in choices[name]}
        return cls(**{**clean, "sort": clean.get("sort") or "where"})


def visible(user: User) -> "QuerySet[Device]":
    rows: QuerySet[Device] = Device.objects.for_user(user)
    return rows


def device_or_404(user: User, code: str) -> Device:
    rows = visible(user).select_related("dwelling", "place", "area__parent", "state", "parent", "added_by")
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def filtered(user: User, wanted: Filter) -> "QuerySet[Device]":
    """Without the tab."""
    rows = visible(user)
    if wanted.area:
        area = Area.objects.filter(code=wanted.area).first()
        rows = rows.filter(paths.under("area_path", area.path)) if area else rows.none()
    if wanted.estate:
        place = Place.objects.filter(code=wanted.estate).first()
        rows = rows.filter(paths.under("place_path", place.path)) if place else rows.none()
    if wanted.batch:
        seen = DeviceBatch.objects.for_user(user).filter(code=wanted.batch).values("rows__device")
        rows = rows.filter(pk__in=seen)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.unit:
        rows = rows.filter(parent__code=wanted.unit)
    for word in wanted.q.split()[:5]:
        named = (
            Q(where__icontains=word) | Q(name__icontains=word) | Q(serial__icontains=word) | Q(profile__icontains=word)
        )
        rows = rows.filter(named | Q(code=word.upper()) | Q(wire_address=word.lower()) | Q(dwelling__code=word.upper()))
    return rows


def of_tab(rows: "QuerySet[Device]", tab: str, moment: datetime) -> "QuerySet[Device]":
    if tab == "retired":
        return rows.exclude(retired_on=None)
    return rows.filter(_condition(tab, moment))


def _condition(tab: str, moment: datetime) -> Q:
    if tab == "calibration":
        return condition.calibration_due(moment)
    if tab == "quiet":
        return condition.quiet(moment)
    timeless = {
        "silent": condition.silent,
        "fault": condition.ailing,
        "battery": condition.flat_battery,
        "never": condition.never_heard,
    }
    return timeless[tab]() if tab in timeless else condition.IN_USE


def number(rows: "QuerySet[Any]") -> str:
    count, more = capped_count(rows)
    return f"{count:,}+" if more else str(count)


def tabs(rows: "QuerySet[Device]", moment: datetime) -> list[tuple[str, Any, str]]:
    return [(tab, label, number(of_tab(rows, tab, moment))) for tab, label in TABS]


def sortable(rows: "QuerySet[Device]") -> "QuerySet[Device]":
    """With `heard`, which is never NULL: what was never heard is oldest."""
    never = Value(NEVER, output_field=DateTimeField())
    return rows.annotate(heard=Coalesce("state__seen_at", never)).select_related("state", "area", "parent")


@dataclass(frozen=True)
class State:
    """The one word that stands beside a device; tones are those of `chip`."""

    key: str
    tone: str
    label: str | Promise
    icon: str


STATES: dict[str, State] = {
    state.key: state
    for state in (
        State("retired", "plain", _("Retired"), "archive"),
        State("danger", "bad", _("Alarm"), "bell-ringing"),
        State("silent", "bad", _("Silent"), "wifi-off"),
        State("fault", "bad", _("Fault"), "alert-triangle"),
        State("tamper", "bad", _("Tampered with"), "hand-stop"),
        State("quiet", "work", _("Being maintained"), "tool"),
        State("never", "new", _("Never heard"), "circle-dotted"),
        State("battery", "due", _("Battery low"), "battery-charging"),
        State("other", "due", _("Alarm"), "bell"),
        State("ok", "ok", _("Working"), "circle-check"),
    )
}


def open_alarms(devices: Sequence[Device]) -> dict[int, set[str]]:
    """{device id: kinds of its own open alarms}."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Alarm._base_manager.filter(device__in=[device.pk for device in devices], part="")
    for device, kind in rows.exclude(state=Alarm.State.CLOSED).values_list("device", "kind"):
        found[device].add(kind)
    return found


def state_of(device: Device, kinds: set[str], moment: datetime) -> State:
    """Worst first. Danger stands above everything but retirement, maintenance above what maintenance explains."""
    if device.retired_on is not None:
        return STATES["retired"]
    checks = (
        ("danger", bool(kinds & DANGER)),
        ("quiet", device.is_quiet(moment)),
        ("silent", device.state.silent),
        ("tamper", Alarm.Kind.TAMPER in kinds),
        ("fault", Alarm.Kind.FAULT in kinds),
        ("never", device.state.seen_at is None),
        ("battery", Alarm.Kind.BATTERY in kinds),
        ("other", bool(kinds - {Alarm.Kind.SILENT, Alarm.Kind.TEST})),
    )
    return STATES[next((key for key, holds in checks if holds), "ok")]


@dataclass(frozen=True)
class Line:
    """One row of a list."""

    device: Device
    state: State
    battery: float | None
    calibration: str  # "", due, over


def lines(devices: Sequence[Device], moment: datetime) -> list[Line]:
    alarms, today = open_alarms(devices), time.day_of(moment)
    return [
        Line(
            device, state_of(device, alarms.get(device.pk, set()), moment), device.state.readings.get("battery"),
            calibration(device, today),
        )
        for device in devices
    ]  # fmt: skip


def calibration(device: Device, today: Any) -> str:
    if device.calibrated_until is None or device.retired_on is not None:
        return ""
    if device.calibrated_until < today:
        return "over"
    return "due" if device.calibrated_until <= today + condition.SOON else ""


EXPORTED = 100_000


def export_rows(rows: "QuerySet[Device]", moment: datetime) -> Iterator[tuple[Any, ...]]:
    """In portions, each with its alarms in one query."""
    after = 0
    while after < EXPORTED:
        found = list(
            sortable(rows).select_related("dwelling", "place").order_by("area_path", "id")[after : after + 1000]
        )
        for line in lines(found, moment):
            row = line.device
            yield (
                row.code, row.get_kind_display(), row.name, row.where, row.dwelling.code if row.dwelling else "", row.room,
                row.area.name, str(line.state.label), row.state.seen_at, line.battery, row.profile, row.serial, row.wire_address,
                row.parent.code if row.parent else "", row.part, row.installed_on, row.calibrated_until, row.battery_changed_on,
                row.retired_on,
            )  # fmt: skip
        if len(found) < 1000:
            return
        after += 1000


def areas_of(user: User) -> list[Area]:
    """Towns for the filter: those of the person, or all below the city."""
    scope = scope_of(user)
    rows = Area.objects.filter(kind__in=[Area.Kind.ZONE, Area.Kind.COMMUNITY], closed_on=None).order_by("path")
    if scope.everything:
        return list(rows)
    return [row for row in rows if any(row.path.startswith(root) for root in scope.area_paths)]
