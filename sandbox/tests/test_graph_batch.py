"""items_batch and its handles."""

import pytest

from sandbox.tests.conftest import CATALOG, error_of, upsert


def test_a_handle_means_accepted_not_applied(remote):
    answer = remote.batch(upsert()).json()
    assert list(answer) == ["handles"] and len(answer["handles"]) == 1
    handle = answer["handles"][0]
    assert remote.status(handle)["status"] == "scheduled"
    assert remote.standin.items(CATALOG) == {}
    remote.wait(0.2)
    assert remote.status(handle)["status"] == "started"
    remote.wait(0.2)
    done = remote.status(handle)
    assert (done["status"], done["errors_total_count"], done["errors"]) == ("finished", 0, [])
    assert remote.item() == {
        "id": remote.item()["id"], "retailer_id": "5784935", "name": "MUST 3kva Inverter", "price": "450.00 USD", "currency": "USD",
        "image_url": "https://shop.example/i.png", "url": "https://shop.example/p/5784935", "description": "Pure sine wave",
        "brand": "MUST", "availability": "in stock", "condition": "new", "visibility": "published",
    }  # fmt: skip


def test_both_edges_write_the_same_item(remote):
    remote.create(sale_price=40000, sale_price_start_date="2026-11-20T10:00+02:00", sale_price_end_date="2026-11-21", visibility="staging")
    single = remote.item()
    window = "2026-11-20T10:00+02:00/2026-11-21T00:00Z"
    remote.batch(upsert(sale_price="400.00 USD", sale_price_effective_date=window, visibility="hidden"))
    remote.standin.delete_item(CATALOG, "5784935")
    remote.standin.settle_all()
    batched = remote.item()
    assert {**batched, "id": ""} == {**single, "id": ""}
    assert batched["sale_price_start_date"] == "2026-11-20T08:00:00+0000"
    assert batched["visibility"] == "staging"


BAD_ROWS = [
    (upsert(price=45000), "The value of 'price' must be"),
    (upsert(price="450.00"), "The value of 'price' must be"),
    (upsert(price="450.00  USD"), "The value of 'price' must be"),
    (upsert(price="450.00 XYZ"), "The value of 'price' must be"),
    (upsert(availability="preorder"), "Param availability must be one of"),
    (upsert(visibility="staging"), "Param visibility must be one of {published, hidden}"),
    (upsert(title=""), "The field 'title' must not be empty"),
    (upsert(sale_price="400.00 EUR"), "The currencies of 'price' and 'sale_price' differ"),
    (upsert(additional_variant_attribute="red"), "The value of 'additional_variant_attribute' must look like"),
    ({"method": "UPSERT", "data": {"id": "5784935"}}, "The method 'UPSERT' is not one of"),
    ({"method": "UPDATE", "retailer_id": "5784935", "data": {"price": "1.00 USD"}}, "A required field is missing: 'id'"),
    ("nonsense", "A request must be an object"),
]


@pytest.mark.parametrize(("row", "message"), BAD_ROWS)
def test_a_bad_row_fails_alone_and_is_named_twice(remote, row, message):
    answer = remote.batch(row, upsert("good")).json()
    assert answer["validation_status"][0]["errors"][0]["message"].startswith(message)
    remote.standin.settle_all()
    status = remote.status(answer["handles"][0])
    assert status["status"] == "finished" and status["errors_total_count"] == 1
    assert status["errors"][0]["message"].startswith(message) and status["errors"][0]["line"] == 0
    assert list(remote.standin.items(CATALOG)) == ["good"]


@pytest.mark.parametrize("name", ["availability", "brand", "condition", "description", "image_link", "link", "price", "title"])
def test_a_new_item_needs_all_required_fields(remote, name):
    handle = remote.batch(upsert(**{name: None})).json()["handles"][0]
    remote.standin.settle_all()
    assert remote.status(handle)["errors"][0] == {"line": 0, "id": "5784935", "message": f"A required field is missing: {name}."}
    assert remote.item() is None


def test_an_update_of_a_known_item_is_partial_and_empty_text_clears(remote):
    remote.create(color="red", retailer_product_group_id="g1", sale_price=100)
    row = {"method": "UPDATE", "data": {"id": "5784935", "title": "New", "color": "", "item_group_id": "g2", "sale_price": ""}}
    remote.batch(row)
    remote.standin.settle_all()
    item = remote.item()
    assert (item["name"], item["retailer_product_group_id"], item["price"]) == ("New", "g2", "450.00 USD")
    assert "color" not in item and "sale_price" not in item


def test_unknown_fields_are_warnings(remote):
    answer = remote.batch(upsert(currency="USD", name="x")).json()
    messages = [entry["message"] for entry in answer["validation_status"][0]["warnings"]]
    assert messages[0] == "Unrecognised field: A request for item 5784935 contains unrecognised field: 'currency'"
    assert len(messages) == 2 and "errors" not in answer["validation_status"][0]
    remote.standin.settle_all()
    assert remote.status(answer["handles"][0])["warnings_total_count"] == 2
    assert remote.item()["name"] == "MUST 3kva Inverter"


def test_the_same_id_twice_is_an_item_error_with_a_handle(remote):
    answer = remote.batch(upsert("a"), upsert("b"), upsert("a", price="1.00 USD")).json()
    assert len(answer["handles"]) == 1
    remote.standin.settle_all()
    status = remote.status(answer["handles"][0], load_ids_of_invalid_requests="true")
    assert status["errors"][0]["message"] == "Duplicate retailer_id in batch api call - a."
    assert status["ids_of_invalid_requests"] == ["a", "a"]
    assert list(remote.standin.items(CATALOG)) == ["b"]


def test_deleting_an_unknown_id_is_an_item_error(remote):
    remote.create()
    answer = remote.batch({"method": "DELETE", "data": {"id": "5784935"}}, {"method": "DELETE", "data": {"id": "nobody"}}).json()
    remote.standin.settle_all()
    status = remote.status(answer["handles"][0], load_ids_of_invalid_requests="true")
    assert status["ids_of_invalid_requests"] == ["nobody"]
    assert remote.standin.items(CATALOG) == {}


def test_without_upsert_an_unknown_update_and_a_known_create_fail(remote):
    remote.create()
    rows = [{"method": "CREATE", "data": upsert()["data"]}, upsert("new")]
    handle = remote.batch(*rows, allow_upsert=False).json()["handles"][0]
    remote.standin.settle_all()
    assert remote.status(handle, load_ids_of_invalid_requests="true")["ids_of_invalid_requests"] == ["5784935", "new"]


def test_errors_are_a_sample_and_ids_come_only_when_asked_for(remote):
    handle = remote.batch(*[upsert(f"r{n}", brand=None) for n in range(25)]).json()["handles"][0]
    remote.standin.settle_all()
    plain = remote.status(handle)
    assert (len(plain["errors"]), plain["errors_total_count"], plain["ids_of_invalid_requests"]) == (10, 25, [])
    assert len(remote.status(handle, load_ids_of_invalid_requests="true")["ids_of_invalid_requests"]) == 25


def test_too_many_rows_or_bytes_are_code_1(remote):
    rows = [{"method": "DELETE", "data": {"id": str(n)}} for n in range(5001)]
    assert error_of(remote.batch(*rows))[1] == 1
    assert "reduce the amount of data" in error_of(remote.batch(upsert(description="x" * 29 * 1024 * 1024)))[4]
    assert remote.standin.handles() == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"requests": []}, "The parameter item_type is required"),
        ({"item_type": "PRODUCT", "requests": []}, "Param item_type must be one of"),
        ({"item_type": "PRODUCT_ITEM"}, "The parameter requests is required"),
        ({"item_type": "PRODUCT_ITEM", "requests": []}, "Param requests must be a non-empty JSON array"),
        ({"item_type": "PRODUCT_ITEM", "requests": "[{"}, "Param requests must be a non-empty JSON array"),
    ],
)
def test_a_bad_envelope_is_refused_whole(remote, body, message):
    answer = remote.call("POST", f"{CATALOG}/items_batch", json=body)
    assert error_of(answer)[1] == 100 and message in error_of(answer)[4]


def test_handles_land_in_the_order_that_is_asked_for(remote):
    remote.standin.batch_delay = None
    for price in ("1.00 USD", "2.00 USD"):
        remote.batch(upsert(price=price))
    remote.standin.settle_order = "lifo"
    remote.standin.settle_all()
    assert remote.item()["price"] == "1.00 USD"
    remote.batch(upsert(price="3.00 USD"))
    first, second = remote.standin.handles()[0], remote.batch(upsert(price="4.00 USD")).json()["handles"][0]
    remote.standin.settle(second)
    remote.standin.settle(first)
    assert remote.item()["price"] == "3.00 USD"
    assert remote.standin.handles() == []


def test_a_batch_that_ends_in_error_applies_nothing(remote):
    handle = remote.batch(upsert()).json()["handles"][0]
    remote.standin.settle(handle, "error")
    assert remote.status(handle)["status"] == "error"
    assert remote.item() is None


def test_an_unknown_or_foreign_handle_is_refused(remote):
    answer = remote.call("GET", f"{CATALOG}/check_batch_request_status", params={"handle": "Acz"})
    assert error_of(answer)[:2] == (400, 100)
