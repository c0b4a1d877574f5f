"""The lists and things at the root of a query."""

from collections.abc import Callable
from typing import Any

from sandbox.shops.shopify import orders, searching
from sandbox.shops.shopify.errors import Trouble
from sandbox.shops.shopify.fields_products import media_of
from sandbox.shops.shopify.gids import kind_in, number_in
from sandbox.shops.shopify.goods import Product, Variant
from sandbox.shops.shopify.paging import LARGEST, Rows, page_of
from sandbox.shops.shopify.running import Reader, Typed
from sandbox.shops.shopify.searching import Fields, Search, by_number, by_text, by_time
from sandbox.shops.shopify.sight import Sight

_AT_MOST = 10_000
# Sort key -> (the value as the cursor keeps it).
_PRODUCT_SORTS: dict[str, Callable[[Product], Any]] = {
    "UPDATED_AT": lambda product: product.updated,
    "CREATED_AT": lambda product: product.created,
    "PUBLISHED_AT": lambda product: product.published or 0,
    "TITLE": lambda product: product.title.lower(),
    "VENDOR": lambda product: product.vendor.lower(),
    "PRODUCT_TYPE": lambda product: product.product_type.lower(),
}


def product_fields(sight: Sight) -> Fields:
    """What `query` knows of products."""
    zone, lag = sight.shop.timezone, sight.shop.lag()
    edge = sight.shop.now() - lag

    def variants(read: Callable[[Variant], Any]) -> Callable[[Product], list[Any]]:
        return lambda product: [read(variant) for variant in sight.variants_of(product.id)]

    return {
        "": by_text(lambda product: product.title.split()), "id": by_number(lambda product: product.id),
        "title": by_text(lambda product: [product.title, *product.title.split()]), "handle": by_text(lambda product: product.handle),
        "status": by_text(lambda product: product.status), "vendor": by_text(lambda product: product.vendor),
        "product_type": by_text(lambda product: product.product_type), "tag": by_text(lambda product: product.tags),
        "tag_not": lambda operator, value: (lambda product: value.lower() not in [tag.lower() for tag in product.tags]),
        "sku": by_text(variants(lambda variant: variant.sku or "")), "barcode": by_text(variants(lambda variant: variant.barcode or "")),
        "updated_at": by_time(lambda product: product.updated if not lag or product.updated <= edge else None, zone),
        "created_at": by_time(lambda product: product.created, zone), "published_at": by_time(lambda product: product.published, zone),
        "published_status": by_text(lambda product: ["published", "online_store"] if product.published else ["unpublished"]),
        "gift_card": by_text(lambda product: str(product.gift_card).lower()),
        "inventory_total": by_number(lambda product: sum(variant.available for variant in sight.variants_of(product.id))),
    }  # fmt: skip


def search_in(sight: Sight, field: str, args: dict[str, Any], fields: Fields) -> Search | None:
    """The list's query as a test; what there is to tell about it goes into the answer's extensions."""
    search = searching.read_search(args.get("query"), fields)
    if search:
        sight.searches.append(searching.note_of([field], args["query"], search))
    return search


def _fitting(sight: Sight, field: str, args: dict[str, Any]) -> Any:
    sight.need(field, "read_products")
    search = search_in(sight, field, args, product_fields(sight))
    ids = sight.shelf.product_ids()
    return [key for key in ids if (made := sight.shelf.product(key)) and search.fits(made)] if search else ids


def _products(sight: Sight, root: Any, args: dict[str, Any]) -> Rows:
    ids, sort = _fitting(sight, "products", args), args.get("sortKey", "ID")
    if sort in ("ID", "RELEVANCE"):
        return page_of(ids, args, sight.shelf.product)
    read = _PRODUCT_SORTS.get(sort)
    if read is None:
        raise Trouble(f"The sandbox does not sort products by {sort}", "SANDBOX_NOT_MODELLED")
    keys = sorted((read(made), key) for key in ids if (made := sight.shelf.product(key)))
    return page_of(keys, args, sight.shelf.product)


def _products_count(sight: Sight, root: Any, args: dict[str, Any]) -> tuple[int, bool]:
    return _at_most(len(_fitting(sight, "productsCount", args)), args)


def _at_most(count: int, args: dict[str, Any]) -> tuple[int, bool]:
    """(count, whether there may be more): without `limit: null` counting stops."""
    limit = args.get("limit", _AT_MOST)
    return (count, False) if limit is None or count <= limit else (limit, True)


def _all_variants(sight: Sight, root: Any, args: dict[str, Any]) -> Rows:
    sight.need("productVariants", "read_products")
    fields: Fields = {
        "id": by_number(lambda variant: variant.id), "sku": by_text(lambda variant: variant.sku or ""),
        "product_id": by_number(lambda variant: variant.product_id),
        "updated_at": by_time(lambda variant: variant.updated, sight.shop.timezone),
    }  # fmt: skip
    search = search_in(sight, "productVariants", args, fields)
    known = {variant.id: variant for key in sight.shelf.product_ids() for variant in sight.variants_of(key)}
    return page_of(sorted(key for key, variant in known.items() if search is None or search.fits(variant)), args, known.get)


def find(sight: Sight, value: str) -> Any:
    """Anything by its global id, with its type; None where there is none."""
    kind, number = kind_in(value), number_in(value)
    finders: dict[str, Callable[[int], Any]] = {
        "Product": sight.shelf.product, "ProductVariant": sight.shelf.variant, "Collection": sight.shelf.collections.get,
        "InventoryItem": sight.shelf.variant_of_item, "Order": sight.shelf.orders.get, "BulkOperation": sight.shop.bulk_operation,
        "WebhookSubscription": sight.shop.hooks.get, "Shop": lambda number: sight.shop if number == sight.shop.number else None,
        "MediaImage": lambda number: _picture(sight, number),
    }  # fmt: skip
    if kind not in finders:
        raise Trouble(f"The sandbox finds no {kind} by id", "SANDBOX_NOT_MODELLED")
    if kind in ("Product", "ProductVariant", "InventoryItem"):
        sight.need("node", "read_products")
    found = finders[kind](number)
    return found if found is None or isinstance(found, Typed) else Typed((kind, found))


def _picture(sight: Sight, number: int) -> Any:
    found = (picture for product in sight.shelf.products.values() for picture in product.pictures if picture.id == number)
    return next((media_of(picture) for picture in found), None)


def _nodes(sight: Sight, root: Any, args: dict[str, Any]) -> list[Any]:
    ids = args["ids"]
    if len(ids) > LARGEST:
        words = f"The input array size of {len(ids)} is greater than the maximum allowed of {LARGEST}."
        raise Trouble(words, "MAX_INPUT_SIZE_EXCEEDED")
    return [find(sight, value) for value in ids]


def _one(kind: str, scope: str) -> Reader:
    def read(sight: Sight, root: Any, args: dict[str, Any]) -> Any:
        sight.need(kind[0].lower() + kind[1:], scope)
        found = find(sight, args["id"]) if kind_in(args["id"]) == kind else None
        return found[1] if found else None

    return read


def _hooks(sight: Sight, root: Any, args: dict[str, Any]) -> Rows:
    known = {hook.id: hook for hook in sight.shop.hooks.values() if hook.client_id == sight.app.client_id}
    topics, uri = args.get("topics"), args.get("uri") or args.get("callbackUrl")
    fitting = [key for key, hook in known.items() if topics is None or hook.topic in topics]
    return page_of(sorted(key for key in fitting if uri in (None, known[key].uri)), args, known.get)


def _bulk_operations(sight: Sight, root: Any, args: dict[str, Any]) -> Rows:
    fields: Fields = {"status": by_text(lambda operation: operation.status), "id": by_number(lambda operation: operation.id)}
    search = search_in(sight, "bulkOperations", args, fields)
    known = {key: made for key in sight.shop.bulk.operations if (made := sight.shop.bulk_operation(key))}
    own = [key for key, made in known.items() if made.client_id == sight.app.client_id and (search is None or search.fits(made))]
    return page_of(sorted(own), args, known.get)


def _collections(sight: Sight, root: Any, args: dict[str, Any]) -> Rows:
    sight.need("collections", "read_products")
    search = search_in(sight, "collections", args, {"title": by_text(lambda row: row.title), "id": by_number(lambda row: row.id)})
    known = sight.shelf.collections
    return page_of(sorted(key for key, row in known.items() if search is None or search.fits(row)), args, known.get)


ROOTS: dict[str, dict[str, Reader]] = {
    "QueryRoot": {
        "products": _products, "productsCount": _products_count, "product": _one("Product", "read_products"),
        "productVariants": _all_variants, "productVariant": _one("ProductVariant", "read_products"),
        "productVariantsCount": lambda sight, root, args: _at_most(sight.shelf.count_variants(), args),
        "inventoryItem": _one("InventoryItem", "read_inventory"), "node": lambda sight, root, args: find(sight, args["id"]),
        "nodes": _nodes, "collections": _collections, "collection": _one("Collection", "read_products"),
        "collectionsCount": lambda sight, root, args: _at_most(len(sight.shelf.collections), args),
        "shop": lambda sight, root, args: sight.shop, "currentAppInstallation": lambda sight, root, args: sight.app,
        "bulkOperation": _one("BulkOperation", "read_products"), "bulkOperations": _bulk_operations,
        "webhookSubscription": lambda sight, root, args: sight.shop.hooks.get(number_in(args["id"], "WebhookSubscription")),
        "webhookSubscriptions": _hooks,
        "webhookSubscriptionsCount": lambda sight, root, args: _at_most(len(sight.shop.hooks), args),
        "orders": orders.listed, "order": _one("Order", "read_orders"),
        "locations": lambda sight, root, args: page_of([sight.shop.location], args, lambda number: sight.shop),
        "publications": lambda sight, root, args: page_of([sight.shop.publication], args, lambda number: sight.shop),
    },
}  # fmt: skip
