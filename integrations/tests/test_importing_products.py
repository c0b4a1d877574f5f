"""A shop's products become ours: what an import writes, what it leaves alone, and what it says about what does not fit."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.models import ExternalRef, RefKind
from integrations.tests.fake_shop import FakeShop, Import, connect, run_import
from operations.models import RunIssue
from products_and_services.models import Product, ProductCategory, ProductImage, Revision
from products_and_services.services import change_products
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, picture_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return FakeShop()


def product(external_id):
    return Product.objects.get(external_refs__external_id=str(external_id), external_refs__kind=RefKind.PRODUCT)


def images(one):
    return list(one.images.order_by("sort_order").values_list("remote_url", "alt"))


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


def test_what_was_changed_here_goes_back_to_what_the_shop_says(connection, shop, tenant):
    """Saves, bulk edits and deleted parts are all in the history; what another shop's products went through is not looked at."""
    shop.put(1, images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red", "price": "5"}])
    shop.put(2)
    run_import(connection, shop)
    first = product(1)
    first.name = "Mine"
    first.save()
    first.images.get().delete()
    variant = first.variants.get()
    variant.price = 7
    variant.save()
    done = run_import(connection, shop)
    assert done.run.counts == {"updated": 1, "unchanged": 1}
    first.refresh_from_db()
    assert (first.name, first.variants.get().price, images(first)) == ("Thing 1", 5, [("https://a.example/1.jpg", "")])
    change_products(tenant.pk, [product(2).pk], {"price": Decimal(3)})
    assert run_import(connection, shop).run.counts == {"updated": 1, "unchanged": 1}
    assert product(2).price == 10
    assert run_import(connection, shop).run.counts == {"unchanged": 2}


def test_what_the_merchant_has_locked_stays(connection, shop):
    shop.put(1, sku="A", images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red", "sku": "A-R", "price": "5"}])
    run_import(connection, shop)
    mine = product(1)
    mine.name, mine.price, mine.sku, mine.locked_fields = "Mine", Decimal(99), "MINE", ["name", "price", "sku", "images"]
    mine.save()
    shop.put(1, "New name", price="3", sku="B", description="New", images=[])
    shop.products["1"]["variants"] = [{"id": "11", "name": "Dark red", "sku": "B-R", "price": "6", "stock_quantity": 2}]
    run_import(connection, shop)
    mine.refresh_from_db()
    assert (mine.name, mine.price, mine.sku, mine.description) == ("Mine", 99, "MINE", "New")
    variant = mine.variants.get()
    assert (variant.name, variant.price, variant.sku, variant.stock_quantity) == ("Red", 5, "A-R", 2)
    assert images(mine) == [("https://a.example/1.jpg", "")]
    mine.locked_fields = []
    mine.save()
    run_import(connection, shop)  # The shop says nothing new, but the lock is off.
    mine.refresh_from_db()
    assert (mine.name, mine.price, mine.sku, mine.images.count(), mine.variants.get().sku) == ("New name", 3, "B", 0, "B-R")


def test_locked_parts_are_left_alone_as_a_whole(connection, shop, tenant):
    shop.shelves = {"1": ("Shelf", "")}
    shop.put(1, category_ids=["1"], variants=[{"id": "11", "name": "Red"}])
    run_import(connection, shop)
    mine = product(1)
    own = CategoryFactory(tenant=tenant, name="Mine")
    mine.category, mine.locked_fields = own, ["categories", "variants", "is_active"]
    mine.save()
    shop.put(1, is_active=False, category_ids=["1"], variants=[{"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    mine.refresh_from_db()
    assert (mine.category, mine.is_active, [one.name for one in mine.variants.all()]) == (own, True, ["Red"])
    del shop.products["1"]
    run_import(connection, shop, allow_removals=True)
    mine.refresh_from_db()
    assert mine.is_active and ExternalRef.objects.get(kind=RefKind.PRODUCT).gone_at is not None


def test_a_locked_sale_date_never_meets_one_it_does_not_fit(connection, shop):
    start, end = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC)
    shop.put(1, sale_price="5", sale_starts_at=start, sale_ends_at=end)
    run_import(connection, shop)
    Product.objects.update(locked_fields=["sale_starts_at"])
    shop.products["1"].update(sale_starts_at=start.replace(month=1), sale_ends_at=end.replace(month=2))
    done = run_import(connection, shop)
    assert (product(1).sale_starts_at, product(1).sale_ends_at) == (start, end)
    assert done.issues == [("Thing 1", "sale_ends_at", "locked")]


def test_what_the_shop_says_nothing_about_is_left_as_it_is(connection, shop):
    shop.put(1, gtin="1", unspoken=["gtin", "brand"])
    run_import(connection, shop)
    assert product(1).gtin == ""
    Product.objects.update(gtin="77", brand="Mine")
    shop.products["1"]["name"] = "Other"
    run_import(connection, shop)
    assert (product(1).name, product(1).gtin, product(1).brand) == ("Other", "77", "Mine")


def test_uploaded_pictures_and_variants_entered_here_stay(connection, shop):
    shop.put(1, images=["https://a.example/1.jpg"], variants=[{"id": "11", "name": "Red"}])
    run_import(connection, shop)
    mine = product(1)
    upload = ImageFactory(product=mine, image=picture_file())
    size = mine.variants.create(name="My size", price=3)
    shop.put(1, images=[], variants=[])
    run_import(connection, shop)
    assert list(mine.images.all()) == [upload]
    assert {one.name: one.is_active for one in mine.variants.all()} == {"Red": False, "My size": True}
    size.refresh_from_db()
    assert (size.price, size.is_default) == (3, False)


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


def test_own_shelves_of_a_product_stay_beside_the_shops(connection, shop, tenant):
    shop.shelves = {"1": ("One", ""), "2": ("Two", "")}
    shop.put(1, category_ids=["1", "2"])
    run_import(connection, shop)
    own = CategoryFactory(tenant=tenant, name="Specials")
    product(1).categories.add(own)
    shop.products["1"]["category_ids"] = ["2"]
    run_import(connection, shop)
    assert (product(1).category.name, list(product(1).categories.all())) == ("Two", [own])


def test_a_shelf_that_exists_here_under_the_same_name_is_that_one(connection, shop, tenant):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="pizza", parent=food)
    elsewhere = CategoryFactory(tenant=tenant, name="Pasta")
    shop.shelves = {"1": ("food", ""), "2": ("Pizza", "1"), "3": ("Pasta", "1")}
    run_import(connection, shop)
    refs = ExternalRef.objects.filter(kind=RefKind.CATEGORY)
    assert dict(refs.values_list("external_id", "category_id"))["2"] == pizza.pk
    assert (ProductCategory.objects.count(), elsewhere.external_refs.count()) == (4, 0)
    pizza.refresh_from_db()
    assert (pizza.name, pizza.parent, pizza.external_id) == ("Pizza", food, "2")


def test_a_shelf_that_goes_from_the_shop_stays_where_ours_lies_on_it(connection, shop, tenant):
    names = ["Own", "Own further", "Above own", "Theirs"]
    mine = {name: CategoryFactory(tenant=tenant, name=name) for name in names}
    ProductFactory(tenant=tenant, category=mine["Own"]).categories.add(mine["Own further"])
    CategoryFactory(tenant=tenant, name="Below", parent=mine["Above own"])
    shop.shelves = {str(place): (name, "") for place, name in enumerate([*names, "Last"])}
    shop.put(1, category_ids=["0", "3"])
    run_import(connection, shop)
    shop.shelves = {"4": ("Last", "")}
    shop.products["1"]["category_ids"] = []
    run_import(connection, shop)
    assert {one.name for one in ProductCategory.objects.filter(is_active=False)} == {"Theirs"}


def test_shelves_are_renamed_moved_taken_away_and_come_back(connection, shop):
    shop.shelves = {"1": ("One", ""), "2": ("Two", "1"), "3": ("Three", "2")}
    shop.put(1, category_ids=["3"])
    run_import(connection, shop)
    three = product(1).category
    shop.shelves = {"1": ("Eins", "3"), "3": ("Three", "")}
    run_import(connection, shop)
    assert product(1).category == three
    paths = {one.path: one.is_active for one in ProductCategory.objects.with_path()}
    assert paths == {"Three": True, "Three > Eins": True, "Three > Eins > Two": False}
    shop.shelves["2"] = ("Two", "")
    run_import(connection, shop)
    assert ProductCategory.objects.get(name="Two").is_active and ProductCategory.objects.get(name="Two").parent is None
    shop.shelves = {}
    run_import(connection, shop)  # A shop without any shelf is not believed.
    assert ProductCategory.objects.filter(is_active=True).count() == 3


def test_shelves_in_a_ring_and_without_a_usable_name(connection, shop):
    shop.shelves = {"1": ("A", "2"), "2": ("B", "1"), "3": ("", "3"), "4": ("x" * 300, ""), "5": ("Ünïcode", ""), "6": ("Ünïcode", "")}
    done = run_import(connection, shop)
    names = dict(ProductCategory.objects.values_list("external_id", "name"))
    assert names == {"1": "A", "2": "B", "3": "Category 3", "4": "x" * 255, "5": "Ünïcode", "6": "Ünïcode"}
    assert [code for _, _, code in done.issues] == ["too_long"]
    assert ProductCategory.objects.values("slug").distinct().count() == 6


def test_a_shelf_that_the_shop_does_not_list_is_looked_for_again(connection, shop):
    shop.put(1, category_ids=["8"])
    done = run_import(connection, shop)
    assert done.issues == [("Thing 1", "categories", "unknown_category")]
    shop.shelves["8"] = ("Late", "")
    run_import(connection, shop)
    assert product(1).category.name == "Late"


def test_a_shelf_deleted_here_comes_back_with_its_products(connection, shop):
    shop.shelves["8"] = ("Shelf", "")
    shop.put(1, category_ids=["8"])
    run_import(connection, shop)
    product(1).category.delete()
    run_import(connection, shop)
    assert product(1).category.name == "Shelf"


def test_a_product_deleted_here_is_new_again(connection, shop):
    shop.put(1, sku="A")
    run_import(connection, shop)
    product(1).delete()
    assert run_import(connection, shop).run.counts == {"created": 1}
    assert product(1).sku == "A"


def test_products_that_come_from_a_shop_that_was_disconnected_are_taken_up_again(connection, shop, tenant):
    shop.put(1, sku="A", variants=[{"id": "11", "name": "Red", "sku": "A-R"}, {"id": "12", "name": "Blue"}])
    run_import(connection, shop)
    before, rows = product(1), set(product(1).variants.values_list("pk", flat=True))
    connection.delete()
    fresh = connect(tenant)
    shop.products["1"]["name"] = "New name"
    done = run_import(fresh, shop)
    assert done.run.counts == {"updated": 1}
    assert (product(1).pk, product(1).name) == (before.pk, "New name")
    assert set(product(1).variants.values_list("pk", flat=True)) == rows
    assert run_import(fresh, shop).run.counts == {"unchanged": 1}


def test_another_shop_in_the_place_of_a_disconnected_one_takes_none_of_its_products(connection, shop, tenant):
    shop.put(1, "Lamp", sku="A", website_url="https://one.example/lamp")
    run_import(connection, shop)
    connection.delete()
    other = FakeShop()
    other.put(1, "Carpet", sku="B", website_url="https://two.example/carpet")
    assert run_import(connect(tenant, store_url="https://two.example"), other).run.counts == {"created": 1}
    assert {one.name for one in Product.objects.for_tenant(tenant)} == {"Lamp", "Carpet"}


def test_of_two_shops_of_a_kind_nobody_knows_whose_product_it_was(connection, shop, tenant):
    shop.put(1)
    run_import(connection, shop)
    connection.delete()
    done = run_import(connect(tenant, store_url="https://one.example"), shop)
    assert done.run.counts == {"unchanged": 1} or done.run.counts == {"updated": 1}
    connection, other = connect(tenant, store_url="https://two.example"), FakeShop()
    other.put(1, "Another")
    assert run_import(connection, other).run.counts == {"created": 1}


def test_two_businesses_and_two_shops_never_touch_each_other(connection, shop, tenant, other_tenant):
    theirs, second = connect(other_tenant), connect(tenant, store_url="https://second.example")
    shop.shelves["1"] = ("Shelf", "")
    shop.put(1, "Mine", sku="A", category_ids=["1"])
    other = FakeShop()
    other.shelves["1"] = ("Shelf", "")
    other.put(1, "Other", sku="A", category_ids=["1"])
    run_import(connection, shop)
    run_import(theirs, other)
    done = run_import(second, other)
    assert done.issues == [("Other", "sku", "sku_taken")]
    found = Product.objects.order_by("pk").values_list("tenant__sub_domain", "name", "sku", "category__tenant__sub_domain")
    assert list(found) == [("solar", "Mine", "A", "solar"), ("pizzeria", "Other", "A", "pizzeria"), ("solar", "Other", None, "solar")]
    assert ProductCategory.objects.filter(tenant=tenant).count() == 2
    del other.products["1"]
    run_import(second, other, allow_removals=True)
    assert list(Product.objects.order_by("pk").values_list("is_active", flat=True)) == [True, True, False]


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
