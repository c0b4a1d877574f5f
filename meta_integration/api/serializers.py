"""Shapes of the catalog API, for the answers and for the OpenAPI document. Plain serializers: nothing here writes."""

from rest_framework import serializers

from products_and_services.models import SyncStatus

MOST_IDS = 10_000
STATUSES = f"One of {', '.join(SyncStatus.values)}."


class CatalogItemSerializer(serializers.Serializer):
    """One item of a product at Meta."""

    retailer_id = serializers.CharField()
    catalog_id = serializers.CharField()
    meta_id = serializers.CharField(allow_blank=True)
    status = serializers.CharField(help_text=STATUSES)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField(allow_blank=True)
    error_code = serializers.IntegerField(allow_null=True)
    what_to_do = serializers.CharField(allow_blank=True)
    last_attempt = serializers.DateTimeField(allow_null=True)
    last_success = serializers.DateTimeField(allow_null=True)
    next_attempt = serializers.DateTimeField(allow_null=True)


class CatalogStatusSerializer(serializers.Serializer):
    """How a product stands at Meta. reasons: what keeps it, or parts of it, away, in words; reason_codes: the same for programs."""

    product_id = serializers.IntegerField()
    status = serializers.CharField(help_text=STATUSES)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField(allow_blank=True)
    last_attempt = serializers.DateTimeField(allow_null=True)
    last_success = serializers.DateTimeField(allow_null=True)
    next_attempt = serializers.DateTimeField(allow_null=True)
    catalog_item_id = serializers.CharField(allow_blank=True)
    reasons = serializers.ListField(child=serializers.CharField())
    reason_codes = serializers.ListField(child=serializers.CharField())
    items = CatalogItemSerializer(many=True)


class ItemPayloadSerializer(serializers.Serializer):
    """What would be sent for one item: single is POST /{catalog}/products, batch a row of items_batch."""

    retailer_id = serializers.CharField()
    eligible = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    single = serializers.DictField(allow_null=True)
    batch = serializers.DictField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class PayloadPreviewSerializer(serializers.Serializer):
    """What would be sent for a product."""

    product_id = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    items = ItemPayloadSerializer(many=True)


class PushRequestSerializer(serializers.Serializer):
    """product_ids: left out or null for everything."""

    product_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, allow_null=True, max_length=MOST_IDS
    )


class PushErrorSerializer(serializers.Serializer):
    """Why one product is not at Meta."""

    product_id = serializers.IntegerField()
    error = serializers.CharField()


class PushAcceptedSerializer(serializers.Serializer):
    """The push has been accepted; results come with the run."""

    status = serializers.CharField(help_text="Always “accepted”.")
    total_products = serializers.IntegerField()
    synced = serializers.IntegerField()
    failed = serializers.IntegerField()
    errors = PushErrorSerializer(many=True)
    run_id = serializers.UUIDField()
    run_url = serializers.URLField()
