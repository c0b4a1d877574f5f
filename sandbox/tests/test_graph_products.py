"""POST /products and the item node: what Meta's facts say, one row per body."""

import json

import pytest

from sandbox.tests.conftest import CATALOG, GOOD, OTHER, error_of

REFUSED = [
    ({"image_url": None}, 10801, '(#10801) Either "uploaded_image_id" or "image_url" must be specified.'),
    ({"image_url": None, "image_link": "https://x.example/i.png"}, 10801, '(#10801) Either "uploaded_image_id" or "image_url"'),
    ({"price": "100.00"}, 100, "(#100) Param price must be an integer"),
    ({"price": 19.99}, 100, "(#100) Param price must be an integer"),
    ({"price": "9.99 USD"}, 100, "(#100) Param price must be a number"),
    ({"price": -1}, 100, "(#100) Param price must be greater than or equal to 0"),
    ({"price": None}, 100, "(#100) The parameter price is required."),
    ({"name": None}, 100, "(#100) The parameter name is required."),
    ({"currency": None}, 100, "(#100) The parameter currency is required."),
    ({"retailer_id": None}, 100, "(#100) The parameter retailer_id is required."),
    ({"currency": "XYZ"}, 100, "(#100) Param currency must be a valid ISO 4217 currency code"),
    ({"availability": "in_stock"}, 100, "(#100) Param availability must be one of {in stock, out of stock"),
    ({"visibility": "hidden"}, 100, "(#100) Param visibility must be one of {published, staging}"),
    ({"condition": "NEW"}, 100, "(#100) Param condition must be one of {new, "),
    ({"description": None}, 100, "(#100) Invalid parameter"),
    ({"image_url": "data:image/png;base64,AAAA"}, 100, "(#100) Param image_url must be a valid URI"),
    ({"url": "/p/1"}, 100, "(#100) Param url must be a valid URI"),
    ({"name": "x" * 201}, 100, "(#100) Param name must be no longer than 200 characters"),
    ({"retailer_id": "x" * 101}, 100, "(#100) Param retailer_id must be no longer than 100"),
    ({"additional_image_urls": "https://x.example/2.png"}, 100, "(#100) Param additional_image_urls must be an array."),
    ({"importer_address": "a street"}, 100, "(#100) Param importer_address must be a valid JSON object"),
    ({"origin_country": "India"}, 100, "(#100) Param origin_country must be an ISO 3166-1"),
]


@pytest.mark.parametrize(("changes", "code", "message"), REFUSED)
def test_a_bad_body_is_refused_and_changes_nothing(remote, changes, code, message):
    status, got_code, _, kind, text = error_of(remote.create(**changes))
    assert (status, got_code, kind) == (400, code, "OAuthException")
    assert text.startswith(message)
    assert remote.standin.items(CATALOG) == {}


def test_a_missing_description_says_so_to_the_person(remote):
    error = remote.create(description=None).json()["error"]
    assert 'Products without "description" information' in error["error_user_msg"]


def test_a_good_body_makes_one_item_with_a_long_numeric_id(remote):
    ids = [remote.create(retailer_id=f"other-{n}").json()["id"] for n in range(9)]
    assert all(found.isdigit() for found in ids) and {len(found) for found in ids} == {15, 16, 17} and len(set(ids)) == 9
    answer = remote.create()
    item = remote.item()
    assert item == {**GOOD, "id": answer.json()["id"], "price": "450.00 USD"} | {
        "availability": "in stock", "condition": "new", "visibility": "published",
    }  # fmt: skip


@pytest.mark.parametrize("send", [{"json": GOOD}, {"data": GOOD}, {"files": {k: (None, str(v)) for k, v in GOOD.items()}}])
def test_json_form_and_multipart_bodies_mean_the_same(remote, send):
    assert remote.call("POST", f"{CATALOG}/products", **send).status_code == 200
    assert remote.item()["price"] == "450.00 USD"


def test_unknown_parameters_are_swallowed_and_counted(remote):
    remote.create(link="https://x.example/p", google_product_category="1", pretty="1")
    assert "link" not in remote.item()
    assert dict(remote.standin.ignored_parameters) == {
        "products.create:link": 1,
        "products.create:google_product_category": 1,
        "products.create:pretty": 1,
    }


def test_a_second_create_is_an_update_from_v24_on(remote):
    first = remote.create().json()["id"]
    assert remote.create(price=44000).json()["id"] == first
    assert remote.item()["price"] == "440.00 USD"
    assert len(remote.standin.items(CATALOG)) == 1


@pytest.mark.parametrize(("version", "extra"), [("v23.0", {}), ("v23.0", {"allow_upsert": True}), ("v26.0", {"allow_upsert": False})])
def test_without_upsert_a_second_create_is_10800_and_names_the_item(remote, version, extra):
    first = remote.create().json()["id"]
    answer = remote.create(version, price=1, **extra)
    assert error_of(answer)[:2] == (400, 10800)
    assert answer.json()["error"]["error_data"] == {"product_item_id": first}
    assert remote.item()["price"] == "450.00 USD"


def test_the_group_is_create_only(remote):
    item_id = remote.create(retailer_product_group_id="g1").json()["id"]
    assert not remote.standin.ignored_parameters
    remote.create(retailer_product_group_id="g2")
    remote.call("POST", item_id, json={"retailer_product_group_id": "g3"})
    assert remote.item()["retailer_product_group_id"] == "g1"
    assert remote.standin.ignored_parameters == {
        "products.create:retailer_product_group_id": 1,
        "item.update:retailer_product_group_id": 1,
    }


def test_an_update_is_partial_and_zero_ends_a_sale(remote):
    item_id = remote.create(sale_price=40000, color="red").json()["id"]
    assert remote.item()["sale_price"] == "400.00 USD"
    assert remote.call("POST", item_id, json={"sale_price": 0, "color": ""}).json() == {"success": True}
    assert "sale_price" not in remote.item() and "color" not in remote.item()
    assert remote.item()["name"] == GOOD["name"]
    assert error_of(remote.call("POST", item_id, json={"name": ""}))[1] == 100


@pytest.mark.parametrize(
    ("minor", "currency", "kept", "shown"),
    [
        (129900, "USD", "1299.00 USD", "$1,299.00"),
        (150000, "JPY", "1500 JPY", "¥1,500"),
        (123456, "KWD", "1234.56 KWD", "KWD\u00a01,234.56"),
        (0, "USD", "0.00 USD", "$0.00"),
    ],
)
def test_prices_are_cents_when_written_and_formatted_when_read(remote, minor, currency, kept, shown):
    item_id = remote.create(price=minor, currency=currency).json()["id"]
    assert remote.item()["price"] == kept
    assert remote.call("GET", item_id, params={"fields": "price"}).json() == {"price": shown, "id": item_id}


def test_the_price_can_be_shown_in_another_language(remote):
    item_id = remote.create(price=129900, currency="EUR").json()["id"]
    remote.standin.price_style = "de"
    assert remote.call("GET", item_id, params={"fields": "price"}).json()["price"] == "1.299,00\u00a0€"


def test_a_read_gives_three_fields_unless_others_are_named(remote):
    item_id = remote.create(retailer_product_group_id="g1").json()["id"]
    assert remote.call("GET", item_id).json() == {"id": item_id, "name": GOOD["name"], "retailer_id": "5784935"}
    fields = "id,product_group{id,retailer_id},review_status,image_fetch_status,visibility,sale_price"
    found = remote.call("GET", item_id, params={"fields": fields}).json()
    assert found["product_group"]["retailer_id"] == "g1" and found["product_group"]["id"].isdigit()
    assert (found["review_status"], found["image_fetch_status"], found["visibility"]) == ("approved", "FETCHED", "published")
    assert "sale_price" not in found


@pytest.mark.parametrize("name", ["title", "link", "image_link", "google_product_category"])
def test_batch_names_do_not_exist_on_read(remote, name):
    item_id = remote.create().json()["id"]
    text = error_of(remote.call("GET", item_id, params={"fields": f"id,{name}"}))[4]
    assert text == f"(#100) Tried accessing nonexisting field ({name}) on node type (ProductItem)"


def test_diagnostics_are_no_refusals(remote):
    item_id = remote.create(price=0, sale_price=5, name="<b>BIG</b>", url="https://shop.example/").json()["id"]
    kinds = {entry["error_type"] for entry in remote.call("GET", item_id, params={"fields": "errors"}).json()["errors"]}
    assert kinds == {
        "ITEM_PRICE_NOT_POSITIVE",
        "INVALID_SALE_PRICE",
        "PROPERTY_VALUE_CONTAINS_HTML_TAGS",
        "PRODUCT_URL_EQUALS_DOMAIN",
    }


def test_delete_and_then_the_id_is_gone_for_every_method(remote):
    item_id = remote.create().json()["id"]
    assert remote.call("DELETE", item_id).json() == {"success": True}
    for method in ("GET", "POST", "DELETE"):
        status, code, subcode, kind, text = error_of(remote.call(method, item_id))
        assert (status, code, subcode, kind) == (400, 100, 33, "GraphMethodException")
        assert text.startswith(f"Unsupported {method.lower()} request. Object with ID '{item_id}' does not exist")


def test_an_item_of_another_business_looks_gone(remote):
    foreign = remote.standin.add_item(OTHER, "X-1")
    assert error_of(remote.call("DELETE", foreign))[:3] == (400, 100, 33)
    assert error_of(remote.call("GET", f"{OTHER}/products"))[:3] == (400, 100, 33)
    assert remote.standin.item(OTHER, "X-1")


def test_an_item_that_vanishes_while_a_call_is_held_is_gone(remote):
    item_id = remote.create().json()["id"]
    remote.standin.before_apply = lambda call: remote.standin.delete_item(CATALOG, "5784935")
    assert error_of(remote.call("POST", item_id, json={"price": 1}))[:3] == (400, 100, 33)


def test_lists_and_maps_travel_as_json_text_in_forms(remote):
    form = {**GOOD, "additional_image_urls": json.dumps(["https://x.example/2.png"]), "importer_address": json.dumps({"city": "Pune"})}
    remote.call("POST", f"{CATALOG}/products", data=form)
    assert remote.item()["additional_image_urls"] == ["https://x.example/2.png"]
    assert remote.item()["importer_address"] == {"city": "Pune"}
