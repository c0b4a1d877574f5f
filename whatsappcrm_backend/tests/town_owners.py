"""What owners do to their shops all day, the same words for both kinds; and what our products must say for it, read off the shelves.

Numbers in the days are places on the shelf, modulo what is there; what makes no sense just now does nothing.
"""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from integrations.models import ExternalRef, RefKind, StoreConnection
from products_and_services.models import Product
from sandbox.shops.shopify import Picture, ShopifyShop
from sandbox.shops.woocommerce import Image, WooShop

FEWEST = 3  # A shop that is emptied is for a person.
NUMBERS = st.integers(0, 5)
DAYS = st.one_of(
    st.tuples(st.sampled_from(["price", "name", "stock", "sku", "variant"]), NUMBERS, st.integers(1, 9)),
    st.tuples(st.sampled_from(["add", "go", "draft", "back", "swap"]), NUMBERS, NUMBERS),
)


class WooOwner:
    """Of a WooCommerce shop."""

    def __init__(self, shop: WooShop) -> None:
        self.shop, self.added = shop, 0
        for number in range(5):
            self.add(number, 0)
        for number in self.ids()[:2]:
            for blend in ("S", "M"):
                self.shop.add_variation(number, options={"Blend": blend}, regular_price="8.00")

    def ids(self) -> list[int]:
        """Products that are not in the trash."""
        return [one for one in sorted(self.shop.shelf.product_ids()) if self.shop.product(one).status != "trash"]

    def do(self, kind: str, number: int, what: int) -> None:
        """One edit."""
        ids = self.ids()
        getattr(self, kind)(ids[number % len(ids)], what)

    def add(self, _: int, what: int) -> None:
        self.added += 1
        picture = Image(src=f"pictures/{self.added}.png")
        values = {"regular_price": f"{what + 1}.00", "manage_stock": True, "stock_quantity": 5, "images": (picture,)}
        self.shop.add(name=f"Woo {self.added}", sku=f"W-{self.added}", **values)

    def price(self, one: int, what: int) -> None:
        self.shop.change(one, regular_price=f"{what}.50")

    def name(self, one: int, what: int) -> None:
        self.shop.change(one, name=f"Name {what}")

    def stock(self, one: int, what: int) -> None:
        """By a plugin that writes into the database: nobody is told and no date moves."""
        self.shop.write_silently(one, stock_quantity=what - 1)

    def sku(self, one: int, what: int) -> None:
        self.shop.change(one, sku=f"W-{one}-{what}")

    def swap(self, one: int, what: int) -> None:
        other = self.ids()[what % len(self.ids())]
        first, second = self.shop.product(one).sku, self.shop.product(other).sku
        self.shop.change(one, sku=second)
        self.shop.change(other, sku=first)

    def variant(self, one: int, what: int) -> None:
        if variations := self.shop.variations(one):
            self.shop.change(variations[what % len(variations)].id, regular_price=f"{what}.25")

    def draft(self, one: int, _: int) -> None:
        self.shop.change(one, status="draft")

    def back(self, one: int, _: int) -> None:
        """Everything that was hidden or thrown away is there again."""
        for number in list(self.shop.shelf.product_ids()):
            if self.shop.product(number).status == "trash":
                self.shop.restore(number)
        if self.shop.product(one).status == "draft":
            self.shop.change(one, status="publish")

    def go(self, one: int, what: int) -> None:
        """Into the trash, or for good, of which nobody is told."""
        if len(self.ids()) > FEWEST:
            (self.shop.trash if what % 2 else self.shop.delete)(one)

    def wanted(self) -> dict[str, tuple[Any, ...]]:
        """{number: (name, price, is on sale)} as the shelf has it. Price None: a product with variations has none of its own."""
        found = {}
        for number in self.ids():
            product = self.shop.product(number)
            price = None if self.shop.variations(number) else Decimal(product.regular_price)
            found[str(number)] = (product.name, price, product.status == "publish")
        return found


class ShopifyOwner:
    """Of a Shopify shop."""

    def __init__(self, shop: ShopifyShop) -> None:
        self.shop, self.added = shop, 0
        for number in range(4):
            self.add(number, 0)
        variants = [{"values": (blend,), "price": "8.00", "sku": f"P-{blend}", "available": 3} for blend in ("S", "M")]
        self.shop.add("Shirt", options=(("Blend", ("S", "M")),), variants=variants, pictures=(Picture(src="shirt.png"),))

    def ids(self) -> list[int]:
        return sorted(self.shop.shelf.product_ids())

    def do(self, kind: str, number: int, what: int) -> None:
        """One edit."""
        ids = self.ids()
        getattr(self, kind)(ids[number % len(ids)], what)

    def add(self, _: int, what: int) -> None:
        self.added += 1
        values = {"price": f"{what + 1}.00", "available": 5, "sku": f"P-{self.added}", "pictures": (Picture(src=f"{self.added}.png"),)}
        self.shop.add(f"Shopify {self.added}", **values)

    def _first(self, one: int) -> int:
        return self.shop.variants(one)[0].id

    def price(self, one: int, what: int) -> None:
        self.shop.change_variant(self._first(one), price=f"{what}.50")

    def name(self, one: int, what: int) -> None:
        self.shop.change(one, title=f"Name {what}")

    def stock(self, one: int, _: int) -> None:
        self.shop.sell(self._first(one))

    def sku(self, one: int, what: int) -> None:
        self.shop.change_variant(self._first(one), sku=f"P-{one}-{what}")

    def swap(self, one: int, what: int) -> None:
        other = self.ids()[what % len(self.ids())]
        first, second = self.shop.variants(one)[0], self.shop.variants(other)[0]
        self.shop.change_variant(first.id, sku=second.sku)
        self.shop.change_variant(second.id, sku=first.sku)

    def variant(self, one: int, what: int) -> None:
        self.shop.change_variant(self.shop.variants(one)[-1].id, price=f"{what}.25")

    def draft(self, one: int, _: int) -> None:
        self.shop.change(one, status="DRAFT")

    def back(self, one: int, _: int) -> None:
        self.shop.change(one, status="ACTIVE")

    def go(self, one: int, _: int) -> None:
        if len(self.ids()) > FEWEST:
            self.shop.delete(one)

    def wanted(self) -> dict[str, tuple[Any, ...]]:
        """As WooOwner's."""
        found = {}
        for number in self.ids():
            product, variants = self.shop.product(number), self.shop.variants(number)
            price = Decimal(variants[0].price) if len(variants) == 1 else None
            found[str(number)] = (product.title, price, product.status == "ACTIVE")
        return found


def unlike(owner: WooOwner | ShopifyOwner, connection: StoreConnection) -> list[str]:
    """Where our products are not what the shelf has; [] = nowhere."""
    refs = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT)
    here = {ref.external_id: Product.objects.get(pk=ref.product_id) for ref in refs}
    wanted, found = owner.wanted(), []
    for number, (name, price, on_sale) in wanted.items():
        product = here.pop(number, None)
        if product is None:
            found += [f"{number} is not here"] if on_sale else []
        elif (product.name, product.is_active) != (name, on_sale) or price not in (None, product.price):
            found.append(f"{number}: {product.name}, {product.price}, {product.is_active} instead of {name}, {price}, {on_sale}")
    return found + [f"{number} is gone from the shop and active here" for number, product in here.items() if product.is_active]
