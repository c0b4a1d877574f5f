"""What a comparison with Meta found: one row per item that is not as it should be, and, while it reads, what the listing showed."""

from django.db import models

from meta_integration.models.catalogs import Catalog
from meta_integration.models.items import CatalogItem
from operations.models import Run


class FindingKind(models.TextChoices):
    """What is wrong. The first three are about items that we sent, the others about items that somebody else made."""

    MISSING = "missing", "Missing at Meta"
    DIFFERENT = "different", "Different at Meta"
    EXTRA = "extra", "Deleted here, still at Meta"
    DUPLICATE = "duplicate", "Duplicate"
    NOT_OURS = "not_ours", "Not ours"
    ADOPTABLE = "adoptable", "Made elsewhere, same SKU"


class FindingState(models.TextChoices):
    OPEN = "open", "Open"
    MENDED = "mended", "Mended"
    IGNORED = "ignored", "Ignored"
    GONE = "gone", "No longer so"


class CatalogFinding(models.Model):
    """fields: {name: [here, at Meta]}, as people read them. note: why it is a finding, or what came of it.

    product_id: our product it is about, a plain number that outlives it; like: the retailer_id of ours that a duplicate stands for.
    asked: the exact look-up has had its say; until then it is only what the listing suggests. chosen: the run that a person told to
    mend it.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="findings")
    item = models.ForeignKey(CatalogItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    product_id = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=FindingKind.choices)
    state = models.CharField(max_length=8, choices=FindingState.choices, default=FindingState.OPEN)
    retailer_id = models.CharField(max_length=100)
    meta_id = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=500, blank=True)
    like = models.CharField(max_length=100, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    asked = models.BooleanField(default=False)
    chosen = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "finding"
        constraints = [models.UniqueConstraint(fields=["run", "kind", "retailer_id", "meta_id"], name="finding_once_per_run")]
        indexes = [models.Index(fields=["catalog", "kind", "state"], name="finding_by_kind")]

    def __str__(self) -> str:
        return f"{self.retailer_id}: {self.get_kind_display()}"


class CatalogSighting(models.Model):
    """One item as the listing of a running comparison showed it: what is not here at the end was not listed.

    A narrow table that is emptied when the run ends, so that neither memory nor the items' own rows carry a hundred thousand marks.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    retailer_id = models.CharField(max_length=100)
    meta_id = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "retailer_id", "meta_id"], name="sighting_once_per_run")]

    def __str__(self) -> str:
        return f"{self.retailer_id} ({self.meta_id})"
