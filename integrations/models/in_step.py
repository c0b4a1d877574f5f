"""What keeps a shop in step between whole imports: products that somebody hinted at, and how often and when we look by ourselves."""

from django.db import models

from integrations.models.connections import StoreConnection


class Kind(models.TextChoices):
    HINTS = "hints", "Hints"
    CHANGES = "changes", "Changes"
    GLANCES = "glances", "Look over all products"


class StoreHint(models.Model):
    """One product of a shop of which we should ask anew: a delivery, a look or a person said so. It says nothing of what has changed.

    version: goes up with every further hint, so that one that comes while the shop is being asked is not forgotten; due_at: a moment after
    the first, as one save in a shop often makes several. It goes once the shop has answered.
    """

    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="hints")
    external_id = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=0)
    noted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="hint_once_per_product")]
        indexes = [models.Index(fields=["connection", "due_at"], name="hint_due")]

    def __str__(self) -> str:
        return f"{self.external_id} ({self.reason})"


class StoreStranger(models.Model):
    """A product that a look over the shop found there and not among ours: it was asked for, and comes in or does not.

    As long as the row is there and the shop shows the same `glance`, no look asks again; it goes when the product has come in, and a day
    after `asked_at` (in_step/strangers.py).
    """

    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="strangers")
    external_id = models.CharField(max_length=64)
    glance = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "external_id"], name="stranger_once_per_product")]

    def __str__(self) -> str:
        return self.external_id


class StoreWatch(models.Model):
    """One way of keeping a shop in step, with a claim of its own (common/lease.py), so that no shop ever waits for another.

    due_at: when it is next worth asking (None: at once); begun_at: when the last one that came to its end had begun, looked_at: when it
    ended; tries: how often in a row the shop did not answer (1 where another way has met that it is down), failing_since: since when,
    problem: what it said, in words; cursor: how far one is that is under way.
    """

    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    due_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)
    cursor = models.JSONField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="watch_once_per_kind")]
        indexes = [models.Index(fields=["due_at"], name="watch_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.connection_id}"
