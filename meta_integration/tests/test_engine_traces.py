"""The thirteen traces that refuted earlier drafts of the engine, one or more tests each (1 to 7 here; 8 to 13 in the next file).

Time is virtual. A zombie is a worker in whose call the rest of the test happens; a death leaves lease and claim as kill -9 would.
"""

from decimal import Decimal

import pytest

from meta_integration.catalog import drain, expand, singles
from meta_integration.models import Catalog, CatalogChange, CategoryCatalog
from meta_integration.tests.dying import death_in, first_write
from meta_integration.tests.world import reprice
from products_and_services.services import swap_skus
from products_and_services.tests.factories import CategoryFactory
from sandbox.graph import Fault

SECOND = "200000000000095"


def price_at_meta(world, catalog, sku="A-1"):
    return world.at_meta(catalog)[sku]["price"]


@pytest.fixture
def second_catalog(world, tenant, catalog):
    """A second catalog, for the products of one category."""
    world.standin.add_account("EAATESTSOLARTOKEN01", "solar-secret-0123456789", business_id="100000000000091", catalog_ids=[SECOND])
    second = Catalog.objects.create(tenant=tenant, config=catalog.config, catalog_id=SECOND)
    CategoryCatalog.objects.create(tenant=tenant, category=CategoryFactory(tenant=tenant, name="Outdoor"), catalog=second)
    return second


# --- 1: the change row goes, the item is the letter -------------------------------------------------------------------------


def test_trace_1_an_edit_during_an_open_handle_is_sent_after_it(world, tenant, catalog):
    world.standin.batch_delay = 10
    products = [world.product(tenant, f"B-{n}", price=Decimal(10)) for n in range(8)]
    world.work(catalog)
    assert world.item(catalog, "B-0").batch is not None
    reprice(products[0], 11)
    world.work(catalog)
    assert not CatalogChange.objects.exists()
    assert len(world.standin.calls(kind="items_batch")) == 1
    world.settle(catalog)
    assert price_at_meta(world, catalog, "B-0") == "11.00 USD"


def test_trace_1_both_catalogs_hear_of_a_move(world, tenant, catalog, second_catalog, product):
    product.category = second_catalog.category_mappings.get().category
    product.save()
    world.work(catalog)  # This catalog's round expands the change for both.
    world.settle()
    assert world.at_meta(catalog) == {}
    assert "A-1" in world.at_meta(second_catalog)


def test_trace_1_a_change_that_comes_while_its_row_is_expanded_keeps_the_row(world, catalog, product, monkeypatch):
    """The SKU changes after the expansion has read the product: only the change row still tells that there is a new item to make."""
    original, renamed = expand.load_outlines, []

    def load_then_rename(*args):
        found = original(*args)
        if not renamed:
            renamed.append(True)
            product.sku = "A-9"
            product.save()
        return found

    reprice(product, 20)
    monkeypatch.setattr(expand, "load_outlines", load_then_rename)
    world.work(catalog)
    world.settle(catalog)
    assert set(world.at_meta(catalog)) == {"A-9"}


# --- 2: what was sent is not what Meta has ----------------------------------------------------------------------------------


def test_trace_2_a_death_before_the_call_does_not_count_as_sent(world, catalog, product):
    reprice(product, 20)
    with death_in(singles, "_call"):
        world.work(catalog)
    assert world.item(catalog, "A-1").attempts == 1
    world.pass_time(minutes=6)  # No reading back: the retry alone must do it.
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "20.00 USD"


@pytest.mark.parametrize("lost", ["lost_after", "timeout_after", "html_after", "cut", "broken_json"])
def test_trace_2_editing_back_after_a_lost_answer_sends_again(world, catalog, product, lost):
    reprice(product, 20)
    with world.fault(Fault(lost, edges=("write",))):
        world.work(catalog)
    assert price_at_meta(world, catalog) == "20.00 USD"
    reprice(product, 10)
    world.work(catalog)
    assert price_at_meta(world, catalog) == "10.00 USD"


# --- 3: who carries the SKU now ---------------------------------------------------------------------------------------------


def test_trace_3_a_swap_is_two_updates(world, tenant, catalog, product):
    other = world.product(tenant, "A-2", name="Cable", price=Decimal(5))
    world.settle(catalog)
    ids = {sku: item["id"] for sku, item in world.at_meta(catalog).items()}
    swap_skus(product, other)
    world.settle(catalog)
    assert {sku: (item["name"], item["id"]) for sku, item in world.at_meta(catalog).items()} == {
        "A-1": ("Cable", ids["A-1"]),
        "A-2": ("Panel", ids["A-2"]),
    }
    assert world.item(catalog, "A-1").product_id == other.pk


def test_trace_3_a_sku_created_again_is_an_update(world, tenant, catalog, product):
    old_id = world.at_meta(catalog)["A-1"]["id"]
    product.delete()
    world.product(tenant, "A-1", name="Phoenix", price=Decimal(7))
    world.settle(catalog)
    assert (world.at_meta(catalog)["A-1"]["id"], world.at_meta(catalog)["A-1"]["name"]) == (old_id, "Phoenix")


# --- 4: fencing -------------------------------------------------------------------------------------------------------------


def test_trace_4_a_zombies_late_write_is_noticed(world, catalog, product):
    """Worker 1 stalls with v1, worker 2 sends and settles v2, worker 1's v1 lands."""

    def meanwhile():
        world.pass_time(seconds=70)
        reprice(product, 30)
        world.work(catalog)
        assert price_at_meta(world, catalog) == "30.00 USD"

    reprice(product, 20)
    world.standin.before_apply = first_write(meanwhile)
    world.work(catalog)
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


def test_trace_4_a_zombie_that_returns_during_the_next_call_makes_doubt(world, catalog, product):
    """Worker 1 comes back while worker 2 is in its call; worker 2's settle must not hide that."""

    def second_worker_in_its_call():
        world.standin.before_apply = None

    def meanwhile():
        world.pass_time(seconds=70)
        reprice(product, 30)
        world.standin.before_apply = first_write(second_worker_in_its_call)
        world.work(catalog)

    reprice(product, 20)
    world.standin.before_apply = first_write(meanwhile)
    world.work(catalog)
    item = world.item(catalog, "A-1")
    assert (item.live_hash, item.is_waiting) == ("?", True)
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


def test_trace_4_a_dead_workers_call_that_lands_after_the_next_ones_is_asked_about(world, catalog, product):
    """Nobody returns to make doubt: the item is asked two minutes after the take-over, although worker 2 has settled it since."""
    reprice(product, 20)
    world.standin.faults.add(Fault("lands_late", seconds=100, edges=("write",), remaining=1))
    with death_in(singles, "settle_rows"):
        world.work(catalog)
    world.pass_time(seconds=70)
    reprice(product, 30)
    world.work(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"
    world.pass_time(seconds=60)
    assert price_at_meta(world, catalog) == "20.00 USD"
    world.pass_time(seconds=90)
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


def test_trace_4_while_a_lease_is_held_nobody_else_calls(world, catalog, product):
    outcomes = []

    def nine_others():
        outcomes.extend(drain.drain_catalog(catalog.pk) for _ in range(9))

    reprice(product, 20)
    before = world.standin.last_call
    world.standin.before_apply = first_write(nine_others)
    world.work(catalog)
    assert [outcome.busy for outcome in outcomes] == [True] * 9
    assert len(world.writes(before)) == 1


# --- 5: the mark is read before the payload ---------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["load_carriers", "surroundings_of", "_send"])
def test_trace_5_an_edit_expanded_while_payloads_are_read_is_not_settled_as_sent(world, tenant, catalog, product, monkeypatch, moment):
    def edit_and_expand(*args, **kwargs):
        found = original(*args, **kwargs) if moment != "_send" else None
        if not edited:
            edited.append(True)
            reprice(product, 30)
            world.pass_time(seconds=1)
            expand.expand_due(tenant, world.now)
        return found if moment != "_send" else original(*args, **kwargs)

    edited: list[bool] = []
    original = getattr(drain, moment)
    reprice(product, 20)
    monkeypatch.setattr(drain, moment, edit_and_expand)
    world.work(catalog)
    assert world.item(catalog, "A-1").is_waiting
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


def test_trace_5_an_edit_during_the_call_is_sent_next(world, tenant, catalog, product):
    reprice(product, 20)

    def meanwhile():
        reprice(product, 30)
        world.pass_time(seconds=1)
        expand.expand_due(tenant, world.now)

    world.standin.before_apply = first_write(meanwhile)
    world.work(catalog)
    world.settle(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


# --- 6: deletes ask by retailer_id ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["lost_after", "html_after"])
def test_trace_6_a_delete_after_a_creation_whose_answer_was_lost_leaves_no_orphan(world, tenant, catalog, lost):
    product = world.product(tenant, "A-1")
    with world.fault(Fault(lost, edges=("products.create",))):
        world.work(catalog)
    assert world.item(catalog, "A-1").meta_id == ""
    product.delete()
    world.settle(catalog)
    assert world.at_meta(catalog) == {}


def test_trace_6_a_stale_id_does_not_make_a_delete_succeed(world, catalog, product):
    """Somebody deleted and re-created the item by hand: its id has changed, the SKU has not."""
    world.standin.delete_item(catalog.catalog_id, "A-1")
    world.standin.add_item(catalog.catalog_id, "A-1")
    product.delete()
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    assert world.item(catalog, "A-1").state == "gone"


# --- 7: attempts and waits belong to one payload ----------------------------------------------------------------------------


def test_trace_7_an_edit_during_a_retry_goes_at_once(world, catalog, product):
    reprice(product, 20)
    with world.fault(Fault("outage", edges=("write",))):
        world.work(catalog)
    assert world.item(catalog, "A-1").next_attempt_at > world.now
    reprice(product, 30)
    world.work(catalog)
    assert price_at_meta(world, catalog) == "30.00 USD"


def test_trace_7_death_at_the_fifth_attempt_makes_no_sixth_call(world, catalog, product):
    reprice(product, 20)
    before = world.standin.last_call
    world.standin.faults.add(Fault("outage", edges=("write",)))
    for minutes in (0, 5, 15, 45):
        world.pass_time(minutes=minutes)
        world.settle(catalog)
    world.pass_time(minutes=135)
    with death_in(singles, "_settle"):
        world.work(catalog)
    world.standin.faults.clear()
    for _ in range(4):
        world.pass_time(minutes=140)
        world.settle(catalog)
    assert len(world.writes(before)) == 5
    item = world.item(catalog, "A-1")
    assert (item.state, item.attempts, item.is_waiting) == ("failed", 5, False)


def test_trace_7_five_healed_hand_edits_are_no_failure(world, catalog, product):
    for _ in range(6):
        world.standin.edit_item(catalog.catalog_id, "A-1", price="99.00 USD")
        world.run_until_quiet(minutes=20)
        assert price_at_meta(world, catalog) == "10.00 USD"
    assert (world.item(catalog, "A-1").state, world.item(catalog, "A-1").attempts) == ("synced", 0)
