"""Shops of any size: products that are worked out from their number when somebody looks, so that 100,000 of them take no memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.shops.shopify.goods import Picture, Product, Variant

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

_SORTS = ("Sturdy", "Light", "Folding", "Classic", "Small", "Large", "Handmade", "Everyday", "Outdoor", "Plain", "Striped")
_THINGS = ("Lamp", "Kettle", "Chair", "Basket", "Blanket", "Mug", "Knife", "Shelf", "Bottle", "Bag", "Brush", "Clock", "Tray")
_SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
_TEXT = "<p>A {name} for every day, made to last and easy to clean. It comes in a box of its own and is sent within two days.</p>\n"
_COLLECTIONS, _PICTURES = 12, 40


def make_products(shop: "ShopifyShop", count: int, variants: int = 5, seed: int = 1) -> "Generated":
    """Add `count` products with so many variants each. The same arguments make the same products, in the order of their numbers.

    They can be changed and deleted like others; the state file does not keep them. Ids: `.products` and `.variants` of what is returned.
    """
    with shop.lock:
        collections = tuple(shop.collection(f"Aisle {number}") for number in range(_COLLECTIONS))
        pictures = tuple(Picture(id=shop.shelf.new_id(), src=f"pictures/thing-{number}.png") for number in range(_PICTURES))
        many = count * variants
        first = shop.shelf.new_id(count + 2 * many)
        goods, items = first + count, first + count + many
        rows = (range(first, goods), range(goods, items), range(items, items + many))
        made = Generated(*rows, variants, seed, shop.now(), collections, pictures)
        shop.shelf.add_range(made)
        return made


@dataclass(frozen=True)
class Generated:
    """A range of made-up products; see shelf.Range. Each has `per` variants, told apart by their size."""

    products: range
    variants: range
    items: range
    per: int
    seed: int
    created: int
    collections: tuple[int, ...]
    pictures: tuple[Picture, ...]

    def variants_of(self, product_id: int) -> range:
        """Ids of one product's variants."""
        first = self.variants.start + (product_id - self.products.start) * self.per
        return range(first, first + self.per)

    def product(self, product_id: int) -> Product:
        """The product with this id, always the same."""
        number = product_id - self.products.start
        dice = self._dice(number)
        name = f"{_SORTS[dice % 11]} {_THINGS[dice // 11 % 13]} {number}"
        return Product(
            id=product_id,
            title=name,
            handle=name.lower().replace(" ", "-"),
            html=_TEXT.format(name=name) * (1 + dice % 4),
            vendor=f"Brand {dice % 8}",
            product_type=_THINGS[dice // 11 % 13],
            tags=(f"tag {dice % 6}",) if dice % 2 else (),
            options=(("Size", tuple(_size(step) for step in range(self.per))),),
            pictures=(self.pictures[dice % _PICTURES], self.pictures[(dice + 1) % _PICTURES]),
            collections=(self.collections[dice % _COLLECTIONS],),
            published=self.created,
            created=self.created,
            updated=self.created,
        )

    def variant(self, variant_id: int) -> Variant:
        """The variant with this id, always the same."""
        place = variant_id - self.variants.start
        number, step = place // self.per, place % self.per
        dice = self._dice(number)
        return Variant(
            id=variant_id,
            item_id=self.items.start + place,
            product_id=self.products.start + number,
            values=(_size(step),),
            sku=f"GEN-{number:06d}-{_size(step)}",
            price=f"{1 + dice % 200 + step}.{dice % 100:02d}",
            compare_at_price=f"{3 + dice % 200 + step}.{dice % 100:02d}" if dice % 7 == 0 else None,
            available=(dice + step) % 20,
            position=step + 1,
            created=self.created,
            updated=self.created,
        )

    def _dice(self, number: int) -> int:
        """A number that looks like chance and is none."""
        return (number * 2_654_435_761 + self.seed * 40_503 + 12_345) % 4_294_967_291 >> 5


def _size(number: int) -> str:
    return _SIZES[number] if number < len(_SIZES) else f"No {number}"
