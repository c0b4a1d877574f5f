"""A cheap look over all products: what looks different, is new or is not listed is asked for; what is as it was costs nothing."""

from decimal import Decimal

import pytest

from integrations.in_step import glances as looking
from integrations.models import Answer, ExternalRef, LinkQuestion, LogStatus, StoreConnection, StoreHint, StoreWatch, WebhookLog
from integrations.tests.step_world import hinted, product, runs, watch
from products_and_services.models import Product

pytestmark = pytest.mark.django_db


def look_over(world, connection):
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    world.minute()


def test_stock_that_a_plugin_wrote_comes_in(world, tenant):
    connection, shop = world.open(tenant)
    shop.products["3"]["stock_quantity"] = 77
    look_over(world, connection)
    assert product(connection, 3).stock_quantity == 77 and shop.calls == ["glances", "glances", "by_ids"]
    assert len(runs(connection)) == 1
    shop.calls.clear()
    look_over(world, connection)
    assert shop.calls == ["glances", "glances"]


def test_what_is_as_it_was_is_neither_asked_for_nor_written(world, tenant):
    connection, shop = world.open(tenant)
    before = list(ExternalRef.objects.order_by("pk").values())
    look_over(world, connection)
    assert shop.calls == ["glances", "glances"] and list(ExternalRef.objects.order_by("pk").values()) == before and runs(connection) == []


def test_what_was_deleted_for_good_and_what_is_new_is_noticed(world, tenant):
    connection, shop = world.open(tenant)
    del shop.products["1"]
    shop.put(8, sku="S-8")
    look_over(world, connection)
    assert not product(connection, 1).is_active and product(connection, 8).is_active and hinted(connection) == []


def test_what_comes_back_is_noticed(world, tenant):
    connection, shop = world.open(tenant)
    kept = shop.products.pop("1")
    look_over(world, connection)
    shop.products["1"] = kept
    look_over(world, connection)
    assert product(connection, 1).is_active


def test_a_list_that_leaves_something_out_proves_nothing(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    hidden = shop.fetch_glances

    def leaves_out(cursor=None):
        page = hidden(cursor)
        page.glances[:] = [one for one in page.glances if one.external_id != "2"]
        return page

    monkeypatch.setattr(shop, "fetch_glances", leaves_out)
    look_over(world, connection)
    assert product(connection, 2).is_active and "by_ids" in shop.calls


def test_much_that_is_missing_is_left_to_the_import_that_asks(world, tenant):
    connection, shop = world.open(tenant, count=40)
    for number in range(1, 31):
        del shop.products[str(number)]
    look_over(world, connection)
    assert Product.objects.filter(is_active=True).count() == 40 and hinted(connection) == [] and "by_ids" not in shop.calls
    assert "so many that nothing was switched off" in WebhookLog.objects.get(status=LogStatus.ERROR).error
    world.pass_time(hours=1)
    look_over(world, connection)
    assert WebhookLog.objects.filter(status=LogStatus.ERROR).count() == 1  # Said once a day.
    world.pass_time(hours=24)
    look_over(world, connection)
    assert WebhookLog.objects.filter(status=LogStatus.ERROR).count() == 2


def test_products_of_before_glances_were_noted_are_not_all_asked_for(world, tenant):
    connection, shop = world.open(tenant)
    ExternalRef.objects.update(glance="")
    look_over(world, connection)
    assert "by_ids" not in shop.calls and not ExternalRef.objects.filter(kind="product", glance="").exists()


def test_a_shop_whose_glances_and_products_never_agree_is_asked_once(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    monkeypatch.setattr(shop, "glance", lambda raw: f"whole {raw['price']}")
    first = shop.fetch_glances
    monkeypatch.setattr(shop, "fetch_glances", lambda cursor=None: _other(first(cursor)))
    look_over(world, connection)
    assert shop.calls.count("by_ids") == 1
    look_over(world, connection)
    look_over(world, connection)
    assert shop.calls.count("by_ids") == 1


def _other(page):
    page.glances[:] = [type(one)(one.external_id, f"list {one.text}") for one in page.glances]
    return page


def test_what_a_person_is_asked_about_is_not_asked_for_every_time(world, tenant):
    connection, shop = world.open(tenant)
    shop.put(9, sku="S-9")
    LinkQuestion.objects.create(tenant=tenant, connection=connection, external_id="9", name="Nine", answer=Answer.SKIP)
    look_over(world, connection)
    assert "by_ids" not in shop.calls


def test_a_glance_that_was_taken_before_an_answer_counts_for_nothing(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    shop.products["1"]["price"] = "20"
    taken = shop.fetch_glances

    def late(cursor=None):
        page = taken(cursor)
        if cursor is None:
            world.pass_time(seconds=5)
            shop.products["1"]["price"] = "21"
            ref = ExternalRef.objects.filter(external_id="1", kind="product")
            ref.update(read_at=world.now, glance=shop.glance(shop.raw("1")))
        return page

    monkeypatch.setattr(shop, "fetch_glances", late)
    look_over(world, connection)
    assert "by_ids" not in shop.calls and not StoreHint.objects.exists()


def test_a_look_goes_on_where_it_was_interrupted(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=8)
    monkeypatch.setattr("integrations.in_step.turns.take_turn.__kwdefaults__", {"seconds": -1.0})
    shop.products["8"]["price"] = "20"
    look_over(world, connection)
    assert shop.calls.count("glances") == 3 and product(connection, 8).price == Decimal(20)
    assert watch(connection, "glances").cursor is None


def test_it_is_not_done_where_nobody_wants_it(world, tenant):
    connection, shop = world.open(tenant)
    StoreConnection.objects.update(glances_every=0)
    look_over(world, connection)
    assert shop.calls == []


def test_a_page_of_glances_costs_few_queries(world, tenant, django_assert_max_num_queries):
    connection, shop = world.open(tenant, count=200)
    shop.page_size = 100
    StoreWatch.objects.filter(connection=connection, kind="glances").update(due_at=world.now)
    with django_assert_max_num_queries(32):
        looking.look_over(connection.pk)
