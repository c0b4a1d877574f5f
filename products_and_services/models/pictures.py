"""What is known of a picture by looking at it: not what anybody thinks of it."""

import hashlib

from django.db import models

from tenants.models import Tenant, TenantQuerySet


class PictureStatus(models.TextChoices):
    """How the last look ended."""

    NEW = "new", "Not looked at yet"
    OK = "ok", "A picture"
    UNREACHABLE = "unreachable", "Not reachable"
    NOT_A_PICTURE = "not_a_picture", "Not a picture"
    REFUSED = "refused", "Address not allowed"


class PictureFacts(models.Model):
    """One row per uploaded file or address and business; pictures point at it.

    source: the file's name in the storage, or the address; key: its SHA-256, because addresses are too long for an index. A picture whose
    own source is another one by now (bulk SQL) has no facts. jpeg_name: a stored JPEG copy of an upload in another format.
    checking_until: a worker is looking at it; next_check_at: when to look (again), empty when there is no reason to.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    source = models.TextField()
    is_file = models.BooleanField(default=False)

    status = models.CharField(max_length=15, choices=PictureStatus.choices, default=PictureStatus.NEW)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    format = models.CharField(max_length=10, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    bytes = models.PositiveBigIntegerField(null=True, blank=True)
    jpeg_name = models.FileField(max_length=320, blank=True)  # A file field, so that backups take the copy along.
    reason = models.CharField(max_length=300, blank=True, help_text="Why it could not be looked at, in words.")

    failures = models.PositiveSmallIntegerField(default=0, help_text="Looks in vain since the last good one.")
    checked_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checking_until = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "picture facts"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="picture_facts_once_per_tenant")]
        indexes = [
            models.Index(fields=["tenant", "next_check_at"], condition=models.Q(next_check_at__isnull=False), name="picture_to_check")
        ]

    def __str__(self) -> str:
        return self.source[:80]


def facts_key(source: str) -> str:
    """The key of a file name or address."""
    return hashlib.sha256(source.encode()).hexdigest()
