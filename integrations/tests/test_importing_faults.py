"""What goes wrong: errors of the shop, workers that die, runs that are cancelled, rows that the database refuses."""

import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.importing import products, work
from integrations.importing.job import Stopped
from integrations.importing.pages import Reader
from integrations.models import ExternalRef
from integrations.tests.fake_shop import FakeShop, Import, run_import
from operations.models import Run, RunIssue
from products_and_services.models import Product, ProductVariant, Revision
from products_and_services.signals import catalog_changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    shop = FakeShop(3)
    for number in range(1, 9):
        shop.put(number, sku=f"S{number}")
    return shop


@pytest.mark.parametrize("kind", [TransientError, PermanentError, NeedsConfigurationError])
@pytest.mark.parametrize("call", range(1, 6))
def test_an_error_of_the_shop_passes_through_and_the_cursor_stays(connection, shop, kind, call):
    def fail(name, number):
        if number == call:
            raise kind("not now", retry_after=7)

    shop.before = fail
    importing = Import(connection, shop)
    with pytest.raises(kind) as error:
        importing.all()
    assert error.value.retry_after == 7
    stored = Run.objects.get(pk=importing.run.pk)
    shop.before = lambda *_: None
    importing.all()
    assert Product.objects.filter(is_active=True).count() == 8 and importing.run.counts == {"created": 8}
    assert stored.done <= 8 and RunIssue.objects.count() == 0


def test_a_run_that_is_no_longer_ours_writes_nothing(connection, shop):
    importing = Import(connection, shop)
    importing.at_save = lambda phase: phase != "products"
    with pytest.raises(Stopped):
        importing.all()
    assert Product.objects.count() == Revision.objects.count() == ExternalRef.objects.count() == 0
    assert Run.objects.get(pk=importing.run.pk).cursor["phase"] == "products"


def test_a_finished_import_has_no_further_step(connection, shop):
    importing = run_import(connection, shop)
    assert work.import_step(importing.job(), {"phase": "end"}) is None


def test_what_the_database_refuses_costs_only_its_own_row(connection, shop, monkeypatch):
    """A value that nobody foresaw: the page is written product by product, and the one is told."""
    build = products.build_steps

    def spoil(item, provider):
        steps = build(item, provider)
        if item.external_id == "2":
            steps[0].changes["price"] = [None, "-1"]
        return steps

    monkeypatch.setattr(products, "build_steps", spoil)
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 7, "failed": 1}
    assert set(Product.objects.values_list("external_id", flat=True)) == {"1", "3", "4", "5", "6", "7", "8"}
    assert done.issues == [("Thing 2", "", "not_saved")]
    assert RunIssue.objects.get().reference == "2"
    monkeypatch.setattr(products, "build_steps", build)
    assert run_import(connection, shop).run.counts == {"created": 1, "unchanged": 7}


def test_a_product_that_cannot_be_read_costs_no_other(connection, shop):
    run_import(connection, shop)
    shop.products["2"]["breaks"] = True
    shop.products["3"]["price"] = "77"
    done = run_import(connection, shop)
    assert done.run.counts == {"unchanged": 6, "updated": 1, "failed": 1}
    assert done.issues == [("Thing 2", "", "not_read")]
    assert Product.objects.filter(is_active=True).count() == 8  # It was seen, so it is not missing.


def test_products_without_a_usable_number_are_told_apart_from_none(connection, shop):
    shop.products |= {"x" * 65: {"name": "Long"}, "": {"name": "None"}, "a\0": {"name": "Nul"}, "x" * 64: {"name": "Fits"}}
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 9, "failed": 3}
    assert {code for _, _, code in done.issues} == {"no_id"}


def test_an_outage_of_the_database_is_nobodys_row(connection, shop, monkeypatch):
    def away(*_):
        raise OperationalError("gone away")

    monkeypatch.setattr(products, "write_steps", away)
    with pytest.raises(OperationalError):
        run_import(connection, shop)
    assert Run.objects.get().cursor["phase"] == "products"


def test_somebody_who_is_faster_is_no_reason_to_fail(connection, shop, monkeypatch):
    """A SKU that is taken, and a product that is deleted, between the look and the write."""
    run_import(connection, shop)
    write, tries = products.write_steps, []

    def clash(tenant_id, steps):
        tries.append(len(steps))
        if len(tries) == 1:
            raise IntegrityError("sku_once_per_tenant")
        return write(tenant_id, steps)

    monkeypatch.setattr(products, "write_steps", clash)
    shop.products["1"]["price"] = "77"
    look = work.look

    def delete_behind(job, raws, **options):
        sight = look(job, raws, **options)
        if any(item.external_id == "8" for item in sight.items):
            Product.objects.get(external_id="8").delete()
        return sight

    monkeypatch.setattr(work, "look", delete_behind)
    shop.products["8"]["price"] = "78"
    done = run_import(connection, shop)
    assert done.run.counts == {"unchanged": 6, "updated": 1, "created": 1}
    assert dict(Product.objects.filter(price__gt=20).values_list("external_id", "price")) == {"1": 77, "8": 78}


def test_each_page_is_announced_once_and_only_what_changed(connection, shop):
    heard = []

    def listen(tenant_id, product_ids, **_):
        heard.append(sorted(product_ids))

    catalog_changed.connect(listen)
    try:
        run_import(connection, shop)
        assert [len(ids) for ids in heard] == [3, 3, 2]
        heard.clear()
        run_import(connection, shop)
        assert heard == []
        shop.products["4"]["price"] = "77"
        run_import(connection, shop)
        assert heard == [[Product.objects.get(external_id="4").pk]]
    finally:
        catalog_changed.disconnect(listen)


def test_a_shop_that_shows_a_product_twice_has_it_once(connection, shop, monkeypatch):
    raw = shop.raw
    monkeypatch.setattr(shop, "raw", lambda one: raw("1" if one in ("2", "7") else one))
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 6}
    assert Product.objects.count() == 6 and ProductVariant.objects.count() == 6


def test_what_the_transform_depends_on_is_part_of_the_fingerprint(connection, shop, monkeypatch):
    run_import(connection, shop)
    monkeypatch.setattr(FakeShop, "outlook", "EUR")
    transform, seen = shop.transform, []
    monkeypatch.setattr(shop, "transform", lambda raw: seen.append(raw["id"]) or transform(raw))
    assert run_import(connection, shop).run.counts == {"unchanged": 8} and len(seen) == 8


def test_notes_of_the_shop_are_told(connection, shop):
    shop.notes = ("The shop's clock is wrong.",)
    done = run_import(connection, shop)
    assert [(issue.code, issue.message) for issue in RunIssue.objects.filter(run=done.run)] == [("shop", "The shop's clock is wrong.")]
    connection.refresh_from_db()
    assert connection.facts == {"fake": True} and connection.checked_at is not None


# --- one page ahead -------------------------------------------------------------------------------------------------------------


def test_the_next_page_is_fetched_while_this_one_is_written(shop):
    asked = threading.Event()
    shop.before = lambda name, number: asked.set() if number == 2 else None
    reader = Reader(shop)
    page = reader.page(None)
    assert asked.wait(5) and page.next_cursor == 3
    assert [raw["id"] for raw in reader.page(3).raws] == ["4", "5", "6"]
    assert [raw["id"] for raw in reader.page(6).raws] == ["7", "8"]
    assert shop.calls == ["page"] * 3


def test_a_page_that_was_fetched_ahead_in_vain_is_raised_when_it_is_wanted_and_asked_for_anew(shop):
    def fail(name, number):
        if number == 2:
            raise TransientError("not now")

    shop.before = fail
    reader = Reader(shop)
    reader.page(None)
    with pytest.raises(TransientError):
        reader.page(3)
    assert [raw["id"] for raw in reader.page(3).raws] == ["4", "5", "6"]


def test_a_page_that_is_not_the_one_ahead_is_asked_for(shop):
    reader = Reader(shop)
    reader.page(None)
    assert [raw["id"] for raw in reader.page(6).raws] == ["7", "8"]


def test_calls_are_made_one_at_a_time(shop):
    inside, most = [], []

    def look(name, number):
        inside.append(name)
        most.append(len(inside))
        threading.Event().wait(0.01)
        inside.remove(name)

    shop.before = look
    reader = Reader(shop)
    reader.page(None)
    reader.by_ids(["1"])
    reader.page(3)
    assert max(most) == 1 and reader.by_ids([]) == []


def test_prices_are_the_shops_to_the_fourth_place(connection, shop):
    shop.products["1"]["price"] = "19.99995"
    run_import(connection, shop)
    assert Product.objects.get(external_id="1").price == Decimal("20")
    assert run_import(connection, shop, full=True).run.counts == {"unchanged": 8}
