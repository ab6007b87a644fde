"""Messages to people outside the platform: written in the transaction of what they tell of, sent afterwards."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.stations.models.callouts import Call
from anju.stations.models.people import Member


class Message(models.Model):
    """One text to one number by one channel. `key` goes along to the gateway: inside the database it is sent once, outside at
    least once, and a gateway that honours the key makes that once. The number of a member is read when it is sent.
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        VOICE = "voice", _("Voice call")
        WECOM = "wecom", _("WeChat Work")
        PUSH = "push", _("Web push")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENT = "sent", _("Handed to the gateway")
        SHOWN = "shown", _("Shown on screen only")
        FAILED = "failed", _("Could not be sent")

    key = models.CharField(max_length=80, unique=True)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="messages")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    channel = models.CharField(max_length=6, choices=Channel)
    to_name = models.CharField(max_length=120)
    duty_phone = models.CharField(max_length=20, blank=True)  # empty: the member's own
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    written_at = models.DateTimeField()
    try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=80, blank=True)  # what the gateway answered
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["try_at"], condition=Q(state="waiting"), name="message_waiting")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.to_name}"

    @property
    def number(self) -> str:
        return self.duty_phone or (self.member.phone if self.member else "")
