"""The catalog's endpoints: shapes, filters, checks, scopes, tenants, bounded queries."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.models.uploads import MAX_PICTURE_BYTES
from products_and_services.tests.factories import (
    CategoryFactory,
    ImageFactory,
    ModifierFactory,
    ModifierGroupFactory,
    ProductFactory,
    VariantFactory,
    picture_file,
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


def fields_of(response):
    assert response.status_code == 400, response.content
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields", "request_id"}
    return error["fields"]


def names(response):
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


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


# --- variants and images ----------------------------------------------------------------------------------------------------
def test_variants(tenant, api):
    product = ProductFactory(tenant=tenant, sku="A")
    made = api.post(
        "/v1/variants/", {"product": product.pk, "name": "Red", "sku": "A", "attributes": {"color": "Red"}, "price": "5"}
    ).json()
    assert (made["sku"], made["price"], made["attributes"], made["is_active"]) == (None, "5.0000", {"color": "Red"}, True)
    assert fields_of(api.patch(f"/v1/variants/{made['id']}/", {"attributes": {"size": {"eu": 4}}}))["attributes"]
    assert fields_of(api.patch(f"/v1/variants/{made['id']}/", {"attributes": {"size": "\x00"}}))["attributes"]
    first = VariantFactory(product=product, is_default=True)
    response = api.patch(f"/v1/variants/{made['id']}/", {"is_default": True})
    assert response.status_code == 200, response.content
    first.refresh_from_db()
    assert first.is_default is False
    assert [row["id"] for row in api.get(f"/v1/variants/?product={product.pk}").json()["results"]] == [made["id"], first.pk]



def test_an_upload_leaves_out_what_it_does_not_say(tenant, api):
    variant = VariantFactory(product=ProductFactory(tenant=tenant), attributes={"color": "Red"}, is_default=True, allow_backorder=False)
    shown = api.patch(f"/v1/variants/{variant.pk}/", {"image": picture_file()}, format="multipart").json()
    assert (shown["is_active"], shown["is_default"], shown["attributes"]) == (True, True, {"color": "Red"})
    assert (shown["allow_backorder"], shown["track_stock"]) == (False, None)
    made = api.post("/v1/variants/", {"product": variant.product_id, "image": picture_file()}, format="multipart").json()
    assert (made["is_active"], made["is_default"], made["attributes"]) == (True, False, {})
    cleared = api.patch(f"/v1/variants/{variant.pk}/", {"image": None}).json()
    assert cleared["image"] is None
    assert not ProductVariant.objects.get(pk=variant.pk).image


def test_images_by_upload_and_by_address(tenant, api):
    product = ProductFactory(tenant=tenant)
    uploaded = api.post("/v1/images/", {"product": product.pk, "image": picture_file(), "alt": "Front"}, format="multipart")
    assert uploaded.status_code == 201
    assert uploaded.json()["image"].startswith("http://testserver/media/products/solar/")
    linked = api.post("/v1/images/", {"product": product.pk, "remote_url": "https://img.example/a.jpg", "sort_order": -1})
    assert linked.status_code == 201
    shown = api.get(f"/v1/products/{product.pk}/").json()["images"]
    assert [image["id"] for image in shown] == [linked.json()["id"], uploaded.json()["id"]]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"), "JPEG, PNG, WebP or GIF"),
        (SimpleUploadedFile("a.png", b"<html></html>", "image/png"), "JPEG, PNG, WebP or GIF"),
        (SimpleUploadedFile("a.png", b"", "image/png"), "JPEG, PNG, WebP or GIF"),
        (SimpleUploadedFile("a.png", b"\0" * (MAX_PICTURE_BYTES + 1), "image/png"), "8 MB"),
    ],
    ids=["svg", "html", "empty", "big"],
)
def test_other_uploads_are_refused_in_words(tenant, api, file, words):
    file.seek(0)
    response = api.post("/v1/images/", {"product": ProductFactory(tenant=tenant).pk, "image": file}, format="multipart")
    assert words in fields_of(response)["image"][0]
    assert not ProductImage.objects.exists()


def test_an_image_needs_a_picture_and_its_own_variant(tenant, api):
    product, foreign = ProductFactory(tenant=tenant), VariantFactory(product=ProductFactory(tenant=tenant))
    assert fields_of(api.post("/v1/images/", {"product": product.pk})) == {"image": ["Upload a picture or give the address of one."]}
    body = {"product": product.pk, "remote_url": "https://x.example/a.jpg", "variant": foreign.pk}
    assert list(fields_of(api.post("/v1/images/", body))) == ["variant"]
    assert list(fields_of(api.post("/v1/images/", {"product": product.pk, "remote_url": "ftp://x.example/a.jpg"}))) == ["remote_url"]


# --- categories and modifiers -----------------------------------------------------------------------------------------------
def test_categories(tenant, api):
    top = api.post("/v1/categories/", {"name": "Food"}).json()
    below = api.post("/v1/categories/", {"name": "Pizza", "parent": top["id"]}).json()
    assert (below["path"], below["slug"], below["is_active"]) == ("Food > Pizza", "pizza", True)
    assert api.patch(f"/v1/categories/{below['id']}/", {"name": "Pasta"}).json()["path"] == "Food > Pasta"
    assert list(fields_of(api.patch(f"/v1/categories/{top['id']}/", {"parent": below["id"]}))) == ["parent"]
    assert list(fields_of(api.post("/v1/categories/", {"name": "x", "slug": "food"}))) == ["slug"]
    assert names(api.get("/v1/categories/?top=true")) == ["Food"]
    assert names(api.get(f"/v1/categories/?parent={top['id']}")) == ["Pasta"]


def test_modifiers(tenant, api):
    product = ProductFactory(tenant=tenant)
    group = api.post("/v1/modifier-groups/", {"name": "Toppings", "products": [product.pk], "max_selected": 2}).json()
    cheese = api.post("/v1/modifiers/", {"group": group["id"], "name": "Cheese", "price": "2.00"}).json()
    assert cheese["price"] == "2.0000"
    assert api.get(f"/v1/modifier-groups/?products={product.pk}").json()["results"][0]["modifiers"] == [cheese]
    assert list(fields_of(api.patch(f"/v1/modifier-groups/{group['id']}/", {"min_selected": 3}))) == ["max_selected"]
    assert list(fields_of(api.post("/v1/modifiers/", {"group": group["id"], "name": "x", "price": "-1"}))) == ["price"]


# --- history ----------------------------------------------------------------------------------------------------------------
def test_history_says_who_changed_what(tenant, api):
    pk = api.post("/v1/products/", {"name": "Inverter", "price": "5"}).json()["id"]
    api.patch(f"/v1/products/{pk}/", {"price": "6"})
    newest, oldest = api.get(f"/v1/products/{pk}/history/").json()["results"]
    assert newest["changes"] == {"price": ["5", "6"]}
    assert newest["actor"].startswith("API key test key")
    assert (oldest["action"], oldest["entity"], oldest["entity_id"]) == ("created", "product", pk)
    api.delete(f"/v1/products/{pk}/")
    assert api.get(f"/v1/products/{pk}/history").json()["results"][0]["action"] == "deleted"


def test_history_of_others_does_not_exist(tenant, other_tenant, api):
    assert api.get(f"/v1/products/{ProductFactory(tenant=other_tenant).pk}/history/").status_code == 404
    assert api.get("/v1/products/999999/history/").status_code == 404


def test_a_patch_leaves_what_somebody_else_changed_meanwhile(tenant, api, monkeypatch):
    product = ProductFactory(tenant=tenant, stock_quantity=5)
    checked = Product.clean

    def sold_one(self):
        checked(self)
        Product.objects.filter(pk=product.pk).update(stock_quantity=4)

    monkeypatch.setattr(Product, "clean", sold_one)
    assert api.patch(f"/v1/products/{product.pk}/", {"price": "7"}).status_code == 200
    product.refresh_from_db()
    assert (product.stock_quantity, product.price) == (4, Decimal("7"))
