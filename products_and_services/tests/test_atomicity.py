"""A catalog change and the news of it commit together or not at all."""

import pytest
from django.core import serializers
from django.core.management import call_command

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision, Sku
from products_and_services.models.skus import SkuTaken
from products_and_services.services import change_products, swap_skus
from products_and_services.signals import catalog_changed
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory

MODELS = (Product, ProductVariant, ProductImage, ProductCategory, Sku, Revision, Product.categories.through)


class OutboxBroken(Exception):
    """The receiver that writes the outbox row failed."""


@pytest.fixture
def broken_outbox():
    def fail(**_):
        raise OutboxBroken

    def break_it():
        catalog_changed.connect(fail)

    yield break_it
    catalog_changed.disconnect(fail)


def everything():
    """Every row, without the times: JSON fixtures keep milliseconds only."""
    names = {model: [field.attname for field in model._meta.concrete_fields if not field.name.endswith("_at")] for model in MODELS}
    return {model.__name__: list(model.objects.order_by("pk").values(*names[model])) for model in MODELS}


WRITES = {
    "create product": lambda rows: ProductFactory(tenant=rows["product"].tenant),
    "edit product": lambda rows: (setattr(rows["product"], "sku", "NEW"), rows["product"].save()),
    "delete product": lambda rows: rows["product"].delete(),
    "delete products": lambda rows: Product.objects.all().delete(),
    "create variant": lambda rows: VariantFactory(product=rows["product"], sku="V"),
    "edit variant": lambda rows: (setattr(rows["variant"], "name", "New"), rows["variant"].save()),
    "delete variant": lambda rows: rows["variant"].delete(),
    "create image": lambda rows: ImageFactory(product=rows["product"]),
    "edit image": lambda rows: (setattr(rows["image"], "alt", "New"), rows["image"].save()),
    "delete image": lambda rows: rows["image"].delete(),
    "edit category": lambda rows: (setattr(rows["category"], "name", "New"), rows["category"].save()),
    "delete category": lambda rows: rows["category"].delete(),
    "bulk edit": lambda rows: change_products(rows["product"].tenant_id, [rows["product"].pk], {"is_active": False}),
    "swap": lambda rows: swap_skus(rows["product"], rows["variant"]),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_when_the_outbox_fails_nothing_is_saved(tenant, broken_outbox, write):
    """Without a transaction around the test: a save must bring its own."""
    product = ProductFactory(tenant=tenant, sku="A", category=CategoryFactory(tenant=tenant))
    rows = {"product": product, "category": product.category, "variant": VariantFactory(product=product, sku="B")}
    rows["image"] = ImageFactory(product=product)
    before = everything()
    broken_outbox()
    with pytest.raises(OutboxBroken):
        write(rows)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", [write for name, write in WRITES.items() if "category" not in name or "delete" in name])
def test_when_the_history_cannot_be_written_nothing_is_saved(tenant, monkeypatch, write):
    category = CategoryFactory(tenant=tenant)
    product = ProductFactory(tenant=tenant, sku="A", category=category)
    rows = {"product": product, "category": category, "variant": VariantFactory(product=product, sku="B")}
    rows["image"] = ImageFactory(product=product)
    before = everything()

    def fail(revisions):
        raise OutboxBroken

    monkeypatch.setattr("products_and_services.revisions.write_revisions", fail)
    monkeypatch.setattr("products_and_services.services.write_revisions", fail)
    monkeypatch.setattr("products_and_services.signals.write_revisions", fail)
    with pytest.raises(OutboxBroken):
        write(rows)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_a_refused_sku_leaves_the_row_as_it_was(tenant, announced):
    ProductFactory(tenant=tenant, sku="TAKEN")
    product = ProductFactory(tenant=tenant, sku="A")
    variant = VariantFactory(product=product, sku="B")
    before = everything()
    for owner in (product, variant):
        owner.sku, owner.name = "TAKEN", "Half saved"
        with pytest.raises(SkuTaken):
            owner.save()
        assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_loaddata_is_silent(tenant, tmp_path, announced):
    """A fixture restores what was: no news, no revisions of its own, and the SKU rows come with it."""
    product = ProductFactory(tenant=tenant, sku="A", category=CategoryFactory(tenant=tenant))
    product.categories.add(CategoryFactory(tenant=tenant))
    VariantFactory(product=product, sku="B")
    ImageFactory(product=product)
    rows = [tenant, *ProductCategory.objects.all(), *Product.objects.all(), *ProductVariant.objects.all(), *ProductImage.objects.all()]
    fixture = tmp_path / "catalog.json"
    fixture.write_text(serializers.serialize("json", [*rows, *Sku.objects.all()]))
    before = everything()
    tenant.delete()
    assert not Product.objects.exists()
    announced.clear()
    call_command("loaddata", str(fixture), verbosity=0)
    assert announced == []
    after = everything()
    for rows in (before, after):
        rows["Product_categories"] = [row["productcategory_id"] for row in rows["Product_categories"]]
    assert after == before | {"Revision": []}


@pytest.mark.django_db(transaction=True)
def test_a_deleted_business_takes_its_catalog_along_without_news(tenant, other_tenant, announced):
    """Its catalog at Meta is released, not emptied; and a row written now would point at a business that is gone."""
    for shop in (tenant, other_tenant):
        product = ProductFactory(tenant=shop, category=CategoryFactory(tenant=shop, parent=CategoryFactory(tenant=shop)))
        product.categories.add(CategoryFactory(tenant=shop))
        ImageFactory(product=product, variant=VariantFactory(product=product, sku="V"))
    announced.clear()
    tenant.delete()
    assert announced == []
    assert not Revision.objects.filter(tenant_id=tenant.pk).exists()
    assert Product.objects.count() == ProductVariant.objects.count() == ProductImage.objects.count() == 1
    type(other_tenant).objects.filter(pk=other_tenant.pk).delete()
    assert announced == []
    assert not any(rows for rows in everything().values())
