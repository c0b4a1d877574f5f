"""Restoring a version gives exactly what the product was: fields, variants, pictures, categories and SKUs; what cannot return is told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from products_and_services.models import Product, ProductImage, ProductVariant, Revision, Sku
from products_and_services.models.skus import SkuTaken
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory, picture_file
from products_and_services.tests.shop_days import EDITS, apply_edit, whole_state
from products_and_services.undo.restore import NotRestorable, preview_restore, restore_version
from products_and_services.undo.versions import ends_of_edits
from tenants.actor import Actor, acting_as
from tenants.models import AuditEvent
from tenants.tests.factories import logged_in, make_member

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def product(tenant):
    return ProductFactory(tenant=tenant, sku="A", name="Inverter", price=Decimal("10"))


def newest(product):
    return Revision.objects.filter(product_id=product.pk).first()


@given(days=st.lists(EDITS, min_size=1, max_size=12), data=st.data())
def test_restoring_a_version_gives_exactly_that_state(tenant, days, data):
    product = ProductFactory(tenant=tenant, sku=f"S{Product.objects.count()}", name="Inverter")
    categories = [CategoryFactory(tenant=tenant) for _ in range(3)]
    versions = [(newest(product), whole_state(product.pk))]
    for edit in days:
        try:
            apply_edit(product, categories, edit)
        except SkuTaken:
            continue
        if newest(product) != versions[-1][0]:
            versions.append((newest(product), whole_state(product.pk)))
    revision, then = data.draw(st.sampled_from(versions))
    restored = restore_version(revision)
    assert restored.problems == []
    assert whole_state(product.pk) == then
    # The restoration is a version like any other: the one before it can be had back.
    restore_version(versions[-1][0])
    assert whole_state(product.pk) == versions[-1][1]
    with acting_as(Actor("person bob")):
        Product.objects.filter(pk=product.pk).delete()
    restore_version(Revision.objects.get(product_id=product.pk, entity="product", action="deleted"))
    assert whole_state(product.pk) == versions[-1][1]
    Product.objects.filter(pk=product.pk).delete()


def test_a_restoration_is_one_announced_revision_that_says_what_it_restores(product, announced):
    version = newest(product)
    product.name, product.price = "New", Decimal("99")
    product.save()
    announced.clear()
    with acting_as(Actor("person ada")):
        restore_version(version)
    note = newest(product)
    assert (note.action, note.actor, note.restores) == ("changed", "person ada", version.pk)
    assert note.changes == {"name": ["New", "Inverter"], "price": ["99", "10"]}
    assert announced == [(product.tenant_id, [product.pk], False)]
    assert AuditEvent.objects.filter(action="product_restored", tenant=product.tenant).count() == 1


def test_the_present_version_is_restored_by_doing_nothing(product, announced):
    announced.clear()
    assert restore_version(newest(product)).steps == []
    assert Revision.objects.filter(restores__isnull=False).count() == 0
    assert announced == []


def test_stock_can_be_kept_as_it_is_now(product):
    version = newest(product)
    product.name, product.stock_quantity = "New", 1
    product.save()
    assert preview_restore(version).changes_stock
    restore_version(version, keep={"stock_quantity"})
    product.refresh_from_db()
    assert (product.name, product.stock_quantity) == ("Inverter", 1)


def test_a_deleted_product_comes_back_under_its_number_with_everything(product, tenant):
    category = CategoryFactory(tenant=tenant)
    product.categories.set([category])
    variant = VariantFactory(product=product, name="Small", sku="A-S", is_default=True)
    ImageFactory(product=product, variant=variant)
    ImageFactory(product=product, image=picture_file())
    then = whole_state(product.pk)
    number = product.pk
    product.delete()
    assert not Sku.objects.exists()
    found = preview_restore(Revision.objects.get(product_id=number, entity="product", action="deleted"))
    assert (found.exists, found.problems, len(found.steps)) == (False, [], 4)
    restore_version(found.revision)
    assert whole_state(number) == then


def test_a_variant_deleted_just_before_its_product_by_somebody_else_stays_deleted(product):
    with time_machine.travel(START, tick=False) as clock:
        variant = VariantFactory(product=product)
        kept = VariantFactory(product=product)
        with acting_as(Actor("person ada")):
            variant.delete()
        clock.shift(timedelta(seconds=1))
        with acting_as(Actor("person bob")):
            product.delete()
        restore_version(Revision.objects.get(entity="product", action="deleted"))
    assert list(ProductVariant.objects.values_list("pk", flat=True)) == [kept.pk]


def test_a_sku_that_somebody_else_has_now_is_left_out_and_explained(product, tenant):
    number = product.pk
    product.delete()
    other = ProductFactory(tenant=tenant, sku="A", name="Heir")
    done = restore_version(Revision.objects.get(product_id=number, entity="product", action="deleted"))
    assert [(problem.field, problem.code) for problem in done.problems] == [("sku", "sku_taken")]
    assert "“Heir”" in done.problems[0].message and str(other.pk) in done.problems[0].message
    assert Product.objects.get(pk=number).sku is None


def test_the_same_sku_in_another_business_is_no_matter(product, other_tenant):
    ProductFactory(tenant=other_tenant, sku="A")
    number = product.pk
    product.delete()
    assert restore_version(Revision.objects.get(product_id=number, entity="product", action="deleted")).problems == []
    assert Product.objects.get(pk=number).sku == "A"


def test_deleted_categories_are_left_out_and_explained(product, tenant):
    main, further = CategoryFactory(tenant=tenant), CategoryFactory(tenant=tenant)
    product.category = main
    product.save()
    product.categories.set([further])
    version = newest(product)
    main.delete()
    further.delete()
    product.refresh_from_db()
    product.name = "New"
    product.save()
    done = restore_version(version)
    assert sorted((problem.field, problem.code) for problem in done.problems) == [
        ("categories", "category_gone"), ("category_id", "category_gone"),
    ]  # fmt: skip
    product.refresh_from_db()
    assert (product.name, product.category_id, product.categories.count()) == ("Inverter", None, 0)


def test_a_picture_whose_file_is_gone_is_left_out_and_explained(product):
    image = ImageFactory(product=product, image=picture_file())
    kept = ImageFactory(product=product)
    version = newest(product)
    path, number = image.image.name, kept.pk
    image.delete()
    kept.delete()
    assert default_storage.exists(path)  # Deleting a picture leaves its file: that is what can be restored.
    default_storage.delete(path)
    done = restore_version(version)
    assert [(problem.entity, problem.code) for problem in done.problems] == [("image", "file_gone")]
    assert list(ProductImage.objects.values_list("pk", flat=True)) == [number]


def test_a_picture_finds_its_variant_again(product):
    variant = VariantFactory(product=product)
    image = ImageFactory(product=product, variant=variant)
    version, then = newest(product), whole_state(product.pk)
    variant.delete()
    image.refresh_from_db()
    assert image.variant_id is None
    restore_version(version)
    assert whole_state(product.pk) == then


def test_two_variants_and_their_product_can_exchange_skus(product):
    one, two = VariantFactory(product=product, sku="B"), VariantFactory(product=product, sku="C")
    version, then = newest(product), whole_state(product.pk)
    Sku.objects.all().delete()
    ProductVariant.objects.all().update(sku=None)
    for owner, sku in ((product, "C"), (one, "A"), (two, "B")):
        owner.refresh_from_db()
        owner.sku = sku
        owner.save()
    Revision.objects.filter(pk__gt=version.pk).delete()
    for owner, old, new in ((product, "A", "C"), (one, "B", "A"), (two, "C", "B")):
        entity = "product" if owner is product else "variant"
        changes = {"sku": [old, new]}
        common = {"tenant_id": product.tenant_id, "product_id": product.pk, "actor": "system"}
        Revision.objects.create(entity=entity, entity_id=owner.pk, changes=changes, **common)
    assert restore_version(version).problems == []
    assert whole_state(product.pk) == then


def test_before_its_creation_there_is_no_version(product):
    number = product.pk
    product.delete()
    part = Revision.objects.create(
        tenant_id=product.tenant_id, product_id=number, entity="variant", entity_id=1, action="deleted", changes={}, actor="system"
    )
    with pytest.raises(NotRestorable, match="did not exist"):
        restore_version(part)


def test_a_number_that_another_business_uses_is_never_written_to(product, other_tenant):
    number = product.pk
    product.delete()
    foreign = Product.objects.create(pk=number, tenant=other_tenant, name="Foreign")
    done = restore_version(Revision.objects.get(product_id=number, entity="product", action="deleted", tenant_id=product.tenant_id))
    assert [problem.code for problem in done.problems] == ["number_taken"]
    foreign.refresh_from_db()
    assert (foreign.tenant_id, foreign.name) == (other_tenant.pk, "Foreign")


def test_only_the_last_note_of_an_edit_is_a_version(product):
    with time_machine.travel(START, tick=False) as clock:
        Revision.objects.all().delete()
        with acting_as(Actor("person ada")):
            made = ProductFactory(tenant=product.tenant)
            ImageFactory(product=made)
            clock.shift(timedelta(minutes=1))
            made.name = "New"
            made.save()
    notes = list(Revision.objects.filter(product_id=made.pk))
    assert ends_of_edits(notes) == {notes[0].pk, notes[1].pk}
    assert notes[1].entity == "image" and notes[2].entity == "product"
    assert ends_of_edits(notes[2:], newer=notes[1]) == set()


def test_the_api_shows_first_and_then_restores(product, api, api_of, other_tenant):
    version = newest(product)
    product.name, product.stock_quantity = "New", 1
    product.save()
    address = f"/v1/products/{product.pk}/revisions/{version.pk}/restore/"
    listed = api.get(f"/v1/products/{product.pk}/revisions/").json()["results"]
    assert [row["id"] for row in listed] == [newest(product).pk, version.pk]
    shown = api.get(address).json()
    assert shown["steps"][0]["changes"] == {"name": ["New", "Inverter"], "stock_quantity": [1, 5]}
    product.refresh_from_db()
    assert product.name == "New"
    assert api.post(address, {"keep": ["stock_quantity"]}, format="json").json()["steps"][0]["changes"] == {"name": ["New", "Inverter"]}
    product.refresh_from_db()
    assert (product.name, product.stock_quantity) == ("Inverter", 1)
    assert api_of(product.tenant, "catalog:view").post(address).status_code == 403
    assert api_of(other_tenant).post(address).status_code == 404


def test_the_api_brings_a_deleted_product_back(product, api):
    number = product.pk
    assert api.delete(f"/v1/products/{number}/").status_code == 204
    deleted = api.get(f"/v1/products/{number}/revisions/").json()["results"][0]["id"]
    assert api.post(f"/v1/products/{number}/revisions/{deleted}/restore/").status_code == 200
    assert api.get(f"/v1/products/{number}/").json()["sku"] == "A"
    created = Revision.objects.filter(product_id=number).last()
    assert api.post(f"/v1/products/{number}/revisions/{created.pk}/restore/").status_code == 200


def test_the_history_page_offers_versions_and_the_list_deleted_products(product, tenant):
    client = logged_in(make_member(tenant))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        product.name = "New"
        product.save()
    version = Revision.objects.filter(product_id=product.pk).last()
    page = client.get(f"/admin/products_and_services/product/{product.pk}/revisions/").content.decode()
    address = f"/admin/products_and_services/revision/{version.pk}/restore/"
    assert page.count("Restore this version") == 1 and address in page  # The newest version is the present one.
    shown = client.get(address).content.decode()
    assert "Inverter" in shown and "Afterwards" in shown and "Leave the stock" not in shown
    assert client.post(address).status_code == 302
    product.refresh_from_db()
    assert product.name == "Inverter"
    assert "restored the version of" in client.get(f"/admin/products_and_services/product/{product.pk}/revisions/").content.decode()
    number = product.pk
    product.delete()
    listed = client.get("/admin/products_and_services/revision/").content.decode()
    gone = Revision.objects.get(product_id=number, entity="product", action="deleted")
    assert f"/revision/{gone.pk}/restore/" in listed
    answer = client.post(f"/admin/products_and_services/revision/{gone.pk}/restore/", follow=True)
    assert "is back, with its old number" in answer.content.decode()
    assert Product.objects.get(pk=number).sku == "A"
