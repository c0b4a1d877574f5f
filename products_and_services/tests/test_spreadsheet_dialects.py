"""Exports of WooCommerce and Shopify, read as they are."""

import io

import pytest

from products_and_services.spreadsheets.columns import BY_NAME, VARIANT_FIELDS
from products_and_services.spreadsheets.reading import open_table
from products_and_services.spreadsheets.values import Locale

STOCK_RULES = {"track_stock", "stock_quantity", "allow_backorder"}


def table(content):
    return open_table(io.BytesIO(content.encode()))


WOO = """ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Short description",Description,"Date sale price starts","In stock?",Stock,\
"Backorders allowed?","Sale price","Regular price",Categories,Tags,Images,Parent,Position,Brands,"Attribute 1 name","Attribute 1 value(s)"
44,variable,woo-vneck,123,"V-Neck <b>T-Shirt</b>",1,,"<p>Soft.</p><p>Really</p>",,1,,0,,,"Clothing > Tshirts, Clothing, A\\, B",,\
"https://img.example/v.jpg, https://img.example/w.jpg",,0,Acme,Color,"Blue, Green"
46,variation,woo-vneck-blue,,"V-Neck - Blue",1,,,,0,3,0,15,20,,,,woo-vneck,1,,Color,Blue
"""


def test_a_woocommerce_export():
    found = table(WOO)
    assert found.headings.source == "WooCommerce" and found.headings.ignored == ["ID", "Type"]
    (_, product), (_, variation) = [(row.number, row.cells) for row in found.rows()]
    assert "id" not in product and "attributes" not in product
    assert (product["sku"], product["category"], product["categories"]) == ("woo-vneck", "Clothing > Tshirts", "Clothing | A, B")
    assert (product["description"], product["track_stock"], product["brand"], product["gtin"]) == ("Soft.\nReally", "no", "Acme", "123")
    assert BY_NAME["images"].read(product["images"], Locale()) == ["https://img.example/v.jpg", "https://img.example/w.jpg"]
    assert {name: variation[name] for name in ("product", "sku", "price", "sale_price", "stock_quantity", "attributes")} == {
        "product": "woo-vneck", "sku": "woo-vneck-blue", "price": "20", "sale_price": "15", "stock_quantity": "3",
        "attributes": {"Color": "Blue"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("in_stock", "stock", "backorders", "rules"),
    [
        ("1", "3", "0", {"track_stock": True, "stock_quantity": 3, "allow_backorder": False}),
        ("backorder", "-2", "notify", {"track_stock": True, "stock_quantity": -2, "allow_backorder": True}),
        ("1", "parent", "0", {"track_stock": None, "stock_quantity": None, "allow_backorder": None}),
        ("1", "", "0", {"track_stock": False, "allow_backorder": False}),
        ("0", "", "0", {"track_stock": True, "stock_quantity": 0, "allow_backorder": False}),
        ("backorder", "", "0", {"track_stock": True, "stock_quantity": 0, "allow_backorder": True}),
        ("", "", "", {}),
    ],
)  # fmt: skip
def test_a_woocommerce_variation_is_counted_itself_by_its_product_or_by_nobody(in_stock, stock, backorders, rules):
    head, product, _ = WOO.splitlines()
    row = f"46,variation,woo-vneck-blue,,Blue,1,,,,{in_stock},{stock},{backorders},15,20,,,,woo-vneck,1,,Color,Blue"
    *_, variation = table("\n".join([head, product, row])).rows()
    told = {name: BY_NAME[name].read(variation.cells[name], Locale()) for name in STOCK_RULES if name in variation.cells}
    assert told == rules and STOCK_RULES.issubset(VARIANT_FIELDS)


def test_a_woocommerce_variation_has_sale_dates_of_its_own():
    variation = WOO.replace('Blue",1,,,,0,3', 'Blue",1,,,2026-11-25,1,3')
    *_, row = table(variation).rows()
    assert row.cells["sale_starts_at"] == "2026-11-25" and "sale_starts_at" in VARIANT_FIELDS


SHOPIFY = """Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,\
Variant Inventory Policy,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Status
shirt,Shirt,<p>Nice</p>,Acme,Shirts,"a, b",true,Size,S,SH-S,4,deny,20,25,,https://img.example/1.jpg,1,active
shirt,,,,,,,,L,SH-L,5,deny,20,,,https://img.example/2.jpg,2,
mug,Mug,,Acme,,,true,Title,Default Title,MUG-1,7,continue,9.5,,4006381333931,https://img.example/3.jpg,1,draft
"""


def test_a_shopify_export():
    found = table(SHOPIFY)
    assert found.headings.source == "Shopify"
    rows = [(row.number, row.cells) for row in found.rows()]
    assert [(number, row["sku"]) for number, row in rows] == [(2, "shirt"), (2, "SH-S"), (3, "SH-L"), (4, "MUG-1")]
    shirt, small, large, mug = (row for _, row in rows)
    told = ("name", "description", "price", "sale_price", "is_active")
    assert [shirt[name] for name in told] == ["Shirt", "Nice", "25", "20", "active"]
    assert shirt["images"] == "https://img.example/1.jpg\nhttps://img.example/2.jpg" and "stock_quantity" not in shirt
    assert small == {
        "product": "shirt", "sku": "SH-S", "attributes": {"Size": "S"}, "price": "25", "sale_price": "20", "stock_quantity": "4",
        "allow_backorder": "deny",
    }  # fmt: skip
    assert (large["price"], "sale_price" in large) == ("20", False)
    assert (mug["gtin"], mug["is_active"], mug["allow_backorder"], mug["stock_quantity"]) == ("4006381333931", "draft", "continue", "7")


def test_a_shopify_variant_without_a_tracker_is_not_counted():
    head, *rows = SHOPIFY.splitlines()
    trackers = ("Variant Inventory Tracker", "shopify", "", "")
    found = table("\n".join(f"{line},{tracker}" for line, tracker in zip([head, *rows], trackers, strict=True)))
    shirt, small, large, mug = (row.cells for row in found.rows())
    assert [row.get("track_stock") for row in (shirt, small, large, mug)] == [None, "yes", "no", "no"]
    assert not {"allow_backorder", "stock_quantity"} & set(shirt)
