"""News of the catalog, upwards: `catalog_changed`, and the receivers that send it when a catalog row is saved or deleted.

Whoever writes past save() and delete() (bulk writers, importers) calls `announce` itself, inside the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import Signal
from django.utils import timezone

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant
from products_and_services.models.base import touch_product
from products_and_services.models.categories import subtree_ids
from products_and_services.revisions import product_revision, record_delete, revision_of, write_revisions
from tenants.models import Tenant

# Arguments: tenant_id (UUID), product_ids (list of int), restart (bool: forget failed attempts). Sent inside the writer's transaction.
catalog_changed = Signal()
_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


def announce(tenant_id: UUID, product_ids: Iterable[int], *, restart: bool = False) -> None:
    """Tells the rooms above that these products (living or just deleted) may look different to the world."""
    ids = list(product_ids)
    if ids:
        catalog_changed.send(sender=Product, tenant_id=tenant_id, product_ids=ids, restart=restart)


def announce_parts_of(product_ids: Iterable[int]) -> None:
    """Announces products by id alone; those already gone announced themselves."""
    by_tenant: dict[UUID, list[int]] = defaultdict(list)
    for tenant_id, product_id in Product.objects.filter(pk__in=set(product_ids)).order_by().values_list("tenant_id", "pk"):
        by_tenant[tenant_id].append(product_id)
    for tenant_id, ids in by_tenant.items():
        announce(tenant_id, ids)


def product_saved(instance: Product, raw: bool = False, **_: Any) -> None:
    instance.__dict__["is_loaddata"] = raw  # m2m_changed, which follows on the same instance, does not say so itself.
    if not raw:
        announce(instance.tenant_id, [instance.pk])


def product_going(instance: Product, origin: Any = None, **_: Any) -> None:
    """Afterwards nothing tells any more in which further categories it was."""
    if not _goes_with(Tenant, origin) and not _is_quiet.get():
        instance.__dict__["last_categories"] = sorted(instance.categories.order_by().values_list("pk", flat=True))


def product_deleted(instance: Product, origin: Any = None, **_: Any) -> None:
    if not _goes_with(Tenant, origin) and not _is_quiet.get():
        record_delete(instance)
        announce(instance.tenant_id, [instance.pk])


def part_saved(instance: ProductVariant | ProductImage, raw: bool = False, **_: Any) -> None:
    if not raw:
        announce_parts_of(filter(None, [instance.product_id, instance.left_product_id]))


def part_going(instance: ProductVariant | ProductImage, origin: Any = None, **_: Any) -> None:
    if not _goes_with(Tenant, origin) and not _goes_with(Product, origin) and not _is_quiet.get():
        touch_product(instance.product_id)
        if isinstance(instance, ProductVariant):
            note_lost_variants([instance.pk])


def part_deleted(instance: ProductVariant | ProductImage, origin: Any = None, **_: Any) -> None:
    if _goes_with(Tenant, origin) or _is_quiet.get():
        return
    record_delete(instance)
    if not _goes_with(Product, origin):  # A product that goes announces itself.
        announce_parts_of([instance.product_id])


def note_lost_variants(variant_ids: Iterable[int]) -> None:
    """The database takes a variant that goes off its pictures itself, so their history is written here."""
    images = ProductImage.objects.filter(variant_id__in=list(variant_ids)).order_by("pk").select_related("product")
    write_revisions([revision_of(image, "changed", {"variant_id": [image.variant_id, None]}) for image in images])


@contextmanager
def noted_by_the_writer() -> Iterator[None]:
    """For bulk writers: what is deleted inside, they note and announce themselves (see revisions.py)."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


def _goes_with(model: type, origin: Any) -> bool:
    """True when the deletion began with a `model` row or queryset.

    A whole business that is deleted: its catalog is released, not emptied, and nothing may point at it afterwards.
    """
    return isinstance(origin, model) or getattr(origin, "model", None) is model


def tenant_saved(instance: Tenant, created: bool = False, raw: bool = False, **_: Any) -> None:
    """Products show the business's currency, name and address where they have none of their own."""
    if not raw and not created:
        announce(instance.pk, Product.objects.for_tenant(instance).order_by().values_list("pk", flat=True))


def category_saved(instance: ProductCategory, created: bool = False, raw: bool = False, **_: Any) -> None:
    if not raw and not created:
        announce_category(instance)


def category_going(instance: ProductCategory, origin: Any = None, **_: Any) -> None:
    if not _goes_with(Tenant, origin):
        _note_lost_category(instance)
        announce_category(instance)


def announce_category(category: ProductCategory) -> None:
    """Announces every product in the category or below it: they show its path and obey its switches."""
    announce_categories(category.tenant_id, [category.pk])


def announce_categories(tenant_id: UUID, category_ids: Iterable[int]) -> None:
    """The same for several of one business, in three queries."""
    ids = subtree_ids(tenant_id, *category_ids)
    inside = Product.objects.filter(tenant_id=tenant_id).order_by()
    main = inside.filter(category__among=ids).values_list("pk", flat=True)
    further = inside.filter(pk__in=Product.categories.through.objects.filter(productcategory__among=ids).values("product_id"))
    announce(tenant_id, sorted({*main, *further.values_list("pk", flat=True)}))


def _note_lost_category(category: ProductCategory) -> None:
    """The database empties the column of the category's products itself, so their history is written here."""
    ids = Product.objects.filter(category=category).order_by("pk").values_list("pk", flat=True)
    write_revisions([product_revision(category.tenant_id, pk, {"category_id": [category.pk, None]}) for pk in ids])
    further = set(Product.categories.through.objects.filter(productcategory=category).values_list("product_id", flat=True))
    if further:
        _note_categories(category.tenant_id, further, {category.pk}, "pre_clear")


def categories_changed(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    if action not in {"post_add", "post_remove", "pre_clear"} or instance.__dict__.get("is_loaddata"):
        return
    if pk_set is None:  # A clear names nobody.
        pk_set = set(instance.also_products.values_list("pk", flat=True) if reverse else instance.categories.values_list("pk", flat=True))
    products, categories = (pk_set, {instance.pk}) if reverse else ({instance.pk}, pk_set)
    if products and categories:
        now = timezone.now()
        if not reverse:
            instance.updated_at = now
        _note_categories(instance.tenant_id, products, categories, action)
        Product.objects.filter(pk__in=products).update(updated_at=now)
        announce(instance.tenant_id, sorted(products))


def _note_categories(tenant_id: UUID, products: set[int], moved: set[int], action: str) -> None:
    """Writes [old ids, new ids]. After an add or remove the table holds the new ones, before a clear the old ones."""
    inside: dict[int, set[int]] = {pk: set() for pk in products}
    through = Product.categories.through.objects.filter(product_id__in=products)
    for product_id, category_id in through.values_list("product_id", "productcategory_id"):
        inside[product_id].add(category_id)
    revisions = []
    for pk, now in inside.items():
        old, new = {"post_add": (now - moved, now), "post_remove": (now | moved, now), "pre_clear": (now, now - moved)}[action]
        revisions.append(product_revision(tenant_id, pk, {"categories": [sorted(old), sorted(new)]}))
    write_revisions(revisions)


def connect_receivers() -> None:
    """Called once from AppConfig.ready."""
    post_save.connect(product_saved, sender=Product)
    pre_delete.connect(product_going, sender=Product)
    post_delete.connect(product_deleted, sender=Product)
    for part in (ProductVariant, ProductImage):
        post_save.connect(part_saved, sender=part)
        pre_delete.connect(part_going, sender=part)
        post_delete.connect(part_deleted, sender=part)
    post_save.connect(category_saved, sender=ProductCategory)
    pre_delete.connect(category_going, sender=ProductCategory)  # Afterwards nothing tells any more which products were inside.
    m2m_changed.connect(categories_changed, sender=Product.categories.through)
    post_save.connect(tenant_saved, sender=Tenant)
