"""Rolling a run back: everything as it was, without touching what others did since; killed workers, races, redo, bounded queries."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from operations.background import hand_on
from operations.models import Run, RunIssue, RunKind, RunStatus
from operations.services import cancel_run, finish_run, start_run
from products_and_services.models import Product, ProductVariant, Revision, Sku
from products_and_services.models.skus import SkuTaken
from products_and_services.revisions import write_revisions
from products_and_services.services import change_products, rename_skus
from products_and_services.spreadsheets.imports import IMPORT, Upload, start_import
from products_and_services.spreadsheets.imports import work_on as import_file
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory
from products_and_services.tests.shop_days import EDITS, apply_edit, whole_state
from products_and_services.undo import rollback_work
from products_and_services.undo.rollback import NotRollable, preview_pages, preview_rollback, refusal, start_rollback
from products_and_services.undo.rollback_work import work_on_rollback
from tenants.actor import Actor, acting_as, current_actor
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db


def doing(run, name="person ada"):
    return acting_as(Actor(name, run_id=str(run.pk)))


def ended_run(tenant, work, kind=RunKind.CSV):
    """A run that did `work`."""
    run = start_run(tenant, kind)
    with doing(run):
        work()
    finish_run(run)
    return run


def roll_back(run, **options):
    rollback = start_rollback(run, **options)
    work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    return rollback


def issues(rollback):
    return [(issue.field, issue.code, issue.message) for issue in RunIssue.objects.filter(run=rollback)]


class Shop:
    """Five products with variants, pictures and categories."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.categories = [CategoryFactory(tenant=tenant) for _ in range(3)]
        self.products = [ProductFactory(tenant=tenant, sku=f"P{number}", category=self.categories[0]) for number in range(5)]
        for product in self.products[:3]:
            product.categories.set(self.categories[1:])
            variant = VariantFactory(product=product, sku=f"{product.sku}-V", is_default=True)
            ImageFactory(product=product, variant=variant)

    def busy_day(self):
        """Of everything something: changes, a ring of SKUs, moves, deletions, creations."""
        first, second, third, fourth, fifth = self.products
        change_products(self.tenant.pk, [first.pk, second.pk], {"price": Decimal("77"), "category_id": None})
        rename_skus({first: "P1", second: "P3", fourth: "P0"})
        first.categories.set([])
        second.variants.get().delete()
        VariantFactory(product=first, name="New default", is_default=True, sku="FRESH")
        third.delete()
        made = ProductFactory(tenant=self.tenant, sku="P2", name="Takes the deleted one's SKU")
        ImageFactory(product=made)
        VariantFactory(product=made, sku="P2-V")
        fifth.images.create(remote_url="https://img.example/fifth.jpg")
        ProductFactory(tenant=self.tenant, name="Comes and goes").delete()


@pytest.fixture
def shop(tenant):
    return Shop(tenant)


def everything():
    return whole_state(*Product.objects.values_list("pk", flat=True))


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


def test_later_edits_stay_and_are_told(shop):
    first, second = shop.products[:2]
    run = ended_run(shop.tenant, lambda: change_products(shop.tenant.pk, [first.pk, second.pk], {"price": Decimal("77"), "brand": "Acme"}))
    with acting_as(Actor("person bob")):
        first.refresh_from_db()
        first.price = Decimal("5")
        first.save()
    rollback = roll_back(run)
    assert issues(rollback) == [("Price", "changed_since", "Changed since by person bob, left as it is.")]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.price, first.brand) == (Decimal("5"), "")
    assert (second.price, second.brand) == (Decimal("9.99"), "")
    assert rollback.counts == {"restored": 2, "left_alone": 1}
    # What was left may be taken back after all.
    assert refusal(run) == ""
    assert issues(roll_back(run, overwrite=True)) == []
    first.refresh_from_db()
    assert first.price == Decimal("9.99")
    assert "already" in refusal(run)


def test_an_edit_between_two_writes_of_the_run_is_what_comes_back(shop):
    product = shop.products[0]
    run = start_run(shop.tenant, RunKind.CSV)
    for who, price in ((run, "1"), (None, "2"), (run, "3")):
        with acting_as(Actor("somebody", run_id=str(who.pk) if who else "")):
            change_products(shop.tenant.pk, [product.pk], {"price": Decimal(price)})
    finish_run(run)
    assert issues(roll_back(run)) == []
    product.refresh_from_db()
    assert product.price == Decimal("2")


def test_a_created_product_that_somebody_edited_stays_whole(shop):
    made = []

    def create():
        made.append(ProductFactory(tenant=shop.tenant, sku="NEW", name="Made"))
        made.append(ProductFactory(tenant=shop.tenant, sku="NEW2"))
        for product in made:
            ImageFactory(product=product)
            VariantFactory(product=product)

    run = ended_run(shop.tenant, create)
    with acting_as(Actor("person bob")):
        variant = made[0].variants.get()
        variant.name = "Bob's"
        variant.save()
    rollback = roll_back(run)
    assert issues(rollback) == [("Product", "edited", "Changed since by person bob, so it was not removed.")]
    assert not Product.objects.filter(pk=made[1].pk).exists()
    assert (made[0].images.count(), made[0].variants.count()) == (1, 1)
    assert issues(roll_back(run, overwrite=True)) == []
    assert not Product.objects.filter(pk=made[0].pk).exists()
    notes = Revision.objects.filter(action="deleted", product_id=made[0].pk).values_list("entity", flat=True)
    assert sorted(notes) == ["image", "product", "variant"]


def test_what_somebody_deleted_since_stays_deleted(shop):
    first, second = shop.products[:2]
    variant = second.variants.get()

    def work():
        change_products(shop.tenant.pk, [first.pk], {"price": Decimal("77")})
        for part in first.variants.all():
            part.name = "Renamed"
            part.save()
        variant.delete()

    run = ended_run(shop.tenant, work)
    with acting_as(Actor("person bob")):
        first.delete()
        second.delete()
    rollback = roll_back(run)
    assert sorted(issues(rollback))[0] == ("Product", "gone", "Deleted since by person bob, so there is nothing to change back.")
    assert [code for _, code, _ in sorted(issues(rollback))] == ["gone", "gone", "product_gone"]
    assert not Product.objects.filter(pk__in=[first.pk, second.pk]).exists()


def test_a_sku_that_somebody_took_since_stays_theirs_along_the_whole_chain(shop):
    first, second, _third, fourth, _fifth = shop.products
    run = ended_run(shop.tenant, lambda: rename_skus({first: "X0", second: "P0", fourth: "P1"}))
    taker = ProductFactory(tenant=shop.tenant, sku="P3", name="Taker")
    rollback = roll_back(run)
    # P3 is taken, so the fourth keeps P1, so the second keeps P0, so the first keeps X0.
    assert sorted({code for _, code, _ in issues(rollback)}) == ["sku_taken"]
    assert len(issues(rollback)) == 3
    kept = {first.pk: "X0", second.pk: "P0", fourth.pk: "P1", taker.pk: "P3"}
    assert dict(Product.objects.filter(pk__in=kept).values_list("pk", "sku")) == kept
    assert all(Sku.objects.get(value=product.sku).product_id == product.pk for product in Product.objects.all())


def test_prices_of_which_only_some_go_back_still_fit(shop):
    product = shop.products[0]
    product.price, product.sale_price = Decimal("100"), Decimal("80")
    product.save()
    run = ended_run(shop.tenant, lambda: change_products(shop.tenant.pk, [product.pk], {"price": Decimal("50"), "sale_price": None}))
    with acting_as(Actor("person bob")):
        change_products(shop.tenant.pk, [product.pk], {"price": Decimal("60")})
    rollback = roll_back(run)
    product.refresh_from_db()
    assert (product.price, product.sale_price) == (Decimal("60"), None)
    assert [code for _, code, _ in issues(rollback)] == ["changed_since", "does_not_fit"]


def _as_product(shop):
    return shop.products[0]


def _as_variant(shop):
    shop.products[0].price = Decimal("100")
    shop.products[0].save()
    return VariantFactory(product=shop.products[0])


@pytest.mark.parametrize("make", [_as_product, _as_variant])
def test_a_sale_window_of_which_only_one_date_goes_back_still_fits(shop, make):
    """The end was set by somebody else since, so it is no conflict of the start; the database would refuse the two together."""
    row = make(shop)
    start = datetime(2026, 3, 10, tzinfo=UTC)
    row.sale_starts_at = start
    row.save()

    def earlier():
        row.sale_starts_at, row.sort_order = start - timedelta(days=9), 7
        row.save()

    run = ended_run(shop.tenant, earlier)
    with acting_as(Actor("person bob")):
        row.sale_ends_at = start - timedelta(days=5)
        row.save()
    rollback = roll_back(run)
    row.refresh_from_db()
    assert (row.sale_starts_at, row.sort_order) == (start - timedelta(days=9), 0)
    assert [code for _, code, _ in issues(rollback)] == ["does_not_fit"]


def test_a_variants_sale_price_that_goes_back_still_fits_the_price_its_product_has_then(shop):
    product = shop.products[0]
    change_products(shop.tenant.pk, [product.pk], {"price": Decimal("100"), "sale_price": None})
    variant = VariantFactory(product=product, sale_price=Decimal("80"), stock_quantity=1)

    def cheaper():
        change_products(shop.tenant.pk, [product.pk], {"price": Decimal("50")})
        variant.sale_price, variant.stock_quantity = Decimal("40"), 2
        variant.save()

    run = ended_run(shop.tenant, cheaper)
    with acting_as(Actor("person bob")):
        variant.stock_quantity = 3
        variant.save()
    roll_back(run)  # The stock stays Bob's; both prices go back together.
    variant.refresh_from_db()
    assert (variant.sale_price, variant.product.price, variant.stock_quantity) == (Decimal("80"), Decimal("100"), 3)


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


def test_a_default_mark_that_moved_on_stays(shop):
    product = shop.products[0]
    old = product.variants.get()
    run = ended_run(shop.tenant, lambda: VariantFactory(product=product, is_default=True))
    third = VariantFactory(product=product, is_default=True)
    rollback = roll_back(run, overwrite=True)
    assert [code for _, code, _ in issues(rollback)] == ["other_default"]
    assert list(ProductVariant.objects.filter(product=product, is_default=True)) == [third]
    assert ProductVariant.objects.filter(pk=old.pk).exists()


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


def test_a_worker_killed_in_the_middle_is_followed_by_another(shop, monkeypatch):
    monkeypatch.setattr(rollback_work, "PAGE", 1)
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    rollback = start_rollback(run)
    for _ in range(40):  # Each worker lives for one page and dies inside the next one, after its writes.
        pages = []
        real = rollback_work.advance_run

        def dying(*args, real=real, pages=pages, **values):
            moved = real(*args, **values)
            pages.append(1)
            if len(pages) == 2:
                raise KeyboardInterrupt
            return moved

        monkeypatch.setattr(rollback_work, "advance_run", dying)
        try:
            work_on_rollback(str(rollback.pk))
        except KeyboardInterrupt:
            pass
        monkeypatch.setattr(rollback_work, "advance_run", real)
        rollback.refresh_from_db()
        if not rollback.is_open:
            break
        assert hand_on(rollback)  # What the sweep does ten minutes later.
    assert (rollback.status, rollback.done) == (RunStatus.COMPLETED, 7)
    assert issues(rollback) == []
    assert everything() == before


def test_time_up_hands_the_rest_to_the_next_worker(shop, monkeypatch):
    monkeypatch.setattr(rollback_work, "PAGE", 1)
    before = everything()
    run = ended_run(shop.tenant, shop.busy_day)
    rollback = start_rollback(run)
    rounds = 0
    while Run.objects.get(pk=rollback.pk).is_open:
        work_on_rollback(str(rollback.pk), seconds=0)
        rounds += 1
    assert rounds > 7
    assert everything() == before


def test_a_worker_that_lost_the_run_writes_nothing(shop, monkeypatch):
    run = ended_run(shop.tenant, shop.busy_day)
    after = everything()
    rollback = start_rollback(run)

    def cancelled_meanwhile(steps):
        cancel_run(Run.objects.get(pk=rollback.pk))
        return set()

    monkeypatch.setattr(rollback_work, "missing_files", cancelled_meanwhile)
    work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    assert rollback.status == RunStatus.CANCELLED
    assert everything() == after
    monkeypatch.undo()
    assert issues(roll_back(run)) == []


def test_only_one_rollback_at_a_time_and_only_of_what_can_be(shop, tenant, other_tenant):
    run = ended_run(tenant, lambda: change_products(tenant.pk, [shop.products[0].pk], {"price": Decimal(1)}))
    rollback = start_rollback(run)
    assert (rollback.status, rollback.kind, rollback.total) == (RunStatus.QUEUED, RunKind.ROLLBACK, 1)
    with pytest.raises(NotRollable, match="right now"):
        start_rollback(run)
    work_on_rollback(str(rollback.pk))
    with pytest.raises(NotRollable, match="already"):
        start_rollback(run)
    with pytest.raises(NotRollable, match="still at work"):
        start_rollback(start_run(tenant, RunKind.EDIT))
    with pytest.raises(NotRollable, match="no product"):
        start_rollback(ended_run(tenant, lambda: None))
    with pytest.raises(NotRollable, match="Only runs"):
        start_rollback(ended_run(tenant, lambda: None, kind=RunKind.PUSH))
    assert AuditEvent.objects.filter(action="run_rolled_back", tenant=tenant).count() == 1


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


def test_a_page_is_announced_once_and_only_with_what_changed(shop, tenant, announced):
    run = ended_run(tenant, lambda: change_products(tenant.pk, [product.pk for product in shop.products], {"price": Decimal(3)}))
    change_products(tenant.pk, [shop.products[4].pk], {"price": Decimal("9.99")})
    announced.clear()
    roll_back(run)
    assert announced == [(tenant.pk, [product.pk for product in shop.products[:4]], False)]


def queries_of(tenant, number):
    """Queries of rolling back a run that edits `number` products, deletes as many and creates as many; one page per phase."""
    edited = Product.objects.bulk_create(Product(tenant=tenant, name=f"E{n}", sku=f"E{number}-{n}") for n in range(number))
    dropped = [ProductFactory(tenant=tenant) for _ in range(number)]
    for product in dropped:
        VariantFactory(product=product)

    def work():
        change_products(tenant.pk, [product.pk for product in edited], {"price": Decimal(3)})
        rename_skus({product: f"R{number}-{n}" for n, product in enumerate(edited)})
        Product.objects.filter(pk__in=[product.pk for product in dropped]).delete()
        for _ in range(number):
            VariantFactory(product=ProductFactory(tenant=tenant))

    Sku.objects.bulk_create(Sku(tenant=tenant, product=product, value=product.sku) for product in edited)
    run = ended_run(tenant, work)
    rollback = start_rollback(run)
    with CaptureQueriesContext(connection) as caught:
        work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    assert (rollback.counts, issues(rollback)) == ({"restored": number, "removed": number, "recreated": number}, [])
    return len(caught)


def test_queries_do_not_grow_with_the_products(tenant):
    assert queries_of(tenant, 15) <= queries_of(tenant, 3) + 2


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
