"""Rolling a run back: everything as it was, and the rollback too; what a preview says before; whoever did the run."""

import uuid
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.models import RunKind, RunStatus
from operations.services import finish_run, start_run
from products_and_services.models import Product, Revision, Sku
from products_and_services.models.skus import SkuTaken
from products_and_services.revisions import write_revisions
from products_and_services.services import change_products, rename_skus
from products_and_services.spreadsheets.imports import IMPORT, Upload, start_import
from products_and_services.spreadsheets.imports import work_on as import_file
from products_and_services.tests.factories import CategoryFactory, ProductFactory, VariantFactory
from products_and_services.tests.rollback_shop import doing, ended_run, everything, issues, roll_back
from products_and_services.tests.shop_days import EDITS, apply_edit
from products_and_services.undo import rollback_work
from products_and_services.undo.rollback import preview_pages, preview_rollback, refusal
from tenants.actor import Actor, acting_as, current_actor

pytestmark = pytest.mark.django_db


def test_everything_a_run_did_is_taken_back_and_the_rollback_too(shop, other_tenant):
    ProductFactory(tenant=other_tenant, sku="P1")
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    after = everything()
    assert before != after
    rollback = roll_back(run)
    assert issues(rollback) == []
    assert (rollback.status, rollback.done, rollback.total) == (RunStatus.COMPLETED, 7, 7)
    assert rollback.counts == {"restored": 4, "removed": 1, "recreated": 1, "unchanged": 1}
    assert everything() == before
    redone = roll_back(rollback)
    assert issues(redone) == []
    assert everything() == after
    assert refusal(run) == "" and "already" in refusal(rollback)
    roll_back(run)
    assert everything() == before


def test_the_preview_says_what_happens_and_writes_nothing(shop):
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    after, notes = everything(), Revision.objects.count()
    found = preview_rollback(run)
    assert (found.total, found.made, found.deleted, found.looked_at, found.problems) == (7, 2, 2, 7, [])
    assert (everything(), Revision.objects.count()) == (after, notes)
    rollback = roll_back(run)
    done = {(note.entity, note.entity_id, note.action) for note in Revision.objects.filter(run_id=rollback.pk)}
    assert {(step.entity, step.entity_id, step.action) for step in found.steps} == done
    assert everything() == before


def test_a_preview_page_knows_the_skus_that_other_pages_give_up(tenant, monkeypatch):
    products = [ProductFactory(tenant=tenant, sku=f"P{number}") for number in range(4)]
    run = ended_run(tenant, lambda: rename_skus({product: f"P{(place + 1) % 4}" for place, product in enumerate(products)}))
    monkeypatch.setattr("products_and_services.undo.rollback.PAGE", 1)
    pages = list(preview_pages(run))
    assert [len(steps) for _, steps, _ in pages] == [1, 1, 1, 1]
    assert [problems for *_, problems in pages] == [[], [], [], []]


@pytest.mark.parametrize("page", [1, 2, 500])
def test_rings_and_chains_across_pages(shop, monkeypatch, page):
    monkeypatch.setattr(rollback_work, "PAGE", page)
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    assert issues(roll_back(run)) == []
    assert everything() == before


def test_a_default_mark_goes_back_whichever_way_it_went(shop):
    """The mark is unique per product, and one statement writes both rows."""
    for product, chosen in ((shop.products[3], 0), (shop.products[4], 1)):
        variants = [VariantFactory(product=product, is_default=place != chosen) for place in range(2)]

        def choose(variant=variants[chosen]):
            variant.is_default = True
            variant.save()

        before = everything()
        run = ended_run(shop.tenant, choose)
        assert everything() != before
        assert issues(roll_back(run)) == []
        assert everything() == before


@given(runs=st.lists(EDITS, min_size=1, max_size=8), later=st.sampled_from([None, "vendor", "mpn"]))
def test_any_run_is_taken_back_and_a_later_edit_kept(tenant, other_tenant, runs, later):
    with acting_as(Actor("person ada")):
        shop = [ProductFactory(tenant=tenant, sku=sku) for sku in ("A", "E")]
        categories = [CategoryFactory(tenant=tenant) for _ in range(2)]
        VariantFactory(product=shop[0], sku="B", is_default=True)
    before = everything()

    def work():
        for place, edit in enumerate(runs):
            try:
                apply_edit(shop[place % 2], categories, edit)
            except SkuTaken:
                continue

    run = ended_run(tenant, work)
    if later:
        Product.objects.get(pk=shop[0].pk)
        edited = Product.objects.get(pk=shop[0].pk)
        setattr(edited, later, "later")
        edited.save()
        before[0]["product", shop[0].pk][later] = "later"
    after = everything()
    if refusal(run) == "":
        rollback = roll_back(run)
        assert issues(rollback) == []
        assert everything() == before
        assert issues(roll_back(rollback)) == []
        assert everything() == after
    Product.objects.all().delete()


def test_another_business_is_never_touched(shop, tenant, other_tenant):
    foreign = ProductFactory(tenant=other_tenant, price=Decimal(1))
    run = ended_run(tenant, lambda: change_products(tenant.pk, [shop.products[0].pk], {"price": Decimal(3)}))
    # Whatever the history says: a note of theirs that names our run, one of ours that names their product.
    with doing(run):
        change_products(other_tenant.pk, [foreign.pk], {"price": Decimal(2)})
        note = Revision(
            tenant=tenant, product_id=foreign.pk, entity="product", entity_id=foreign.pk, action="changed", changes={"price": ["9", "2"]}
        )
        write_revisions([note])
    roll_back(run)
    foreign.refresh_from_db()
    assert foreign.price == Decimal(2)


def test_notes_of_a_bulk_writer_are_enough(tenant):
    """An importer writes rows and notes in bulk, past save() and signals: nothing else is needed to take its run back."""
    run = start_run(tenant, RunKind.IMPORT)
    with acting_as(replace(current_actor(), run_id=str(run.pk))):
        (made,) = Product.objects.bulk_create([Product(tenant=tenant, name="Bulk", sku="BULK")])
        Sku.objects.create(tenant=tenant, product=made, value="BULK")
        values = {"name": [None, "Bulk"], "sku": [None, "BULK"]}
        note = {"product_id": made.pk, "entity": "product", "entity_id": made.pk, "action": "created", "changes": values}
        write_revisions([Revision(tenant=tenant, **note)])
    finish_run(run)
    assert issues(roll_back(run)) == []
    assert not Product.objects.exists() and not Sku.objects.exists()


def test_a_run_without_its_row_leaves_history_readable(tenant):
    with acting_as(Actor("system", run_id=str(uuid.uuid4()))):
        ProductFactory(tenant=tenant)
    assert Revision.objects.get().run_id


def test_a_file_import_is_taken_back_as_one(tenant):
    kept = ProductFactory(tenant=tenant, sku="A", name="Old name", price=Decimal("5"))
    before = everything()
    text = b"sku,name,price\nA,New name,6\nB,Made,7\n"
    run = start_import(tenant, Upload("products.csv", len(text), [text]), stage=IMPORT)
    import_file(str(run.pk))
    assert dict(Product.objects.values_list("sku", "name")) == {"A": "New name", "B": "Made"}
    run.refresh_from_db()
    rollback = roll_back(run)
    assert (issues(rollback), rollback.counts) == ([], {"restored": 1, "removed": 1})
    assert everything() == before and Product.objects.get() == kept
