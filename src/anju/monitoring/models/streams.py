"""How far a log in front of the platform has been read."""

from django.db import models


class StreamPosition(models.Model):
    """The last message of one partition of a NATS stream that is stored. Moved in the transaction that stores, and only from
    where its owner believes it to be: of two owners one cannot commit.
    """

    stream = models.CharField(max_length=64)
    partitions = models.PositiveSmallIntegerField()  # into how many the stream is divided
    partition = models.PositiveSmallIntegerField()
    sequence = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()  # the stream itself: a new one of the same name counts from 1 again
    owner = models.CharField(max_length=60, blank=True)  # the gateway that reads it
    beat_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "partitions", "partition"], name="stream_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.partition}/{self.partitions}: {self.sequence}"
