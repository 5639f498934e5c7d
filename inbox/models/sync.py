"""What keeps the index true in the background: the calls it may make, and who is at work."""

from django.db import models


class CallBudget(models.Model):
    """The calls to Popsell that the worker may still make with a token: a bucket that fills up again.

    `account`: tells tokens apart without showing them. `left`: how many calls it held at `counted_at`.
    `rate`: calls a minute as of `slowed_at`, when Popsell last asked to slow down. `paused_until`: none
    before then.
    """

    account = models.CharField(max_length=16, primary_key=True)
    left = models.FloatField(default=0)
    counted_at = models.DateTimeField()
    rate = models.FloatField(null=True)
    slowed_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"budget of {self.account}"


class WorkerBeat(models.Model):
    """A sign of life of a worker. `name`: a random name of its process.

    `folder`: the folder through which it gets its tasks, by a random name; empty with Redis.
    """

    name = models.CharField(max_length=32, primary_key=True)
    folder = models.CharField(max_length=32, blank=True)
    began = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"worker {self.name}"
