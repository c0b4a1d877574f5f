"""A shop's state on disk: goods, orders, knobs, subscriptions and faults, written before an answer leaves.

Tokens and secrets are never kept, nor are made-up products and bulk files.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.shops.shopify.faults import Fault
from sandbox.shops.shopify.goods import Collection, Order, OrderLine, Picture, Product, Variant
from sandbox.shops.shopify.world import Hook
from sandbox.state_file import Name, StateFile

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

SHOP = "shop.shopify"
_PRODUCT, _VARIANT, _COLLECTION, _ORDER = "shopify.product", "shopify.variant", "shopify.collection", "shopify.order"
KINDS = (SHOP, _PRODUCT, _VARIANT, _COLLECTION, _ORDER)
KNOBS = ("currency", "timezone", "title", "plan", "bulk_seconds", "index_lag", "opened")


def names_kept(file: StateFile) -> list[str]:
    """Names of the shops in the file."""
    return [name for _, name, _ in file.rows((SHOP,))]


class Keeper:
    """Writes one shop through to the state file. Callers hold the shop's lock."""

    def __init__(self, shop: "ShopifyShop", file: StateFile) -> None:
        self._shop, self._file = shop, file
        self._dirty: set[tuple[str, int]] = set()
        self._known: dict[str, Any] = {}

    def load(self) -> None:
        """Fill the shop from the file, then follow what happens to it."""
        below = f"{self._shop.name}/"
        for kind, name, body in self._file.rows(KINDS):
            if kind == SHOP and name == self._shop.name:
                self._known = body
            elif name.startswith(below):
                _put(self._shop, kind, body)
        self._apply(self._known)
        self._shop.shelf.changed = lambda kind, key: self._dirty.add((f"shopify.{kind}", key))
        self.save()

    def save(self) -> None:
        """Write what has changed, in one transaction."""
        kept: dict[Name, Any] = {}
        gone: list[Name] = []
        for kind, key in self._dirty:
            name, row = (kind, f"{self._shop.name}/{key}"), self._row(kind, key)
            if row is None:
                gone.append(name)
            else:
                kept[name] = asdict(row)
        now = self._settings()
        if now != self._known:
            kept[SHOP, self._shop.name] = self._known = now
        if kept or gone:
            self._file.write(kept, gone)
        self._dirty.clear()

    def _row(self, kind: str, key: int) -> Any:
        shelf = self._shop.shelf
        rows: Any = {_PRODUCT: shelf.products, _VARIANT: shelf.variants, _COLLECTION: shelf.collections, _ORDER: shelf.orders}[kind]
        made_up = any(key in rows.products or key in rows.variants for rows in shelf.ranges)
        return None if made_up else rows.get(key)

    def _settings(self) -> dict[str, Any]:
        shop = self._shop
        knobs = {name: getattr(shop, name) for name in KNOBS}
        faults = [fault.to_dict() for fault in shop.faults.active()]
        hooks = [{**asdict(hook), "include_fields": list(hook.include_fields)} for hook in shop.hooks.values()]
        return {**knobs, "domain": shop.domain, "faults": faults, "hooks": hooks, "last_id": shop.shelf.last_id}

    def _apply(self, body: dict[str, Any]) -> None:
        for name in KNOBS:
            if name in body:
                setattr(self._shop, name, body[name])
        self._shop.shelf.remember_id(body.get("last_id", 0))
        for fault in body.get("faults", []):
            self._shop.faults.add(Fault(**fault))
        for hook in body.get("hooks", []):
            self._shop.hooks[hook["id"]] = Hook(**{**hook, "include_fields": tuple(hook["include_fields"])})


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
