"""What somebody before the door tells who lets the home."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.dwellings.models import Dwelling


def note_code() -> str:
    return new_code("", 10)


class DoorNote(ScopedModel):
    """留言: words from the code on a sign to who lets the home. Neither learns who the other is: no name and no number is
    asked, and the one who lets is 顾先生 to the stranger. The code is the stranger's, to read the answer. Nobody else reads it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not answered yet")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Read, no answer")

    scope_parent = "dwelling"

    code = models.CharField(max_length=10, unique=True, default=note_code)
    token = models.CharField(max_length=40, unique=True)  # of the form: sent twice, it is one note
    dwelling = models.ForeignKey(Dwelling, on_delete=models.CASCADE, related_name="door_notes")
    text = models.CharField(max_length=300)
    left_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    answer = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["dwelling", "state", "-left_at"], name="door_note_home")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(answered_at__isnull=False), name="door_note_answered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.left_at:%F}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        if not scope.user_id:
            return NOTHING
        me = scope.user_id
        return (
            Q(dwelling__landlord__user_id=me) | Q(dwelling__sublessor__user_id=me) | Q(dwelling__operator__user_id=me)
        )
