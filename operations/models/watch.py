"""What the installation knows of its own health."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the machinery was last seen working (what is silent for minutes is not running), and since when without a gap."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()
    since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%Y-%m-%d %H:%M:%S}"


class Tally(models.Model):
    """Counted for /metrics over all processes: how often, and how long in sum (seconds). le: upper bound of the histogram's bucket."""

    metric = models.CharField(max_length=40)
    first = models.CharField(max_length=60, blank=True)
    second = models.CharField(max_length=60, blank=True)
    le = models.CharField(max_length=10, blank=True)
    count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["metric", "first", "second", "le"], name="one_tally_per_label_set")]

    def __str__(self) -> str:
        return f"{self.metric} {self.first} {self.second} {self.le}: {self.count}"
