"""Shapes of the catalog API, for the answers and for the OpenAPI document. Plain serializers: nothing here writes."""

from rest_framework import serializers

from meta_integration.models import MetaState
from meta_integration.standing import OURS
from operations.api import AcceptedSerializer
from products_and_services.models import SyncStatus

MOST_IDS = 10_000
STATUSES = f"One of {', '.join(SyncStatus.values)}."
OUR_STATES = f"Our side: one of {', '.join(OURS)}."
META_STATES = f"Meta's side: one of {', '.join(MetaState.values)}; null while Meta has nothing that customers could see."


class ItemErrorSerializer(serializers.Serializer):
    """One of Meta's diagnostics, in its own words."""

    type = serializers.CharField(allow_blank=True)
    priority = serializers.CharField(allow_blank=True, help_text="HIGH, MEDIUM, LOW or a new word.")
    title = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)


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
    our_state = serializers.CharField(help_text=OUR_STATES)
    meta_state = serializers.CharField(allow_null=True, help_text=META_STATES)
    meta_reasons = serializers.ListField(child=serializers.CharField())
    meta_what_to_do = serializers.CharField(allow_blank=True)
    meta_asked_at = serializers.DateTimeField(allow_null=True, help_text="When Meta answered about the version it has now.")
    meta_changed_at = serializers.DateTimeField(allow_null=True, help_text="Since when it says so.")
    review_status = serializers.CharField(allow_blank=True, help_text="Meta's word: pending, approved, rejected, outdated or a new one.")
    whatsapp_review = serializers.CharField(allow_blank=True, help_text="The same for WhatsApp alone.")
    image_fetch_status = serializers.CharField(allow_blank=True, help_text="Meta's word, for example FETCHED or FETCH_FAILED.")
    errors = ItemErrorSerializer(many=True)


class CatalogStatusSerializer(serializers.Serializer):
    """How a product stands at Meta. reasons: what keeps it, or parts of it, away, in words; reason_codes: the same for programs.

    notes: what keeps nothing away but could be better (a picture left out, an importer missing for India).
    """

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
    notes = serializers.ListField(child=serializers.CharField())
    our_state = serializers.CharField(help_text=OUR_STATES)
    meta_state = serializers.CharField(allow_null=True, help_text=f"{META_STATES} The worst of the items.")
    meta_reasons = serializers.ListField(child=serializers.CharField())
    meta_what_to_do = serializers.CharField(allow_blank=True)
    meta_asked_at = serializers.DateTimeField(allow_null=True)
    items = CatalogItemSerializer(many=True)


class AskedSerializer(serializers.Serializer):
    """Meta is asked in a moment; the answer comes with catalog-status. waits: why it is not asked at once, "" otherwise."""

    status = serializers.CharField(help_text="Always “accepted”.")
    items = serializers.IntegerField(help_text="Items that Meta is asked about.")
    waits = serializers.CharField(allow_blank=True)
    status_url = serializers.URLField()


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


class PushAcceptedSerializer(AcceptedSerializer):
    """The push has been accepted; results come with the run."""

    total_products = serializers.IntegerField()
    synced = serializers.IntegerField()
    failed = serializers.IntegerField()
    errors = PushErrorSerializer(many=True)
