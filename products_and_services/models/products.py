"""The product."""

from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q

from products_and_services.google_category import HELP
from products_and_services.models.addresses import WebAddressField, validate_web_address
from products_and_services.models.base import AtomicModel
from products_and_services.models.categories import ProductCategory
from products_and_services.models.skus import claim_sku, clean_sku, validate_sku
from products_and_services.models.summary import SUMMARY_COLUMNS, MetaSyncSummary
from products_and_services.querysets import ProductQuerySet
from tenants.models import Tenant, validate_currency


class Condition(models.TextChoices):
    NEW = "new", "New"
    REFURBISHED = "refurbished", "Refurbished"
    USED = "used", "Used"


class WhatsAppCompliance(models.TextChoices):
    DEFAULT = "", "—"
    ORIGIN_EXEMPT = "COUNTRY_ORIGIN_EXEMPT", "Exempt from country of origin (India)"


class ExternalSource(models.TextChoices):
    OWN = "", "Entered here"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    SHOPIFY = "shopify", "Shopify"


def empty_list() -> list[str]:
    return []


class Product(AtomicModel, MetaSyncSummary):
    """Something a customer can buy. Blank `currency` means the business's own; `price` None or 0 means not for sale at Meta."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="products")
    name = models.CharField(max_length=500)
    sku = models.CharField(
        "SKU", max_length=100, null=True, blank=True, validators=[validate_sku],
        help_text="Identifies the product at Meta. Changing it removes the old item there and makes a new one.",
    )
    description = models.TextField(blank=True)
    short_description = models.TextField(blank=True)
    category = models.ForeignKey(ProductCategory, on_delete=models.SET_NULL, null=True, blank=True, related_name="products")
    categories = models.ManyToManyField(
        ProductCategory, blank=True, related_name="also_products", verbose_name="further categories",
        help_text="Other categories the product also appears in.",
    )
    tags = models.JSONField(default=empty_list, blank=True, help_text="A list of words.")
    vendor = models.CharField(max_length=200, blank=True)
    product_type = models.CharField(max_length=750, blank=True)
    brand = models.CharField(max_length=100, blank=True)
    condition = models.CharField(max_length=12, choices=Condition.choices, default=Condition.NEW)

    price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)])
    sale_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)])
    sale_starts_at = models.DateTimeField(null=True, blank=True)
    sale_ends_at = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, validators=[validate_currency], help_text="Blank: the business's currency.")

    track_stock = models.BooleanField(default=True)
    stock_quantity = models.IntegerField(default=0)
    allow_backorder = models.BooleanField(default=False)
    is_active = models.BooleanField("active", default=True)
    is_available = models.BooleanField("available", default=True, help_text="Switch off for “sold out today”.")
    sync_to_meta = models.BooleanField("sync to Meta", default=True)

    website_url = WebAddressField(
        max_length=2000, blank=True, validators=[validate_web_address], help_text="Blank: the product page of this system."
    )
    gtin = models.CharField("GTIN", max_length=70, blank=True)
    mpn = models.CharField("MPN", max_length=100, blank=True)
    origin_country = models.CharField(
        max_length=2, blank=True, validators=[RegexValidator(r"^[A-Z]{2}\Z", "Write two capital letters, for example IN.")],
        help_text="Two letters (ISO 3166), needed for India.",
    )
    importer_name = models.CharField(max_length=200, blank=True)
    importer_address = models.TextField(blank=True)
    wa_compliance_category = models.CharField(
        "WhatsApp compliance", max_length=30, blank=True, choices=WhatsAppCompliance.choices, default=WhatsAppCompliance.DEFAULT
    )
    google_product_category = models.CharField(
        "Google category", max_length=250, blank=True, help_text=f"{HELP}. Blank: the category's."
    )
    meta_title = models.CharField(
        "title at Meta", max_length=100, blank=True, default="", db_default="",
        help_text="Where Meta should show another name. Blank: the product's name.",
    )  # fmt: skip
    meta_description = models.TextField(
        "description at Meta", max_length=5000, blank=True, default="", db_default="",
        help_text="Where Meta should show another text. Blank: the description.",
    )  # fmt: skip
    custom_label_0 = models.CharField(max_length=100, blank=True)
    custom_label_1 = models.CharField(max_length=100, blank=True)
    custom_label_2 = models.CharField(max_length=100, blank=True)
    custom_label_3 = models.CharField(max_length=100, blank=True)
    custom_label_4 = models.CharField(max_length=100, blank=True)

    external_source = models.CharField(max_length=12, choices=ExternalSource.choices, default=ExternalSource.OWN, blank=True)
    external_id = models.CharField(max_length=100, blank=True)
    locked_fields = models.JSONField(default=empty_list, blank=True, help_text="Fields that an import must not overwrite.")
    sort_order = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order", "name", "id"]
        indexes = [
            models.Index(fields=["tenant", "meta_sync_status"]),
            models.Index(fields=["tenant", "sku"]),
            models.Index(fields=["tenant", "sort_order", "name", "id"]),
            models.Index(fields=["tenant", "external_source", "external_id"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(condition=Q(sale_price__isnull=True) | Q(sale_price__gte=0), name="product_sale_price_not_negative"),
            models.CheckConstraint(
                condition=Q(sale_starts_at__isnull=True) | Q(sale_ends_at__isnull=True) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="product_sale_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(sku__isnull=True) | ~Q(sku=""), name="product_sku_null_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})" if self.sku else self.name

    def clean(self) -> None:
        """Field errors a form shows: SKU taken, sale window or sale price impossible, category of another business."""
        from products_and_services.validation import validate_product

        self.sku = clean_sku(self.sku)
        validate_product(self)

    def save(self, **options: Any) -> None:
        """Saves everything but the summary columns, moves the SKU row along and notes the revision.

        Raises SkuTaken when the SKU belongs to another product or variant of the tenant, DatabaseError when the row is gone.
        """
        from products_and_services.revisions import record_save

        wanted = options.get("update_fields")
        writes_sku = "sku" in self.__dict__ if wanted is None else "sku" in wanted
        if writes_sku:
            self.sku = clean_sku(self.sku)
        with transaction.atomic(), record_save(self, wanted) as stored:
            if stored is None and (self._state.adding or options.get("force_insert")):
                self._forget_summary()
            else:
                options["update_fields"] = self._columns_to_write(wanted)
            if writes_sku and stored is not None and stored["sku"] != self.sku:
                self.take_sku_from_own_variant()
            super().save(**options)
            if writes_sku:
                claim_sku(self.tenant_id, self.sku, product_id=self.pk)

    def _forget_summary(self) -> None:
        """A new row has never been sent, whatever the instance it was copied from says."""
        for field in MetaSyncSummary._meta.fields:
            setattr(self, field.attname, field.get_default())

    def _columns_to_write(self, wanted: Any) -> list[str]:
        if wanted is not None:
            return sorted(set(wanted) - SUMMARY_COLUMNS)
        names = {field.name for field in self._meta.concrete_fields if not field.primary_key and field.name != "created_at"}
        return sorted(names - SUMMARY_COLUMNS - {self._meta.get_field(name).name for name in self.get_deferred_fields()})

    def take_sku_from_own_variant(self) -> None:
        """A variant's SKU equal to its product's is stored blank: it is the product's from now on."""
        for variant in self.variants.filter(sku=self.sku) if self.sku else ():
            variant.sku = None
            variant.save(update_fields=["sku", "updated_at"])

    def reset_meta_sync_attempts(self) -> None:
        """Forgets failed attempts and the error, and asks for the product to be sent again at once."""
        from products_and_services.services import reset_meta_sync

        reset_meta_sync(self.tenant_id, [self.pk])
        self.meta_sync_attempts, self.meta_sync_last_error, self.meta_sync_next_attempt = 0, "", None

    @property
    def effective_currency(self) -> str:
        """ISO code: the product's own or the business's."""
        return self.currency or self.tenant.currency
