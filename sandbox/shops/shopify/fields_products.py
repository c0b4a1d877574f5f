"""What the fields of products, variants, pictures and collections say. Readers get (sight, thing, arguments)."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

from sandbox.shops.shopify.gids import gid, moment, number_in
from sandbox.shops.shopify.goods import DEFAULT_OPTION, DEFAULT_VALUE, Collection, Picture, Product, Variant
from sandbox.shops.shopify.paging import Rows, page_of
from sandbox.shops.shopify.readers import always, entry, itself, own, own_id, own_time
from sandbox.shops.shopify.running import Reader, Typed
from sandbox.shops.shopify.sight import Sight

_KINDS = {"IMAGE": "MediaImage", "VIDEO": "Video", "EXTERNAL_VIDEO": "ExternalVideo", "MODEL_3D": "Model3d"}


def plain(html: str) -> str:
    """Text without tags, as `description` has it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def media_of(picture: Picture) -> Typed:
    """A medium with its type."""
    return Typed((_KINDS[picture.kind], picture))


def _media(sight: Sight, product: Product, args: dict[str, Any]) -> Rows:
    known = dict(enumerate(product.pictures, start=1))
    return page_of([(place, picture.id) for place, picture in known.items()], args, _loader({p.id: media_of(p) for p in known.values()}))


def _loader(known: dict[int, Any]) -> Any:
    return known.get


def _variants(sight: Sight, product: Product, args: dict[str, Any]) -> Rows:
    variants = sight.variants_of(product.id)
    known = {variant.id: variant for variant in variants}
    by_position = args.get("sortKey", "POSITION") == "POSITION"
    keys: list[Any] = [(variant.position, variant.id) for variant in variants] if by_position else sorted(known)
    return page_of(keys, args, known.get, sight.largest)


def _variant_media(sight: Sight, variant: Variant, args: dict[str, Any]) -> Rows:
    product = sight.shelf.product(variant.product_id)
    found = [picture for picture in (product.pictures if product else ()) if picture.id == variant.picture]
    return page_of([(1, picture.id) for picture in found], args, {picture.id: media_of(picture) for picture in found}.get)


def _collections(sight: Sight, product: Product, args: dict[str, Any]) -> Rows:
    known = {key: sight.shelf.collections[key] for key in product.collections if key in sight.shelf.collections}
    return page_of(sorted(known), args, known.get)


def _options(sight: Sight, product: Product, args: dict[str, Any]) -> list[dict[str, Any]]:
    options = product.options or ((DEFAULT_OPTION, (DEFAULT_VALUE,)),)
    rows = [
        {"id": product.id * 10 + place, "name": name, "position": place, "values": list(values)}
        for place, (name, values) in enumerate(options, start=1)
    ]
    return rows[: args.get("first") or len(rows)]


def _option_values(sight: Sight, option: dict[str, Any], args: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": option["id"] * 100 + place, "name": name} for place, name in enumerate(option["values"], start=1)]


def _selected(sight: Sight, variant: Variant, args: dict[str, Any]) -> list[tuple[str, str]]:
    product = sight.shelf.product(variant.product_id)
    names = [name for name, _ in product.options] if product and product.options else [DEFAULT_OPTION]
    return list(zip(names, variant.values, strict=False))


def _prices(sight: Sight, product: Product, args: dict[str, Any]) -> dict[str, str]:
    prices = [variant.price for variant in sight.variants_of(product.id)] or ["0.00"]
    return {"minVariantPrice": min(prices, key=Decimal), "maxVariantPrice": max(prices, key=Decimal)}


def _count(read: Any) -> Reader:
    return lambda sight, thing, args: (read(sight, thing), False)


def _with_stock(variants: list[Variant]) -> list[Variant]:
    return [variant for variant in variants if variant.tracked]


def _published_on(sight: Sight, product: Product, args: dict[str, Any]) -> bool:
    sight.need("publishedOnPublication", "read_publications")
    return number_in(args["publicationId"], "Publication") == sight.shop.publication and product.published is not None


def _publications(sight: Sight, product: Product, args: dict[str, Any]) -> Rows:
    sight.need("resourcePublicationsV2", "read_publications")
    shown = product.published is not None or not args.get("onlyPublished", True)
    return page_of([sight.shop.publication] if shown else [], args, lambda number: product)


_NODE: dict[str, Reader] = {"legacyResourceId": lambda sight, thing, args: str(thing.id)}
_MEDIUM: dict[str, Reader] = {
    "alt": lambda sight, picture, args: picture.alt or None,
    "mediaContentType": own("kind"),
    "status": own("status"),
    "mediaErrors": always([]),
    "mediaWarnings": always([]),
    "preview": itself,
}
def _product_of(sight: Sight, variant: Variant) -> Product:
    found = sight.shelf.product(variant.product_id)
    assert found is not None  # noqa: S101 - a variant never outlives its product
    return found


def _members(sight: Sight, collection: Collection) -> int:
    products = (sight.shelf.product(key) for key in sight.shelf.product_ids())
    return sum(1 for product in products if product and collection.id in product.collections)


FIELDS: dict[str, dict[str, Reader]] = {
    "Product": {
        **_NODE,
        "id": own_id("Product"), "title": own("title"), "handle": own("handle"), "status": own("status"), "vendor": own("vendor"),
        "productType": own("product_type"), "descriptionHtml": own("html"), "isGiftCard": own("gift_card"),
        "description": lambda sight, product, args: plain(product.html)[: args.get("truncateAt")],
        "tags": lambda sight, product, args: sorted(product.tags),
        "createdAt": own_time("created"), "updatedAt": own_time("updated"), "publishedAt": own_time("published"),
        "hasVariantsThatRequiresComponents": own("bundle"),
        "hasOnlyDefaultVariant": lambda sight, product, args: not product.options,
        "hasOutOfStockVariants": lambda sight, product, args: any(not v.for_sale for v in sight.variants_of(product.id)),
        "combinedListingRole": always(None),
        "requiresSellingPlan": always(False),
        "tracksInventory": lambda sight, product, args: bool(_with_stock(sight.variants_of(product.id))),
        "totalInventory": lambda sight, product, args: sum(v.available for v in _with_stock(sight.variants_of(product.id))),
        "options": _options, "variants": _variants, "media": _media, "collections": _collections,
        "variantsCount": _count(lambda sight, product: len(sight.variants_of(product.id))),
        "mediaCount": _count(lambda sight, product: len(product.pictures)),
        "priceRangeV2": _prices,
        "category": lambda sight, product, args: product.category or None,
        "featuredMedia": lambda sight, product, args: media_of(product.pictures[0]) if product.pictures else None,
        "onlineStoreUrl": lambda sight, product, args: f"{sight.shop.home}/products/{product.handle}" if product.published else None,
        "onlineStorePreviewUrl": lambda sight, product, args: f"{sight.shop.home}/products/{product.handle}",
        "publishedOnPublication": _published_on, "resourcePublicationsV2": _publications,
        "seo": lambda sight, product, args: {"title": None, "description": None},
    },
    "SEO": {"title": entry("title"), "description": entry("description")},
    "TaxonomyCategory": {
        "id": always("gid://shopify/TaxonomyCategory/hg-1"),
        "name": lambda sight, name, args: name.rsplit(" > ", 1)[-1],
        "fullName": itself,
    },
    "ProductOption": {
        "id": lambda sight, option, args: gid("ProductOption", option["id"]), "name": entry("name"), "position": entry("position"),
        "values": entry("values"), "optionValues": _option_values,
    },
    "ProductOptionValue": {
        "id": lambda sight, value, args: gid("ProductOptionValue", value["id"]), "name": entry("name"),
        "hasVariants": always(True),
    },
    "ProductPriceRangeV2": {name: entry(name) for name in ("minVariantPrice", "maxVariantPrice")},
    "ProductVariant": {
        **_NODE,
        "id": own_id("ProductVariant"), "title": own("title"), "price": own("price"), "compareAtPrice": own("compare_at_price"),
        "sku": own("sku"), "barcode": own("barcode"), "position": own("position"), "taxable": own("taxable"),
        "inventoryPolicy": own("policy"), "inventoryQuantity": own("available"), "availableForSale": own("for_sale"),
        "sellableOnlineQuantity": lambda sight, variant, args: max(0, variant.available),
        "displayName": lambda sight, variant, args: f"{_product_of(sight, variant).title} - {variant.title}",
        "createdAt": own_time("created"), "updatedAt": own_time("updated"),
        "selectedOptions": _selected, "media": _variant_media,
        "inventoryItem": itself,
        "product": lambda sight, variant, args: _product_of(sight, variant),
        "requiresComponents": always(False),
        "unitPrice": always(None),
    },
    "SelectedOption": {"name": lambda sight, pair, args: pair[0], "value": lambda sight, pair, args: pair[1]},
    "MediaImage": {
        **_MEDIUM,
        "id": own_id("MediaImage"),
        "image": lambda sight, picture, args: picture if picture.status == "READY" else None,
        "mimeType": always("image/png"),
    },
    "Video": {**_MEDIUM, "id": own_id("Video"), "filename": own("src")},
    "ExternalVideo": {**_MEDIUM, "id": own_id("ExternalVideo"), "embedUrl": own("src"), "originUrl": own("src")},
    "Model3d": {**_MEDIUM, "id": own_id("Model3d"), "filename": own("src")},
    "MediaPreviewImage": {"image": lambda sight, picture, args: picture if picture.status == "READY" else None, "status": own("status")},
    "Image": {
        "id": own_id("ImageSource"), "altText": lambda sight, picture, args: picture.alt or None,
        "url": lambda sight, picture, args: sight.picture_url(picture.src), "width": own("width"), "height": own("height"),
    },
    "Collection": {
        **_NODE,
        "id": own_id("Collection"), "title": own("title"), "handle": own("handle"), "updatedAt": own_time("updated"),
        "descriptionHtml": always(""), "description": always(""),
        "productsCount": _count(_members),
    },
    "MoneyV2": {
        "amount": itself,
        "currencyCode": lambda sight, amount, args: sight.shop.currency,
    },
    "MoneyBag": dict.fromkeys(("shopMoney", "presentmentMoney"), itself),
    "Count": {
        "count": lambda sight, count, args: count[0],
        "precision": lambda sight, count, args: "AT_LEAST" if count[1] else "EXACT",
    },
    "Publication": {
        "id": lambda sight, thing, args: gid("Publication", sight.shop.publication),
        "name": always("Online Store"),
        "autoPublish": always(True),
        "supportsFuturePublishing": always(True),
    },
    "ResourcePublicationV2": {
        "publication": itself,
        "isPublished": lambda sight, product, args: product.published is not None,
        "publishDate": lambda sight, product, args: moment(product.published),
    },
}  # fmt: skip
