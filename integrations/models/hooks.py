"""What shops tell us by themselves: the hooks that we keep in a shop, each delivery of one, and hooks that a removed shop still has."""

from django.db import models

from common.encrypted_field import EncryptedJSONField, EncryptedTextField
from integrations.models.connections import Provider, StoreConnection
from tenants.models import Tenant, TenantQuerySet


class Signature(models.TextChoices):
    """Of what a shop delivers: as it should be, or wrong again and again, or wrong as the shop itself confirms."""

    RIGHT = "", "Right"
    DOUBTED = "doubted", "Doubted"
    WRONG = "wrong", "Wrong"


class StoreHooks(models.Model):
    """The webhooks of one connection: kept by webhooks/keeping.py alone.

    secret: what WooCommerce signs with, chosen by us; old_secret: a credential that signed before the present one (Shopify), until then.
    registered: [{"id", "topic"}] of ours at the shop `shop_address`, all leading to `address`. problem: why there are none, in words.
    signature: see webhooks/doubts.py. due_at: when to look next, None = not before somebody asks; tries: looks in vain since the last good
    one.
    """

    connection = models.OneToOneField(StoreConnection, on_delete=models.CASCADE, related_name="hooks")
    secret = EncryptedTextField(blank=True, default="")
    old_secret = EncryptedTextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=500, blank=True)
    shop_address = models.CharField(max_length=500, blank=True)
    registered = models.JSONField(default=list)
    problem = models.TextField(blank=True)
    signature = models.CharField(max_length=8, choices=Signature.choices, blank=True, default=Signature.RIGHT, db_default="")
    checked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"webhooks of {self.connection_id}"

    @property
    def topics(self) -> list[str]:
        """What the shop tells us about."""
        return sorted(str(one.get("topic")) for one in self.registered)


class DeliveryState(models.TextChoices):
    NOTED = "noted", "Noted"
    IGNORED = "ignored", "Nothing to do"
    FAILED = "failed", "Failed"


class StoreDelivery(models.Model):
    """One verified delivery of a shop. external_ids: products to be fetched again; content: what is kept of the body, nothing of customers.

    news: what it was about (providers/hooks.py); note: what became of it, in words.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="store_deliveries")
    connection = models.ForeignKey(StoreConnection, on_delete=models.CASCADE, related_name="deliveries")
    topic = models.CharField(max_length=60)
    delivery_id = models.CharField(max_length=100)
    news = models.CharField(max_length=12)
    external_ids = models.JSONField(default=list)
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.NOTED)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    replayed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "delivery of a shop"
        verbose_name_plural = "deliveries of shops"
        constraints = [models.UniqueConstraint(fields=["connection", "topic", "delivery_id"], name="delivery_once")]
        indexes = [models.Index(fields=["tenant", "-id"]), models.Index(fields=["connection", "-id"])]

    def __str__(self) -> str:
        return f"{self.topic} {', '.join(self.external_ids)}".strip()


class HookFarewell(models.Model):
    """A shop that was removed here and still has hooks of ours: they are removed there, then this row goes, and with it the keys."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=12, choices=Provider.choices)
    store_url = models.CharField(max_length=500, blank=True)
    shop_domain = models.CharField(max_length=255, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict)
    hook_ids = models.JSONField(default=list)
    path = models.CharField(max_length=100)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    lease_token = models.CharField(max_length=32, blank=True, default="")
    lease_expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"webhooks of {self.store_url or self.shop_domain}"
