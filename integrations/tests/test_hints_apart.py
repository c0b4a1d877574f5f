"""One product at which the shop fails keeps no other product waiting; a shop that is down is not asked for each of them."""

from decimal import Decimal

import pytest

from common.errors import PermanentError, TransientError
from integrations import hints
from integrations.models import StoreConnection, StoreHint
from integrations.providers import base
from integrations.tests.step_world import hinted, product, runs, watch
from operations.models import RunIssue

pytestmark = pytest.mark.django_db


def breaks_over(shop, monkeypatch, broken, error):
    """The shop fails whenever one of these is asked for. Returns what was asked for, call by call."""
    asked, answer = [], shop.fetch_by_ids

    def fetch(ids, known=""):
        asked.append(list(ids))
        if broken & set(ids):
            raise error
        return answer(ids, known)

    monkeypatch.setattr(shop, "fetch_by_ids", fetch)
    return asked


def note_all(world, connection, shop, price="33"):
    for external_id in shop.products:
        shop.products[external_id]["price"] = price
    hints.note(connection.pk, [*shop.products, "404"], "test")
    world.work()


@pytest.fixture
def one_waits(world, tenant, monkeypatch):
    """(connection, shop, what breaks it, what was asked for): all products are read but number 3, at which the shop fails. It waits."""
    connection, shop = world.open(tenant, count=6)
    broken = {"3"}
    asked = breaks_over(shop, monkeypatch, broken, TransientError("Error 500."))
    note_all(world, connection, shop)
    world.minute(6)
    return connection, shop, broken, asked


@pytest.mark.parametrize("error", [TransientError("Error 500."), PermanentError("No JSON.")])
@pytest.mark.parametrize("broken", [{"404"}, {"3", "7"}])
def test_the_others_come_in_with_the_second_try_and_the_one_waits(world, tenant, monkeypatch, error, broken):
    connection, shop = world.open(tenant, count=12)
    asked = breaks_over(shop, monkeypatch, broken, error)
    note_all(world, connection, shop)
    assert len(asked) == 1 and len(hinted(connection)) == 13
    world.minute(6)
    fine = set(shop.products) - broken
    assert {product(connection, one).price for one in fine} == {Decimal(33)} and set(hinted(connection)) == broken
    told = RunIssue.objects.filter(run__in=runs(connection), code="shop_fails")
    assert set(told.values_list("reference", flat=True)) == broken and error.message in told[0].message
    assert watch(connection, "hints").tries == 0 and len(asked) < 20


def test_no_product_is_blamed_once_the_time_for_all_questions_is_up(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=6)
    breaks_over(shop, monkeypatch, {"3"}, TransientError("Too slow.", kind="timeout"))
    monkeypatch.setattr(base, "HURRIED_SECONDS", -1.0)
    note_all(world, connection, shop)
    world.minute(6)
    assert len(hinted(connection)) == 7 and watch(connection, "hints").tries == 2
    assert not RunIssue.objects.filter(code="shop_fails").exists()


def test_one_that_waits_delays_no_new_hint_and_is_asked_for_again(world, one_waits):
    connection, shop, broken, _ = one_waits
    shop.products["5"]["price"] = "55"
    hints.note(connection.pk, ["5"], "test")
    world.work()  # Its own ring, not the sweep's.
    assert product(connection, 5).price == Decimal(55) and hinted(connection) == ["3"]
    broken.clear()
    world.minute(13 * 60)
    assert product(connection, 3).price == Decimal(33) and hinted(connection) == []


def test_a_shop_that_is_down_is_asked_twice_and_told_of_once(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=6)
    asked = breaks_over(shop, monkeypatch, {str(number) for number in range(1, 7)}, TransientError("Error 500."))
    note_all(world, connection, shop)
    world.minute(6)
    assert len(asked) <= 3 and len(hinted(connection)) == 7 and watch(connection, "hints").tries == 2 and runs(connection) == []


def test_each_turn_comes_as_far_as_to_one_however_little_time_it_has(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=12)
    monkeypatch.setattr("integrations.in_step.turns.take_turn.__kwdefaults__", {"seconds": -1.0, "again": False})
    broken = {"1", "2"}
    breaks_over(shop, monkeypatch, broken, TransientError("Time-out."))
    note_all(world, connection, shop)
    for _ in range(4):
        world.minute(6)
    assert set(hinted(connection)) == broken and product(connection, 12).price == Decimal(33)


def test_one_that_is_asked_for_beside_the_others_may_be_the_one(world, tenant, monkeypatch):
    """The newest product speaks for a list that leaves something out."""
    connection, shop = world.open(tenant, count=6)
    answer = shop.fetch_by_ids

    def fetch(ids, known=""):
        if "6" in (*ids, known):
            raise TransientError("Error 500.")
        return answer(ids, known)

    monkeypatch.setattr(shop, "fetch_by_ids", fetch)
    shop.products["1"]["price"] = "33"
    hints.note(connection.pk, ["1"], "test")
    world.work()
    assert hinted(connection) == ["1"]
    world.minute(6)
    assert product(connection, 1).price == Decimal(33) and hinted(connection) == []


def test_a_pause_ends_the_search_at_once(world, tenant, monkeypatch):
    connection, shop = world.open(tenant, count=12)
    asked = breaks_over(shop, monkeypatch, {"404"}, TransientError("Error 500."))
    note_all(world, connection, shop)
    answer = shop.fetch_by_ids

    def paused(ids, known=""):
        StoreConnection.objects.update(is_active=False)
        return answer(ids, known)

    monkeypatch.setattr(shop, "fetch_by_ids", paused)
    world.minute(6)
    assert len(asked) == 3 and len(hinted(connection)) == 13


def test_one_that_is_noted_while_it_fails_is_due_as_before(world, tenant, monkeypatch):
    connection, shop = world.open(tenant)
    answer, broken = shop.fetch_by_ids, {"2"}

    def fetch(ids, known=""):
        if not broken & set(ids):
            return answer(ids, known)
        if ids == ["2"]:
            broken.clear()
            hints.note(connection.pk, ["2"], "saved again")
        raise TransientError("Error 500.")

    monkeypatch.setattr(shop, "fetch_by_ids", fetch)
    shop.products["2"]["price"] = "33"
    hints.note(connection.pk, ["1", "2", "3"], "test")
    world.work()
    world.minute(6)
    assert product(connection, 2).price == Decimal(33) and not StoreHint.objects.exists()


def test_one_that_waits_comes_in_within_a_minute_once_it_is_mended(world, one_waits):
    connection, _, broken, _ = one_waits
    broken.clear()
    world.pass_time(minutes=20)
    hints.note(connection.pk, ["3"], "webhook product.updated")
    world.work()
    assert product(connection, 3).price == Decimal(33) and hinted(connection) == []


def test_one_that_fails_and_sells_all_the_time_keeps_nobody_waiting(world, tenant, monkeypatch):
    """Each order makes the shop tell of it."""
    connection, shop = world.open(tenant, count=6)
    asked = breaks_over(shop, monkeypatch, {"3"}, TransientError("Error 500."))
    note_all(world, connection, shop)
    world.minute(6)
    asked.clear()
    for minute in range(1, 31):
        shop.products["5"]["price"] = str(minute)
        hints.note(connection.pk, ["3", "5"], "webhook product.updated")
        world.work()
        world.minute()
        assert product(connection, 5).price == Decimal(minute)
    assert hinted(connection) == ["3"] and watch(connection, "hints").tries == 0
    assert 3 <= sum("3" in ids for ids in asked) <= 20


def test_that_a_list_does_not_show_it_is_no_news(world, one_waits):
    connection, *_, asked = one_waits
    asked.clear()
    world.pass_time(minutes=20)
    hints.note(connection.pk, ["3"], "not in the list", is_news=False)
    world.work()
    assert asked == [] and hinted(connection) == ["3"]
