"""The demo shop: one of everything an import can meet, the same at every start, with pictures that can be loaded."""

import io

import pytest
from PIL import Image

from sandbox.shops.messages import ShopRequest
from sandbox.shops.pictures import draw_picture
from sandbox.shops.street import Street
from sandbox.shops.woocommerce.demo import CONSUMER_KEY, CONSUMER_SECRET, open_demo_shop
from sandbox.state_file import StateFile
from sandbox.tests.woo_recorded import NOW

ORIGIN = "http://127.0.0.1:8001"


@pytest.fixture(scope="module")
def shop():
    made = open_demo_shop(Street(ORIGIN, clock=lambda: NOW))
    made.believes_tls = True  # query keys are easier to write down than signatures
    return made


def read(shop, path, **params):
    from urllib.parse import urlencode

    query = urlencode({"consumer_key": CONSUMER_KEY, "consumer_secret": CONSUMER_SECRET, "per_page": 100, **params})
    return shop.handle(ShopRequest("GET", f"{ORIGIN}/shops/demo/wp-json/wc/v3/{path}?{query}")).json()


def test_there_is_one_of_everything(shop):
    products = read(shop, "products")
    by_sku = {row["sku"]: row for row in products}
    assert 40 <= len(products) <= 45
    assert {row["type"] for row in products} == {"simple", "variable", "grouped", "external"}
    assert {row["status"] for row in products} == {"publish", "draft", "private"} and read(shop, "products", status="trash")
    assert {row["stock_status"] for row in products} == {"instock", "outofstock", "onbackorder"}
    assert by_sku["KIT-TEA"]["on_sale"] and by_sku["KIT-TEA"]["date_on_sale_to_gmt"]
    assert not by_sku["KIT-KNF"]["on_sale"] and by_sku["KIT-KNF"]["sale_price"] == "29.00"
    assert (by_sku["KIT-KET"]["stock_quantity"], by_sku["KIT-KET"]["backorders"]) == (-2, "notify")
    assert by_sku["KID-CRY"]["price"] == "" and by_sku["PAP-CRD"]["price"] == "0" and by_sku[""]["name"] == "Skipping Rope"
    assert [row["name"] for row in products if row["sku"] == "CLO-TOT"] == ["Canvas Tote (old stock)", "Canvas Tote"]
    assert "<script>" in by_sku["CAR-CRM"]["description"] and "<iframe" in by_sku["CAR-CRM"]["description"]
    assert any("؀" <= sign <= "ۿ" for row in products for sign in row["name"])
    assert len(by_sku["HOM-YRN"]["variations"]) == 14 and by_sku["GAR-HOS"]["variations"] == []
    assert all(row["images"] for row in products)


def test_variations_of_every_sort(shop):
    rows = read(shop, "variations")
    assert {row["manage_stock"] for row in rows} == {True, False, "parent"} and {row["status"] for row in rows} == {"publish", "private"}
    assert any(row["attributes"] == [] for row in rows) and any(row["price"] == "" for row in rows)
    shirt = read(shop, "products", sku="CLO-TEE")[0]
    children = read(shop, f"products/{shirt['id']}/variations")
    assert len(children) == 12 and {len(row["attributes"]) for row in children} == {2}
    sock = read(shop, "products", sku="CLO-SOC")[0]
    assert {row["sku"] for row in read(shop, f"products/{sock['id']}/variations")} == {"CLO-SOC"}


def test_terms_are_a_tree_with_entities(shop):
    names = {row["id"]: row["name"] for row in read(shop, "products/categories")}
    parents = {row["name"]: names.get(row["parent"], "") for row in read(shop, "products/categories")}
    assert parents["Kitchen"] == "Home &amp; Living" and parents["قهوة وتمر"] == "Food &amp; Drink"
    assert {row["name"] for row in read(shop, "products/brands")} == {"Hearth &amp; Co", "Nordik"}
    assert "50% off" in {row["name"] for row in read(shop, "products/tags")}
    assert {row["name"] for row in read(shop, "products/attributes")} == {"Colour", "Size"}


def test_every_picture_can_be_loaded_and_is_large_enough(shop):
    images = [image for row in read(shop, "products") for image in row["images"]]
    images += [row["image"] for row in read(shop, "variations") if row["image"]]
    places = {image["src"].replace("https:", "http:") for image in images}
    assert all(place.startswith(f"{ORIGIN}/shops/demo/pictures/") for place in places)
    for place in sorted(places)[:4]:
        answer = shop.handle(ShopRequest("GET", place))
        found = Image.open(io.BytesIO(answer.body))
        assert (answer.status, answer.headers["Content-Type"], found.format) == (200, "image/png", "PNG") and min(found.size) >= 500
    assert shop.handle(ShopRequest("GET", f"{ORIGIN}/shops/demo/pictures/../server.py")).status == 404
    assert draw_picture("mug-blue") != draw_picture("mug-red")


def test_it_is_the_same_at_every_start_and_keeps_what_was_changed(tmp_path):
    first = open_demo_shop(Street(ORIGIN, clock=lambda: NOW))
    file = StateFile(tmp_path / "state.sqlite3")
    kept = open_demo_shop(Street(ORIGIN, file, clock=lambda: NOW))
    assert kept.shelf.items == first.shelf.items and kept.shelf.terms == first.shelf.terms
    product = kept.product(kept.shelf.product_ids()[0])
    kept.change(product.id, regular_price="77")
    kept.delete(kept.shelf.product_ids()[1])
    file.close()
    file = StateFile(tmp_path / "state.sqlite3")
    again = open_demo_shop(Street(ORIGIN, file, clock=lambda: NOW))
    assert again.product(product.id).regular_price == "77"
    assert list(again.shelf.product_ids()) == list(kept.shelf.product_ids())
    assert CONSUMER_KEY in again.keys
    file.close()
