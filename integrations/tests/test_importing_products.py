"""A shop's products become ours: what an import writes, what it leaves alone, and what it says about what does not fit."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, Import, run_import
from integrations.tests.imported import images, product
from operations.models import RunIssue
from products_and_services.models import Product, ProductCategory, ProductImage, Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


def test_every_column_comes_in(connection, shop, tenant):
    moment = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    values = {
        "name": "Solar Panel", "sku": "P-80", "description": "<p>Long</p>", "short_description": "Short", "price": "119.5",
        "sale_price": "99.99", "sale_starts_at": moment, "sale_ends_at": moment.replace(month=12, day=24), "currency": "KWD",
        "track_stock": True, "stock_quantity": -3, "allow_backorder": True, "is_active": False, "website_url": "https://s.example/p",
        "gtin": "4006381333931", "brand": "MUST", "vendor": "Importer", "product_type": "Panels", "tags": ["sun", "roof"],
    }  # fmt: skip
    shop.put(7, **values)
    done = run_import(connection, shop)
    stored = product(7)
    wanted = {**values, "price": Decimal("119.5"), "sale_price": Decimal("99.99")}
    assert {name: getattr(stored, name) for name in values} == wanted
    assert (stored.tenant, stored.external_source, stored.external_id) == (tenant, "woocommerce", "7")
    assert (stored.condition, stored.is_available, stored.sync_to_meta) == ("new", True, True)
    only = stored.variants.get()
    assert (only.is_default, only.is_active, only.sku, only.price, only.external_id) == (True, True, None, None, "")
    assert (done.run.counts, done.issues) == ({"created": 1}, [])


def test_variations_shelves_and_pictures_come_in(connection, shop):
    shop.shelves = {"6": ("Pizza", "5"), "5": ("Food", ""), "9": ("Gone above", "77")}
    red = {"id": "21", "name": "Red", "sku": "SH-R", "price": "9", "attributes": {"Colour": "Red"}, "image": "https://a.example/r.jpg"}
    blue = {"id": "22", "name": "Blue", "sku": "SH", "stock_quantity": 4, "track_stock": True, "is_active": False}
    gallery = [["https://a.example/1.jpg", "Front"], "https://a.example/2.jpg", "https://a.example/1.jpg"]
    shop.put(2, "Shirt", sku="SH", variants=[red, blue], images=gallery, category_ids=["6", "5", "9", "6"])
    run_import(connection, shop)
    shirt = product(2)
    assert [one.path for one in ProductCategory.objects.with_path().order_by("external_id")] == ["Food", "Food > Pizza", "Gone above"]
    assert shirt.category.name == "Pizza"
    assert sorted(shirt.categories.values_list("name", flat=True)) == ["Food", "Gone above"]
    first, second = shirt.variants.order_by("sort_order")
    assert (first.name, first.sku, first.price, first.attributes, first.stock_quantity) == ("Red", "SH-R", 9, {"Colour": "Red"}, None)
    assert (second.name, second.sku, second.stock_quantity, second.track_stock, second.is_active) == ("Blue", "WC-22", 4, True, False)
    assert images(first) == [("https://a.example/r.jpg", "")]
    own = shirt.images.filter(variant=None).order_by("sort_order").values_list("remote_url", "alt")
    assert list(own) == [("https://a.example/1.jpg", "Front"), ("https://a.example/2.jpg", "")]


def test_what_the_shop_shows_unchanged_is_neither_transformed_nor_written(connection, shop, monkeypatch):
    for number in range(1, 8):
        shop.put(number, sku=f"S{number}")
    run_import(connection, shop)
    before = [list(model.objects.order_by("pk").values()) for model in (Product, Revision, ExternalRef, ProductImage)]
    monkeypatch.setattr(shop, "transform", None)
    done = run_import(connection, shop)
    assert done.run.counts == {"unchanged": 7}
    assert [list(model.objects.order_by("pk").values()) for model in (Product, Revision, ExternalRef, ProductImage)] == before


def test_an_answer_that_differs_without_changing_a_column_is_only_remembered(connection, shop):
    shop.put(1, problems=[])
    run_import(connection, shop)
    notes, text = Revision.objects.count(), ExternalRef.objects.get(kind=RefKind.PRODUCT).content_hash
    shop.products["1"]["problems"] = [["", "note", "Only said."]]
    done = run_import(connection, shop)
    assert done.run.counts == {"unchanged": 1} and done.issues == [("Thing 1", "", "note")]
    assert (Revision.objects.count(), ExternalRef.objects.get(kind=RefKind.PRODUCT).content_hash == text) == (notes, False)
    shop.transform = None
    assert run_import(connection, shop).run.counts == {"unchanged": 1}


def test_only_what_changed_is_noted(connection, shop):
    shop.put(1, sku="A", images=["https://a.example/1.jpg"])
    run_import(connection, shop)
    Revision.objects.all().delete()
    shop.products["1"].update(price="12.50", images=["https://a.example/2.jpg"])
    done = run_import(connection, shop)
    assert done.run.counts == {"updated": 1}
    notes = Revision.objects.order_by("pk").values_list("entity", "action", "changes", "actor", "run_id")
    changed, made, gone = sorted(notes, key=lambda note: (note[0] != "product", note[1]))
    assert changed == ("product", "changed", {"price": ["10", "12.5"]}, "import", done.run.pk)
    assert made[1] == "created" and made[2]["remote_url"] == [None, "https://a.example/2.jpg"]
    assert gone[1] == "deleted" and gone[2]["remote_url"] == ["https://a.example/1.jpg", None]


def test_full_compares_what_seems_unchanged(connection, shop):
    shop.put(1)
    run_import(connection, shop)
    Product.objects.update(name="Edited behind everybody's back")
    assert run_import(connection, shop).run.counts == {"unchanged": 1}
    assert run_import(connection, shop, full=True).run.counts == {"updated": 1}
    assert product(1).name == "Thing 1"


def test_a_simple_product_that_gets_variations_and_back(connection, shop):
    shop.put(1, sku="A")
    run_import(connection, shop)
    row = product(1).variants.get()
    shop.products["1"]["variants"] = [{"id": "11", "name": "Red", "sku": "A-R"}, {"id": "12", "name": "Blue", "sku": "A-B"}]
    run_import(connection, shop)
    red, blue = product(1).variants.order_by("sort_order")
    assert red.pk == row.pk  # The row that stood for the whole product is the first variation now: nothing is left over.
    assert [(one.name, one.sku, one.is_default, one.is_active) for one in (red, blue)] == [
        ("Red", "A-R", False, True), ("Blue", "A-B", False, True),
    ]  # fmt: skip
    shop.products["1"]["variants"] = []
    run_import(connection, shop)
    rows = [(one.name, one.sku, one.is_default, one.is_active) for one in product(1).variants.order_by("pk")]
    assert rows == [("Red", None, False, False), ("Blue", None, False, False), ("", None, True, True)]


def test_variations_that_could_not_be_read_are_not_taken_for_gone(connection, shop):
    shop.put(1, variants=[{"id": "11", "name": "Red"}, {"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    shop.products["1"].update(variants=[{"id": "11", "name": "Dark red"}], variants_are_complete=False)
    run_import(connection, shop)
    assert {one.name: one.is_active for one in product(1).variants.all()} == {"Dark red": True, "Blue": True}
    assert ExternalRef.objects.get(kind=RefKind.PRODUCT).content_hash == ""  # Looked at again next time.
    shop.products["1"].update(variants=[], variants_are_complete=False)
    run_import(connection, shop)
    assert product(1).variants.filter(is_active=True).count() == 2


def test_a_variation_that_moves_to_another_product_takes_its_row_along(connection, shop):
    for number, ids in ((1, ["11", "12"]), (2, ["21"])):
        shop.put(number, variants=[{"id": one, "name": one, "sku": f"S{one}", "image": f"https://a.example/{one}.jpg"} for one in ids])
    run_import(connection, shop)
    moving = product(1).variants.get(sku="S12")
    shop.products["2"]["variants"].append(shop.products["1"]["variants"].pop())
    run_import(connection, shop)
    moving.refresh_from_db()
    assert (moving.product, moving.sku, moving.is_active) == (product(2), "S12", True)
    assert images(moving) == [("https://a.example/12.jpg", "")] and moving.images.get().product == product(2)
    assert product(1).variants.count() == 1


def test_a_product_deleted_here_is_new_again(connection, shop):
    shop.put(1, sku="A")
    run_import(connection, shop)
    product(1).delete()
    assert run_import(connection, shop).run.counts == {"created": 1}
    assert product(1).sku == "A"


def test_just_these_products(connection, shop):
    for number in (1, 2, 3):
        shop.put(number)
    run_import(connection, shop)
    for number in (1, 2):
        shop.products[str(number)]["price"] = "77"
    del shop.products["3"]
    done = Import(connection, shop, only_ids=["2", "9", "2"]).all()
    assert done.run.counts == {"updated": 1, "failed": 1}
    assert list(Product.objects.order_by("pk").values_list("price", "is_active")) == [(10, True), (77, True), (10, True)]
    issue = RunIssue.objects.get(run=done.run)
    assert (issue.code, issue.reference) == ("not_there", "9")
    assert shop.calls[-2:] == ["page", "by_ids"] and (done.run.done, done.run.total) == (2, 2)


def test_progress_is_told(connection, shop):
    for number in range(1, 8):
        shop.put(number)
    places = []
    importing = Import(connection, shop)
    save = importing.save

    def listen(**about):
        places.append((about["phase"], about["done"], about["total"]))
        return save(**about)

    importing.save = listen
    importing.all()
    assert places[:5] == [("start", 0, 7), ("categories", 0, 7), ("products", 3, 7), ("products", 6, 7), ("products", 7, 7)]
    assert [phase for phase, _, _ in places[5:]] == ["missing", "missing", "pictures"]
    assert importing.run.cursor == {"phase": "end"}
