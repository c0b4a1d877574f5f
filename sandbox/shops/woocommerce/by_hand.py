"""What a person or a test does to the shop directly: add, change, trash, restore, delete. No request is involved.

As in a real shop, every save moves `modified`; a saved variation moves its product's as well; `write_silently` moves nothing, as stock
plugins do that write into the database. Webhooks are told as a real shop tells them: nothing for what is deleted for good, or silently.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sandbox.shops.any_shop import plain
from sandbox.shops.woocommerce.auth import Key
from sandbox.shops.woocommerce.product import Image, Product, ShopAttribute, Term, Variation
from sandbox.shops.woocommerce.shelf import Item
from sandbox.shops.woocommerce.view import slug_of
from sandbox.shops.woocommerce.world import World

Kind = TypeVar("Kind", bound=Item)


class ByHand(World):
    """Direct access, under the lock. What is changed is kept at once where the shop has a state file."""

    def add_key(self, consumer_key: str, consumer_secret: str, permissions: str = "read_write", rights: bool = True) -> Key:
        """Make a key known; permissions: read, write or read_write. `rights` False: its user may not manage the shop (403)."""
        with self.work():
            self.keys[consumer_key] = Key(consumer_key, consumer_secret, permissions, rights)
            return self.keys[consumer_key]

    def revoke(self, consumer_key: str, revoked: bool = True) -> None:
        """Somebody deletes the key in the shop's settings, or takes it back."""
        self.keys[consumer_key].revoked = revoked

    def add(self, product: Product | None = None, **fields: Any) -> Product:
        """Put a product on sale: `add(name="Cap", regular_price="9")`. Times may be aware datetimes. Returns it with its id."""
        with self.work():
            made = replace(product or Product(), **plain(fields))
            self._number(made)
            made.slug = made.slug or slug_of(made.name)
            made.images = tuple(self._numbered(image) for image in made.images)
            self._keep(made)
            self.tell("product.created", made.id)
            return made

    def add_variation(self, parent_id: int, variation: Variation | None = None, **fields: Any) -> Variation:
        """Add a variation: `add_variation(p.id, options={"Size": "M"}, regular_price="9")`. The product becomes variable, and is saved."""
        with self.work():
            parent = self.product(parent_id)
            made = replace(variation or Variation(), **plain(fields), parent_id=parent_id)
            self._number(made)
            made.image = self._numbered(made.image) if made.image else None
            self._keep(made)
            self._keep(replace(parent, type="variable", modified=max(parent.modified, made.modified)))
            self.tell("product.created", made.id)
            return made

    def product(self, item_id: int) -> Product:
        """A product, the trash included. Raises KeyError."""
        found = self.shelf.get(item_id)
        if not isinstance(found, Product):
            raise KeyError(item_id)
        return found

    def item(self, item_id: int) -> Item:
        """A product or variation. Raises KeyError."""
        found = self.shelf.get(item_id)
        if found is None:
            raise KeyError(item_id)
        return found

    def variations(self, product_id: int) -> list[Variation]:
        """The living variations of a product."""
        with self.lock:
            return self.shelf.children(product_id)

    def change(self, item_id: int, **fields: Any) -> Item:
        """Save a product or variation with other values (or with none: that moves the date as well)."""
        with self.work():
            changed = self._keep(replace(self.item(item_id), **plain(fields), modified=self.now()))
            self._touch_parent(changed)
            self.tell("product.updated", item_id)
            return changed

    def write_silently(self, item_id: int, **fields: Any) -> Item:
        """Change values in the database behind WooCommerce's back: no date moves."""
        with self.work():
            return self._keep(replace(self.item(item_id), **plain(fields)))

    def trash(self, item_id: int) -> None:
        """Into the trash, a product with its variations."""
        with self.work():
            item = self.item(item_id)
            for child in self.shelf.children(item_id):
                self._throw(child)
            self._throw(item)
            self._touch_parent(item)
            if isinstance(item, Product):
                self.tell("product.deleted", item_id)

    def restore(self, item_id: int, by: str = "admin") -> None:
        """Out of the trash. by "admin": as it was; by "rest" (an API client sets a status): its variations stay in the trash."""
        with self.work():
            item = self.item(item_id)
            for child in self.shelf.children(item_id, trash=True) if by == "admin" else ():
                self._take_back(child)
            self._take_back(item)
            self.tell("product.updated", item_id)
            if by == "admin":
                self.tell("product.restored", item_id)

    def delete(self, item_id: int) -> None:
        """Delete for good, a product with its variations."""
        with self.work():
            item = self.item(item_id)
            for child in [*self.shelf.children(item_id), *self.shelf.children(item_id, trash=True)]:
                self.shelf.drop(child.id)
            self.shelf.drop(item_id)
            self._touch_parent(item)

    def category(self, name: str, parent: int = 0, **fields: Any) -> int:
        """The id of a category, made where it is new."""
        return self._term("category", name, parent, fields)

    def tag(self, name: str) -> int:
        """The id of a tag, made where it is new."""
        return self._term("tag", name, 0, {})

    def brand(self, name: str) -> int:
        """The id of a brand, made where it is new."""
        return self._term("brand", name, 0, {})

    def rename_term(self, term_id: int, name: str) -> None:
        """Rename a category, tag or brand. No product's date moves."""
        with self.work():
            self.shelf.put_term(replace(self.shelf.terms[term_id], name=name))

    def delete_term(self, term_id: int) -> None:
        """Delete a category, tag or brand. It vanishes from the products, and no date moves."""
        with self.work():
            self.shelf.drop_term(term_id)

    def attribute(self, name: str, options: Sequence[str] = ()) -> int:
        """The id of an attribute of the whole shop, made where it is new; its terms grow with `options`."""
        with self.work():
            found = next((row for row in self.shelf.attributes.values() if row.name == name), None)
            if found is None:
                number = len(self.shelf.attributes) + 1
                found = self.shelf.attributes[number] = ShopAttribute(name=name, id=number, slug=f"pa_{slug_of(name)}")
            for option in options:
                if option not in found.terms.values():
                    found.terms[self.shelf.new_id()] = option
            self.shelf.changed("attribute", found.id)
            return found.id

    def _keep(self, item: Kind) -> Kind:
        self.shelf.put(item)
        return item

    def _number(self, item: Item) -> None:
        item.id = item.id or self.shelf.new_id()
        self.shelf.remember_id(item.id)
        item.created = item.created or self.now()
        item.modified = item.modified or item.created

    def _numbered(self, image: Image) -> Image:
        return replace(image, id=image.id or self.shelf.new_id(), created=image.created or self.now())

    def _throw(self, item: Item) -> None:
        if item.status != "trash":
            self._keep(replace(item, status="trash", trashed_from=item.status, modified=self.now()))

    def _take_back(self, item: Item) -> None:
        if item.status == "trash":
            self._keep(replace(item, status=item.trashed_from or "publish", trashed_from="", modified=self.now()))

    def _touch_parent(self, item: Item) -> None:
        parent = self.shelf.get(item.parent_id) if isinstance(item, Variation) else None
        if isinstance(parent, Product):
            self._keep(replace(parent, modified=self.now()))

    def _term(self, kind: str, name: str, parent: int, fields: dict[str, Any]) -> int:
        with self.work():
            found = next((t for t in self.shelf.terms.values() if t.kind == kind and t.name == name and t.parent == parent), None)
            if found is None:
                found = Term(kind=kind, name=name, id=self.shelf.new_id(), parent=parent, slug=slug_of(name))
            changed = replace(found, **fields)
            if changed is not found or found.id not in self.shelf.terms:
                self.shelf.put_term(changed)
            return found.id
