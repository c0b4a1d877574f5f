"""A shop's state on disk: goods, orders, knobs, subscriptions and faults, written before an answer leaves.

Tokens and secrets are never kept, nor are made-up products and bulk files.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.shops.keeping import Body, Keeper, apply_knobs, knobs_of
from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.goods import Collection, Order, OrderLine, Picture, Product, Variant
from sandbox.shops.shopify.world import Hook
from sandbox.state_file import StateFile

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

SHOP = "shop.shopify"
_PRODUCT, _VARIANT, _COLLECTION, _ORDER = "shopify.product", "shopify.variant", "shopify.collection", "shopify.order"
KNOBS = ("currency", "timezone", "title", "plan", "bulk_seconds", "index_lag", "opened")


def names_kept(file: StateFile) -> list[str]:
    """Names of the shops in the file."""
    return [name for _, name, _ in file.rows((SHOP,))]


class ShopifyKeeper(Keeper):
    """See Keeper."""

    documents, prefix, rows = (SHOP,), "shopify.", (_PRODUCT, _VARIANT, _COLLECTION, _ORDER)

    def _documents(self) -> dict[str, Body]:
        hooks = [{**asdict(hook), "include_fields": list(hook.include_fields)} for hook in self._shop.hooks.values()]
        return {SHOP: {**knobs_of(self._shop, KNOBS), "domain": self._shop.domain, "hooks": hooks}}

    def _apply(self, known: dict[str, Body]) -> None:
        body = known.get(SHOP, {})
        apply_knobs(self._shop, KNOBS, body, Fault)
        for hook in body.get("hooks", []):
            self._shop.hooks[hook["id"]] = Hook(**{**hook, "include_fields": tuple(hook["include_fields"])})

    def _body(self, kind: str, key: int) -> Body | None:
        shelf = self._shop.shelf
        rows: Any = {_PRODUCT: shelf.products, _VARIANT: shelf.variants, _COLLECTION: shelf.collections, _ORDER: shelf.orders}[kind]
        made_up = any(key in rows.products or key in rows.variants for rows in shelf.ranges)
        return None if made_up or key not in rows else asdict(rows[key])

    def _put(self, kind: str, body: Body) -> None:
        _put(self._shop, kind, body)


def _put(shop: "ShopifyShop", kind: str, body: dict[str, Any]) -> None:
    if kind == _PRODUCT:
        options = tuple((name, tuple(values)) for name, values in body["options"])
        pictures = tuple(Picture(**picture) for picture in body["pictures"])
        more = {"options": options, "pictures": pictures, "tags": tuple(body["tags"]), "collections": tuple(body["collections"])}
        shop.shelf.put_product(Product(**{**body, **more}))
    elif kind == _VARIANT:
        shop.shelf.put_variant(Variant(**{**body, "values": tuple(body["values"])}))
    elif kind == _COLLECTION:
        shop.shelf.put_collection(Collection(**body))
    else:
        lines = tuple(OrderLine(**line) for line in body["lines"])
        attributes = tuple((key, value) for key, value in body["attributes"])
        shop.shelf.put_order(Order(**{**body, "lines": lines, "attributes": attributes, "tags": tuple(body["tags"])}))
