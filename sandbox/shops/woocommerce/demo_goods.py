"""What the demo shop sells. Data only; demo.py puts it on the shelf."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product as pairs
from typing import Any


@dataclass(frozen=True)
class Choice:
    """A variation: options, price, the end of its SKU ("" for none of its own), a picture, further fields of Variation."""

    options: dict[str, str]
    price: str
    suffix: str = ""
    picture: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Good:
    """A product: what is written on it, where it stands, its variations, further fields of Product."""

    name: str
    price: str
    categories: tuple[str, ...]
    pictures: tuple[str, ...]
    sku: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    brand: str = ""
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    members: tuple[str, ...] = ()
    trashed: bool = False
    more: dict[str, Any] = field(default_factory=dict)


# Category -> the one above it.
CATEGORIES = {
    "Home & Living": "", "Kitchen": "Home & Living", "Light & Decor": "Home & Living", "Garden": "", "Clothing": "",
    "Socks & Underwear": "Clothing", "Kids & Toys": "", "Paper & Pens": "", "Food & Drink": "", "قهوة وتمر": "Food & Drink",
}  # fmt: skip
BRANDS = {"hearth": "Hearth & Co", "nordik": "Nordik"}
_WINDOW = {"sale_from": datetime(2026, 11, 1, tzinfo=UTC), "sale_to": datetime(2030, 12, 31, 20, 59, 59, tzinfo=UTC)}
_PAST = {"sale_from": datetime(2026, 1, 2, tzinfo=UTC), "sale_to": datetime(2026, 1, 31, tzinfo=UTC)}
_FUTURE = {"sale_from": datetime(2031, 1, 1, tzinfo=UTC), "sale_to": datetime(2031, 1, 31, tzinfo=UTC)}
_UNSAFE = (
    '<p onclick="alert(1)">Rich cream with almond oil &amp; beeswax.</p>\n<script>document.title = "the shop was here"</script>\n'
    '<iframe src="https://video.example/embed/1"></iframe>\n<ul><li>60 ml</li><li>without perfume</li></ul>\n'
)
_SIZES = ("S", "M", "L", "XL")
_YARN = ("Chalk", "Sand", "Honey", "Rust", "Brick", "Rose", "Plum", "Ink", "Sea", "Moss", "Fern", "Slate", "Coal", "Night")


def stock(quantity: int, **more: Any) -> dict[str, Any]:
    """A counted stock."""
    return {"manage_stock": True, "stock_quantity": quantity, **more}


def _shirts() -> tuple[Choice, ...]:
    """Twelve, among them one that is switched off, one without a price and one that is sold out."""
    odd = {("Green", "S"): {"status": "private"}, ("Green", "XL"): {"regular_price": ""}, ("Red", "M"): stock(0)}
    made = []
    for colour, size in pairs(("Blue", "Red", "Green"), _SIZES):
        more = {**stock(12), **odd.get((colour, size), {})}
        price = more.pop("regular_price", "19.90")
        made.append(Choice({"Colour": colour, "Size": size}, price, f"{colour[:3].upper()}-{size}", f"shirt-{colour.lower()}", more))
    return tuple(made)


def _blankets() -> tuple[Choice, ...]:
    sizes = {"130 x 170": "59.90", "150 x 200": "79.90"}
    return tuple(
        Choice({"Colour": colour, "Size": size}, price, f"{colour[:3].upper()}-{size[:3]}", f"box-blanket-{colour.lower()}", stock(6))
        for colour, (size, price) in pairs(("Grey", "Red", "Green"), sizes.items())
    )


def _lamps() -> tuple[Choice, ...]:
    colours = {"Black": {}, "White": {"sale_price": "39.00"}, "Brass": {"stock_status": "outofstock"}}
    return tuple(Choice({"Colour": name}, "49.00", name[:3].upper(), f"lamp-{name.lower()}", more) for name, more in colours.items())


KITCHEN = (
    Good("Stoneware Mug", "8.50", ("Kitchen",), ("mug-blue", "mug-blue-set"), "KIT-MUG", brand="hearth", tags=("gift",), more=stock(64)),
    Good("Glass Teapot 1 l", "24.90", ("Kitchen",), ("mug-teapot-white",), "KIT-TEA", tags=("gift",),
         more={"sale_price": "19.90", **_WINDOW}),
    Good("Chef's Knife 20 cm", "39.00", ("Kitchen",), ("box-knife-grey",), "KIT-KNF", more={"sale_price": "29.00", **_PAST, **stock(9)}),
    Good("Cast-iron Pan 28 cm", "45.00", ("Kitchen",), ("pan-black",), "KIT-PAN", brand="hearth",
         more={"weight": "2.6", "length": "28", "width": "28", "height": "5", "global_unique_id": "4006381333931", **stock(7)}),
    Good("Cutting Board, Olive Wood", "29.90", ("Kitchen",), ("box-board-brown",), "KIT-BRD", tags=("last pieces",), more=stock(0)),
    Good("Kettle 1.7 l", "34.90", ("Kitchen",), ("mug-kettle-grey",), "KIT-KET", more=stock(-2, backorders="notify")),
    Good("Lunch Box", "12.00", ("Kitchen", "Kids & Toys"), ("box-lunch-yellow",), "KIT-LUN"),
    Good("Spice Jar Set, 6 pieces", "18.00", ("Kitchen",), ("bottle-spice-brown",), "KIT-SPC", more={"sale_price": "15.00", **_FUTURE}),
    Good("Salt & Pepper Mill", "22.50", ("Kitchen",), ("bottle-mill-black",), "KIT-MIL", brand="nordik", more=stock(15)),
    Good("Dish Towel, 3 pieces", "9.90", ("Kitchen",), ("box-towel-red",), "KIT-TOW", tags=("50% off",), more={"sale_price": "4.95"}),
)  # fmt: skip
HOME = (
    Good("Desk Lamp", "", ("Light & Decor",), ("lamp-black", "lamp-white", "lamp-brass"), "HOM-LMP", brand="nordik",
         options={"Colour": ("Black", "White", "Brass")}, choices=_lamps()),
    Good("Wool Blanket", "", ("Home & Living",), ("box-blanket-grey",), "HOM-BLK", brand="hearth",
         options={"Colour": ("Grey", "Red", "Green"), "Size": ("130 x 170", "150 x 200")}, choices=_blankets()),
    Good("Scented Candle “Cedar”", "14.90", ("Light & Decor",), ("mug-candle-green",), "HOM-CDL", tags=("gift", "new"), more=stock(30)),
    Good("Wall Clock", "27.50", ("Light & Decor",), ("clock-brown",), "HOM-CLK", more={"stock_status": "outofstock"}),
    Good("Armchair “Lund”", "349.00", ("Home & Living",), ("box-armchair-blue",), "HOM-ARM", brand="nordik",
         more={"stock_status": "onbackorder", "weight": "18"}),
    Good("Storage Basket", "", ("Home & Living",), ("bag-basket-brown",), "HOM-BSK", options={"Size": ("S", "M", "L")},
         choices=tuple(Choice({"Size": size}, price, size, "", stock(10)) for size, price in (("S", "11"), ("M", "15"), ("L", "19")))),
    Good("Cotton Yarn 50 g", "", ("Home & Living",), ("ball-yarn-red",), "HOM-YRN", options={"Shade": _YARN},
         choices=tuple(Choice({"Shade": shade}, "4.20", f"{place + 1:02d}", "", stock(place * 3)) for place, shade in enumerate(_YARN))),
    Good("Picture Frame A4", "11.90", ("Light & Decor",), ("box-frame-black",), "HOM-FRM", more={"featured": True, **stock(22)}),
)  # fmt: skip
GARDEN = (
    Good("Watering Can 5 l", "17.90", ("Garden",), ("mug-can-green",), "GAR-CAN", more=stock(11)),
    Good("Garden Gloves", "", ("Garden",), ("sock-gloves-yellow",), "GAR-GLV", options={"Size": ("M", "L"), "Lining": ("Cotton", "Fleece")},
         choices=(Choice({"Size": "M"}, "7.50", "M"), Choice({}, "7.90"))),
    Good("Terracotta Pot", "6.40", ("Garden",), ("plant-brown",), "GAR-POT", tags=("last pieces",), more=stock(2, low_stock_amount=3)),
    Good("Tomato Seeds", "3.20", ("Garden",), ("plant-seeds-red",), "GAR-TOM", more=stock(200)),
    Good("Bird House", "26.00", ("Garden",), ("box-bird-brown",), "GAR-BRD", more={"status": "draft"}),
    Good("Garden Hose 20 m", "", ("Garden",), ("ball-hose-green",), "GAR-HOS", options={"Size": ("1/2 inch", "3/4 inch")}),
)  # fmt: skip
CLOTHING = (
    Good("T-Shirt, Organic Cotton", "", ("Clothing",), ("shirt-blue", "shirt-red", "shirt-green"), "CLO-TEE", brand="nordik",
         options={"Colour": ("Blue", "Red", "Green"), "Size": _SIZES}, choices=_shirts()),
    Good("Wool Socks", "", ("Clothing", "Socks & Underwear"), ("sock-grey",), "CLO-SOC", options={"Size": ("36-38", "39-41", "42-44")},
         choices=tuple(Choice({"Size": size}, "9.50") for size in ("36-38", "39-41", "42-44")), more=stock(24)),
    Good("Canvas Tote", "15.00", ("Clothing",), ("bag-white",), "CLO-TOT", more=stock(18)),
    Good("Canvas Tote (old stock)", "9.00", ("Clothing",), ("bag-grey",), "CLO-TOT", more=stock(4)),
    Good("Staff Apron", "21.00", ("Clothing",), ("shirt-apron-black",), "CLO-APR", more={"catalog_visibility": "hidden"}),
    Good("Rain Jacket, Sample", "89.00", ("Clothing",), ("shirt-jacket-yellow",), "CLO-RAI", more={"status": "private"}),
)  # fmt: skip
REST = (
    Good("Wooden Blocks, 48 pieces", "32.00", ("Kids & Toys",), ("box-blocks-red",), "KID-BLK", tags=("gift",), more=stock(13)),
    Good("Skipping Rope", "6.90", ("Kids & Toys",), ("ball-rope-blue",)),
    Good("Crayons, 24 colours", "", ("Kids & Toys", "Paper & Pens"), ("box-crayons-yellow",), "KID-CRY"),
    Good("Notebook A5, dotted", "9.90", ("Paper & Pens",), ("book-green",), "PAP-NOT", tags=("new",), more=stock(80)),
    Good("Greeting Card, free with any order", "0", ("Paper & Pens",), ("book-card-pink",), "PAP-CRD"),
    Good("Fountain Pen Ink 30 ml", "12.345", ("Paper & Pens",), ("bottle-ink-blue",), "PAP-INK", more=stock(26)),
    Good("Hand Cream", "13.50", ("Home & Living",), ("bottle-cream-white",), "CAR-CRM", text=_UNSAFE, brand="hearth", more=stock(31)),
    Good("Knitting for Beginners (e-book)", "7.00", ("Paper & Pens",), ("book-knitting-pink",), "PAP-KNT",
         more={"virtual": True, "downloadable": True}),
    Good("قهوة عربية بالهيل ٢٥٠ غ", "11.50", ("قهوة وتمر",), ("bag-coffee-brown",), "FOO-QAH",
         text="<p>قهوة محمّصة طازجة بالهيل الأخضر.</p>\n", more=stock(40)),
    Good("تمر مجدول فاخر ١ كغ", "16.00", ("قهوة وتمر",), ("box-dates-brown",), "FOO-TMR",
         text="<p>تمر من المدينة المنورة.</p>\n", more=stock(25)),
    Good("Tea Time Set", "", ("Kitchen",), ("mug-set-red",), "SET-TEA",
         members=("Stoneware Mug", "Glass Teapot 1 l"), more={"type": "grouped"}),
    Good("Local Honey (at the beekeeper's)", "8.00", ("Food & Drink",), ("bottle-honey-yellow",), "FOO-HNY",
         more={"type": "external", "external_url": "https://bees.example/honey", "button_text": "Buy at the beekeeper's"}),
    Good("Wall Calendar, last year's", "5.00", ("Paper & Pens",), ("book-calendar-grey",), "PAP-CAL", trashed=True),
)  # fmt: skip
GOODS = (*KITCHEN, *HOME, *GARDEN, *CLOTHING, *REST)
