"""The product's form as people use it: edits, errors at their field, races with others."""

from decimal import Decimal

import pytest
from django.urls import reverse

from products_and_services import validation
from products_and_services.models import Product, Revision
from products_and_services.models.skus import SkuTaken, owner_of_sku
from products_and_services.tests.admin_forms import form_data, page_of, post, text, words
from products_and_services.tests.factories import (
    CategoryFactory,
    ImageFactory,
    ModifierGroupFactory,
    ProductFactory,
    VariantFactory,
    picture_file,
)

pytestmark = pytest.mark.django_db


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
