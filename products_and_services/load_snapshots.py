"""ORM -> ProductSnapshot, for thousands of products with a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from common.bulk import chunks
from products_and_services.models import PictureStatus, Product, ProductCategory, ProductImage, ProductVariant
from products_and_services.reserved import Held, held_by_orders
from products_and_services.snapshot import CategorySnapshot, ImageSnapshot, PictureSnapshot, ProductSnapshot, VariantSnapshot
from products_and_services.terms import reserved_of_product
from tenants.models import Tenant

SAME_NAMES = (
    "id", "name", "sku", "description", "short_description", "brand", "vendor", "condition", "product_type", "price", "sale_price",
    "sale_starts_at", "sale_ends_at", "track_stock", "stock_quantity", "allow_backorder", "is_active", "is_available", "sync_to_meta",
    "website_url", "gtin", "mpn", "origin_country", "importer_name", "importer_address", "wa_compliance_category",
    "google_product_category", "meta_title", "meta_description",
)  # fmt: skip
LABELS = tuple(f"custom_label_{number}" for number in range(5))
VARIANT_NAMES = (
    "id", "name", "sku", "price", "sale_price", "sale_starts_at", "sale_ends_at", "track_stock", "stock_quantity", "allow_backorder",
    "attributes", "is_default", "is_active",
)  # fmt: skip

# Joined to each picture; a picture whose source is another one by now has no facts.
FACTS = tuple(f"facts__{name}" for name in ("source", "status", "format", "width", "height", "bytes", "reason", "jpeg_name"))


def load_snapshots(tenant: Tenant, product_ids: Iterable[int]) -> dict[int, ProductSnapshot]:
    """{product id: snapshot} of those products of the tenant that exist. Seven queries per 2,000 products."""
    categories = load_categories(tenant.pk)
    found: dict[int, ProductSnapshot] = {}
    for ids in chunks(sorted(set(product_ids))):
        images = _load_images(ids)
        held = held_by_orders(ids)
        variants = _load_variants(ids, images, held)
        further = _load_further_categories(ids)
        rows = Product.objects.for_tenant(tenant).filter(pk__among=set(ids)).order_by()
        for row in rows.values(*SAME_NAMES, *LABELS, "currency", "category_id"):
            found[row["id"]] = _build(row, tenant, categories, images, variants, further, held)
    return found


def load_outlines(tenant: Tenant, product_ids: Iterable[int]) -> dict[int, ProductSnapshot]:
    """The same with only what tells which items a product makes and where they go: no texts, prices, pictures or further categories."""
    categories = load_categories(tenant.pk)
    found: dict[int, ProductSnapshot] = {}
    for ids in chunks(sorted(set(product_ids))):
        variants = _load_variants(ids, defaultdict(list), {})
        rows = Product.objects.for_tenant(tenant).filter(pk__among=set(ids)).order_by()
        for pk, name, sku, is_active, category in rows.values_list("id", "name", "sku", "is_active", "category_id"):
            found[pk] = ProductSnapshot(
                pk, name, sku, tenant.currency, is_active=is_active, category=categories.get(category), variants=tuple(variants[pk])
            )
    return found


def _build(row: dict[str, Any], tenant: Tenant, categories: Any, images: Any, variants: Any, further: Any, held: Held) -> ProductSnapshot:
    pk = row["id"]
    inside = [categories[found] for found in (row["category_id"], *further[pk]) if found in categories]
    return ProductSnapshot(
        **{name: row[name] for name in SAME_NAMES},
        currency=row["currency"] or tenant.currency,
        custom_labels=tuple(row[name] for name in LABELS),
        category=categories.get(row["category_id"]),
        excluded_by_category=next((category.path for category in inside if category.excluded), ""),
        images=tuple(images[pk, None]),
        variants=tuple(variants[pk]),
        reserved=reserved_of_product(row["track_stock"], variants[pk], held.get(pk, {})),
    )


def load_categories(tenant_id: UUID) -> dict[int, CategorySnapshot]:
    """All categories of a tenant with path, nearest Google category upwards, and whether they are kept away from Meta."""
    columns = ("parent_id", "name", "google_product_category", "sync_to_meta")
    rows = {row.pop("pk"): row for row in ProductCategory.objects.filter(tenant_id=tenant_id).values("pk", *columns)}
    return {pk: _category(pk, rows) for pk in rows}


def _category(pk: int, rows: dict[int, dict[str, Any]]) -> CategorySnapshot:
    line: list[int] = []
    walker: int | None = pk
    while walker is not None and walker in rows and walker not in line:
        line.append(walker)
        walker = rows[walker]["parent_id"]
    return CategorySnapshot(
        id=pk,
        path=" > ".join(rows[step]["name"] for step in reversed(line)),
        google_category=next((rows[step]["google_product_category"] for step in line if rows[step]["google_product_category"]), ""),
        ancestor_ids=tuple(line),
        excluded=any(not rows[step]["sync_to_meta"] for step in line),
    )


def _load_images(ids: list[int]) -> dict[tuple[int, int | None], list[ImageSnapshot]]:
    """Pictures by (product, variant or None), by sort order."""
    images: dict[tuple[int, int | None], list[ImageSnapshot]] = defaultdict(list)
    rows = ProductImage.objects.filter(product__among=set(ids)).order_by("sort_order", "id")
    for product_id, variant_id, name, remote_url, *facts in rows.values_list("product_id", "variant_id", "image", "remote_url", *FACTS):
        images[product_id, variant_id].append(image_snapshot(name, remote_url, facts))
    return images


def image_snapshot(name: str, remote_url: str = "", facts: Sequence[Any] = ()) -> ImageSnapshot:
    """The picture of a stored file name, or of a shop's address when there is no file. facts: values of FACTS."""
    known = _facts(facts) if facts and facts[0] == (name or remote_url) and facts[1] != PictureStatus.NEW else None
    if not name:
        return ImageSnapshot(remote_url, False, known)
    url = default_storage.url(name)
    return ImageSnapshot(f"{settings.PUBLIC_BASE_URL}{url}", True, known) if url.startswith("/") else ImageSnapshot(url, False, known)


def _facts(values: Sequence[Any]) -> PictureSnapshot:
    _source, status, kind, width, height, size, reason, jpeg_name = values
    return PictureSnapshot(status, kind, width, height, size, reason, image_snapshot(jpeg_name).url if jpeg_name else "")


def _load_variants(
    ids: list[int], images: dict[tuple[int, int | None], list[ImageSnapshot]], held: Held
) -> dict[int, list[VariantSnapshot]]:
    variants: dict[int, list[VariantSnapshot]] = defaultdict(list)
    rows = ProductVariant.objects.filter(product__among=set(ids)).order_by("sort_order", "id")
    for row in rows.values("product_id", "image", *FACTS, *VARIANT_NAMES):
        own = [image_snapshot(row["image"], facts=[row[name] for name in FACTS])] if row["image"] else []
        pictures = tuple(own + images[row["product_id"], row["id"]])
        reserved = held.get(row["product_id"], {}).get(row["id"], 0)
        own_values = {name: row[name] for name in VARIANT_NAMES}
        variants[row["product_id"]].append(VariantSnapshot(**own_values, reserved=reserved, images=pictures))
    return variants


def _load_further_categories(ids: list[int]) -> dict[int, list[int]]:
    further: dict[int, list[int]] = defaultdict(list)
    through = Product.categories.through.objects.filter(product__among=set(ids)).order_by("pk")
    for product_id, category_id in through.values_list("product_id", "productcategory_id"):
        further[product_id].append(category_id)
    return further
