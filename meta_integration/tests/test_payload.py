"""Both dialects, whole: what is left out is as important as what is there."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from common.errors import PermanentError
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.payload import build_batch_delete, build_batch_hide, build_batch_row, build_hide, build_single, build_update
from meta_integration.catalog.record import Surroundings, build_record
from products_and_services.snapshot import CategorySnapshot, ImageSnapshot, ProductSnapshot, VariantSnapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AROUND = Surroundings(tenant_name="Solar Shop", sub_domain="solar", public_base_url="https://crm.example")
PICTURE = ImageSnapshot("https://img.example/1.jpg", is_local=False)
LABELS = {f"custom_label_{number}": "" for number in range(5)}


def product(**values) -> ProductSnapshot:
    return ProductSnapshot(
        **{"id": 7, "name": "MUST 3kva Inverter", "sku": "5784935", "currency": "USD", "price": Decimal("499.995"), "stock_quantity": 3,
           "images": (PICTURE,)} | values
    )  # fmt: skip


def variant(number: int, **values) -> VariantSnapshot:
    plain = {"id": number, "name": "", "sku": None, "price": None, "sale_price": None, "stock_quantity": None, "attributes": {},
             "is_default": False, "is_active": True}  # fmt: skip
    return VariantSnapshot(**plain | values)


def record(snapshot: ProductSnapshot, place: int = 0):
    return build_record(carriers_of(snapshot)[place], AROUND, NOW)


SIMPLE_SINGLE = {
    "retailer_id": "5784935", "name": "MUST 3kva Inverter", "description": "MUST 3kva Inverter", "url": "https://crm.example/p/solar/5784935",
    "image_url": "https://img.example/1.jpg", "additional_image_urls": [], "brand": "Solar Shop", "price": 50000, "currency": "USD",
    "sale_price": 0, "sale_price_start_date": "", "sale_price_end_date": "", "availability": "in stock", "condition": "new",
    "category": "", "product_type": "", "manufacturer_part_number": "", "visibility": "published", "color": "", "size": "", "material": "",
    "pattern": "", "gtin": "", "importer_name": "", **LABELS,
}  # fmt: skip
SIMPLE_BATCH = {
    "id": "5784935", "title": "MUST 3kva Inverter", "description": "MUST 3kva Inverter", "link": "https://crm.example/p/solar/5784935",
    "image_link": "https://img.example/1.jpg", "additional_image_link": [], "brand": "Solar Shop", "price": "500.00 USD", "sale_price": "",
    "sale_price_effective_date": "", "availability": "in stock", "condition": "new", "google_product_category": "", "product_type": "",
    "mpn": "", "item_group_id": "", "visibility": "published", "color": "", "size": "", "material": "", "pattern": "", "gtin": "",
    "importer_name": "", **LABELS, "additional_variant_attribute": "", "importer_address": "", "origin_country": "",
    "wa_compliance_category": "",
}  # fmt: skip


def test_a_simple_product():
    assert build_single(record(product())) == SIMPLE_SINGLE
    assert build_batch_row(record(product())) == {"method": "UPDATE", "data": SIMPLE_BATCH}


def test_an_update_leaves_out_what_exists_on_create_only():
    update = {name: value for name, value in SIMPLE_SINGLE.items() if name != "retailer_id"}
    assert build_update(record(product())) == update


@pytest.fixture
def rich():
    return product(
        sku="SHIRT", name="Shirt &amp; Co", description="<p>Soft<br>cotton</p>", brand="Acme", vendor="Vendor", condition="used",
        category=CategorySnapshot(id=1, path="Clothing > Shirts", google_category="212"), website_url="https://shop.example/shirt",
        gtin="4006381333931", mpn="M-1", origin_country="IN", importer_name="Imp Ltd", importer_address="1 Road, Delhi",
        wa_compliance_category="COUNTRY_ORIGIN_EXEMPT", custom_labels=("a", "b", "", "", "e"),
        price=Decimal(20), sale_price=Decimal("15.5"),
        sale_starts_at=datetime(2026, 11, 19, tzinfo=UTC), sale_ends_at=datetime(2026, 11, 30, 18, 30, tzinfo=UTC),
        images=(PICTURE, ImageSnapshot("https://img.example/2.jpg", is_local=False)),
        variants=(
            variant(1, name="Red L", sku="SHIRT-R", attributes={"Colour": "Red", "size": "L", "Fit: cut": "Slim, long"},
                    images=(ImageSnapshot("https://img.example/red.jpg", is_local=False),)),
            variant(2, name="Blue", sku="SHIRT-B", price=Decimal(25), stock_quantity=0, attributes={"color": "Blue"}),
        ),
    )  # fmt: skip


def test_a_grouped_variant_on_sale(rich):
    assert build_single(record(rich)) == {
        "retailer_id": "SHIRT-R", "name": "Shirt & Co – Red L", "description": "Soft\ncotton", "url": "https://shop.example/shirt",
        "image_url": "https://img.example/red.jpg", "additional_image_urls": ["https://img.example/1.jpg", "https://img.example/2.jpg"],
        "brand": "Acme", "price": 2000, "currency": "USD", "sale_price": 1550, "sale_price_start_date": "2026-11-19T00:00:00+00:00",
        "sale_price_end_date": "2026-11-30T18:30:00+00:00", "availability": "in stock", "condition": "used", "category": "212",
        "product_type": "Clothing > Shirts", "manufacturer_part_number": "M-1", "visibility": "published", "color": "Red", "size": "L",
        "material": "", "pattern": "", "gtin": "4006381333931", "importer_name": "Imp Ltd", "custom_label_0": "a", "custom_label_1": "b",
        "custom_label_2": "", "custom_label_3": "", "custom_label_4": "e", "origin_country": "IN",
        "wa_compliance_category": "COUNTRY_ORIGIN_EXEMPT", "retailer_product_group_id": "SHIRT",
        "additional_variant_attributes": {"Fit  cut": "Slim  long"}, "importer_address": {"street1": "1 Road, Delhi"},
    }  # fmt: skip
    assert build_batch_row(record(rich)) == {
        "method": "UPDATE",
        "data": {
            "id": "SHIRT-R", "title": "Shirt & Co – Red L", "description": "Soft\ncotton", "link": "https://shop.example/shirt",
            "image_link": "https://img.example/red.jpg", "additional_image_link": ["https://img.example/1.jpg", "https://img.example/2.jpg"],
            "brand": "Acme", "price": "20.00 USD", "sale_price": "15.50 USD",
            "sale_price_effective_date": "2026-11-19T00:00:00+00:00/2026-11-30T18:30:00+00:00", "availability": "in stock",
            "condition": "used", "google_product_category": "212", "product_type": "Clothing > Shirts", "mpn": "M-1",
            "item_group_id": "SHIRT", "visibility": "published", "color": "Red", "size": "L", "material": "", "pattern": "",
            "gtin": "4006381333931", "importer_name": "Imp Ltd", "custom_label_0": "a", "custom_label_1": "b", "custom_label_2": "",
            "custom_label_3": "", "custom_label_4": "e", "additional_variant_attribute": "Fit  cut:Slim  long",
            "importer_address": {"street1": "1 Road, Delhi"}, "origin_country": "IN", "wa_compliance_category": "COUNTRY_ORIGIN_EXEMPT",
        },
    }  # fmt: skip


def test_the_second_variant_has_its_own_price_stock_and_no_own_picture(rich):
    payload = build_single(record(rich, 1))
    chosen = ("retailer_id", "price", "sale_price", "availability", "color", "image_url", "retailer_product_group_id")
    assert {name: payload[name] for name in chosen} == {
        "retailer_id": "SHIRT-B", "price": 2500, "sale_price": 1550, "availability": "out of stock", "color": "Blue",
        "image_url": "https://img.example/1.jpg", "retailer_product_group_id": "SHIRT",
    }  # fmt: skip


def test_hidden_and_deleted():
    assert build_hide() == {"visibility": "staging", "availability": "out of stock"}
    assert build_batch_hide("A-1") == {"method": "UPDATE", "data": {"id": "A-1", "visibility": "hidden", "availability": "out of stock"}}
    assert build_batch_delete("A-1") == {"method": "DELETE", "data": {"id": "A-1"}}


@pytest.mark.parametrize(("currency", "spelled"), [("JPY", "500 JPY"), ("KWD", "499.995 KWD"), ("COP", "499.99 COP"), ("HUF", "500 HUF")])
def test_ambiguous_currencies_are_sent_as_text_only(currency, spelled):
    made = record(product(currency=currency, price=Decimal("499.995") if currency != "COP" else Decimal("499.99")))
    with pytest.raises(PermanentError) as refused:
        build_single(made)
    assert refused.value.field == "currency"
    amount = build_batch_row(made)["data"]["price"]
    assert amount.split(" ")[1] == currency
    assert Decimal(amount.split(" ")[0]) == Decimal(spelled.split(" ")[0]) or currency in ("HUF", "COP")


def test_sizes_show_the_cheapest_active_one():
    small, medium, large = variant(1, price=Decimal(12)), variant(2, price=Decimal(9), is_active=False), variant(3, price=Decimal(15))
    made = record(product(sku="PIZZA", price=None, variants=(small, medium, large)))
    assert (made.retailer_id, made.price, made.group_id, made.name) == ("PIZZA", Decimal("12.00"), "", "MUST 3kva Inverter")


@pytest.mark.parametrize(
    ("offer", "opens", "closes", "shown"),
    [
        (5, None, None, 5), (5, 19, None, 5), (5, 21, None, None), (5, None, 20, None), (5, None, 21, 5), (500, None, None, None),
        (0, None, None, None), (Decimal("0.001"), None, None, None), (Decimal("9.999"), None, None, None),
    ],
)  # fmt: skip
def test_a_sale_is_shown_only_while_it_is_open_and_a_reduction(offer, opens, closes, shown):
    days = {name: day and datetime(2026, 11, day, tzinfo=UTC) for name, day in (("sale_starts_at", opens), ("sale_ends_at", closes))}
    made = record(product(price=Decimal(10), sale_price=Decimal(offer), **days))
    assert made.sale_price == (None if shown is None else Decimal(shown))
    if not (opens and closes):  # One-sided windows are opened and closed by our own clock.
        assert build_single(made)["sale_price_start_date"] == ""
        assert build_batch_row(made)["data"]["sale_price_effective_date"] == ""


def test_texts_are_cut_and_cleaned_to_what_meta_takes():
    long = product(
        name="N" * 300, description="D" * 6000, brand="   ", vendor=" V " * 50, product_type="x" * 800, gtin=" 1 ", sku="a/b c",
        variants=(variant(1, sku="V", name="v", attributes={"color": "c" * 300, "scent": " , ", "": "x", "note": None}),),
    )  # fmt: skip
    made = record(long)
    assert (len(made.name), len(made.description), len(made.brand), len(made.product_type), len(made.color)) == (100, 5000, 100, 750, 100)
    assert (made.brand[0], made.gtin, made.other_attributes, made.group_id) == ("V", "1", (), "a/b c")


def test_meta_may_be_shown_another_title_and_text_in_both_dialects():
    other = {"meta_title": "Inverter &amp; charger", "meta_description": "<p>Made for<br>your roof</p>", "description": "For the shop."}
    single, row = build_single(record(product(**other))), build_batch_row(record(product(**other)))["data"]
    words = {"name": "Inverter & charger", "description": "Made for\nyour roof"}
    assert single == SIMPLE_SINGLE | words
    assert row == SIMPLE_BATCH | {"title": words["name"], "description": words["description"]}


@pytest.mark.parametrize(
    ("title", "text", "shown", "said"),
    [
        ("", "", "Shirt", "Long"), ("  ", " ", "Shirt", "Long"), ("<b></b>", "<p> </p>", "Shirt", "Long"), ("Tee", "", "Tee", "Long"),
        ("", "Other", "Shirt", "Other"),
    ],
)  # fmt: skip
def test_an_empty_title_or_text_for_meta_means_the_products_own(title, text, shown, said):
    made = record(product(name="Shirt", description="Long", short_description="Short", meta_title=title, meta_description=text))
    assert (made.name, made.description) == (shown, said)


def test_the_title_at_meta_keeps_the_variants_name_even_where_it_is_cut():
    variants = (variant(1, sku="R", name="Red <i>L</i>"), variant(2, sku="B", name=""), variant(3, sku="X", name="x" * 90))
    made = [record(product(name="Shirt", meta_title="T" * 120, variants=variants), place).name for place in range(3)]
    assert made[0] == "T" * 91 + "… – Red L"
    assert made[1] == "T" * 99 + "…"
    assert [len(name) for name in made] == [100, 100, 100]
    assert made[2].endswith("… – " + "x" * 49 + "…")


def test_the_hash_tells_every_visible_difference():
    plain = record(product()).content_hash()
    assert record(product()).content_hash() == plain
    changed = [{"name": "x"}, {"price": Decimal(1)}, {"images": (ImageSnapshot("https://img.example/2.jpg", is_local=False),)},
               {"is_available": False}, {"sale_price": Decimal(1)}, {"brand": "x"}, {"importer_address": "x"},
               {"meta_title": "x"}, {"meta_description": "x"}]  # fmt: skip
    hashes = {record(product(**change)).content_hash() for change in changed}
    assert len(hashes | {plain}) == len(changed) + 1
