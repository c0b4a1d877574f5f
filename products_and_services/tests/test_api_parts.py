"""The catalog's endpoints of what belongs to products: variants, images, categories and modifiers."""


import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from products_and_services.models import ProductImage, ProductVariant
from products_and_services.models.uploads import MAX_PICTURE_BYTES
from products_and_services.tests.answers import fields_of, names
from products_and_services.tests.factories import (
    ProductFactory,
    VariantFactory,
    picture_file,
)

pytestmark = pytest.mark.django_db


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
