"""Shops of any size: products that are worked out from their number when somebody looks, so that 100,000 of them take no memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.shops.woocommerce.product import Attribute, Image, Product, Variation
from sandbox.shops.woocommerce.shelf import Item

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

_SORTS = ("Sturdy", "Light", "Folding", "Classic", "Small", "Large", "Handmade", "Everyday", "Outdoor", "Plain", "Striped")
_THINGS = ("Lamp", "Kettle", "Chair", "Basket", "Blanket", "Mug", "Knife", "Shelf", "Bottle", "Bag", "Brush", "Clock", "Tray")
_AISLES, _TAGS, _BRANDS, _PICTURES = 24, 6, 8, 40
_SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL")
_TEXT = "<p>A {name} for every day, made to last and easy to clean. It comes in a box of its own and is sent within two days.</p>\n"


def make_products(shop: "WooShop", count: int, variable_every: int = 5, variations: int = 5, seed: int = 1) -> "Generated":
    """Add `count` products; every `variable_every`-th has so many variations (0: none has). The same arguments make the same products.

    All were created in the same second, as after an import. They can be changed, trashed and deleted like others; the state file does not
    keep them. Ids lie in `.products` and `.variations` of what is returned.
    """
    with shop.lock:
        home = shop.category("Home & Garden")
        aisles = tuple(shop.category(f"Aisle {number}", parent=home if number % 3 == 0 else 0) for number in range(_AISLES))
        tags = tuple(shop.tag(f"tag {number}") for number in range(_TAGS))
        brands = tuple(shop.brand(f"Brand {number}") for number in range(_BRANDS))
        pictures = tuple(_picture(shop, number) for number in range(_PICTURES))
        sizes = tuple(_size(number) for number in range(max(variations, 1)))
        size = Attribute(id=shop.attribute("Size", sizes), name="Size", options=sizes, variation=True)
        parents = -(-count // variable_every) if variable_every and variations else 0
        first = shop.shelf.new_id(count + parents * variations)
        made = Generated(
            range(first, first + count), range(first + count, first + count + parents * variations), variable_every if parents else 0,
            variations, seed, shop.now(), aisles, tags, brands, pictures, size,
        )  # fmt: skip
        shop.shelf.add_range(made)
        return made


def _picture(shop: "WooShop", number: int) -> Image:
    return Image(id=shop.shelf.new_id(), src=f"pictures/thing-{number}.png", created=shop.now())


def _size(number: int) -> str:
    return _SIZES[number] if number < len(_SIZES) else f"No {number}"


@dataclass(frozen=True)
class Generated:
    """A range of made-up products; see shelf.Range. Every `every`-th, from the first, is variable with `per` variations."""

    products: range
    variations: range
    every: int
    per: int
    seed: int
    created: int
    aisles: tuple[int, ...]
    tags: tuple[int, ...]
    brands: tuple[int, ...]
    pictures: tuple[Image, ...]
    size: Attribute

    def make(self, item_id: int) -> Item:
        """The product or variation with this id, always the same."""
        return self._product(item_id) if item_id in self.products else self._variation(item_id)

    def children(self, parent_id: int) -> range:
        """Ids of a product's variations; none for a simple one."""
        number = parent_id - self.products.start
        if not self.every or number % self.every:
            return range(0)
        first = self.variations.start + number // self.every * self.per
        return range(first, first + self.per)

    def _product(self, item_id: int) -> Product:
        number = item_id - self.products.start
        dice = self._dice(number)
        name = f"{_SORTS[dice % 11]} {_THINGS[dice // 11 % 13]} {number}"
        variable = bool(self.every) and number % self.every == 0
        regular = 100 + dice % 20_000
        return Product(
            id=item_id,
            name=name,
            slug=name.lower().replace(" ", "-"),
            type="variable" if variable else "simple",
            sku=f"GEN-{number:06d}",
            description=_TEXT.format(name=name) * (1 + dice % 4),
            short_description=f"<p>{name}</p>\n",
            regular_price="" if variable else _price(regular),
            sale_price=_price(regular * 4 // 5) if dice % 7 == 0 and not variable else "",
            manage_stock=dice % 3 > 0 and not variable,
            stock_quantity=dice % 50,
            weight=str(dice % 9) if dice % 9 else "",
            categories=(self.aisles[dice % _AISLES], self.aisles[dice // 24 % _AISLES]),
            tags=(self.tags[dice % _TAGS],) if dice % 2 else (),
            brands=(self.brands[dice % _BRANDS],) if dice % 3 else (),
            images=(self.pictures[dice % _PICTURES], self.pictures[(dice + 1) % _PICTURES]),
            attributes=(self.size,) if variable else (),
            created=self.created,
            modified=self.created,
        )

    def _variation(self, item_id: int) -> Variation:
        place = item_id - self.variations.start
        parent, step = place // self.per * self.every, place % self.per
        dice = self._dice(parent)
        return Variation(
            id=item_id,
            parent_id=self.products.start + parent,
            sku=f"GEN-{parent:06d}-{_size(step)}",
            options={"Size": _size(step)},
            regular_price=_price(100 + dice % 20_000 + step * 100),
            manage_stock=True,
            stock_quantity=(dice + step) % 20,
            image=self.pictures[(dice + step) % _PICTURES],
            menu_order=step,
            created=self.created,
            modified=self.created,
        )

    def _dice(self, number: int) -> int:
        """A number that looks like chance and is none."""
        return (number * 2_654_435_761 + self.seed * 40_503 + 12_345) % 4_294_967_291 >> 5


def _price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents % 100 else str(cents // 100)
