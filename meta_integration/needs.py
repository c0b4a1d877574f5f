"""What keeps products away from Meta, counted and filtered: by the rules themselves (snapshots), and as SQL for lists and numbers.

The rules live in catalog/eligibility.py. The SQL says the same for whole products; a test holds the two together.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from common.bulk import chunks
from meta_integration.catalog.eligibility import (
    IMAGE_NOT_REACHABLE,
    IMAGE_OUT,
    IMAGE_UNFIT,
    INACTIVE,
    INACTIVE_VARIANT,
    NO_IMAGE,
    NO_NAME,
    NO_PRICE,
    NO_SKU,
    SYNC_OFF,
    Reason,
    excluded,
    reason_against,
)
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.pictures import FORMATS, LEAST_PIXELS, MOST_BYTES, has_address
from meta_integration.catalog.record import Surroundings
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.models import MetaAppConfig
from products_and_services.load_snapshots import image_snapshot, load_snapshots
from products_and_services.models import PictureStatus, Product, ProductCategory, ProductImage, ProductVariant
from products_and_services.pictures.links import without_facts
from products_and_services.snapshot import ProductSnapshot
from tenants.models import Tenant

ALL, NONE = Q(pk__isnull=False), Q(pk__in=[])

# code: (how a filter calls it, how a sum calls it: "31 need an image", how a skip message calls it: "skipped: no image")
WORDS = {
    NO_SKU.code: ("Needs a SKU", "have no SKU", "no SKU"),
    SYNC_OFF.code: ("“Sync to Meta” is off", "have “Sync to Meta” switched off", "“Sync to Meta” is off"),
    "category_off": ("Category kept away from Meta", "are in a category kept away from Meta", "category kept away from Meta"),
    INACTIVE.code: ("Inactive", "are inactive", "inactive"),
    INACTIVE_VARIANT.code: ("All variants inactive", "have only inactive variants", "variants inactive"),
    NO_NAME.code: ("Needs a name", "have no name", "no name"),
    NO_PRICE.code: ("Needs a price", "need a price", "no price"),
    NO_IMAGE.code: ("Needs an image", "need an image", "no image"),
    IMAGE_UNFIT: ("Needs another image", "need another image", "image unfit for Meta"),
    IMAGE_OUT: ("Image cannot be fetched now", "have an image that cannot be fetched now", "image cannot be fetched now"),
    IMAGE_NOT_REACHABLE.code: ("Needs an image Meta can fetch", "need an image that Meta can fetch", "image not reachable for Meta"),
}


def needs_of(product: ProductSnapshot, around: Surroundings) -> tuple[Reason | None, bool]:
    """(reason, partly): None when something of the product may go to Meta; partly: but not all of it."""
    carriers = carriers_of(product)
    if not carriers:
        return NO_SKU, False
    reasons = [reason_against(carrier, around) for carrier in carriers]
    if all(reasons):
        return reasons[0], False
    return None, any(reasons)


def sort_out(tenant: Tenant, product_ids: Iterable[int]) -> Iterator[tuple[ProductSnapshot, Reason | None, bool]]:
    """(product, what it needs, only in part) of each existing product; six queries and one chunk in memory per 2,000 products."""
    around = surroundings_of(tenant, MetaAppConfig.objects.get_active_config(tenant))
    for ids in chunks(product_ids):
        for product in load_snapshots(tenant, ids).values():
            yield product, *needs_of(product, around)


# --- the same as SQL ----------------------------------------------------------------------------------------------------------


def with_need(products: QuerySet[Product], tenant_id: UUID | None) -> QuerySet[Product]:
    """Adds meta_need: the code of the first thing a product lacks, "" when it may go. tenant_id None: products of all businesses."""
    return products.annotate(meta_need=Case(*_conditions(tenant_id), default=Value(""), output_field=CharField()))


def _conditions(tenant_id: UUID | None) -> list[When]:
    variants = ProductVariant.objects.filter(product=OuterRef("pk"))
    named = variants.exclude(sku=None).exclude(sku="")
    off = excluded_category_ids(tenant_id)
    in_off = Q(category_id__in=off) | Exists(Product.categories.through.objects.filter(product=OuterRef("pk"), productcategory_id__in=off))
    found = {
        NO_SKU.code: Q(sku__isnull=True) & ~Exists(named),
        SYNC_OFF.code: Q(sync_to_meta=False),
        "category_off": in_off,
        INACTIVE.code: Q(is_active=False),
        INACTIVE_VARIANT.code: Exists(variants) & ~Exists(variants.filter(is_active=True)),
        NO_NAME.code: Q(name=""),
        NO_PRICE.code: ~(Q(price__gt=0) | Exists(variants.filter(is_active=True, price__gt=0))),
        NO_IMAGE.code: ~_placeholder() & ~_any_picture(),
        IMAGE_NOT_REACHABLE.code: ~_placeholder() & ~_picture(lambda _: ALL),
        IMAGE_OUT: ~_placeholder() & ~_unchecked_business() & ~_picture(_fits) & _picture(_is_out),
        IMAGE_UNFIT: ~_placeholder() & ~_unchecked_business() & ~_picture(_fits),
    }
    return [When(condition, then=Value(code)) for code, condition in found.items() if not (code == "category_off" and not off)]


def excluded_category_ids(tenant_id: UUID | None) -> list[int]:
    """Categories that are kept away from Meta themselves or by one above them."""
    rows = ProductCategory.objects.filter(tenant_id=tenant_id) if tenant_id else ProductCategory.objects.all()
    columns = rows.order_by().values_list("pk", "parent_id", "sync_to_meta")
    tree: dict[int, tuple[int | None, bool]] = {pk: (parent, sync) for pk, parent, sync in columns}
    return [pk for pk in tree if _is_off(pk, tree)]


def _is_off(pk: int | None, tree: dict[int, tuple[int | None, bool]]) -> bool:
    seen: set[int] = set()
    while pk is not None and pk in tree and pk not in seen:
        seen.add(pk)
        parent, sync = tree[pk]
        if not sync:
            return True
        pk = parent
    return False


def _here() -> Surroundings:
    """What holds for every business of this server."""
    return surroundings_of(Tenant(name="", sub_domain=""), None)


def _prefixes() -> tuple[str, ...]:
    return ("https://",) if _here().pictures.needs_https else ("http://", "https://")


def _starts(column: str) -> Q:
    condition = Q()
    for prefix in _prefixes():
        condition |= Q(**{f"{column}__startswith": prefix})
    return condition


def _placeholder() -> Any:
    configs = MetaAppConfig.objects.filter(tenant=OuterRef("tenant"), is_active=True)
    return Exists(configs.filter(_starts("placeholder_image_url")))


def _any_picture(of_images: Q = ALL, of_variants: Q = ALL) -> Q:
    """Products with a picture of their own, or a variant's, that meets the condition."""
    variants = ProductVariant.objects.filter(of_variants, product=OuterRef("pk")).exclude(image="")
    return Q(Exists(ProductImage.objects.filter(of_images, product=OuterRef("pk")))) | Q(Exists(variants))


def _has_address() -> dict[Any, Q]:
    """Which pictures Meta can have an address of. Uploads all share one: they all have it, or none has."""
    remote = Q(image="") & _starts("remote_url")
    uploads = has_address(image_snapshot("x.png"), _here().pictures)
    return {ProductImage: remote | ~Q(image="") if uploads else remote, ProductVariant: ALL if uploads else NONE}


def _picture(condition: Any) -> Q:
    """Products with a picture that has an address and meets condition(model)."""
    return _any_picture(*(address & condition(model) for model, address in _has_address().items()))


def _fits(model: Any) -> Q:
    """Pictures as in catalog/pictures.py: nobody has looked at them, or they are what Meta takes."""
    taken = Q(facts__format__in=FORMATS) | ~Q(facts__jpeg_name="")
    large = Q(facts__width__gte=LEAST_PIXELS, facts__height__gte=LEAST_PIXELS, facts__bytes__lte=MOST_BYTES)
    return without_facts(model) | Q(facts__status=PictureStatus.NEW) | (Q(facts__status=PictureStatus.OK) & taken & large)


def _is_out(model: Any) -> Q:
    return ~without_facts(model) & Q(facts__status=PictureStatus.UNREACHABLE)


def _unchecked_business() -> Any:
    """The business does not want its pictures to be looked at: then nothing counts that was seen before."""
    return Exists(MetaAppConfig.objects.filter(tenant=OuterRef("tenant"), is_active=True, check_pictures=False))


ABOUT_PICTURES = {
    IMAGE_UNFIT: "Meta takes JPEG and PNG pictures of at least 500 × 500 pixels and at most 8 MB. Each product's page says what is wrong.",
    IMAGE_OUT: "The picture's host does not answer as it should. It is tried again by itself; each product's page says what was seen.",
}


def reason_text(code: str) -> str:
    """The full sentence of a reason code."""
    if code in ABOUT_PICTURES:
        return ABOUT_PICTURES[code]
    known = (NO_SKU, SYNC_OFF, INACTIVE, INACTIVE_VARIANT, NO_NAME, NO_PRICE, NO_IMAGE, IMAGE_NOT_REACHABLE)
    return {reason.code: reason.text for reason in known}.get(code, excluded("…").text)
