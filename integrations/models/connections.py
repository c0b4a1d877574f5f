"""A shop that a business is connected to: where it is, the keys to it, what is wanted of it, and what was found out about it."""

from datetime import time
from typing import Any

from django.db import models
from django.db.models import Q

from common.encrypted_field import EncryptedJSONField
from operations.models import Run
from products_and_services.models.addresses import WebAddressField
from tenants.models import Tenant, TenantQuerySet


class Provider(models.TextChoices):
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    SHOPIFY = "shopify", "Shopify"


USUAL = Provider.WOOCOMMERCE  # Where nobody says which kind.


class LinkBySku(models.TextChoices):
    LINK = "link", "Link to it; ask where it is not clear which one is meant"
    ASK = "ask", "Always ask"
    NEVER = "never", "Never: keep them apart"


class ChangesEvery(models.IntegerChoices):
    NEVER = 0, "Never"
    TWO = 2, "Every 2 minutes"
    FIVE = 5, "Every 5 minutes"
    TEN = 10, "Every 10 minutes"
    QUARTER = 15, "Every 15 minutes"
    HALF = 30, "Every 30 minutes"
    HOUR = 60, "Every hour"


class GlancesEvery(models.IntegerChoices):
    NEVER = 0, "Never"
    QUARTER = 15, "Every 15 minutes"
    HALF = 30, "Every 30 minutes"
    HOUR = 60, "Every hour"
    FOUR_HOURS = 240, "Every 4 hours"


class Schedule(models.TextChoices):
    OFF = "off", "Only when somebody starts it"
    QUARTER = "quarter", "Every 15 minutes"
    HOURLY = "hourly", "Every hour"
    NIGHTLY = "nightly", "Every night"


# Written by runs and blocks alone, by UPDATE; a person's save, which may be stale, leaves them as they are.
STATE_COLUMNS = frozenset({
    "blocked_at", "blocked_reason", "current_run", "imported_at", "last_import", "failed_import", "product_count", "count_before",
    "count_jumped_at", "stale_since",
})  # fmt: skip


class StoreConnection(models.Model):
    """credentials: {name: secret} as the provider's adapter names them, encrypted, never shown.

    is_active: a person's switch (off = paused). blocked_*: the shop refuses us until a person acts (a revoked key): one state, one alert,
    no calls. facts: what the adapter has found out and may find out again (API address, way of signing, version, currency, page size).
    current_run: the run that has this connection, or had it last: it has it while it is open, so that two never overlap (runs/holding.py).
    last_import: the newest import of everything, open or ended (runs of single products and dry runs are none); failed_import: the one
    that failed since the last one that was completed.
    product_count: how many products the shop had at the last completed import; count_before, count_jumped_at: when that number had
    changed so much since the import before that somebody should look.
    stale_since: when the shop said that something about itself has changed (its currency); the next look asks it who it is.
    history_seen: the newest revision that imports have taken into account (importing/edits.py).
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="store_connections")
    provider = models.CharField(max_length=12, choices=Provider.choices, default=USUAL)
    name = models.CharField(max_length=100, blank=True, help_text="How you call the shop. Blank: its address.")
    store_url = WebAddressField(
        "shop address", max_length=500, blank=True, help_text="For example https://shop.example or https://example.com/shop"
    )
    shop_domain = models.CharField(max_length=255, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    is_active = models.BooleanField(
        "active", default=True, help_text="Switch off to pause: nothing is read from the shop, nothing changes here."
    )

    fill_blank_skus = models.BooleanField(
        "number products without SKU", default=True,
        help_text="Without a SKU a product cannot be shown at Meta. They get one like WC-123 or SH-123.",
    )
    link_by_sku = models.CharField(
        "same SKU as a product entered here", max_length=8, choices=LinkBySku.choices, default=LinkBySku.LINK
    )
    download_images = models.BooleanField(
        "copy pictures", default=False, help_text="Off: Meta fetches pictures from the shop. On: we keep copies and serve those."
    )
    write_orders = models.BooleanField(
        "enter orders in the shop", default=False, db_default=False,
        help_text="On: each confirmed WhatsApp order becomes an order in the shop, once, and the shop takes the goods off its stock. "
        "The key must be allowed to write orders. Off: no order is ever written to the shop.",
    )  # fmt: skip
    changes_every = models.PositiveSmallIntegerField(
        "read what was changed", choices=ChangesEvery.choices, default=ChangesEvery.FIVE, db_default=5,
        help_text="Only products that were changed in the shop since the last time are read: a request or two.",
    )  # fmt: skip
    glances_every = models.PositiveSmallIntegerField(
        "look over all products", choices=GlancesEvery.choices, default=GlancesEvery.HOUR, db_default=60,
        help_text="Stock, price and status of all products are compared, and only what differs is read. Finds what the shop does not date, "
        "like stock that a plugin writes, and what was deleted.",
    )  # fmt: skip
    schedule = models.CharField(
        "read everything", max_length=8, choices=Schedule.choices, default=Schedule.NIGHTLY,
        help_text="The whole import: it heals whatever the others miss.",
    )  # fmt: skip
    schedule_time = models.TimeField("at", default=time(3, 0), help_text="For “every night”, in the time zone of the business.")

    use_webhooks = models.BooleanField(
        "tell us at once", default=True, db_default=True,
        help_text="The shop itself tells us of each change (webhooks). Off: changes come by the schedule alone.",
    )  # fmt: skip

    facts = models.JSONField(default=dict, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_at = models.DateTimeField(null=True, blank=True, editable=False)
    blocked_reason = models.TextField(blank=True, editable=False)
    current_run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    imported_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When the last whole import ended.")
    last_import = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    failed_import = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+")
    product_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    count_before = models.PositiveIntegerField(null=True, blank=True, editable=False)
    count_jumped_at = models.DateTimeField(null=True, blank=True, editable=False)
    stale_since = models.DateTimeField(null=True, blank=True, editable=False)
    history_seen = models.BigIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "id"]
        verbose_name = "shop"
        constraints = [
            models.CheckConstraint(condition=~Q(store_url="") | ~Q(shop_domain=""), name="store_has_an_address"),
            models.UniqueConstraint(fields=["tenant", "provider", "store_url", "shop_domain"], name="store_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return self.name or self.address

    def save(self, **options: Any) -> None:
        """Saves everything but the state columns. Raises DatabaseError when the row is gone."""
        if not self._state.adding and options.get("update_fields") is None:
            deferred = self.get_deferred_fields()
            columns = [field for field in self._meta.concrete_fields if not field.primary_key and field.attname not in deferred]
            options["update_fields"] = [field.name for field in columns if field.name not in STATE_COLUMNS]
        super().save(**options)

    @property
    def address(self) -> str:
        """Where the shop is: its URL or its domain."""
        return self.store_url or self.shop_domain

    def credential(self, name: str) -> str:
        """One secret, "" when it is not stored."""
        known: Any = self.credentials
        return str(known.get(name) or "")
