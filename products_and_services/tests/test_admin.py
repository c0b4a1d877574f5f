"""The catalog's admin pages as people use them: forms posted, lists filtered, actions run."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from products_and_services import validation
from products_and_services.models import Product, ProductCategory, ProductVariant, Revision
from products_and_services.models.skus import SkuTaken, owner_of_sku
from products_and_services.tests.factories import (
    CategoryFactory,
    ImageFactory,
    ModifierFactory,
    ModifierGroupFactory,
    ProductFactory,
    UserFactory,
    VariantFactory,
    admin_client,
    member,
    picture_file,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/products_and_services/product/"


@pytest.fixture
def owner(tenant):
    return admin_client(member(tenant, "owner"))


def page_of(product, name="change"):
    return reverse(f"admin:products_and_services_product_{name}", args=[product.pk])


def form_data(response):
    """What a browser would post back untouched, from the rendered form."""
    form = response.context["adminform"].form
    data = {}
    for source in [form, *(row for inline in response.context["inline_admin_formsets"] for row in inline.formset.forms)]:
        for bound in source:
            value = bound.value()
            if hasattr(bound.field, "clean") and bound.field.__class__.__name__ in ("ImageField", "FileField"):
                continue
            if value is True:
                value = "on"
            if value is None or value is False:
                continue
            if bound.field.__class__.__name__ == "SplitDateTimeField":
                day, hour = bound.field.widget.decompress(value)
                data[f"{bound.html_name}_0"], data[f"{bound.html_name}_1"] = day or "", hour or ""
                continue
            data[bound.html_name] = value
    for inline in response.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        data |= {bound.html_name: bound.value() for bound in management}
    return data


def post(client, product, **changes):
    data = form_data(client.get(page_of(product))) | {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(page_of(product), data)


def words(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def text(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- the form ---------------------------------------------------------------------------------------------------------------
def test_an_untouched_form_changes_nothing(tenant, owner):
    product = ProductFactory(tenant=tenant, tags=["a", "b"], category=CategoryFactory(tenant=tenant), price=Decimal("9.99"))
    VariantFactory(product=product, attributes={"color": "Red", "size": "L"})
    ImageFactory(product=product)
    Revision.objects.all().delete()
    response = post(owner, product)
    assert response.status_code == 302, response.context["errors"]
    assert not Revision.objects.exists()


def test_a_price_is_edited(tenant, owner):
    product = ProductFactory(tenant=tenant)
    assert post(owner, product, price="12.50", tags="solar, power, solar").status_code == 302
    product.refresh_from_db()
    assert (product.price, product.tags) == (Decimal("12.50"), ["solar", "power"])
    assert Revision.objects.first().actor.startswith("person ")


def test_a_new_product_with_picture_variants_and_extras(tenant, owner):
    group = ModifierGroupFactory(tenant=tenant)
    add = reverse("admin:products_and_services_product_add")
    data = form_data(owner.get(add)) | {
        "name": "Pizza", "sku": "P1", "price": "12",
        "images-TOTAL_FORMS": "1", "images-0-image": picture_file(), "images-0-sort_order": "0",
        "variants-TOTAL_FORMS": "2", "variants-0-name": "Small", "variants-0-is_active": "on", "variants-0-sort_order": "0",
        "variants-0-attributes": "size: S; crust: thin", "variants-1-name": "Large", "variants-1-price": "18", "variants-1-is_active": "on",
        "variants-1-sort_order": "1",
    }  # fmt: skip
    prefix = next(name.removesuffix("-TOTAL_FORMS") for name in data if name.startswith("ModifierGroup"))
    data |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-0-modifiergroup": group.pk}
    response = owner.post(add, data)
    assert response.status_code == 302, response.context["errors"]
    product = Product.objects.get(sku="P1")
    assert product.tenant == tenant
    assert [variant.attributes for variant in product.variants.all()] == [{"size": "S", "crust": "thin"}, {}]
    assert product.images.get().image.name.endswith(".png")
    assert list(product.modifier_groups.all()) == [group]


@pytest.mark.parametrize(
    ("values", "field", "remedy"),
    [
        ({"sku": "TAKEN"}, "sku", "Choose another"),
        ({"sale_price": "100"}, "sale_price", "must be below the price"),
        ({"price": "-1"}, "price", "greater than or equal to 0"),
        ({"currency": "XXQ"}, "currency", "ISO 4217"),
        ({"locked_fields": "colour"}, "locked_fields", "no field “colour”"),
        ({"website_url": "ftp://x.example"}, "website_url", "https://"),
    ],
)
def test_errors_stand_at_their_field_and_say_what_to_do(tenant, owner, values, field, remedy):
    ProductFactory(tenant=tenant, sku="TAKEN")
    response = post(owner, ProductFactory(tenant=tenant), **values)
    assert response.status_code == 200
    assert remedy in " ".join(response.context["adminform"].form.errors[field])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"variants__0-sku": "X", "variants__1-sku": " X "}, "Two variants of this product"),
        ({"variants__0-sku": "TAKEN"}, "already used"),
        ({"variants__0-is_default": "on", "variants__1-is_default": "on"}, "marked as the default already"),
        ({"variants__0-attributes": "red"}, "color: Red"),
        ({"images__0-remote_url": ""}, "Upload a picture or give the address"),
    ],
)
def test_errors_of_the_rows_below(tenant, owner, values, words):
    ProductFactory(tenant=tenant, sku="TAKEN")
    product = ProductFactory(tenant=tenant)
    VariantFactory(product=product)
    VariantFactory(product=product)
    ImageFactory(product=product)
    response = post(owner, product, **values)
    assert response.status_code == 200
    assert words in text(response)


def test_an_svg_is_refused_in_words(tenant, owner):
    product = ProductFactory(tenant=tenant)
    svg = picture_file("a.svg")
    svg.file.seek(0)
    svg.file.truncate()
    svg.file.write(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    svg.size = svg.file.tell()
    svg.file.seek(0)
    response = post(owner, product, **{"images-TOTAL_FORMS": "1", "images-0-image": svg, "images-0-sort_order": "0"})
    assert response.status_code == 200
    assert not product.images.exists()


def test_the_default_mark_moves_within_one_form(tenant, owner):
    product = ProductFactory(tenant=tenant)
    first, second = VariantFactory(product=product, is_default=True), VariantFactory(product=product)
    data = form_data(owner.get(page_of(product)))
    rows = {data[f"variants-{row}-id"]: row for row in (0, 1)}
    del data[f"variants-{rows[first.pk]}-is_default"]
    data[f"variants-{rows[second.pk]}-is_default"] = "on"
    assert owner.post(page_of(product), data).status_code == 302
    assert list(product.variants.filter(is_default=True)) == [second]


def test_product_and_own_variant_exchange_skus_in_one_form(tenant, owner):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    response = post(owner, product, **{"sku": "B", "variants-0-sku": "A"})
    assert response.status_code == 302, text(response)
    product.refresh_from_db()
    variant.refresh_from_db()
    assert (product.sku, variant.sku) == ("B", "A")


def test_a_changed_sku_is_explained(tenant, owner):
    product = ProductFactory(tenant=tenant, sku="OLD")
    assert "old item is removed and a new one is made" in words(post(owner, product, sku="NEW"))
    assert "cannot be in Meta's catalog" in words(post(owner, product, sku=""))
    assert words(post(owner, product, sku="FIRST")).count("SKU") == 0
    assert words(post(owner, product, price="3")).count("SKU") == 0


def test_a_sku_taken_between_check_and_save_is_a_form_error(tenant, owner, monkeypatch):
    product = ProductFactory(tenant=tenant, sku="A", name="Old")
    ProductFactory(tenant=tenant, sku="WANTED")
    data = form_data(owner.get(page_of(product)))

    def not_yet(*_):
        monkeypatch.setattr(validation, "owner_of_sku", owner_of_sku)

    monkeypatch.setattr(validation, "owner_of_sku", not_yet)
    response = owner.post(page_of(product), data | {"sku": "WANTED", "name": "Typed with care"})
    assert response.status_code == 200
    form = response.context["adminform"].form
    assert "already used" in form.errors["sku"][0]
    assert form["name"].value() == "Typed with care"
    product.refresh_from_db()
    assert (product.sku, product.name) == ("A", "Old")


def test_a_sku_that_cannot_be_saved_twice_is_a_message(tenant, owner, monkeypatch):
    def never(self, **_):
        raise SkuTaken({"sku": "The SKU is taken."})

    product = ProductFactory(tenant=tenant)
    data = form_data(owner.get(page_of(product)))
    monkeypatch.setattr(Product, "save", never)
    response = owner.post(page_of(product), data)
    assert response.status_code == 302
    assert "The SKU is taken." in words(response)


def test_a_product_deleted_meanwhile_is_a_message(tenant, owner, monkeypatch):
    product = ProductFactory(tenant=tenant)
    data = form_data(owner.get(page_of(product)))
    checked = Product.clean

    def gone_after_the_check(self):
        checked(self)
        Product.objects.filter(pk=self.pk).delete()

    monkeypatch.setattr(Product, "clean", gone_after_the_check)
    response = owner.post(page_of(product), data)
    assert response.status_code == 302
    assert "deleted this product" in words(response)
    monkeypatch.setattr(Product, "clean", checked)
    Product.objects.all().delete()
    response = owner.post(page_of(product), data)
    assert response.status_code == 302
    assert "Perhaps it was deleted" in words(response)


def test_a_stale_form_saved_after_a_settle_keeps_the_summary(tenant, owner):
    product = ProductFactory(tenant=tenant)
    data = form_data(owner.get(page_of(product)))
    Product.objects.filter(pk=product.pk).update(meta_sync_status="synced", meta_catalog_item_id="4711")
    assert owner.post(page_of(product), data | {"name": "New"}).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.meta_sync_status, product.meta_catalog_item_id) == ("New", "synced", "4711")


# --- the list ---------------------------------------------------------------------------------------------------------------
def fill(tenant, count):
    for number in range(count):
        category = CategoryFactory(tenant=tenant, parent=CategoryFactory(tenant=tenant, parent=CategoryFactory(tenant=tenant)))
        product = ProductFactory(tenant=tenant, category=category, stock_quantity=number % 2, sale_price=Decimal("1"))
        VariantFactory(product=product, sku=f"V-{product.pk}")
        ImageFactory(product=product)
        ModifierFactory(group=ModifierGroupFactory(tenant=tenant)).group.products.add(product)


@pytest.mark.parametrize("model", ["product", "productcategory", "modifiergroup", "revision"])
def test_lists_of_10_and_of_100_take_the_same_queries(tenant, owner, model):
    address = f"/admin/products_and_services/{model}/"
    fill(tenant, 4)
    owner.get(address)
    with CaptureQueriesContext(connection) as few:
        assert owner.get(address).status_code == 200
    fill(tenant, 36)
    with CaptureQueriesContext(connection) as many:
        assert owner.get(address).status_code == 200
    assert len(many) <= len(few)
    assert len(few) <= 22


def test_the_product_page_takes_a_bounded_number_of_queries(tenant, owner):
    product = ProductFactory(tenant=tenant)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert owner.get(page_of(product)).status_code == 200
        return len(seen)

    for _ in range(2):
        ImageFactory(product=product, variant=VariantFactory(product=product))
    few = queries()
    for _ in range(8):
        ImageFactory(product=product, variant=VariantFactory(product=product))
    assert queries() <= few


def test_the_list_shows_price_category_and_stock_in_words(tenant, owner):
    category = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    ProductFactory(tenant=tenant, name="On sale", price=Decimal("10"), sale_price=Decimal("8.5"), currency="EUR", category=category)
    ProductFactory(tenant=tenant, name="Free", price=None, stock_quantity=0)
    ProductFactory(tenant=tenant, name="Gone", is_available=False)
    shown = " ".join(text(owner.get(LIST)).split())
    for part in ("8.50 EUR 10.00 EUR", "Food > Pizza", "no price", "out of stock", "sold out today"):
        assert part in shown


def test_filters_and_search(tenant, owner):
    top = CategoryFactory(tenant=tenant, name="Food")
    below = CategoryFactory(tenant=tenant, name="Pizza", parent=top)
    ProductFactory(tenant=tenant, name="Deep", category=below, stock_quantity=0)
    also = ProductFactory(tenant=tenant, name="Also", track_stock=False, is_available=False, sale_price=Decimal("1"))
    also.categories.add(top)
    VariantFactory(product=ProductFactory(tenant=tenant, name="Loose", price=None, is_active=False), sku="LOOSE-RED")
    for query, found in {
        f"in={top.pk}": {"Deep", "Also"},
        f"in={below.pk}": {"Deep"},
        "in=none": {"Also", "Loose"},
        "stock=out": {"Deep"},
        "stock=in": {"Loose"},
        "stock=today": {"Also"},
        "stock=untracked": {"Also"},
        "price_is=none": {"Loose"},
        "price_is=sale": {"Also"},
        "is_active__exact=0": {"Loose"},
        "q=LOOSE-R": {"Loose"},
        "in=999": {"Deep", "Also", "Loose"},
        "stock=nonsense&price_is=nonsense": {"Deep", "Also", "Loose"},
    }.items():
        response = owner.get(f"{LIST}?{query}")
        assert response.status_code == 200, query
        assert {product.name for product in response.context["cl"].result_list} == found, query


@pytest.mark.parametrize("model", ["product", "productcategory", "modifiergroup", "revision"])
def test_empty_lists_say_what_to_do_next(tenant, owner, model):
    assert "empty-hint" in owner.get(f"/admin/products_and_services/{model}/").content.decode()


@pytest.mark.parametrize(
    ("action", "column", "value", "report"),
    [
        ("activate", "is_active", True, "1 product activated, 1 was so already."),
        ("deactivate", "is_active", False, "1 product deactivated, 1 was so already."),
        ("sync_on", "sync_to_meta", True, "1 product switched on for Meta, 1 was so already."),
        ("sync_off", "sync_to_meta", False, "1 product switched off for Meta, 1 was so already."),
        ("sold_out", "is_available", False, "1 product marked as sold out, 1 was so already."),
        ("available_again", "is_available", True, "1 product marked as available, 1 was so already."),
    ],
)
def test_bulk_actions_report_what_they_did(tenant, owner, announced, action, column, value, report):
    products = [ProductFactory(tenant=tenant, **{column: value}), ProductFactory(tenant=tenant, **{column: not value})]
    announced.clear()
    response = owner.post(LIST, {"action": action, "_selected_action": [product.pk for product in products]})
    told, link = words(response).split(" <a ")
    assert told == report and "/rollback/" in link
    assert set(Product.objects.values_list(column, flat=True)) == {value}
    assert announced == [(tenant.pk, [products[1].pk], False)]


def test_bulk_actions_across_businesses(tenant, other_tenant):
    boss = admin_client(UserFactory(is_superuser=True))
    products = [ProductFactory(tenant=shop) for shop in (tenant, other_tenant)]
    response = boss.post(LIST, {"action": "deactivate", "_selected_action": [product.pk for product in products]})
    assert words(response).count("1 product deactivated. <a ") == 2  # A run, and so an undo, per business.


def test_bulk_actions_stay_in_the_business(tenant, other_tenant, owner):
    foreign = ProductFactory(tenant=other_tenant)
    owner.post(LIST, {"action": "deactivate", "_selected_action": [foreign.pk]})
    foreign.refresh_from_db()
    assert foreign.is_active is True


# --- history ----------------------------------------------------------------------------------------------------------------
def test_history_in_words(tenant, owner):
    food = CategoryFactory(tenant=tenant, name="Food")
    product = ProductFactory(tenant=tenant, name="Inverter")
    assert post(owner, product, price="12.50", category=food.pk, is_active="").status_code == 302
    VariantFactory(product=product, name="Small")
    shown = " ".join(text(owner.get(page_of(product, "revisions"))).split())
    for part in ("Product changed", "person ", "Price 9.99 12.5", "Category — Food", "Variant created", "Product created"):
        assert part in shown
    food.delete()
    assert "Category — deleted category" in " ".join(text(owner.get(page_of(product, "revisions"))).split())


def test_history_takes_a_bounded_number_of_queries(tenant, owner):
    product = ProductFactory(tenant=tenant)
    for _ in range(60):
        product.category = CategoryFactory(tenant=tenant)
        product.save()
    assert connection.features.supports_json_field  # SQLite finds out by queries, once.
    with CaptureQueriesContext(connection) as seen:
        first = owner.get(page_of(product, "revisions"))
    assert len(seen) <= 13
    assert "Page 1 of 2" in text(first)
    assert "Product created" in text(owner.get(page_of(product, "revisions") + "?p=2"))


def test_all_changes_in_one_list_also_of_deleted_products(tenant, owner):
    product = ProductFactory(tenant=tenant, name="Gone")
    pk = product.pk
    product.delete()
    shown = text(owner.get("/admin/products_and_services/revision/"))
    assert f"Gone (number {pk})" in shown
    found = owner.get(f"/admin/products_and_services/revision/?q={pk}").context["cl"].result_count
    assert found == 2
    assert owner.get("/admin/products_and_services/revision/?q=nobody").context["cl"].result_count == 0


# --- who --------------------------------------------------------------------------------------------------------------------
def test_foreign_products_are_out_of_reach(tenant, other_tenant, owner):
    foreign = ProductFactory(tenant=other_tenant, name="Foreign one", sku="F-1")
    assert "Foreign one" not in text(owner.get(LIST))
    assert owner.get(page_of(foreign)).status_code == 302
    assert owner.get(page_of(foreign, "revisions")).status_code == 404
    assert "Foreign" not in text(owner.get("/admin/products_and_services/revision/"))
    product = ProductFactory(tenant=tenant)
    response = post(owner, product, category=CategoryFactory(tenant=other_tenant).pk)
    assert "category" in response.context["adminform"].form.errors


def test_a_superuser_sees_all_and_adds_to_a_chosen_business(tenant, other_tenant):
    boss = admin_client(UserFactory(is_superuser=True))
    fill(tenant, 1)
    fill(other_tenant, 1)
    assert boss.get(LIST).context["cl"].result_count == 2
    add = reverse("admin:products_and_services_product_add")
    data = form_data(boss.get(add)) | {"name": "For B", "tenant": str(other_tenant.pk)}
    assert boss.post(add, data).status_code == 302
    assert Product.objects.get(name="For B").tenant == other_tenant


def test_markup_in_names_stays_text(tenant, owner):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    category = CategoryFactory(tenant=tenant, name=evil)
    product = ProductFactory(tenant=tenant, name=evil, sku=evil[:90], category=category, brand=evil, tags=[evil])
    VariantFactory(product=product, name=evil, attributes={evil: evil})
    ImageFactory(product=product, alt=evil, remote_url="https://x.example/\"onerror='alert(1)'.jpg")
    product.name = evil + "!"
    product.save()
    for address in (LIST, page_of(product), page_of(product, "revisions"), "/admin/products_and_services/productcategory/",
                    "/admin/products_and_services/revision/", f"{LIST}?q=<script>alert(1)</script>"):  # fmt: skip
        page = owner.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


# --- categories and modifiers -----------------------------------------------------------------------------------------------
def test_categories_are_listed_as_a_tree_and_switched(tenant, owner, announced):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="Pizza", parent=food)
    CategoryFactory(tenant=tenant, name="Drinks", sort_order=99)
    product = ProductFactory(tenant=tenant, category=pizza)
    address = "/admin/products_and_services/productcategory/"
    assert [str(row) for row in owner.get(address).context["cl"].result_list] == ["Drinks", "Food", "Food > Pizza"]
    announced.clear()
    response = owner.post(address, {"action": "sync_off", "_selected_action": [food.pk]})
    assert "1 category now kept away from Meta" in words(response)
    assert announced == [(tenant.pk, [product.pk], False)]
    assert ProductCategory.objects.get(pk=food.pk).sync_to_meta is False
    assert "0 categories now kept" in words(owner.post(address, {"action": "sync_off", "_selected_action": [food.pk]}))


def test_a_category_loop_or_taken_slug_is_a_form_error(tenant, owner):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="Pizza", parent=food)
    address = reverse("admin:products_and_services_productcategory_change", args=[food.pk])
    data = form_data(owner.get(address))
    assert "below itself" in owner.post(address, data | {"parent": pizza.pk}).context["adminform"].form.errors["parent"][0]
    assert "leave it blank" in owner.post(address, data | {"slug": "pizza"}).context["adminform"].form.errors["slug"][0]
    assert owner.post(address, data | {"name": "Meals"}).status_code == 302


def test_autocomplete_shows_paths_and_only_own_categories(tenant, other_tenant, owner):
    CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    CategoryFactory(tenant=other_tenant, name="Pizza")
    query = "?app_label=products_and_services&model_name=product&field_name=category&term=pizza"
    found = owner.get(f"/admin/autocomplete/{query}").json()["results"]
    assert [row["text"] for row in found] == ["Food > Pizza"]


def test_the_chosen_category_is_shown_with_its_path(tenant, owner):
    category = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    assert "Food > Pizza" in text(owner.get(page_of(ProductFactory(tenant=tenant, category=category))))


def test_modifier_groups(tenant, owner):
    group = ModifierGroupFactory(tenant=tenant, name="Toppings", min_selected=1, max_selected=3)
    ModifierFactory(group=group, name="Cheese")
    shown = text(owner.get("/admin/products_and_services/modifiergroup/"))
    assert "at least 1, at most 3" in shown
    address = reverse("admin:products_and_services_modifiergroup_change", args=[group.pk])
    data = form_data(owner.get(address))
    response = owner.post(address, data | {"max_selected": "0", "min_selected": "0"})
    assert response.status_code == 302
    assert "at least the minimum" in text(owner.post(address, data | {"min_selected": "4"}))


def test_every_inline_row_of_another_business_is_refused(tenant, other_tenant, owner):
    product = ProductFactory(tenant=tenant)
    foreign = VariantFactory(product=ProductFactory(tenant=other_tenant), name="Foreign")
    response = post(owner, product, **{
        "images-TOTAL_FORMS": "1", "images-0-remote_url": "https://x.example/a.jpg", "images-0-variant": foreign.pk,
        "images-0-sort_order": "0",
    })  # fmt: skip
    assert response.status_code == 200
    assert ProductVariant.objects.get(pk=foreign.pk).name == "Foreign"
    assert not product.images.exists()


def test_a_variant_has_a_page_of_its_own_for_picture_and_shop_id(tenant, owner):
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, attributes={"size": "L"})
    address = reverse("admin:products_and_services_productvariant_change", args=[variant.pk])
    assert address in owner.get(page_of(product)).content.decode()
    data = form_data(owner.get(address))
    assert owner.post(address, data | {"image": picture_file(), "attributes": "size: XL", "sku": "A"}).status_code == 302
    variant.refresh_from_db()
    assert (variant.attributes, variant.sku, bool(variant.image)) == ({"size": "XL"}, None, True)
