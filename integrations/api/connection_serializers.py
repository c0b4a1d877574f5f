"""A shop's connection as programs see it: everything but its keys, which go in and never come out."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from integrations.connecting.addresses import TAKEN, connected_already, kept_address, no_address, put_address
from integrations.connecting.connections import ConnectionResult
from integrations.connecting.moving import other_host, other_shop
from integrations.in_step.asking import AFTER_IMPORT, QUEUED, RUNNING
from integrations.in_step.telling import told_of
from integrations.models import Kind, Provider, StoreConnection
from integrations.models.connections import USUAL
from integrations.providers import adapter_class, credentials_in_words
from integrations.runs import result_of
from integrations.scheduling.schedules import next_run, schedule_words
from integrations.webhooks.standing import STATES as WEBHOOK_STATES
from integrations.webhooks.standing import standing_of
from operations.api import RunLinkSerializer, run_link
from operations.models import Run, RunStatus
from tenants.auth import tenant_of
from tenants.serializers import NamedChoiceField, TenantModelSerializer

STATES = ("ready", "paused", "blocked")
ADDRESSES = ("store_url", "shop_domain")


class ImportResultSerializer(serializers.Serializer):
    """What came of an import; duration: seconds."""

    synced = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    inactive = serializers.IntegerField()
    errors = serializers.IntegerField()
    duration = serializers.FloatField()


class ConnectionRunSerializer(RunLinkSerializer):
    """An import of the shop, in short."""

    status = serializers.ChoiceField(choices=RunStatus.choices)
    finished_at = serializers.DateTimeField(allow_null=True)
    message = serializers.CharField(allow_blank=True)
    result = ImportResultSerializer()


class WebhooksSerializer(serializers.Serializer):
    """How the shop tells us of changes by itself. text: in words; topics: what it tells us about; last_delivery_at: null = none yet."""

    state = serializers.ChoiceField(choices=WEBHOOK_STATES)
    text = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    topics = serializers.ListField(child=serializers.CharField())
    checked_at = serializers.DateTimeField(allow_null=True)
    last_delivery_at = serializers.DateTimeField(allow_null=True)


class ShopFactsSerializer(serializers.Serializer):
    """What the shop told about itself, "" where it did not."""

    name = serializers.CharField(allow_blank=True)
    version = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    products = serializers.IntegerField(allow_null=True)


class ConnectionTestSerializer(serializers.Serializer):
    """ok: the shop lets us in; text: what is so; to_do: what to do about it; said: the shop's own words."""

    ok = serializers.BooleanField()
    text = serializers.CharField()
    to_do = serializers.CharField(allow_blank=True)
    said = serializers.CharField(allow_blank=True)
    shop = ShopFactsSerializer(allow_null=True)


class ImportRequestSerializer(serializers.Serializer):
    """dry_run: only look, and tell what would change; full: also compare what seems unchanged."""

    dry_run = serializers.BooleanField(default=False)
    full = serializers.BooleanField(default=False)


class LookAcceptedSerializer(serializers.Serializer):
    """look: queued (it begins at once), running (the shop is being asked just now) or after_import (it begins when that has ended)."""

    status = serializers.CharField()
    look = serializers.ChoiceField(choices=(QUEUED, RUNNING, AFTER_IMPORT))
    message = serializers.CharField()


class InStepSerializer(serializers.Serializer):
    """What keeps the shop in step between imports. kind: hints (what the shop told about), changes, glances (a look over all products).

    last: when one last came to its end; next: when one is due by itself; problem: "" where all is well.
    """

    kind = serializers.ChoiceField(choices=Kind.choices)
    how_often = serializers.CharField()
    last = serializers.DateTimeField(allow_null=True)
    next = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_blank=True)
    failing_since = serializers.DateTimeField(allow_null=True)


class ConnectionSerializer(TenantModelSerializer):
    """credentials: write-only; names that are left out stay as they are. state: ready, paused (by a person) or blocked (by the shop)."""

    provider = NamedChoiceField(choices=Provider.choices, default=USUAL, help_text="Cannot be changed later.")
    credentials = serializers.DictField(
        child=serializers.CharField(max_length=500, trim_whitespace=True), write_only=True, required=False,
        help_text=credentials_in_words(),
    )  # fmt: skip
    store_url = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="For example https://shop.example or https://example.com/shop"
    )
    shop_domain = serializers.CharField(
        max_length=500, required=False, allow_blank=True,
        help_text="The address of a shop that has a domain instead. Either field takes either; answers have it where it belongs.",
    )  # fmt: skip
    same_shop = serializers.BooleanField(
        write_only=True, default=False, help_text="With another address: it is the same shop, which has moved."
    )
    state = serializers.SerializerMethodField()
    schedule_words = serializers.SerializerMethodField()
    next_run_at = serializers.SerializerMethodField()
    in_step = serializers.SerializerMethodField()
    open_questions = serializers.IntegerField(read_only=True)
    current_run = serializers.SerializerMethodField()
    last_run = serializers.SerializerMethodField()
    webhooks = serializers.SerializerMethodField()

    class Meta:
        model = StoreConnection
        fields = (
            "id", "provider", "name", "store_url", "shop_domain", "credentials", "same_shop", "state", "is_active", "blocked_at",
            "blocked_reason", "checked_at", "changes_every", "glances_every", "schedule", "schedule_time", "schedule_words", "next_run_at",
            "in_step", "use_webhooks", "webhooks", "fill_blank_skus", "link_by_sku", "download_images", "write_orders", "imported_at",
            "open_questions", "current_run", "last_run", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "is_active", "blocked_at", "blocked_reason", "checked_at", "imported_at", "created_at", "updated_at",
        )  # fmt: skip

    def validate_provider(self, provider: str) -> str:
        """What came from one kind of shop cannot come from another."""
        if self.instance is not None and provider != self.instance.provider:
            raise serializers.ValidationError("This cannot be changed. Add a new connection.")
        return provider

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An address that looks like another shop's, or that the stored keys were not meant for."""
        same_shop, stored = attrs.pop("same_shop", False), self.instance
        wanted = StoreConnection(pk=stored and stored.pk, tenant=tenant_of(self.context["request"]))
        wanted.provider = stored.provider if stored else attrs.get("provider", USUAL)
        named, url = self._address(wanted.provider, attrs)
        if not url:
            return super().validate(attrs)
        put_address(wanted, url)
        if connected_already(wanted) is not None:
            raise serializers.ValidationError({named: [TAKEN]})
        if stored is not None:
            if (why := other_shop(stored, url)) and not same_shop:
                raise serializers.ValidationError({"same_shop": [why]})
            if why := other_host(stored, url, attrs.get("credentials", {})):
                raise serializers.ValidationError({named: [why]})
        return super().validate({**attrs, "store_url": wanted.store_url, "shop_domain": wanted.shop_domain})

    def _address(self, provider: str, attrs: dict[str, Any]) -> tuple[str, str]:
        """Takes the address out of the values: under which name it came, and as it is stored, so that one shop is not connected twice."""
        typed = {name: attrs.pop(name, "").strip() for name in ADDRESSES}
        named = next((name for name in ADDRESSES if typed[name]), adapter_class(provider).address_column)
        if not typed[named]:
            if not self.partial:
                raise serializers.ValidationError({named: [no_address(provider)]})
            return named, ""
        try:
            return named, kept_address(provider, typed[named])
        except DjangoValidationError as error:
            raise serializers.ValidationError({named: error.messages}) from None

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, connection: StoreConnection) -> str:
        """In one word."""
        return "paused" if not connection.is_active else "blocked" if connection.blocked_at else "ready"

    def get_schedule_words(self, connection: StoreConnection) -> str:
        """For people."""
        return schedule_words(connection)

    def get_next_run_at(self, connection: StoreConnection) -> datetime | None:
        """When the schedule starts it next; null when it will not."""
        return next_run(connection)

    @extend_schema_field(InStepSerializer(many=True))
    def get_in_step(self, connection: StoreConnection) -> Any:
        """How it is kept in step between imports."""
        return InStepSerializer(told_of(connection), many=True).data

    @extend_schema_field(ConnectionRunSerializer(allow_null=True))
    def get_current_run(self, connection: StoreConnection) -> Any:
        """The open run; null while there is none."""
        run = connection.current_run
        return self._short(run if run is not None and run.is_open else None)

    @extend_schema_field(ConnectionRunSerializer(allow_null=True))
    def get_last_run(self, connection: StoreConnection) -> Any:
        """The newest import of everything, open or ended; null before the first one."""
        return self._short(connection.last_import)

    @extend_schema_field(WebhooksSerializer)
    def get_webhooks(self, connection: StoreConnection) -> Any:
        """As the last look at the shop found it."""
        return WebhooksSerializer(standing_of(connection)).data

    def _short(self, run: Run | None) -> Any:
        if run is None:
            return None
        plain = {
            **run_link(run, self.context.get("request")), "status": run.status, "finished_at": run.finished_at, "message": run.message,
            "result": result_of(run),
        }  # fmt: skip
        return ConnectionRunSerializer(plain).data


def answer_of_test(found: ConnectionResult) -> dict[str, Any]:
    """The body of the answer to a test."""
    facts = found.facts
    shop = None if facts is None else {
        "name": facts.name, "version": facts.version, "currency": facts.currency, "products": facts.products,
    }  # fmt: skip
    plain = {"ok": found.tone != "red", "text": found.text, "to_do": found.to_do, "said": found.said, "shop": shop}
    return dict(ConnectionTestSerializer(plain).data)
