"""A shop's state on disk: products, terms, knobs and faults, written before an answer leaves.

Keys are never kept, nor are made-up products; what webhooks are signed with is.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.hooks import Hook
from sandbox.shops.woocommerce.orders import Order
from sandbox.shops.woocommerce.product import Attribute, Image, Product, ShopAttribute, Term, Variation
from sandbox.shops.woocommerce.shelf import Item
from sandbox.state_file import Name, StateFile

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

SHOP = "shop.woocommerce"
_ITEM, _TERM, _ATTRIBUTE, _HOOKS = "shop.item", "shop.term", "shop.attribute", "shop.hooks"
KINDS = (SHOP, _ITEM, _TERM, _ATTRIBUTE, _HOOKS)
KNOBS = ("version", "currency", "country", "timezone", "title", "prices_include_tax", "settings", "believes_tls", "strips_authorization")


def names_kept(file: StateFile) -> list[str]:
    """Names of the shops in the file."""
    return [name for _, name, _ in file.rows((SHOP,))]


class Keeper:
    """Writes one shop through to the state file. Callers hold the shop's lock."""

    def __init__(self, shop: "WooShop", file: StateFile) -> None:
        self._shop, self._file = shop, file
        self._dirty: set[tuple[str, int]] = set()
        self._known: dict[str, Any] = {}
        self._known_hooks: dict[str, Any] = {"hooks": [], "orders": []}

    def load(self) -> None:
        """Fill the shop from the file, then follow what happens to it."""
        below = f"{self._shop.name}/"
        for kind, name, body in self._file.rows(KINDS):
            if kind == SHOP and name == self._shop.name:
                self._known = body
            elif kind == _HOOKS and name == self._shop.name:
                self._known_hooks = body
            elif name.startswith(below):
                _put(self._shop, kind, body)
        self._apply(self._known)
        self._shop.shelf.changed = lambda kind, key: self._dirty.add((f"shop.{kind}", key))
        self.save()

    def save(self) -> None:
        """Write what has changed, in one transaction."""
        kept: dict[Name, Any] = {}
        gone: list[Name] = []
        for kind, key in self._dirty:
            name, body = (kind, f"{self._shop.name}/{key}"), self._body(kind, key)
            if body is None:
                gone.append(name)
            else:
                kept[name] = body
        now = self._settings()
        if now != self._known:
            kept[SHOP, self._shop.name] = self._known = now
        told = {"hooks": [asdict(hook) for hook in self._shop.hooks.rows.values()], "orders": list(map(asdict, self._shop.orders.values()))}
        if told != self._known_hooks:
            kept[_HOOKS, self._shop.name] = self._known_hooks = told
        if kept or gone:
            self._file.write(kept, gone)
        self._dirty.clear()

    def _settings(self) -> dict[str, Any]:
        shop = self._shop
        knobs = {name: getattr(shop, name) for name in KNOBS}
        faults = [fault.to_dict() for fault in shop.faults.active()]
        return {**knobs, "settings": dict(shop.settings), "faults": faults, "last_id": shop.shelf.last_id}

    def _apply(self, body: dict[str, Any]) -> None:
        for name in KNOBS:
            if name in body:
                setattr(self._shop, name, body[name])
        self._shop.shelf.remember_id(body.get("last_id", 0))
        for fault in body.get("faults", []):
            self._shop.faults.add(Fault(**fault))
        self._shop.hooks.rows = {row["id"]: Hook(**row) for row in self._known_hooks["hooks"]}
        self._shop.orders = {row["id"]: Order(**row) for row in self._known_hooks["orders"]}

    def _body(self, kind: str, key: int) -> dict[str, Any] | None:
        shelf = self._shop.shelf
        if kind == _ITEM:
            item = shelf.items.get(key)
            made_up = any(key in rows.products or key in rows.variations for rows in shelf.ranges)
            return None if item is None or made_up else asdict(item)
        row = shelf.terms.get(key) if kind == _TERM else shelf.attributes.get(key)
        return asdict(row) if row else None


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
