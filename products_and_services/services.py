"""What can be done with products beyond saving one row: each function is one transaction and announces what it wrote."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from common.bulk import chunks
from products_and_services.models import Product, ProductCategory, ProductVariant, Sku
from products_and_services.models.skus import SkuTaken, clean_sku, sku_taken_message
from products_and_services.revisions import product_revision, readable, record_save, write_revisions
from products_and_services.signals import announce

BULK_COLUMNS = frozenset(
    {"price", "sale_price", "sale_starts_at", "sale_ends_at", "stock_quantity", "track_stock", "allow_backorder", "is_active",
     "is_available", "sync_to_meta", "category_id", "brand", "condition", "currency"}
)  # fmt: skip


def reset_meta_sync(tenant_id: UUID, product_ids: Iterable[int]) -> int:
    """Forgets failed attempts and errors of these products and has them sent again at once. Returns how many products were found."""
    found = 0
    with transaction.atomic():
        for ids in _own_ids(tenant_id, product_ids):
            Product.objects.filter(pk__in=ids).update(meta_sync_attempts=0, meta_sync_last_error="", meta_sync_next_attempt=None)
            announce(tenant_id, ids, restart=True)
            found += len(ids)
    return found


def send_again(tenant_id: UUID, product_ids: Iterable[int]) -> int:
    """Asks for these products to be compared with Meta's copy and sent where they differ ("Sync now")."""
    found = 0
    with transaction.atomic():
        for ids in _own_ids(tenant_id, product_ids):
            announce(tenant_id, ids, restart=True)
            found += len(ids)
    return found


def _own_ids(tenant_id: UUID, product_ids: Iterable[int]) -> Iterable[list[int]]:
    """Those of the ids that are products of this business, in lists of at most 2,000."""
    for ids in chunks(sorted(set(product_ids))):
        yield list(Product.objects.for_tenant(tenant_id).filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def change_products(tenant_id: UUID, product_ids: Iterable[int], values: Mapping[str, Any]) -> int:
    """Bulk edit: sets the same plain columns on many products, with revisions and one announcement. Not for SKUs.

    Returns how many products really changed (foreign ids and unchanged products do not count).
    Two queries per 2,000 products, and their history in bulk inserts.
    Raises ValueError for a column that cannot be set in bulk and for another business's category.
    """
    check_bulk_values(tenant_id, values)
    changed: list[int] = []
    with transaction.atomic():
        for ids in chunks(sorted(set(product_ids))):
            changed += _change_chunk(tenant_id, ids, dict(values))
        announce(tenant_id, changed)
    return len(changed)


def check_bulk_values(tenant_id: UUID, values: Mapping[str, Any]) -> None:
    """Raises ValueError for a column that cannot be set in bulk and for another business's category."""
    if not set(values) <= BULK_COLUMNS:
        raise ValueError(f"These fields cannot be set in bulk: {', '.join(sorted(set(values) - BULK_COLUMNS))}.")
    category_id = values.get("category_id")
    if category_id is not None and not ProductCategory.objects.for_tenant(tenant_id).filter(pk=category_id).exists():
        raise ValueError("Choose a category of the same business.")


def _change_chunk(tenant_id: UUID, ids: list[int], values: dict[str, Any]) -> list[int]:
    fields = [_column(name) for name in values]
    wanted = [readable(field, value) for field, value in zip(fields, values.values(), strict=True)]
    # Locked in one order, so that two bulk edits wait for each other instead of deadlocking.
    rows = Product.objects.for_tenant(tenant_id).filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    revisions = []
    for pk, *stored in rows.values_list("pk", *values):
        pairs = zip(values, (readable(field, value) for field, value in zip(fields, stored, strict=True)), wanted, strict=True)
        changes = {name: [old, new] for name, old, new in pairs if old != new}
        if changes:
            revisions.append(product_revision(tenant_id, pk, changes))
    changed = [revision.entity_id for revision in revisions]
    if changed:
        Product.objects.filter(pk__in=changed).update(**values, updated_at=timezone.now())
        write_revisions(revisions)
    return changed


def _column(name: str) -> models.Field:
    return next(field for field in Product._meta.concrete_fields if field.attname == name)


def swap_skus(first: Product | ProductVariant, second: Product | ProductVariant) -> None:
    """Exchanges the SKUs of two products or variants of one business. Raises ValueError across businesses."""
    rename_skus({first: second.sku, second: first.sku})


def rename_skus(wanted: Mapping[Any, str | None]) -> None:
    """Gives several products and variants of one business new SKUs at once, in any order or ring.

    Raises SkuTaken when one is somebody else's (nothing is changed then), ValueError across businesses.
    """
    if len({_tenant_id(owner) for owner in wanted}) > 1:
        raise ValueError("SKUs can only be exchanged within one business.")
    # Products first: a variant that ends up with its product's SKU is stored blank. By id: two exchanges must not deadlock.
    owners = sorted(wanted, key=lambda owner: (isinstance(owner, ProductVariant), owner.pk))
    with transaction.atomic():
        Sku.objects.filter(product__in=[owner.pk for owner in owners if isinstance(owner, Product)]).delete()
        Sku.objects.filter(variant__in=[owner.pk for owner in owners if isinstance(owner, ProductVariant)]).delete()
        for owner in owners:
            _rename(owner, clean_sku(wanted[owner]))
        if owners:
            announce(_tenant_id(owners[0]), sorted({_product_id(owner) for owner in owners}))


def _rename(owner: Product | ProductVariant, sku: str | None) -> None:
    with record_save(owner, ["sku"]):
        if isinstance(owner, ProductVariant) and sku is not None and Sku.objects.filter(product=owner.product_id, value=sku).exists():
            sku = None
        owner.sku = sku
        if not type(owner).objects.filter(pk=owner.pk).update(sku=sku, updated_at=timezone.now()):
            raise type(owner).DoesNotExist(f"{owner} has been deleted meanwhile.")
    if sku is None:
        return
    if isinstance(owner, Product):
        owner.take_sku_from_own_variant()
    try:
        with transaction.atomic():
            Sku.objects.create(tenant_id=_tenant_id(owner), value=sku, **{_owner_column(owner): owner.pk})
    except IntegrityError:
        raise SkuTaken({"sku": sku_taken_message(sku)}) from None


def _owner_column(owner: Any) -> str:
    return "product_id" if isinstance(owner, Product) else "variant_id"


def _product_id(owner: Any) -> int:
    return owner.pk if isinstance(owner, Product) else owner.product_id


def _tenant_id(owner: Any) -> UUID:
    return owner.tenant_id if isinstance(owner, Product) else owner.product.tenant_id
