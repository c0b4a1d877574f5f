"""The demo shop: a small general store whose shelves hold one of everything that an import can meet. Deterministic.

The keys open this stand-in and nothing else; seed_demo connects the demo business with them.
"""

from datetime import UTC, datetime

from sandbox.shops.street import Street
from sandbox.shops.woocommerce.demo_goods import BRANDS, CATEGORIES, GOODS, Choice, Good
from sandbox.shops.woocommerce.product import Attribute, Image, Product
from sandbox.shops.woocommerce.shop import WooShop

NAME, TITLE = "demo", "Corner General Store"
CONSUMER_KEY = "ck_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0"
CONSUMER_SECRET = "cs_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0"
_OPENED = int(datetime(2026, 10, 1, 9, tzinfo=UTC).timestamp())


def open_demo_shop(street: Street) -> WooShop:
    """The demo shop with its key; filled where it is new. What a person has changed since is left as it is."""
    shop = street.open(NAME, currency="USD", timezone="Asia/Riyadh")
    shop.add_key(CONSUMER_KEY, CONSUMER_SECRET)
    if not shop.shelf.items:
        fill(shop)
    return shop


def fill(shop: WooShop) -> None:
    """Put the demo's goods on the shelf."""
    with shop.work():
        shop.title = TITLE
        categories: dict[str, int] = {}
        for name, above in CATEGORIES.items():
            categories[name] = shop.category(name, parent=categories.get(above, 0))
        made: dict[str, int] = {}
        for place, good in enumerate(GOODS):
            made[good.name] = _add(shop, good, categories, made, _OPENED + place * 60)
        for good in GOODS:
            if good.trashed:
                shop.trash(made[good.name])


def _add(shop: WooShop, good: Good, categories: dict[str, int], made: dict[str, int], moment: int) -> int:
    values = {"type": "variable"} | good.more if good.options else good.more
    product = shop.add(
        name=good.name,
        sku=good.sku,
        regular_price=good.price,
        description=good.text or f"<p>{good.name} from the {TITLE}.</p>\n",
        short_description=f"<p>{good.name}.</p>\n" if not good.text else "",
        categories=[categories[name] for name in good.categories],
        tags=[shop.tag(name) for name in good.tags],
        brands=[shop.brand(BRANDS[good.brand])] if good.brand else [],
        images=[_image(name, moment) for name in good.pictures],
        attributes=[_attribute(shop, name, options) for name, options in good.options.items()],
        grouped_products=[made[name] for name in good.members],
        created=moment,
        **values,
    )
    for place, choice in enumerate(good.choices):
        _add_choice(shop, product, choice, place, moment)
    return product.id


def _add_choice(shop: WooShop, product: Product, choice: Choice, place: int, moment: int) -> None:
    sku = f"{product.sku}-{choice.suffix}" if choice.suffix and product.sku else ""
    image = _image(choice.picture, moment) if choice.picture else None
    shop.add_variation(
        product.id,
        options=choice.options,
        sku=sku,
        regular_price=choice.price,
        image=image,
        menu_order=place,
        created=moment,
        **choice.more,
    )


def _image(name: str, moment: int) -> Image:
    return Image(src=f"pictures/{name}.png", alt=name.replace("-", " "), created=moment)


def _attribute(shop: WooShop, name: str, options: tuple[str, ...]) -> Attribute:
    """Size and Colour belong to the whole shop, others to their product alone."""
    number = shop.attribute(name, options) if name in ("Size", "Colour") else 0
    return Attribute(id=number, name=name, options=options, variation=True)
