"""A shop's state on disk: products, terms, knobs and faults, written before an answer leaves.

Keys are never kept, nor are made-up products; what webhooks are signed with is.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.shops.keeping import Body, Keeper, apply_knobs, knobs_of
from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.hooks import Hook
from sandbox.shops.woocommerce.orders import Order
from sandbox.shops.woocommerce.product import Attribute, Image, Product, ShopAttribute, Term, Variation
from sandbox.shops.woocommerce.shelf import Item
from sandbox.state_file import StateFile

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

SHOP = "shop.woocommerce"
_ITEM, _TERM, _ATTRIBUTE, _HOOKS = "shop.item", "shop.term", "shop.attribute", "shop.hooks"
KNOBS = ("version", "currency", "country", "timezone", "title", "prices_include_tax", "settings", "believes_tls", "strips_authorization")


def names_kept(file: StateFile) -> list[str]:
    """Names of the shops in the file."""
    return [name for _, name, _ in file.rows((SHOP,))]


class WooKeeper(Keeper):
    """See Keeper."""

    documents, prefix, rows = (SHOP, _HOOKS), "shop.", (_ITEM, _TERM, _ATTRIBUTE)

    def _documents(self) -> dict[str, Body]:
        shop = self._shop
        told = {"hooks": [asdict(hook) for hook in shop.hooks.rows.values()], "orders": list(map(asdict, shop.orders.values()))}
        return {SHOP: {**knobs_of(shop, KNOBS), "settings": dict(shop.settings)}, _HOOKS: told}

    def _apply(self, known: dict[str, Body]) -> None:
        apply_knobs(self._shop, KNOBS, known.get(SHOP, {}), Fault)
        told = known.get(_HOOKS, {"hooks": [], "orders": []})
        self._shop.hooks.rows = {row["id"]: Hook(**row) for row in told["hooks"]}
        self._shop.orders = {row["id"]: Order(**row) for row in told["orders"]}

    def _body(self, kind: str, key: int) -> Body | None:
        shelf = self._shop.shelf
        if kind == _ITEM:
            item = shelf.items.get(key)
            made_up = any(key in rows.products or key in rows.variations for rows in shelf.ranges)
            return None if item is None or made_up else asdict(item)
        row = shelf.terms.get(key) if kind == _TERM else shelf.attributes.get(key)
        return asdict(row) if row else None

    def _put(self, kind: str, body: Body) -> None:
        _put(self._shop, kind, body)


def _put(shop: "WooShop", kind: str, body: dict[str, Any]) -> None:
    if kind == _ITEM:
        shop.shelf.put(_item(body))
    elif kind == _TERM:
        image = Image(**body["image"]) if body["image"] else None
        shop.shelf.put_term(Term(**{**body, "image": image}))
    else:
        terms = {int(key): name for key, name in body["terms"].items()}
        shop.shelf.attributes[body["id"]] = ShopAttribute(**{**body, "terms": terms})


def _item(body: dict[str, Any]) -> Item:
    body = {**body, "meta": tuple((key, value) for key, value in body["meta"])}
    if "parent_id" in body:
        return Variation(**{**body, "image": Image(**body["image"]) if body["image"] else None})
    body["images"] = tuple(Image(**image) for image in body["images"])
    body["attributes"] = tuple(Attribute(**{**row, "options": tuple(row["options"])}) for row in body["attributes"])
    for name in ("categories", "brands", "tags", "grouped_products"):
        body[name] = tuple(body[name])
    return Product(**body)
