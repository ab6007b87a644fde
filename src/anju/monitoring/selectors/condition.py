"""What it takes for a device to count as working, silent, at fault. Conditions on rows of `Device`, used by every list and figure.

Whatever is not known to work does not count as working: a device nobody has heard, one that is silent, at fault, taken off its
wall or being maintained protects nobody.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from anju.core import time
from anju.monitoring import thresholds
from anju.monitoring.models import Alarm, Device

K, A = Device.Kind, Alarm.Kind
SMOKE = (K.SMOKE,)
ELECTRIC = (K.RESIDUAL_CURRENT, K.CABLE_TEMPERATURE, K.ARC, K.BREAKER)
AILING = (A.FAULT, A.TAMPER)
SOON = timedelta(days=30)  # a calibration that runs out within a month is due


def open_alarm(*kinds: str, device: str = "pk") -> Exists:
    """An open alarm of the device itself; what a unit says of a part is not about the unit."""
    rows = Alarm._base_manager.filter(device=OuterRef(device), kind__in=kinds, part="")
    return Exists(rows.exclude(state=Alarm.State.CLOSED))


IN_USE = Q(retired_on=None)


def silent() -> Q:
    return IN_USE & Q(state__silent=True)


def ailing() -> Q:
    return IN_USE & Q(open_alarm(*AILING))


def flat_battery() -> Q:
    return IN_USE & Q(open_alarm(A.BATTERY))


def never_heard() -> Q:
    return IN_USE & Q(state__seen_at=None)


def calibration_due(moment: datetime) -> Q:
    return IN_USE & Q(calibrated_until__lte=time.day_of(moment + SOON))


def quiet(moment: datetime) -> Q:
    return IN_USE & Q(quiet_until__gt=moment)


def _alive(moment: datetime, of: str = "") -> Q:
    """Heard within its time, and not silent. `of`: "parent__" for the unit in front of a part."""
    found = Q(pk__in=())
    for kind, rules in thresholds.edition_on(time.day_of(moment)).kinds.items():
        mine = Q(**{f"{of}kind": kind, f"{of}silent_after": None})
        if rules.silent_after is None:  # it need not speak by itself: once is enough
            found |= mine & Q(**{f"{of}state__seen_at__isnull": False})
        else:
            limit = moment - timedelta(seconds=rules.silent_after)
            found |= mine & Q(**{f"{of}state__seen_at__gt": limit})
    found |= Q(**{f"{of}pk__in": _own_time(moment)})
    return found & Q(**{f"{of}state__silent": False, f"{of}retired_on": None})


def _own_time(moment: datetime) -> list[int]:
    """Devices with a time of their own that were heard within it."""
    rows = Device._base_manager.filter(retired_on=None, silent_after__isnull=False, state__seen_at__isnull=False)
    return [
        pk
        for pk, seconds, seen in rows.values_list("pk", "silent_after", "state__seen_at")
        if seen is not None and seen > moment - timedelta(seconds=seconds or 0)
    ]


def _sound() -> Q:
    return IN_USE & ~Q(open_alarm(*AILING))


def working(moment: datetime) -> Q:
    """Counts as protection now. A part behind a unit speaks only when it has something to say, so it must have been heard once
    and its unit must be alive."""
    own = Q(parent=None) & _alive(moment)
    part = Q(parent__isnull=False, state__seen_at__isnull=False) & _alive(moment, "parent__")
    return (own | part) & _sound() & (Q(quiet_until=None) | Q(quiet_until__lte=moment))


def vouching() -> Q:
    """May speak in the facts of its home. Silence counts here from when somebody listened (`services.silence`), so that a gateway
    that was away for an hour does not turn every home of the city unknown; maintenance, which has an end, changes no fact."""
    unit = Q(parent=None) | Q(parent__state__silent=False, parent__retired_on=None)
    return unit & Q(state__seen_at__isnull=False, state__silent=False) & _sound()
