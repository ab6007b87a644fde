"""A call-out: who was called when, who answered, what was found. States move only through `stations/workflow.py`."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.areas.scoping import ScopedModel, by_paths
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.stations.models.stations import Station


def callout_code() -> str:
    return new_code("CO", 9)


class CallOut(ScopedModel):
    """Somebody is sent to a spot, because a device raised an alarm or a person asked. The numbers of people are those of the
    moment of the call; no name and no telephone of anybody who lives there is kept here.
    """

    class State(models.TextChoices):
        CALLED = "called", _("Called, nobody has answered")
        ACCEPTED = "accepted", _("On the way")
        ARRIVED = "arrived", _("On the spot")
        REPORTED = "reported", _("Reported from the spot")
        CLOSED = "closed", _("Call-out closed")

    class Level(models.TextChoices):
        FIRE = "fire", _("Fire alarm")
        GAS = "gas", _("Gas alarm")
        ELECTRICAL = "electrical", _("Electrical alarm")
        PRE_ALARM = "pre_alarm", _("Pre-alarm")
        OTHER = "other", _("Other call")

    class Source(models.TextChoices):
        ALARM = "alarm", _("Alarm of a device")
        PERSON = "person", _("Called by a person")

    class Outcome(models.TextChoices):
        REAL = "real", _("Real fire")
        FALSE = "false", _("False alarm")
        TEST = "test", _("Test")
        FAULT = "fault", _("Device fault")

    code = models.CharField(max_length=16, unique=True, default=callout_code)
    dwelling = models.ForeignKey(Dwelling, null=True, blank=True, on_delete=models.PROTECT, related_name="callouts")
    room = models.CharField(max_length=20, blank=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="callouts")
    place_path = models.CharField(max_length=20)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="callouts")
    area_path = models.CharField(max_length=20)
    where = models.CharField(max_length=200)  # address in words
    title = models.CharField(_("what is reported"), max_length=120)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.FIRE)
    source = models.CharField(max_length=8, choices=Source)
    source_code = models.CharField(max_length=40, blank=True)  # of the alarm
    also = models.JSONField(default=list)  # codes of further alarms of the same home while it was open
    people = models.PositiveSmallIntegerField(null=True, blank=True)  # registered there; NULL: not known
    need_help = models.PositiveSmallIntegerField(null=True, blank=True)  # of them; NULL: nobody asked
    known = models.JSONField(default=list)  # [[what, value]], see selectors/briefing.py

    state = models.CharField(max_length=10, choices=State, default=State.CALLED)
    station = models.ForeignKey(
        Station, null=True, blank=True, on_delete=models.PROTECT, related_name="callouts"
    )  # whose people answered; before that, who was called first
    alarm_at = models.DateTimeField()
    called_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # Measured for every call-out (A6.3), in whole seconds: alarm to call, first call to answer, alarm to arrival.
    dispatch_seconds = models.PositiveIntegerField(default=0)
    answer_seconds = models.PositiveIntegerField(null=True, blank=True)
    arrival_seconds = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(_("what it was"), max_length=6, choices=Outcome, blank=True)
    finding = models.CharField(_("what was found"), max_length=500, blank=True)
    lessons = models.CharField(_("lessons"), max_length=500, blank=True)
    hazard = models.ForeignKey(Hazard, null=True, blank=True, on_delete=models.PROTECT, related_name="callouts")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_code"], condition=~Q(source_code=""), name="one_callout_per_alarm"
            )
        ]
        indexes = [
            models.Index(fields=["state", "alarm_at"], name="callout_state_time"),
            models.Index(fields=["area_path", "alarm_at"], name="callout_area_time"),
            models.Index(fields=["place_path", "alarm_at"], name="callout_place_time"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.where}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        """Where it burns, and for whoever was called there from elsewhere."""
        called = Call._base_manager.filter(by_paths(scope, "station__")).values("callout_id")
        return by_paths(scope) | Q(pk__in=called)

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED


class Call(models.Model):
    """One body that was called, in the order of the calls: a station, a grid's leader, a town."""

    class Target(models.TextChoices):
        STATION = "station", _("Station")
        GRID = "grid", _("Leader of the grid")
        TOWN = "town", _("Town or zone")

    class Why(models.TextChoices):
        FIRST = "first", _("Called first")
        UNANSWERED = "unanswered", _("Nobody before answered")
        LATE = "late", _("Nobody was there in time")
        ASKED = "asked", _("Asked for as support")

    callout = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="calls")
    order = models.PositiveSmallIntegerField()
    target = models.CharField(max_length=8, choices=Target)
    why = models.CharField(max_length=10, choices=Why)
    station = models.ForeignKey(Station, null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    area = models.ForeignKey(Area, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)  # a duty number
    called_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["callout", "order"], name="calls_are_numbered")]
        indexes = [models.Index(fields=["station", "called_at"], name="call_station_time")]

    def __str__(self) -> str:
        return self.name


class CallClock(models.Model):
    """One limit of a call-out as a row: kept or missed. Claimed by a conditional update when it runs out."""

    class Kind(models.TextChoices):
        ACCEPT = "accept", _("Answer within a minute")
        ARRIVE = "arrive", _("There within three minutes")

    callout = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="clocks")
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=8, choices=Kind)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)  # set by the worker that claimed it

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None, missed_at=None), name="callclock_running")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%F %T}"


class Responder(models.Model):
    """A person who said "I am coming"; the first one answered the call, the others join."""

    callout = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="responders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["callout", "user"], name="responder_once")]

    def __str__(self) -> str:
        return self.name


class CallOutEvent(models.Model):
    """One line of a call-out's log."""

    callout = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=16)
    text = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["callout", "at"], name="callout_event_time")]

    def __str__(self) -> str:
        return self.text


class CallOutPhoto(models.Model):
    """A photo from the spot."""

    callout = models.ForeignKey(CallOut, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file)
