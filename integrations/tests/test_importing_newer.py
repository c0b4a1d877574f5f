"""An answer that was asked for earlier never overwrites one that was asked for later: imports that read ahead, and hints beside them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations import hints
from integrations.importing import work
from integrations.models import ExternalRef, StoreWatch
from integrations.tests.fake_shop import Import
from integrations.tests.step_world import product, runs
from products_and_services.models import Product, Revision

pytestmark = pytest.mark.django_db


def hint(world, connection, *external_ids):
    hints.note(connection.pk, external_ids, "test")
    world.work()


class Ahead:
    """An import that has read its second page (products 4 to 6) and written the first."""

    def __init__(self, world, connection, shop, prepare=lambda: None, **options):
        self.imported = Import(connection, shop, **options)
        self.job = self.imported.job()
        while shop.calls.count("page") < 1:
            prepare()
            self.imported.step(self.job)
        self.job.reader._ahead[2].result()
        assert shop.calls.count("page") == 2
        world.pass_time(seconds=30)

    def finish(self):
        while self.imported.step(self.job):
            pass
        return self.imported


def test_a_page_that_was_read_ahead_does_not_undo_what_a_hint_brought(world, tenant):
    connection, shop = world.open(tenant, count=6)
    shop.products["5"]["price"] = "11"
    ahead = Ahead(world, connection, shop)
    shop.products["5"]["price"] = "12"
    hint(world, connection, "5")
    ahead.finish()
    assert product(connection, 5).price == Decimal(12)
    assert Revision.objects.filter(product_id=product(connection, 5).pk, changes__has_key="price").count() == 2  # made, and 10 to 12


def test_nor_does_it_bring_back_what_a_hint_found_gone(world, tenant):
    connection, shop = world.open(tenant, count=6)
    ahead = Ahead(world, connection, shop)
    del shop.products["5"]
    hint(world, connection, "5")
    ahead.finish()
    assert not product(connection, 5).is_active and ExternalRef.objects.get(product=product(connection, 5), kind="product").gone_at


def test_nor_makes_twice_what_a_hint_has_made(world, tenant):
    connection, shop = world.open(tenant, count=5)
    shop.put(6, sku="S-6", price="1")
    ahead = Ahead(world, connection, shop)
    shop.products["6"]["price"] = "2"
    hint(world, connection, "6")
    imported = ahead.finish()
    assert Product.objects.filter(external_id="6").count() == 1 and product(connection, 6).price == Decimal(2)
    assert imported.issues == []


def test_what_a_hint_found_unchanged_is_newer_than_the_page(world, tenant):
    """The shop said 10, then 11 for a moment, then 10 again."""
    connection, shop = world.open(tenant, count=6)
    shop.products["5"]["price"] = "11"
    ahead = Ahead(world, connection, shop)
    shop.products["5"]["price"] = "10"
    hint(world, connection, "5")
    ahead.finish()
    assert product(connection, 5).price == Decimal(10)


def test_what_a_page_found_unchanged_is_newer_than_a_hint_that_is_late(world, tenant):
    """The other way round: the hint's answer is on its way while the page is asked for and written."""
    connection, shop = world.open(tenant, count=6)
    shop.products["2"]["price"] = "11"

    def meanwhile():
        shop.after = lambda name: None
        shop.products["2"]["price"] = "10"
        world.pass_time(seconds=5)
        Import(connection, shop).all()

    shop.after = lambda name: meanwhile() if name == "by_ids" else None
    hint(world, connection, "2")
    assert product(connection, 2).price == Decimal(10) and runs(connection) == []


def test_an_older_answer_that_came_in_after_the_look_gives_way(world, tenant, monkeypatch):
    """A page has been compared and found unchanged; before it is written an older answer of a hint comes in."""
    connection, shop = world.open(tenant, count=3)
    ref = ExternalRef.objects.get(external_id="2", kind="product", connection=connection)
    imported = Import(connection, shop)
    job = imported.job()
    look = work.look
    StoreWatch.objects.filter(connection=connection, kind="hints").update(lease_token="somebody")  # Who has that answer.

    def looked(*args, **named):
        sight = look(*args, **named)
        if sight.unchanged:
            Product.objects.filter(pk=ref.product_id).update(price="99")
            ExternalRef.objects.filter(pk=ref.pk).update(content_hash="older", read_at=sight.asked_at - timedelta(seconds=1))
        return sight

    monkeypatch.setattr(work, "look", looked)
    while imported.step(job):
        pass
    assert product(connection, 2).price == Decimal(10)


def test_an_import_notes_no_times_while_nothing_else_asks(world, tenant):
    connection, shop = world.open(tenant, count=6)
    before = dict(ExternalRef.objects.values_list("pk", "read_at"))
    Import(connection, shop).all()
    assert dict(ExternalRef.objects.values_list("pk", "read_at")) == before
    StoreWatch.objects.filter(kind="hints").update(lease_token="somebody")
    world.pass_time(seconds=5)
    Import(connection, shop).all()
    assert set(ExternalRef.objects.filter(kind="product").values_list("read_at", flat=True)) == {world.now}


def test_a_clock_that_had_jumped_keeps_no_product_as_it_is(world, tenant):
    connection, shop = world.open(tenant)
    ExternalRef.objects.update(read_at=world.now + timedelta(days=400))
    shop.products["1"]["price"] = "20"
    hint(world, connection, "1")
    assert product(connection, 1).price == Decimal(20)
    assert ExternalRef.objects.get(product=product(connection, 1), kind="product").read_at <= world.now


def test_missing_products_that_came_back_meanwhile_stay(world, tenant):
    connection, shop = world.open(tenant, count=6)
    kept = shop.products.pop("5")
    imported = Import(connection, shop)
    job = imported.job()
    while shop.calls.count("by_ids") < 1:
        imported.step(job)
    world.pass_time(seconds=30)
    shop.products["5"] = kept
    hint(world, connection, "5")
    while imported.step(job):
        pass
    assert product(connection, 5).is_active


def test_a_quiet_page_costs_two_queries_more(world, tenant, django_assert_max_num_queries):
    connection, shop = world.open(tenant, count=6)
    imported = Import(connection, shop)
    job = imported.job()
    while shop.calls.count("categories") < 1:
        imported.step(job)
    with django_assert_max_num_queries(11):  # refs, lock, refs again, the run's own five and a savepoint
        imported.step(job)
