"""Field errors that forms and the API show before anything is saved. Each names its field and the remedy."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from products_and_services.google_category import tidy_category
from products_and_services.models.skus import clean_sku, owner_of_sku, sku_taken_message

WINDOW = ("sale_starts_at", "sale_ends_at")


def validate_product(product: Any) -> None:
    """Raises ValidationError with one message per field."""
    errors: dict[str, str] = {}
    if _sku_is_foreign(product, product.tenant_id):
        errors["sku"] = sku_taken_message(clean_sku(product.sku) or "")
    if product.category and product.category.tenant_id != product.tenant_id:
        errors["category"] = "Choose a category of the same business."
    errors |= sale_errors(product)
    errors |= category_errors(product)
    for field in ("tags", "locked_fields"):
        value = getattr(product, field)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            errors[field] = 'Write a list of words, for example ["solar", "inverter"].'
    if errors:
        raise ValidationError(errors)


def validate_variant(variant: Any) -> None:
    """Raises ValidationError with one message per field."""
    errors: dict[str, str] = {}
    attributes = variant.attributes
    if not isinstance(attributes, dict) or not all(isinstance(value, str) for value in attributes.values()):
        errors["attributes"] = 'Write an object of names and values, for example {"color": "Red"}.'
    if variant.product_id is None:
        return  # The form has already said that a product must be chosen.
    wrong = sale_errors(variant, variant.product.price)
    if not variant.is_active:  # It is not sold; the prices of long ago must not keep people from saving the product's page.
        wrong.pop("sale_price", None)
    errors |= wrong
    if variant.sku and _belongs_to_others(variant):
        errors["sku"] = sku_taken_message(variant.sku)
    if errors:
        raise ValidationError(errors)


def validate_image(image: Any) -> None:
    """Raises ValidationError when a picture has neither file nor address, or belongs to another product's variant."""
    if not image.image and not image.remote_url:
        raise ValidationError({"image": "Upload a picture or give the address of one."})
    if image.variant_id and image.variant.product_id != image.product_id:
        raise ValidationError({"variant": "Choose a variant of this product."})


def _belongs_to_others(variant: Any) -> bool:
    """The product's own SKU is no error: it is stored blank, or the product is just giving it away in the same form."""
    owner = owner_of_sku(variant.product.tenant_id, variant.sku)
    if owner is None:
        return False
    if owner["variant_id"] is not None:
        return owner["variant_id"] != variant.pk
    return variant.product_id is None or owner["product_id"] != variant.product_id


def _sku_is_foreign(product: Any, tenant_id: Any) -> bool:
    """True when somebody else owns the SKU; an own variant gives its SKU up to the product."""
    sku = clean_sku(product.sku)
    owner = owner_of_sku(tenant_id, sku) if sku and tenant_id else None
    return owner is not None and (product.pk is None or product.pk not in (owner["product_id"], owner["variant__product_id"]))


def sale_errors(owner: Any, usual_price: Decimal | None = None) -> dict[str, str]:
    """{field: words} where the prices and sale times of a product or variant contradict each other. Asks no database.

    usual_price: of a variant the product's price, which is its own where it has none.
    """
    errors = {}
    price = usual_price if owner.price is None else owner.price
    if owner.sale_price is not None and price is not None and owner.sale_price >= price:
        errors["sale_price"] = "The sale price must be below the price."
    if owner.sale_starts_at and owner.sale_ends_at and owner.sale_ends_at <= owner.sale_starts_at:
        errors["sale_ends_at"] = "The sale must end after it starts."
    return errors


def category_errors(owner: Any) -> dict[str, str]:
    """Tidies the Google category of a product or category in place; one message where it can be none."""
    try:
        owner.google_product_category = tidy_category(owner.google_product_category)
    except ValueError as wrong:
        return {"google_product_category": str(wrong)}
    return {}
