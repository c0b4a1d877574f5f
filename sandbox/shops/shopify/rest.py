"""Bodies of webhooks: the shapes of the old REST API. Incomplete on purpose, as they are at Shopify: hints, not the truth."""

from typing import TYPE_CHECKING, Any

from sandbox.shops.shopify.bulk_state import BulkOperation
from sandbox.shops.shopify.gids import gid, moment
from sandbox.shops.shopify.goods import Product, Variant

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

MOST_VARIANTS = 100


def product(shop: "ShopifyShop", product: Product) -> dict[str, Any]:
    """A product; with more than 100 variants the rest are only named."""
    variants = shop.shelf.variants_of(product.id)
    options = enumerate(product.options or (("Title", ("Default Title",)),), start=1)
    return {
        "admin_graphql_api_id": gid("Product", product.id), "body_html": product.html, "created_at": moment(product.created),
        "handle": product.handle, "id": product.id, "product_type": product.product_type, "published_at": moment(product.published),
        "template_suffix": None, "title": product.title, "updated_at": moment(product.updated), "vendor": product.vendor,
        "status": product.status.lower(), "published_scope": "web", "tags": ", ".join(sorted(product.tags)),
        "variants": [_variant(variant) for variant in variants[:MOST_VARIANTS]],
        "options": [{"name": name, "product_id": product.id, "position": n, "values": list(values)} for n, (name, values) in options],
        "images": [], "image": None,
        "media": [{"id": p.id, "position": n, "alt": p.alt or None, "status": p.status.lower()} for n, p in enumerate(product.pictures, 1)],
        "variant_gids": [{"admin_graphql_api_id": gid("ProductVariant", v.id), "updated_at": moment(v.updated)} for v in variants],
    }  # fmt: skip


def _variant(variant: Variant) -> dict[str, Any]:
    options = {f"option{place}": value for place, value in enumerate((*variant.values, None, None, None)[:3], start=1)}
    return {
        "admin_graphql_api_id": gid("ProductVariant", variant.id), "barcode": variant.barcode, "id": variant.id,
        "compare_at_price": variant.compare_at_price, "created_at": moment(variant.created), "inventory_policy": variant.policy.lower(),
        "position": variant.position, "price": variant.price, "product_id": variant.product_id, "sku": variant.sku,
        "taxable": variant.taxable, "title": variant.title, "updated_at": moment(variant.updated), "image_id": None,
        "inventory_item_id": variant.item_id, "inventory_quantity": variant.available,
        "old_inventory_quantity": variant.available, **options,
    }  # fmt: skip


def level(shop: "ShopifyShop", variant: Variant) -> dict[str, Any]:
    """How much of an inventory item lies at a location."""
    name = f"gid://shopify/InventoryLevel/{shop.location}?inventory_item_id={variant.item_id}"
    return {
        "inventory_item_id": variant.item_id, "location_id": shop.location, "available": variant.available,
        "updated_at": moment(variant.updated), "admin_graphql_api_id": name,
    }  # fmt: skip


def shop(shop: "ShopifyShop") -> dict[str, Any]:
    """The shop itself."""
    return {
        "id": shop.number, "name": shop.title, "email": f"owner@{shop.domain}", "domain": shop.domain, "myshopify_domain": shop.domain,
        "currency": shop.currency, "iana_timezone": shop.timezone, "plan_display_name": shop.plan, "updated_at": moment(shop.now()),
    }  # fmt: skip


def bulk(operation: BulkOperation) -> dict[str, Any]:
    """A bulk operation that is over."""
    return {
        "admin_graphql_api_id": gid("BulkOperation", operation.id), "completed_at": moment(operation.completed),
        "created_at": moment(operation.created), "error_code": operation.error and operation.error.lower(),
        "status": operation.status.lower(), "type": "query",
    }  # fmt: skip
