"""Bodies of the sandbox shop against those of a real one: the same fields in the same order, the same values, the same types."""

import pytest

from sandbox.shops.woocommerce import ShopRequest
from sandbox.tests.woo_recorded import HOME, ask, comparable, make_shop, recorded, stock

BODIES = recorded("bodies")


@pytest.mark.parametrize("name", BODIES["products"])
def test_a_product_reads_as_it_was_recorded(name):
    body = BODIES["products"][name]
    shop = make_shop()
    stock(shop, body)
    expected = {key: value for key, value in body.items() if key not in ("permalink_template", "generated_slug")}
    assert comparable(ask(shop, f"products/{body['id']}").json()) == comparable(expected)


@pytest.mark.parametrize("name", BODIES["families"])
def test_a_variable_product_and_its_variations_read_as_recorded(name):
    family = BODIES["families"][name]
    shop = make_shop()
    stock(shop, family["product"], family["variations"])
    number = family["product"]["id"]
    assert comparable(ask(shop, f"products/{number}").json()) == comparable(family["product"])
    rows = ask(shop, f"products/{number}/variations", per_page=100).json()
    assert comparable(rows) == comparable(family["variations"])


def test_a_shop_of_version_7_9_lacks_what_it_lacked():
    old = BODIES["old"]
    shop = make_shop(HOME.replace("8082", "8084"), version="7.9.0")
    stock(shop, old["simple"])
    stock(shop, old["variable"], old["variations"])
    assert comparable(ask(shop, f"products/{old['simple']['id']}").json()) == comparable(old["simple"])
    number = old["variable"]["id"]
    found = ask(shop, f"products/{number}").json()
    imported = {"download_limit": found["download_limit"], "download_expiry": found["download_expiry"]}
    assert comparable(found) == comparable({**old["variable"], **imported, "variations": found["variations"]})
    assert sorted(found["variations"]) == sorted(old["variable"]["variations"])
    rows = {row["id"]: comparable({**row, **imported}) for row in ask(shop, f"products/{number}/variations").json()}
    assert rows == {row["id"]: comparable({**row, **imported}) for row in old["variations"]}


def keys(value):
    """Names and kinds of what is in a body, to any depth."""
    if isinstance(value, dict):
        return {name: keys(part) for name, part in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_other_lists_have_the_recorded_shapes():
    shop, shapes = make_shop(), BODIES["shapes"]
    family = BODIES["families"]["sample v-neck"]
    stock(shop, family["product"], family["variations"])
    shop.category("Shirts", parent=shop.category("Clothing"))
    shop.tag("new")
    shop.attribute("Color", ["Blue"])

    def first(path, **params):
        return ask(shop, path, **params).json()[0]

    assert list(first("variations")) == list(shapes["all_variations"])
    assert first("variations")["_links"]["up"] == [{"href": f"{HOME}/wp-json/wc/v3/products/0"}]
    assert keys(first("variations")["_links"]) == keys(shapes["all_variations"]["_links"])
    assert keys(first("products/categories", search="Shirts")) == keys(shapes["sample_category"])
    assert keys(first("products/tags")) == keys(shapes["tag"])
    assert keys(first("products/attributes")) == keys(shapes["attribute"])
    assert keys(first("products/attributes/1/terms")) == keys(shapes["attribute_term"])
    assert keys(first("settings/general")) == keys(shapes["setting"])
    assert ask(shop, "data/currencies/current").json() == shapes["currency"]
    as_product = ask(shop, f"products/{family['variations'][0]['id']}").json()
    assert list(as_product) == list(shapes["variation_as_product"])
    assert as_product["name"] == "V-Neck T-Shirt - Blue" and as_product["total_sales"] == "0"
    assert {type(value) for value in as_product.values()} == {type(value) for value in shapes["variation_as_product"].values()}


def test_names_of_terms_are_encoded_and_those_of_products_are_not():
    shop = make_shop()
    home = shop.category("Home & Garden")
    shop.add(name="Salt & <b>pepper</b>", categories=[home, shop.category("مطبخ", parent=home)])
    product = ask(shop, "products").json()[0]
    assert product["name"] == "Salt & <b>pepper</b>"
    assert [(row["name"], row["slug"]) for row in product["categories"]] == [
        ("Home &amp; Garden", "home-garden"),
        ("مطبخ", "%d9%85%d8%b7%d8%a8%d8%ae"),
    ]
    raw = ask(shop, "products", _fields="permalink,categories").body
    assert b"\\/product\\/" in raw and b"\\u0645" in raw


def test_the_index_names_what_there_is():
    shop = make_shop()
    wanted = BODIES["shapes"]["index"]
    found = shop.handle(ShopRequest("GET", f"{HOME}/wp-json/?_fields={','.join(wanted)}")).json()
    assert {"wc/v3", "wp/v2"} <= set(found.pop("namespaces")) <= set(wanted["namespaces"])
    assert found == {name: value for name, value in wanted.items() if name != "namespaces"}
    assert shop.handle(ShopRequest("GET", f"{HOME}/wp-json/wc/v3")).json()["namespace"] == "wc/v3"
