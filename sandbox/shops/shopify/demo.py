"""The demo shop at Shopify: the pizzeria's pantry, a dozen products with one of everything an import can meet there. Deterministic.

Id and secret open this stand-in and nothing else; seed_demo connects the pizzeria with them.
"""

from typing import Any

from sandbox.shops.shopify.goods import Picture
from sandbox.shops.shopify.shop import ShopifyShop
from sandbox.shops.street import Street

NAME, TITLE = "vesuvio-pantry", "Vesuvio Pantry"
CLIENT_ID = "5a4db0c0deb0c0de5a4db0c0deb0c0de"
CLIENT_SECRET = "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"
_SIZES = ("S", "M", "L", "XL")
_FLAVOURS = ("Lemon", "Basil", "Chilli", "Garlic")
_LITRES = ("0.25 l", "0.5 l")


def _text(words: str) -> str:
    return f"<p>{words}</p>\n"


# Fields of Product and Variant as ShopifyShop.add takes them; collections by their names.
GOODS: tuple[dict[str, Any], ...] = (
    {"title": "Tomato Sauce “Della Casa”", "sku": "PAN-SAU", "price": "5.90", "available": 42, "collections": ["Sauces"],
     "html": _text("Slowly cooked San Marzano tomatoes, salt and basil. 340 g."), "pictures": ["bottle-red"],
     "tags": ["vegan", "bestseller"]},
    {"title": "Pizza Flour Tipo 00", "sku": "PAN-FLO", "price": "3.20", "compare_at_price": "3.90", "available": 120,
     "collections": ["Baking"], "html": _text("For a dough that rests two days. 1 kg."), "pictures": ["bag-white"],
     "vendor": "Mulino Vesuvio"},
    {"title": "Olive Oil", "collections": ["Sauces", "Gifts"], "pictures": ["bottle-green", "bottle-yellow"], "tags": ["vegan"],
     "html": _text("Cold pressed, from Campania. Choose flavour and bottle."), "options": (("Flavour", _FLAVOURS), ("Bottle", _LITRES)),
     "variants": [
         {"values": (flavour, size), "price": price, "sku": f"PAN-OIL-{flavour[:3].upper()}-{number}", "available": 3 * place + number}
         for place, flavour in enumerate(_FLAVOURS) for number, (size, price) in enumerate(zip(_LITRES, ("8.90", "14.50"), strict=True))
     ]},
    {"title": "Apron “Pizzaiolo”", "collections": ["Gifts"], "pictures": ["shirt-black"], "options": (("Size", _SIZES),),
     "html": _text("Heavy cotton with two pockets."), "vendor": "Vesuvio",
     "variants": [{"values": (size,), "price": "24.00", "sku": f"PAN-APR-{size}", "available": stock}
                  for size, stock in zip(_SIZES, (4, 0, 7, 2), strict=True)]},
    {"title": "Pizza Stone", "sku": "PAN-STO", "price": "39.00", "available": -2, "policy": "CONTINUE", "collections": ["Baking", "Gifts"],
     "html": _text("Cordierite, 38 cm. Made to order when we run out."), "pictures": ["pan-grey"]},
    {"title": "Dough Scraper", "sku": "PAN-SCR", "price": "7.50", "tracked": False, "collections": ["Baking"], "pictures": ["box-brass"]},
    {"title": "Oregano, dried", "sku": "PAN-ORE", "price": "2.90", "available": 0, "collections": ["Sauces"], "pictures": ["plant-green"],
     "html": _text("Sold out until the next harvest.")},
    {"title": "زيت الزيتون بالليمون", "sku": "PAN-ARA", "price": "9.90", "available": 8, "collections": ["Sauces"],
     "pictures": ["bottle-yellow"]},
    {"title": "Gift Card", "sku": "PAN-GIF", "price": "25.00", "tracked": False, "gift_card": True, "pictures": ["box-red"]},
    {"title": "Anchovy Paste", "sku": "PAN-ANC", "price": "4.40", "available": 15, "status": "DRAFT", "published": None,
     "collections": ["Sauces"]},
    {"title": "Pizza Cutter (old model)", "sku": "PAN-CUT", "price": "12.00", "available": 1, "status": "ARCHIVED",
     "pictures": ["clock-grey"]},
    {"title": "Secret Menu Sauce", "sku": "PAN-SEC", "price": "6.66", "available": 6, "status": "UNLISTED", "pictures": ["bottle-black"]},
)  # fmt: skip


def open_demo_shop(street: Street) -> ShopifyShop:
    """The demo shop with its app; filled where it is new. What a person has changed since is left as it is."""
    shop = street.open_shopify(NAME, currency="EUR", timezone="Europe/Rome")
    shop.add_app(CLIENT_ID, CLIENT_SECRET)
    if not shop.shelf.products:
        with shop.work():
            shop.title = TITLE
            for good in GOODS:
                _add(shop, dict(good))
    return shop


def _add(shop: ShopifyShop, good: dict[str, Any]) -> None:
    good["collections"] = [shop.collection(name) for name in good.get("collections", ())]
    good["pictures"] = [Picture(src=f"pictures/{name}.png", alt=name.replace("-", " ")) for name in good.get("pictures", ())]
    shop.add(**good)
