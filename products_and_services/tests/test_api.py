"""The catalog's endpoints: shapes, filters, checks, scopes, tenants, bounded queries."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from products_and_services.models import Product
from products_and_services.tests.answers import fields_of, names
from products_and_services.tests.factories import (
    CategoryFactory,
    ImageFactory,
    ModifierFactory,
    ModifierGroupFactory,
    ProductFactory,
    VariantFactory,
)

pytestmark = pytest.mark.django_db
KINDS = ("products", "variants", "images", "categories", "modifier-groups", "modifiers")


def make(kind, tenant):
    """One row of each endpoint for a business."""
    product = lambda: ProductFactory(tenant=tenant)  # noqa: E731
    return {
        "products": product,
        "variants": lambda: VariantFactory(product=product()),
        "images": lambda: ImageFactory(product=product()),
        "categories": lambda: CategoryFactory(tenant=tenant),
        "modifier-groups": lambda: ModifierGroupFactory(tenant=tenant),
        "modifiers": lambda: ModifierFactory(group=ModifierGroupFactory(tenant=tenant)),
    }[kind]()


# --- who may --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_scopes(tenant, api_of, kind):
    row = make(kind, tenant)
    reader, editor, stranger = api_of(tenant, "catalog:view"), api_of(tenant, "catalog:edit"), api_of(tenant, "orders:edit")
    for path in (f"/v1/{kind}/", f"/v1/{kind}/{row.pk}/"):
        assert reader.get(path).status_code == editor.get(path).status_code == 200
        assert stranger.get(path).status_code == 403
    assert reader.post(f"/v1/{kind}/", {}).status_code == 403
    assert reader.patch(f"/v1/{kind}/{row.pk}/", {}).status_code == 403
    assert reader.delete(f"/v1/{kind}/{row.pk}/").status_code == 403
    assert editor.delete(f"/v1/{kind}/{row.pk}/").status_code == 204


@pytest.mark.parametrize("kind", KINDS)
def test_another_businesss_rows_do_not_exist(tenant, other_tenant, api, kind):
    foreign = make(kind, other_tenant)
    assert api.get(f"/v1/{kind}/").json()["count"] == 0
    for call in (api.get, api.patch, api.put, api.delete):
        assert call(f"/v1/{kind}/{foreign.pk}/").status_code == 404
    type(foreign).objects.get(pk=foreign.pk)


@pytest.mark.parametrize(
    ("kind", "field", "foreign_kind", "rest"),
    [
        ("products", "category", "categories", {"name": "x"}),
        ("products", "categories", "categories", {"name": "x"}),
        ("variants", "product", "products", {}),
        ("images", "product", "products", {"remote_url": "https://x.example/a.jpg"}),
        ("categories", "parent", "categories", {"name": "x"}),
        ("modifier-groups", "products", "products", {"name": "x"}),
        ("modifiers", "group", "modifier-groups", {"name": "x"}),
    ],
)
def test_another_businesss_rows_cannot_be_pointed_at(tenant, other_tenant, api, kind, field, foreign_kind, rest):
    pk = make(foreign_kind, other_tenant).pk
    assert field in fields_of(api.post(f"/v1/{kind}/", {**rest, field: [pk] if field in ("categories", "products") else pk}))


def test_the_business_cannot_be_chosen(tenant, other_tenant, api):
    pk = api.post("/v1/products/", {"name": "x", "tenant": str(other_tenant.pk)}).json()["id"]
    assert Product.objects.get(pk=pk).tenant == tenant


@pytest.mark.parametrize("kind", KINDS)
def test_with_and_without_final_slash(tenant, api, kind):
    row = make(kind, tenant)
    for path in (f"/v1/{kind}", f"/v1/{kind}/", f"/v1/{kind}/{row.pk}", f"/v1/{kind}/{row.pk}/"):
        assert api.get(path).status_code == 200


# --- products ---------------------------------------------------------------------------------------------------------------
def test_create_read_change_delete(tenant, api):
    category = CategoryFactory(tenant=tenant)
    body = {
        "name": "Inverter", "sku": " 5784935 ", "price": "450.00", "category": category.pk, "categories": [category.pk],
        "tags": ["solar", "power"], "stock_quantity": 3, "sale_starts_at": "2026-01-01T10:00:00+02:00",
    }  # fmt: skip
    made = api.post("/v1/products/", body)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["sku"], shown["price"], shown["sale_price"]) == ("5784935", "450.0000", None)
    assert shown["sale_starts_at"] == "2026-01-01T08:00:00Z"
    assert (shown["meta_sync_status"], shown["variants"], shown["images"]) == ("not_synced", [], [])
    path = f"/v1/products/{shown['id']}/"
    assert api.get(path).json() == shown
    changed = api.patch(path, {"price": "449.99", "tags": []}).json()
    assert (changed["price"], changed["tags"], changed["name"]) == ("449.9900", [], "Inverter")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_summary_columns_are_read_only(tenant, api):
    product = ProductFactory(tenant=tenant, meta_sync_status="retry", meta_sync_attempts=2)
    shown = api.patch(f"/v1/products/{product.pk}/", {"meta_sync_status": "synced", "meta_sync_attempts": 0, "name": "New"}).json()
    assert (shown["meta_sync_status"], shown["meta_sync_attempts"], shown["name"]) == ("retry", 2, "New")


def test_a_taken_sku_is_an_error_of_its_field(tenant, api):
    owner = ProductFactory(tenant=tenant, sku="A")
    VariantFactory(product=owner, sku="A-red")
    other = ProductFactory(tenant=tenant, sku="B")
    for sku in ("A", " A", "A-red"):
        assert "already used" in fields_of(api.post("/v1/products/", {"name": "x", "sku": sku}))["sku"][0]
        assert "already used" in fields_of(api.patch(f"/v1/products/{other.pk}/", {"sku": sku}))["sku"][0]
        assert "already used" in fields_of(api.post("/v1/variants/", {"product": other.pk, "sku": sku}))["sku"][0]


def test_a_sku_taken_at_the_very_moment_is_the_same_error(tenant, api, monkeypatch):
    """Between the check and the save somebody else was faster: the constraint answers."""
    ProductFactory(tenant=tenant, sku="A")
    monkeypatch.setattr("products_and_services.validation.owner_of_sku", lambda *_: None)
    assert "already used" in fields_of(api.post("/v1/products/", {"name": "x", "sku": "A"}))["sku"][0]
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"price": "-1"}, "price"),
        ({"price": "NaN"}, "price"),
        ({"price": "1e400"}, "price"),
        ({"price": "99999999999999"}, "price"),
        ({"price": "5", "sale_price": "5"}, "sale_price"),
        ({"sale_starts_at": "2026-02-01T00:00Z", "sale_ends_at": "2026-01-01T00:00Z"}, "sale_ends_at"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"sku": "a\nb"}, "sku"),
        ({"sku": "x" * 101}, "sku"),
        ({"tags": "solar"}, "tags"),
        ({"tags": ["\x00"]}, "tags"),
        ({"tags": [{"a": 1}]}, "tags"),
        ({"category": 999_999}, "category"),
        ({"category": "x"}, "category"),
        ({"stock_quantity": 10**30}, "stock_quantity"),
        ({"website_url": "javascript:alert(1)"}, "website_url"),
        ({"condition": "broken"}, "condition"),
    ],
)
def test_errors_name_their_field(tenant, api, values, field):
    body = json.dumps({"name": "x", **values})
    assert list(fields_of(api.post("/v1/products/", body, content_type="application/json"))) == [field]


def test_a_product_deleted_meanwhile_is_a_conflict_not_a_crash(tenant, api, monkeypatch):
    product = ProductFactory(tenant=tenant)
    original = Product.clean

    def delete_first(self):
        Product.objects.filter(pk=product.pk).delete()
        original(self)

    monkeypatch.setattr(Product, "clean", delete_first)
    response = api.patch(f"/v1/products/{product.pk}/", {"name": "New"})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "deleted")


# --- lists ------------------------------------------------------------------------------------------------------------------
def test_filters(tenant, api):
    category = CategoryFactory(tenant=tenant)
    one = ProductFactory(tenant=tenant, name="One", sku="A", category=category, meta_sync_status="synced", brand="MUST")
    two = ProductFactory(tenant=tenant, name="Two", sku="B", is_active=False, meta_sync_status="retry")
    two.categories.add(category)
    VariantFactory(product=ProductFactory(tenant=tenant, name="Three", sku="C", is_available=False, sync_to_meta=False), sku="C-red")
    for query, found in {
        "sku=A": ["One"],
        f"category={category.pk}": ["One", "Two"],
        "category=999999": [],
        "meta_sync_status=synced": ["One"],
        "meta_sync_status=synced&meta_sync_status=retry": ["One", "Two"],
        "is_active=false": ["Two"],
        "is_available=false": ["Three"],
        "sync_to_meta=false": ["Three"],
        "search=must": ["One"],
        "search=C-re": ["Three"],
        "search=nothing": [],
    }.items():
        assert sorted(names(api.get(f"/v1/products/?{query}"))) == sorted(found), query
    assert one.pk


@pytest.mark.parametrize(
    "query",
    [
        "meta_sync_status=green",
        "category=x",
        "updated_since=yesterday",
        "search=%00",
        "sku=%00",
        "category=NaN",
        "category=1e999999",
        f"category={10**30}",
        "category=0",
        "category=1.5",
    ],
)
def test_unreadable_filters_are_refused(tenant, api, query):
    assert api.get(f"/v1/products/?{query}").status_code == 400


def test_updated_since_hears_of_variants_images_and_categories(tenant, api):
    quiet = ProductFactory(tenant=tenant, name="Quiet")
    others = {name: ProductFactory(tenant=tenant, name=name) for name in ("Edited", "Variant", "Image", "Category", "Bulk")}
    image = ImageFactory(product=others["Image"])
    past = timezone.now() - timedelta(days=1)
    Product.objects.update(updated_at=past)
    others["Edited"].save()
    VariantFactory(product=others["Variant"])
    image.delete()
    others["Category"].categories.add(CategoryFactory(tenant=tenant))
    moment = (timezone.now() - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert sorted(names(api.get(f"/v1/products/?updated_since={moment}"))) == ["Category", "Edited", "Image", "Variant"]
    assert quiet.pk


def test_ordering_is_stable_over_pages(tenant, api):
    for number in range(7):
        ProductFactory(tenant=tenant, name=f"P{number}", price=Decimal(number // 3))
    listed = [name for page in (1, 2, 3) for name in names(api.get(f"/v1/products/?ordering=-price&page_size=3&page={page}"))]
    assert listed == ["P6", "P3", "P4", "P5", "P0", "P1", "P2"]
    with CaptureQueriesContext(connection) as seen:
        api.get("/v1/products/?ordering=-price")
    assert any(re.search(r'ORDER BY "\w+"\."price" DESC, "\w+"\."id" ASC', query["sql"]) for query in seen)
    assert names(api.get("/v1/products/?ordering=meta_sync_last_error")) == names(api.get("/v1/products/"))


def test_paging(tenant, api):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{number:03}") for number in range(210))
    first = api.get("/v1/products/").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (210, 50, None)
    assert len(api.get("/v1/products/?page_size=1000").json()["results"]) == 200
    assert api.get(first["next"]).json()["results"][0]["name"] == "P050"
    assert api.get("/v1/products/?page=99").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_number_of_queries_does_not_depend_on_the_number_of_rows(tenant, api, kind, django_assert_num_queries):
    def add(count):
        for _ in range(count):
            row = make(kind, tenant)
            product = row if kind == "products" else ProductFactory(tenant=tenant)
            VariantFactory(product=product)
            ImageFactory(product=product, variant=product.variants.first())
            product.categories.add(CategoryFactory(tenant=tenant, parent=CategoryFactory(tenant=tenant)))
            if kind == "modifier-groups":
                row.products.add(product)
                ModifierFactory(group=row)

    add(2)
    api.get(f"/v1/{kind}/")  # The key's use is noted once a minute.
    with CaptureQueriesContext(connection) as few:
        api.get(f"/v1/{kind}/?page_size=200")
    add(20)
    with django_assert_num_queries(len(few)):
        assert len(api.get(f"/v1/{kind}/?page_size=200").json()["results"]) >= 22
    assert len(few) <= 8
