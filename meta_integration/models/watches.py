"""What the minute watch remembers of a catalog from one look to the next."""

from django.db import models

from meta_integration.models.catalogs import Catalog


class CatalogWatch(models.Model):
    """One row per catalog that was ever watched. Written by the watch alone, so that the engine's rows are left in peace.

    head_*: the item that is next in line, and since when it has been that, untouched. waiting, rises: how many wait, and for how many
    looks in a row there were more. throttled: leaky count of minutes in which Meta throttled. counted_from: failures before it are
    forgiven (a person resumed). warned_at, pause_at: the warning before sending pauses by itself.
    """

    catalog = models.OneToOneField(Catalog, on_delete=models.CASCADE, related_name="watch")
    head_item = models.BigIntegerField(null=True)
    head_mark = models.BigIntegerField(null=True)
    head_rev = models.BigIntegerField(null=True)
    head_since = models.DateTimeField(null=True)
    waiting = models.PositiveIntegerField(default=0)
    rises = models.PositiveSmallIntegerField(default=0)
    throttled = models.PositiveSmallIntegerField(default=0)
    counted_from = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    pause_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "catalog watches"

    def __str__(self) -> str:
        return f"watch over {self.catalog_id}"
