"""The brake: more than 20 removals, and more than 20 % of what we have at Meta, wait for a person; all else goes on."""

from django.urls import reverse

from meta_integration.catalog.reading.session import Reading
from meta_integration.models import Catalog, CatalogItem
from operations.services import close_alert, raise_alert

BRAKE_COUNT, BRAKE_SHARE = 20, 0.20


def holds(reading: Reading, removals: int) -> bool:
    """True when so many removals wait for a person's word; they are counted. A run with removals allowed is never held."""
    if reading.options.allow_removals or removals <= BRAKE_COUNT:
        return False
    living = CatalogItem.objects.filter(catalog=reading.catalog, was_sent=True).exclude(live_hash="").count()
    if removals <= BRAKE_SHARE * living:
        return False
    reading.counts["held"] += removals
    return True


def tell(reading: Reading, held: int) -> None:
    """Notes on the catalog how many removals of a full reading are held, and calls a person, or takes the call back."""
    Catalog.objects.filter(pk=reading.catalog.pk).update(held_removals=held)
    catalog, key = reading.catalog, f"removals-held-{reading.catalog.pk}"
    if not held:
        close_alert(catalog.tenant, key)
        return
    raise_alert(
        catalog.tenant,
        kind="removals_held",
        key=key,
        title=f"{held} items would be removed from catalog {catalog.catalog_id}",
        remedy="Their products are gone here although nobody deleted them through this system. If that is right, allow the removal "
        "on the catalog's page; otherwise restore the products. Everything else goes on.",
        link=reverse("admin:meta_integration_metaappconfig_changelist"),
    )
