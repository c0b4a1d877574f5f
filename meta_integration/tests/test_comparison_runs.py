"""A comparison as a run: left and taken up again in every phase, paused, throttled, cancelled; bounded, and one business at a time."""

from meta_integration import tasks
from meta_integration.catalog.readback import read_back, work_on
from meta_integration.catalog.reading import asking, choices, ledger, pages, phases
from meta_integration.comparisons import compare_all, start_comparison
from meta_integration.models import Catalog, CatalogChange, CatalogFinding, CatalogSighting, FindingKind, FindingState
from meta_integration.pausing import pause_business
from meta_integration.tests.drift import kinds, vanish
from operations.background import ring_forgotten, take_up
from operations.models import Run, RunStatus
from operations.services import cancel_run
from sandbox.graph import Fault


def test_a_run_goes_on_where_its_worker_died(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 4)
    world.standin.edit_item(catalog.catalog_id, "A-00", price="9.00 USD")
    world.standin.edit_item(catalog.catalog_id, "A-11", price="9.00 USD")
    run = start_comparison(catalog, dry_run=True)
    work_on(take_up(str(run.pk)), out_of_time=lambda: True)
    run.refresh_from_db()
    assert (run.status, run.counts["listed"]) == (RunStatus.QUEUED, 4)
    taken = take_up(str(run.pk))
    Run.objects.filter(pk=run.pk).update(heartbeat_at=world.now)
    world.pass_time(minutes=11)
    ring_forgotten(world.now)  # The second worker died without a word.
    last = world.standin.last_call
    tasks.compare(str(run.pk))
    run.refresh_from_db()
    assert taken.worker and (run.status, run.counts["listed"], run.counts["different"]) == (RunStatus.COMPLETED, 12, 2)
    assert len(world.standin.calls(kind="products.list", since=last)) == 2
    assert not CatalogSighting.objects.exists()


def test_a_cancelled_run_stops_and_leaves_nothing_behind(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 4)
    run = start_comparison(catalog)
    taken = take_up(str(run.pk))
    work_on(taken, on_progress=lambda current: cancel_run(Run.objects.get(pk=current.pk)))
    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED and run.counts["listed"] == 4
    assert not CatalogSighting.objects.exists()


def test_an_outage_rests_the_run_and_five_rests_end_it(world, catalog, products):
    run = start_comparison(catalog)
    with world.fault(Fault("outage", edges=("products.list",))):
        tasks.compare(str(run.pk))
        run.refresh_from_db()
        assert run.status == RunStatus.QUEUED and "1 of 5" in run.phase
        for _ in range(5):
            tasks.compare(str(run.pk))
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED and "could not be read" in run.message


def test_the_same_comparison_is_not_started_twice_and_the_night_starts_one_for_each_business(world, catalog, other_catalog, products):
    first = start_comparison(catalog, dry_run=True)
    assert start_comparison(catalog, dry_run=True) == first
    assert start_comparison(catalog) != first
    pause_business(other_catalog.config, "Holiday")
    assert compare_all() == 1


def in_one_part_each(run):
    """As workers do it whose time is up after every part; returns how many it took."""
    for turn in range(1, 60):
        if work_on(take_up(str(run.pk)), out_of_time=lambda: True):
            run.refresh_from_db()
            return turn
    raise AssertionError("never ends")


def test_every_phase_can_be_left_and_gone_on_with(world, tenant, catalog, products, monkeypatch):
    """However little a worker gets done, the result is the same: hundred thousand look-ups do not fit into one task."""
    for module in (pages, phases, choices, asking):
        for name in ("PAGE", "CHUNK", "LOOK_UP_AT_ONCE"):
            monkeypatch.setattr(module, name, 2, raising=False)
    remote, catalog_id = world.standin, catalog.catalog_id
    for number in range(5):
        remote.edit_item(catalog_id, f"A-{number:02}", price="9.00 USD")
        remote.add_item(catalog_id, f"NEW-{number}")
        world.product(tenant, f"NEW-{number}", is_active=False)
    CatalogChange.objects.all().delete()
    for sku in ("A-05", "A-06", "A-07"):
        remote.add_twin(catalog_id, sku, name="Twin")
        remote.add_item(catalog_id, f"{sku}_4711")
    for sku in ("A-08", "A-09", "A-10"):
        remote.delete_item(catalog_id, sku)
    vanish(products[11])
    run = start_comparison(catalog, mend=["missing", "different", "extra", "duplicate"], adopt=True)
    assert in_one_part_each(run) > 15
    found = {name: run.counts[name] for name in FindingKind.values}
    assert found == {"different": 5, "missing": 3, "extra": 1, "duplicate": 6, "not_ours": 0, "adoptable": 5}
    assert run.status == RunStatus.COMPLETED and run.counts["removed"] == 7
    world.settle(catalog)
    now = world.at_meta(catalog)
    assert now.keys() == {f"A-{number:02}" for number in range(11)} | {f"NEW-{number}" for number in range(5)}
    assert {now[f"A-{number:02}"]["price"] for number in range(11)} == {"10.00 USD"}
    assert {now[f"NEW-{number}"]["visibility"] for number in range(5)} == {"staging"}
    assert all(len(remote.ids(catalog_id, sku)) == 1 for sku in ("A-05", "A-06", "A-07"))


def test_a_person_who_pauses_stops_a_comparison_that_is_under_way(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 4)
    run = start_comparison(catalog)
    work_on(take_up(str(run.pk)), on_progress=lambda current: pause_business(catalog.config, "Holiday"))
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED and "paused" in run.message and run.counts["listed"] == 4
    assert not CatalogSighting.objects.exists()


def test_a_throttled_comparison_waits_and_goes_on_where_it_was(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 4)
    world.standin.edit_item(catalog.catalog_id, "A-00", price="9.00 USD")
    world.standin.edit_item(catalog.catalog_id, "A-11", price="9.00 USD")
    run = start_comparison(catalog, dry_run=True)
    world.standin.faults.add(Fault("throttle", edges=("products.list",), skip=1, remaining=1, minutes=10))
    tasks.compare(str(run.pk))
    last = world.standin.last_call
    for _ in range(8):
        world.pass_time(minutes=1)
        tasks.compare(str(run.pk))
        run.refresh_from_db()
        assert (run.status, run.counts["listed"]) == (RunStatus.QUEUED, 4) and "throttled" in run.phase
    assert world.standin.calls(since=last) == []
    world.pass_time(minutes=3)
    tasks.compare(str(run.pk))
    run.refresh_from_db()
    assert (run.status, run.counts["listed"], run.counts["different"]) == (RunStatus.COMPLETED, 12, 2)
    assert len(world.standin.calls(kind="products.list", since=last)) == 2


def test_a_dead_token_ends_a_comparison_in_the_middle(world, catalog, products, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 4)
    run = start_comparison(catalog)
    with world.fault(Fault("bad_token", skip=1)):
        tasks.compare(str(run.pk))
    run.refresh_from_db()
    catalog.refresh_from_db()
    assert run.status == RunStatus.FAILED and "could not be read" in run.message and catalog.paused_at
    assert not CatalogSighting.objects.exists()


def test_two_comparisons_at_once_leave_each_other_what_they_found(world, catalog, products, monkeypatch):
    """A look of a person ends while the nightly run is half-way: what that one has found so far is still its own to mend."""
    monkeypatch.setattr(pages, "PAGE", 4)
    vanish(products[0])
    nightly, look = start_comparison(catalog), start_comparison(catalog, dry_run=True)
    work_on(take_up(str(nightly.pk)), out_of_time=lambda: True)
    tasks.compare(str(look.pk))
    assert kinds(catalog, run=look) == kinds(catalog, run=nightly, state=FindingState.OPEN) == {"A-00": "extra"}
    tasks.compare(str(nightly.pk))
    nightly.refresh_from_db()
    world.settle(catalog)
    assert (nightly.status, nightly.counts["removed"]) == (RunStatus.COMPLETED, 1)
    assert "A-00" not in world.at_meta(catalog)
    assert kinds(catalog, state=FindingState.OPEN) == {}


def test_a_dry_run_leaves_the_batch_size_to_runs_that_send(world, catalog, products):
    Catalog.objects.update(batch_size=100)
    read_back(catalog.pk, dry_run=True)
    assert Catalog.objects.get(pk=catalog.pk).batch_size == 100
    read_back(catalog.pk)
    assert Catalog.objects.get(pk=catalog.pk).batch_size == 200


def test_details_are_bounded_and_counted_beyond(world, catalog, products, monkeypatch):
    monkeypatch.setattr(ledger, "MOST_DETAILED", 5)
    for number in range(8):
        world.standin.add_item(catalog.catalog_id, f"F-{number}")
    run = read_back(catalog.pk, dry_run=True)
    assert run.counts["not_ours"] == 8 and CatalogFinding.objects.count() == 5
    for product in products:
        world.standin.edit_item(catalog.catalog_id, product.sku, price="9.00 USD")
    run = read_back(catalog.pk)
    world.settle(catalog)
    assert run.counts["mended"] == 12
    assert CatalogFinding.objects.filter(run=run, kind="different").count() == 5
    assert {world.at_meta(catalog)[product.sku]["price"] for product in products} == {"10.00 USD"}


def test_queries_grow_with_pages_not_with_items(world, tenant, catalog, products, django_assert_max_num_queries):
    read_back(catalog.pk)
    for number in range(60):
        world.product(tenant, f"B-{number:02}")
    world.settle(catalog)
    world.pass_time(minutes=5)
    with django_assert_max_num_queries(75):
        read_back(catalog.pk)


def test_businesses_do_not_see_each_other(world, tenant, other_tenant, catalog, other_catalog, products):
    world.standin.add_item(other_catalog.catalog_id, "THEIRS")
    read_back(catalog.pk, dry_run=True)
    read_back(other_catalog.pk, dry_run=True)
    assert kinds(catalog) == {} and kinds(other_catalog) == {"THEIRS": "not_ours"}
