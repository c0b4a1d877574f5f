"""What the API shows and takes. Checks live in the models (clean); business scoping in TenantModelSerializer."""

from typing import Any

from django.db import models
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils.html import is_html_input

from products_and_services.models import Modifier, ModifierGroup, Product, ProductCategory, ProductImage, ProductVariant, Revision
from products_and_services.models.summary import MetaSyncSummary
from products_and_services.models.uploads import validate_picture
from products_and_services.reserved import available_of_row
from tenants.serializers import TenantModelSerializer

SUMMARY = [field.name for field in MetaSyncSummary._meta.fields]
LONGEST_WORD = 200


class PictureField(serializers.FileField):
    """An uploaded picture (multipart; null removes it); read as its absolute address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_null": True, "allow_empty_file": True, "validators": [validate_picture], **options})


class Flag(serializers.BooleanField):
    """A flag that a multipart body leaves out keeps its default: an upload is no HTML form with empty tick boxes."""

    default_empty_html = empty


class WordMap(serializers.DictField):
    """Names and words. A multipart body that leaves it out does not empty it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"child": serializers.CharField(allow_blank=True, max_length=LONGEST_WORD), "required": False, **options})

    def get_value(self, dictionary: Any) -> Any:
        return super().get_value(dictionary) or empty if is_html_input(dictionary) else super().get_value(dictionary)


class CatalogSerializer(TenantModelSerializer):
    """Base of all below."""

    serializer_field_mapping = {**TenantModelSerializer.serializer_field_mapping, models.BooleanField: Flag}

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Writes only what was sent: what somebody else changed since the row was read stays."""
        columns = {field.name for field in instance._meta.concrete_fields}
        named = [name for name in validated_data if name in columns]
        for name in named:
            setattr(instance, name, validated_data[name])
        instance.save(update_fields={*named, *({"updated_at"} & columns)})
        for name in validated_data.keys() - columns:
            getattr(instance, name).set(validated_data[name])
        return instance


class VariantSerializer(CatalogSerializer):
    """null in an amount, a date, stock_quantity, track_stock or allow_backorder means: as the product.

    The two dates are one window: with either of its own the variant has its own. A SKU equal to the product's is stored blank.
    available: how many can be sold now: the count that holds for it less what open orders hold of it, at least 0; null: nobody counts.
    """

    attributes = WordMap()
    image = PictureField()
    available = serializers.SerializerMethodField()

    class Meta:
        model = ProductVariant
        fields = (
            "id", "product", "name", "sku", "price", "sale_price", "sale_starts_at", "sale_ends_at", "track_stock", "stock_quantity",
            "available", "allow_backorder", "attributes", "image", "is_default", "is_active", "sort_order", "external_id", "created_at",
            "updated_at",
        )  # fmt: skip
        validators = ()  # Saving a default variant takes the mark from the other one.

    def get_available(self, variant: ProductVariant) -> int | None:
        """From what the page's query has brought along."""
        return available_of_row(variant.product, variant)


class ImageSerializer(CatalogSerializer):
    """Upload `image` as multipart, or give `remote_url`. The picture with the lowest sort_order is the main one."""

    image = PictureField()

    class Meta:
        model = ProductImage
        fields = ("id", "product", "variant", "image", "remote_url", "alt", "sort_order", "created_at")


class ProductSerializer(CatalogSerializer):
    """Amounts are decimal strings in `currency` (blank: the business's). meta_* are written by the sync and read-only here.

    available: how many can be sold now, of all active variants together, less what open orders hold; null: not counted.
    """

    available = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_WORD), required=False)
    locked_fields = serializers.ListField(child=serializers.CharField(max_length=LONGEST_WORD), required=False)
    variants = VariantSerializer(many=True, read_only=True)
    images = ImageSerializer(many=True, read_only=True)

    class Meta:
        model = Product
        fields = (
            "id", "name", "sku", "description", "short_description", "category", "categories", "tags", "vendor", "product_type", "brand",
            "condition", "price", "sale_price", "sale_starts_at", "sale_ends_at", "currency", "track_stock", "stock_quantity",
            "available", "allow_backorder", "is_active", "is_available", "sync_to_meta", "website_url", "gtin", "mpn", "origin_country",
            "importer_name", "importer_address", "wa_compliance_category", "google_product_category", "meta_title",
            "meta_description", "custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4",
            "external_source", "external_id", "locked_fields", "sort_order", "created_at", "updated_at", *SUMMARY, "variants", "images",
        )  # fmt: skip

    def get_available(self, product: Product) -> int | None:
        """From what the page's query has brought along."""
        return available_of_row(product)


class CategorySerializer(CatalogSerializer):
    """path: names from the top, "Food > Pizza"."""

    image = PictureField()
    path = serializers.SerializerMethodField()

    class Meta:
        model = ProductCategory
        fields = (
            "id", "name", "slug", "path", "parent", "description", "image", "is_active", "sync_to_meta", "google_product_category",
            "sort_order", "external_id", "created_at", "updated_at",
        )  # fmt: skip

    def get_path(self, category: ProductCategory) -> str:
        """From the view's map of all paths; a category made in this very request is not in it yet."""
        return self.context["view"].path_of(category)


class ModifierSerializer(CatalogSerializer):
    """One extra; its price is added to the product's."""

    class Meta:
        model = Modifier
        fields = ("id", "group", "name", "price", "max_quantity", "is_active", "sort_order")


class ModifierGroupSerializer(CatalogSerializer):
    """min_selected and max_selected: how many extras a customer chooses (maximum 0: no limit)."""

    modifiers = ModifierSerializer(many=True, read_only=True)

    class Meta:
        model = ModifierGroup
        fields = ("id", "name", "products", "min_selected", "max_selected", "sort_order", "modifiers")


class RevisionSerializer(serializers.ModelSerializer):
    """changes: {field: [old, new]}; amounts and times as text."""

    changes = serializers.DictField(child=serializers.ListField(child=serializers.JSONField(allow_null=True)))

    class Meta:
        model = Revision
        fields = ("id", "product_id", "entity", "entity_id", "action", "changes", "actor", "run_id", "restores", "created_at")
        read_only_fields = fields


class BulkRowSerializer(ProductSerializer):
    """A product's fields; `id` or an existing `sku` says which product to change, otherwise one is created."""

    id = serializers.IntegerField(required=False)


class BulkRequestSerializer(serializers.Serializer):
    """At most 500 rows."""

    items = serializers.ListField(child=BulkRowSerializer(partial=True))


class BulkRowResultSerializer(serializers.Serializer):
    """What became of one row; errors as in every error answer."""

    index = serializers.IntegerField()
    id = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(["created", "updated", "failed"])
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class BulkAnswerSerializer(serializers.Serializer):
    """Counts, and one result per row in the order sent."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    failed = serializers.IntegerField()
    run_id = serializers.UUIDField(allow_null=True)
    results = BulkRowResultSerializer(many=True)
