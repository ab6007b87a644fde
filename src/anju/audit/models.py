"""The append-only log, its chain, and the keys that let a person's values be erased from it."""

from django.conf import settings
from django.db import models

from anju.audit import words
from anju.core import verbs


class Entry(models.Model):
    """One act of one person on one thing. Written in the transaction of the act, never changed.

    `subject_*` and `scope` are plain values and not foreign keys: the log outlives what it speaks of.
    `before`/`after` hold only what changed; personal values stand there sealed under the person's own key.
    """

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor_name = models.CharField(max_length=60)
    verb = models.CharField(max_length=60, db_index=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=45, blank=True)  # of the request

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.verb} {self.subject_name}"

    @property
    def act(self) -> str:
        return verbs.words(self.verb)

    @property
    def kind(self) -> str:
        return words.kind(self.subject_type)


class Seal(models.Model):
    """One link of the chain: position, the entry it seals, and the hash over the link before and the entry.

    A table of its own because only committed entries can be put in order: the sealer does it a second later.
    """

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.position}: {self.hash[:12]}"


class PersonKey(models.Model):
    """The key under which one person's values stand in the log; deleting it erases them there and leaves the chain whole."""

    subject = models.CharField(max_length=60, unique=True)  # e.g. the party's public code
    key = models.TextField()  # itself encrypted with the data key
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.subject
