"""What a person or a test does to the shop directly: add, change, delete, sell. No request is involved.

As in a real shop, every save moves `updated` of the product, of a changed variant too; who has subscribed hears of it (events.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.shops.any_shop import plain
from sandbox.shops.shopify.events import Events
from sandbox.shops.shopify.goods import Collection, Picture, Product, Variant
from sandbox.shops.shopify.world import ALL_SCOPES, App, World

_OF_VARIANT = frozenset({"price", "compare_at_price", "sku", "barcode", "available", "tracked", "policy", "weight"})


class ByHand(World):
    """Direct access, under the lock. What is changed is kept at once where the shop has a state file."""

    events: Events

    def add_app(self, client_id: str, client_secret: str, token: str = "", scopes: Sequence[str] = ALL_SCOPES) -> App:
        """Make an app known. With `token` (shpat_..) it is an old custom app, whose token never ends."""
        with self.work():
            known = self.apps.get(client_id)
            self.apps[client_id] = made = App(client_id, client_secret, tuple(scopes), token)
            if known:
                made.granted = known.granted
            made.installed = not self.faults.active("app_uninstalled")
            return made

    def uninstall(self, client_id: str, installed: bool = False) -> None:
        """The merchant removes the app (its tokens die, its webhooks go, one last webhook says so), or installs it again."""
        with self.work():
            app = self.apps[client_id]
            if not installed:
                self.events.uninstalled(app)
                self.hooks = {key: hook for key, hook in self.hooks.items() if hook.client_id != client_id}
                app.granted.clear()
            app.installed = installed

    def add(self, title: str = "", *, variants: Sequence[dict[str, Any]] = (), **fields: Any) -> Product:
        """Put a product on sale: `add("Cap", price="9.00", available=3)`, or with `options` and `variants` (their fields, `values` too)."""
        with self.work():
            own = {name: fields.pop(name) for name in _OF_VARIANT & fields.keys()}
            made = replace(Product(published=self.now()), title=title, **plain(fields))
            made.id = made.id or self.shelf.new_id()
            made.handle = made.handle or "-".join(title.lower().split())
            made.created = made.created or self.now()
            made.updated = made.updated or made.created
            made.pictures = tuple(self._numbered(picture) for picture in made.pictures)
            self.shelf.put_product(made)
            for place, values in enumerate(variants or [own], start=1):
                self._new_variant(made, {"position": place, **values})
            self.events.product("create", made)
            return made

    def add_variant(self, product_id: int, **fields: Any) -> Variant:
        """Add a variant: `add_variant(p.id, values=("M",), price="9.00")`. Values that are new join the product's options."""
        with self.work():
            product = self.product(product_id)
            place = len(self.shelf.variants_of(product_id)) + 1
            made = self._new_variant(product, {"position": place, **fields})
            options = product.options or (("Title", ("Default Title",)),)
            pairs = zip(options, made.values, strict=True)
            known = tuple((name, tuple(dict.fromkeys([*values, value]))) for (name, values), value in pairs)
            self._saved(replace(product, options=known))
            return made

    def product(self, product_id: int) -> Product:
        """A product. Raises KeyError."""
        found = self.shelf.product(product_id)
        if found is None:
            raise KeyError(product_id)
        return found

    def item(self, number: int) -> Product | Variant:
        """A product or variant. Raises KeyError."""
        return self.shelf.product(number) or self.variant(number)

    def variant(self, variant_id: int) -> Variant:
        """A variant. Raises KeyError."""
        found = self.shelf.variant(variant_id)
        if found is None:
            raise KeyError(variant_id)
        return found

    def variants(self, product_id: int) -> list[Variant]:
        """The variants of a product in order."""
        with self.lock:
            return self.shelf.variants_of(product_id)

    def change(self, product_id: int, **fields: Any) -> Product:
        """Save a product with other values (or with none: that moves the date as well)."""
        with self.work():
            values = plain(fields)
            if "pictures" in values:
                values["pictures"] = tuple(self._numbered(picture) for picture in values["pictures"])
            return self._saved(replace(self.product(product_id), **values))

    def change_variant(self, variant_id: int, **fields: Any) -> Variant:
        """Save a variant with other values; its product's date moves too."""
        with self.work():
            before = self.variant(variant_id)
            made = replace(before, **plain(fields), updated=self.now())
            self.shelf.put_variant(made)
            if made.available != before.available:
                self.events.level(made)
            self._saved(self.product(made.product_id))
            return made

    def sell(self, variant_id: int, quantity: int = 1) -> Variant:
        """Somebody buys: the stock falls, where it is counted."""
        variant = self.variant(variant_id)
        return self.change_variant(variant_id, available=variant.available - quantity) if variant.tracked else variant

    def publish(self, product_id: int, published: bool = True) -> Product:
        """Show the product in the online store, or take it out."""
        return self.change(product_id, published=self.now() if published else None)

    def delete(self, product_id: int) -> None:
        """Delete a product for good, with its variants."""
        with self.work():
            self.product(product_id)
            self.shelf.drop_product(product_id)
            self.events.deleted(product_id)

    def delete_variant(self, variant_id: int) -> None:
        """Delete one variant; its product is saved."""
        with self.work():
            variant = self.variant(variant_id)
            self.shelf.drop_variant(variant)
            self._saved(self.product(variant.product_id))

    def collection(self, title: str) -> int:
        """The id of a collection, made where it is new."""
        with self.work():
            found = next((row for row in self.shelf.collections.values() if row.title == title), None)
            if found is None:
                handle = "-".join(title.lower().split())
                found = Collection(id=self.shelf.new_id(), title=title, handle=handle, updated=self.now())
                self.shelf.put_collection(found)
            return found.id

    def rename_collection(self, collection_id: int, title: str) -> None:
        """Rename a collection. No product's date moves."""
        with self.work():
            self.shelf.put_collection(replace(self.shelf.collections[collection_id], title=title, updated=self.now()))

    def set_shop(self, **knobs: Any) -> None:
        """Turn knobs of the shop itself: currency, timezone, title. Who has subscribed hears shop/update."""
        with self.work():
            for name, value in knobs.items():
                setattr(self, name, value)
            self.events.shop_changed()

    def _new_variant(self, product: Product, fields: dict[str, Any]) -> Variant:
        made = replace(Variant(product_id=product.id), **plain(fields))
        made.id = made.id or self.shelf.new_id()
        made.item_id = made.item_id or self.shelf.new_id()
        made.created = made.updated = self.now()
        self.shelf.put_variant(made)
        return made

    def _saved(self, product: Product) -> Product:
        made = replace(product, updated=self.now())
        self.shelf.put_product(made)
        self.events.product("update", made)
        return made

    def _numbered(self, picture: Picture) -> Picture:
        return picture if picture.id else replace(picture, id=self.shelf.new_id())
