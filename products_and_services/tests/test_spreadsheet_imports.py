"""File imports: what is written, what is left alone, and what is told."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.models import RunStatus
from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision
from products_and_services.models.skus import SkuTaken
from products_and_services.spreadsheets.columns import COLUMNS
from products_and_services.spreadsheets.reading import NotReadable
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, TenantFactory, VariantFactory, picture_file
from products_and_services.tests.sheets import csv_bytes, imported, issues_of
from tenants.actor import Actor, acting_as

pytestmark = pytest.mark.django_db
ODD_CELLS = [
    '["\\u0000"]', '{"a": "\\ud800"}', "[" * 50, "9" * 5_000, "#1", "#REF!", "(empty)", "'=1", "1e999", "0001-01-01", "9999-12-31 23:59",
    "https://x.example/a", "a > b", "> >", "-1", "99999999999", "P", "yes", "color: Red",
]  # fmt: skip


def test_rows_create_and_update_by_id_or_sku(tenant, other_tenant):
    by_id = ProductFactory(tenant=tenant, sku="A", name="Old", brand="Stays")
    ProductFactory(tenant=tenant, sku="B", price=1, short_description="Stays too")
    theirs = ProductFactory(tenant=other_tenant, sku="B", price=1)
    run = imported(tenant, csv_bytes("ID,SKU,Name,Price", f"{by_id.pk},,New name,", ",B,,2.50", ",C,Made,3"))
    assert run.counts == {"updated": 2, "created": 1}
    by_id.refresh_from_db()
    theirs.refresh_from_db()
    assert (by_id.sku, by_id.name, by_id.brand, by_id.price) == ("A", "New name", "Stays", Decimal("9.99"))
    assert Product.objects.get(tenant=tenant, sku="B").price == Decimal("2.5")
    assert Product.objects.get(tenant=tenant, sku="C").name == "Made"
    assert theirs.price == 1


def test_a_blank_cell_stays_and_the_word_clears(tenant):
    product = ProductFactory(tenant=tenant, sku="A", brand="Old", sale_price=1, tags=["x"], category=CategoryFactory(tenant=tenant))
    imported(tenant, csv_bytes("sku,brand,sale price,tags,category,active", "A,,,,,"))
    product.refresh_from_db()
    assert (product.brand, product.tags) == ("Old", ["x"])
    run = imported(tenant, csv_bytes("sku,brand,sale price,tags,category,active", "A,(empty),(Empty),(empty),(empty),"))
    product.refresh_from_db()
    assert (run.counts, product.brand, product.sale_price, product.tags, product.category_id) == ({"updated": 1}, "", None, [], None)
    run = imported(tenant, csv_bytes("sku,active", "A,(empty)"))
    assert issues_of(run) == [("row 2 (A)", "Active", "This cannot be empty. Write yes or no.")]


def test_every_bad_row_tells_its_column_and_no_good_row_is_lost(tenant, other_tenant):
    theirs = ProductFactory(tenant=other_tenant)
    ProductFactory(tenant=tenant, sku="TAKEN")
    mine = ProductFactory(tenant=tenant, sku="MINE", name="MINE")
    run = imported(tenant, csv_bytes(
        "ID,SKU,Name,Price,Sale price,Stock,Active,Sale starts,Website address,Country of origin,Condition",
        f"{theirs.pk},,Stolen,1,,,,,,,", ",N1,,1,,,,,,,", ",N2,Two,abc,,,,,,,", ',N3,Three,"1,234",,,,,,,', ",N4,Four,-1,,,,,,,",
        ",N5,Five,5,9,,,,,,", ",N6,Six,1,,1.5,,,,,", ",N7,Seven,1,,,perhaps,,,,", ",N8,Eight,1,,,,03/04/2026,,,",
        ",N9,Nine,1,,,,,ftp://x.example,,", f"{mine.pk},TAKEN,,,,,,,,,", ",N10,Ten,1,,,,,,I1,",
        ",N11,Eleven,1,,,,,,,shiny", ",OK,Good,1,,,,,,,",
    ))  # fmt: skip
    assert run.counts == {"failed": 13, "created": 1}
    assert run.message == "13 rows are not in the shop: download the failed rows, correct them and upload that file."
    assert [(row, column, text[:44]) for row, column, text in issues_of(run)] == [
        ("row 2 (Stolen)", "ID", "There is no product with this id. Empty the "),
        ("row 3 (N1)", "Name", "This field cannot be blank."),
        ("row 4 (Two)", "Price", "“abc” is not a number. Write for example 12."),
        ("row 5 (Three)", "Price", "“1,234” could mean 1234 or 1.234. Write one "),
        ("row 6 (Four)", "Price", "Ensure this value is greater than or equal t"),
        ("row 7 (Five)", "Sale price", "The sale price must be below the price."),
        ("row 8 (Six)", "Stock", "“1.5” is not a whole number."),
        ("row 9 (Seven)", "Active", "“perhaps” is neither yes nor no. Write yes o"),
        ("row 10 (Eight)", "Sale starts", "“03/04/2026” could mean 2026-04-03 or 2026-0"),
        ("row 11 (Nine)", "Website address", "The address must begin with https:// or http"),
        ("row 12 (MINE)", "SKU", "The SKU “TAKEN” is already used by another p"),
        ("row 13 (Ten)", "Country of origin", "Write two capital letters, for example IN."),
        ("row 14 (Eleven)", "Condition", "Value 'shiny' is not a valid choice."),
    ]
    assert sorted(Product.objects.for_tenant(tenant).values_list("sku", flat=True)) == ["MINE", "OK", "TAKEN"]
    theirs.refresh_from_db()
    assert theirs.name != "Stolen"


def test_two_rows_about_the_same_thing_are_told(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    run = imported(tenant, csv_bytes("ID,SKU,Name", ",X,One", ",X,Two", f"{product.pk},,Three", f"{product.pk},,Four"))
    assert [(row, text) for row, _, text in issues_of(run)] == [
        ("row 3 (Two)", "Row 2 has the same SKU (X). Keep one of the two rows."),
        ("row 5 (Four)", f"Row 4 has the same ID ({product.pk}). Keep one of the two rows."),
    ]
    assert sorted(Product.objects.values_list("name", flat=True)) == ["One", "Three"]


@pytest.mark.parametrize(("mode", "counts"), [
    ("both", {"updated": 1, "created": 1}), ("update", {"updated": 1, "skipped": 1}), ("create", {"skipped": 1, "created": 1}),
])  # fmt: skip
def test_only_new_or_only_existing(tenant, mode, counts):
    ProductFactory(tenant=tenant, sku="A", name="Old")
    assert imported(tenant, csv_bytes("SKU,Name", "A,New", "B,Other"), mode=mode).counts == counts
    assert Product.objects.count() == 1 + counts.get("created", 0)


def test_where_only_existing_ones_are_updated_variants_of_new_products_are_left_out_too(tenant):
    ProductFactory(tenant=tenant, sku="A", name="Old")
    rows = csv_bytes("SKU,Variant of,Name", "A,,New", "B,,Other", "B-R,B,Red", "A-R,A,Red")
    run = imported(tenant, rows, mode="update")
    assert (run.counts, issues_of(run)) == ({"updated": 1, "skipped": 3}, [])


def test_one_cell_cannot_make_thousands_of_rows(tenant):
    deep, many = " > ".join(f"c{number}" for number in range(21)), "|".join(f"c{number}" for number in range(101))
    pictures = " ".join(f"https://x.example/{number}.jpg" for number in range(101))
    head = "SKU,Name,Category,Further categories,Images"
    run = imported(tenant, csv_bytes(head, f"A,A,{deep},,", f"B,B,,{many},", f"C,C,,,{pictures}"))
    assert (run.counts, ProductCategory.objects.count(), ProductImage.objects.count()) == ({"failed": 3}, 0, 0)
    assert [(column, text[:42]) for _, column, text in issues_of(run)] == [
        ("Category", "This path has 21 categories below each oth"), ("Further categories", "There are 101 in this cell; at most 100 ar"),
        ("Images", "There are 101 in this cell; at most 100 ar"),
    ]  # fmt: skip


@pytest.mark.parametrize(("word", "active"), [("WAHR", True), ("FALSCH", False), ("VRAI", True), ("FAUX", False), ("falso", False)])
def test_excels_own_words_for_true_and_false_in_other_languages(tenant, word, active):
    assert imported(tenant, csv_bytes("SKU;Name;Active", f"A;A;{word}")).counts == {"created": 1}
    assert Product.objects.get(sku="A").is_active == active


def test_categories_are_found_by_path_and_made_where_allowed(tenant, other_tenant):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="Pizza", parent=food)
    CategoryFactory(tenant=other_tenant, name="Drinks")
    head = "SKU,Name,Category,Further categories"
    rows = csv_bytes(head, "A,A,food>PIZZA,", "B,B,Food > Pasta > Fresh,Food | Drinks", f"C,C,#{pizza.pk},")
    assert imported(tenant, rows, create_categories=False).counts == {"created": 2, "failed": 1}
    assert ProductCategory.objects.for_tenant(tenant).count() == 2
    run = imported(tenant, rows)
    assert run.counts == {"unchanged": 2, "created": 1}
    made = Product.objects.get(sku="B")
    assert (made.category.name, made.category.parent.name, made.category.parent.parent) == ("Fresh", "Pasta", food)
    assert {row.name for row in made.categories.all()} == {"Food", "Drinks"}
    assert all(row.tenant_id == tenant.pk for row in made.categories.all())
    assert Product.objects.get(sku="A").category == Product.objects.get(sku="C").category == pizza


def test_new_products_get_the_default_category(tenant, other_tenant):
    shelf, theirs = CategoryFactory(tenant=tenant), CategoryFactory(tenant=other_tenant)
    old = ProductFactory(tenant=tenant, sku="A")
    imported(tenant, csv_bytes("SKU,Name", "A,Changed", "B,New"), default_category=shelf.pk)
    old.refresh_from_db()
    assert (old.category, Product.objects.get(sku="B").category) == (None, shelf)
    assert imported(tenant, csv_bytes("SKU,Name", "C,New"), default_category=theirs.pk).counts == {"failed": 1}


def test_a_row_that_fails_while_saving_takes_its_new_category_with_it(tenant, monkeypatch):
    original = Product.save

    def fail_once(self, **options):
        monkeypatch.setattr(Product, "save", original)
        raise SkuTaken({"sku": "taken meanwhile"})

    monkeypatch.setattr(Product, "save", fail_once)
    run = imported(tenant, csv_bytes("SKU,Name,Category", "A,A,Shelf", "B,B,Shelf"))
    assert run.counts == {"failed": 1, "created": 1} and issues_of(run) == [("row 2 (A)", "SKU", "taken meanwhile")]
    assert Product.objects.get(sku="B").category == ProductCategory.objects.get(name="Shelf")


def test_variants_follow_their_product(tenant):
    run = imported(tenant, csv_bytes(
        "SKU,Variant of,Name,Price,Stock,Attributes,Default variant",
        "S,,Shirt,10,5,,", "S-R,S,,12,,color: Red; size: L,yes", ",S,Small,,3,,", "S-X,NOPE,Lost,,,,",
    ))  # fmt: skip
    assert run.counts == {"created": 3, "failed": 1}
    assert issues_of(run) == [("row 5 (Lost)", "Variant of", "There is no product with the SKU “NOPE”. Put its row above this one.")]
    red, small = Product.objects.get(sku="S").variants.order_by("pk")
    assert (red.name, red.sku, red.price, red.attributes, red.is_default) == ("Red / L", "S-R", 12, {"color": "Red", "size": "L"}, True)
    assert (small.name, small.sku, small.price, small.stock_quantity) == ("Small", None, None, 3)
    again = imported(tenant, csv_bytes("SKU,Variant of,Name,Stock,Attributes", "S-R,,,7,", ",S,Small,9,", ",S,,8,color: Red; size: L"))
    assert again.counts == {"updated": 3}
    assert sorted(ProductVariant.objects.values_list("name", "stock_quantity")) == [("Red / L", 8), ("Small", 9)]


def test_a_variant_is_not_moved_and_foreign_ones_do_not_exist(tenant, other_tenant):
    mine, theirs = VariantFactory(product__tenant=tenant, product__sku="P"), VariantFactory(product__tenant=other_tenant)
    ProductFactory(tenant=tenant, sku="Q")
    run = imported(tenant, csv_bytes("ID,Variant of,Name", f"{mine.pk},Q,Moved", f"{theirs.pk},P,Stolen", f",#{theirs.product_id},Planted"))
    assert run.counts == {"failed": 3}
    assert "belongs to “P”" in issues_of(run)[0][2]
    assert ProductVariant.objects.count() == 2 and not ProductVariant.objects.filter(name__in=["Moved", "Stolen", "Planted"]).exists()


def test_pictures_by_address(tenant):
    product = ProductFactory(tenant=tenant, sku="A")
    uploaded = ImageFactory(product=product, image=picture_file(), remote_url="")
    ImageFactory(product=product, remote_url="https://img.example/old.jpg", sort_order=1)
    imported(tenant, csv_bytes("SKU,Images", 'A,"https://img.example/1.jpg, https://img.example/2.jpg"'))
    images = list(ProductImage.objects.order_by("sort_order", "id"))
    assert [image.remote_url for image in images] == ["https://img.example/1.jpg", "https://img.example/2.jpg", ""]
    assert images[2] == uploaded
    run = imported(tenant, csv_bytes("SKU,Images", "A,ftp://img.example/1.jpg"))
    assert run.counts == {"failed": 1} and "ftp://img.example/1.jpg" in issues_of(run)[0][2]


def test_locked_fields_stay_and_it_is_told(tenant):
    product = ProductFactory(tenant=tenant, sku="A", price=5, locked_fields=["price"])
    run = imported(tenant, csv_bytes("SKU,Price,Brand", "A,9,New"))
    product.refresh_from_db()
    assert (run.counts, product.price, product.brand) == ({"updated": 1}, 5, "New")
    assert run.issues.get().code == "locked"


def test_unchanged_rows_are_neither_written_nor_announced(tenant, announced, django_assert_max_num_queries):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number}", sku=f"S{number}", price=1) for number in range(500))
    rows = csv_bytes("SKU,Name,Price", *(f"S{number},P{number},1.00" for number in range(500)))
    with django_assert_max_num_queries(130):  # not a query per row
        assert imported(tenant, rows).counts == {"unchanged": 500}
    assert announced == [] and not Revision.objects.exists()


def test_what_is_written_is_announced_and_noted_as_the_runs(tenant, announced):
    ProductFactory(tenant=tenant, sku="A")
    announced.clear()
    with acting_as(Actor("person ada")):
        head = "SKU,Name,Variant of,Images,Further categories"
        run = imported(tenant, csv_bytes(head, "A,New,,https://img.example/x.jpg,Shelf", ",Small,A,,"))
    assert {pk for _, ids, _ in announced for pk in ids} == {Product.objects.get().pk}
    revisions = Revision.objects.filter(run_id=run.pk)
    assert {(row.entity, row.actor) for row in revisions} == {(part, "person ada") for part in ("product", "variant", "image")}
    assert Revision.objects.exclude(run_id=run.pk).count() == 1  # The factory's.


@given(rows=st.lists(st.dictionaries(st.sampled_from([column.heading for column in COLUMNS]), st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=12), st.sampled_from(ODD_CELLS)), min_size=1, max_size=8),
    min_size=1, max_size=4,
))  # fmt: skip
def test_no_cell_stops_an_import(rows):
    tenant = TenantFactory()
    file = io.StringIO()
    writer = csv.DictWriter(file, [column.heading for column in COLUMNS])
    writer.writeheader()
    writer.writerows(rows)
    try:
        run = imported(tenant, file.getvalue())
    except NotReadable:
        return
    assert run.status == RunStatus.COMPLETED and sum(run.counts.values()) == run.total
    assert run.counts.get("failed", 0) == len({row for row, _, _ in issues_of(run)})


def test_times_are_the_businesss_own(tenant):
    tenant.timezone = "Europe/Berlin"
    tenant.save()
    imported(tenant, csv_bytes("SKU,Name,Sale starts,Sale ends", "A,A,2026-11-25 18:30,30.11.2026"))
    product = Product.objects.get()
    assert product.sale_starts_at == datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    assert product.sale_ends_at == datetime(2026, 11, 29, 23, 0, tzinfo=UTC)
