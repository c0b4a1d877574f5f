"""A plugin breaks the shop over one of its products: all others come, that one stays as it is, is told of, and comes when it is mended."""

from collections.abc import Iterator
from typing import Any

import pytest

from common.errors import TransientError
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step.changes import read_changes
from integrations.in_step.glances import look_over
from integrations.models import StoreConnection, StoreHint, StoreWatch
from integrations.runs import run_now
from integrations.tests.woo_client_double import adapter_of, filled, ids, pages_of
from integrations.tests.woo_world import connect, differences, served
from operations.models import RunIssue, RunStatus
from products_and_services.models import Product
from sandbox.shops.woocommerce import WooShop, make_products
from tenants.models import Tenant


def withheld(adapter: Any, raws: list[dict[str, Any]]) -> list[int]:
    return [raw["id"] for raw in raws if adapter.withheld(raw)]


# --- the list ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("place", [0, 9, 10, 57, 99, 100, 249])
def test_all_others_come_each_once(place: int) -> None:
    shop, numbers = filled(250)
    shop.faults.add("fatal_at_product", product=numbers[place])
    adapter = adapter_of(shop)
    raws = pages_of(adapter)
    assert ids(raws) == numbers and withheld(adapter, raws) == [numbers[place]]
    assert all(raw["name"] for raw in raws if raw["id"] != numbers[place])


def test_it_was_not_the_size_of_the_page() -> None:
    shop, numbers = filled(450)
    shop.faults.add("fatal_at_product", product=numbers[8])
    adapter = adapter_of(shop)
    pages_of(adapter)
    assert adapter.learnt()["page_sizes"] == {}
    assert [size for _, size in adapter.client.windows()][-4:] == [100] * 4


def test_two_beside_each_other_and_one_elsewhere() -> None:
    shop, numbers = filled(130)
    faulty = [numbers[30], numbers[31], numbers[120]]
    for number in faulty:
        shop.faults.add("fatal_at_product", product=number)
    adapter = adapter_of(shop)
    raws = pages_of(adapter)
    assert ids(raws) == numbers and withheld(adapter, raws) == faulty


def test_many_at_fault_are_an_outage() -> None:
    shop, numbers = filled(130)
    for number in numbers[40:44]:
        shop.faults.add("fatal_at_product", product=number)
    with pytest.raises(TransientError) as caught:
        pages_of(adapter_of(shop))
    assert caught.value.kind == "php_error"


def test_the_only_products_of_a_shop_are_an_outage() -> None:
    shop, numbers = filled(2)
    for number in numbers:
        shop.faults.add("fatal_at_product", product=number)
    with pytest.raises(TransientError) as caught:
        pages_of(adapter_of(shop))
    assert caught.value.kind == "php_error"


@pytest.mark.parametrize("calls", [9, 12])
def test_what_passes_meanwhile_is_no_fault(calls: int) -> None:
    """After 12 calls the one product alone has failed once."""
    shop, numbers = filled(30)
    shop.faults.add("fatal_at_product", product=numbers[3], remaining=calls)
    adapter = adapter_of(shop)
    raws = pages_of(adapter)
    assert ids(raws) == numbers and withheld(adapter, raws) == []


def test_edits_while_it_is_looked_for() -> None:
    shop, numbers = filled(120)
    shop.faults.add("fatal_at_product", product=numbers[7])
    shop.before(7, lambda: [shop.trash(number) for number in numbers[:5]])
    adapter = adapter_of(shop)
    raws = pages_of(adapter)
    assert set(numbers[5:]) <= set(ids(raws)) and withheld(adapter, raws) == [numbers[7]]


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("with_known", [True, False])
def test_asked_for_by_number_it_is_not_gone(count: int, with_known: bool) -> None:
    shop, numbers = filled(80)
    shop.faults.add("fatal_at_product", product=numbers[0])
    adapter = adapter_of(shop)
    raws = adapter.fetch_by_ids([str(number) for number in numbers[:count]], known=str(numbers[70]) if with_known else "")
    assert ids(raws) == numbers[:count] and withheld(adapter, raws) == [numbers[0]]


def test_in_the_trash_it_is_gone_all_the_same() -> None:
    shop, numbers = filled(80)
    shop.trash(numbers[0])
    shop.faults.add("fatal_at_product", product=numbers[0])
    assert adapter_of(shop).fetch_by_ids([str(numbers[0])], known=str(numbers[70])) == []


# --- from the shop to our rows -----------------------------------------------------------------------------------------------
@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[WooShop]:
    settings.ALLOW_PRIVATE_STORE_URLS = True
    for module in ("integrations.hints.noting", "integrations.tasks"):
        monkeypatch.setattr(f"{module}.ring", lambda *_, **__: None)
    with served() as running:
        make_products(running, 60, variable_every=5, variations=2)
        yield running


@pytest.fixture
def connection(shop: WooShop, tenant: Tenant) -> StoreConnection:
    connection = connect(tenant, shop)
    assert run_now(connection).status == RunStatus.COMPLETED
    return StoreConnection.objects.get(pk=connection.pk)


def due(connection: StoreConnection) -> None:
    StoreWatch.objects.filter(connection=connection).update(due_at=None)
    StoreHint.objects.filter(connection=connection).update(due_at="2026-01-01T00:00:00Z")


def told() -> list[tuple[str, str]]:
    return list(RunIssue.objects.filter(code="shop_fails").values_list("reference", "subject"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [0, 5, 59])
def test_an_import_brings_all_others(shop: WooShop, connection: StoreConnection, place: int) -> None:
    numbers = sorted(shop.shelf.product_ids())
    broken, gone = numbers[place], numbers[20]
    for number in numbers:
        shop.change(number, name=f"New name of {number}")
    shop.trash(gone)  # Makes the import ask by number.
    shop.faults.add("fatal_at_product", product=broken)
    run = run_now(connection)
    assert (run.status, run.counts["failed"]) == (RunStatus.COMPLETED, 1), run.message
    names = dict(Product.objects.filter(is_active=True).values_list("external_id", "name"))
    assert names.pop(str(broken)) != f"New name of {broken}"
    assert names == {str(number): f"New name of {number}" for number in numbers if number not in (broken, gone)}
    assert told() == [(str(broken), "")]

    shop.faults.clear()
    assert run_now(connection).counts["updated"] == 1
    assert differences(connection) == []


@pytest.mark.django_db(transaction=True)
def test_what_was_changed_comes_beside_it(shop: WooShop, connection: StoreConnection) -> None:
    numbers = sorted(shop.shelf.product_ids())
    broken, other = numbers[3], numbers[4]
    shop.faults.add("fatal_at_product", product=broken)
    shop.change(broken, name="Broken")
    for change in ("alone", "beside another"):
        if change == "beside another":
            shop.change(other, name="Other")
        due(connection)
        read_changes(connection.pk)
        refresh_hinted(connection.pk)
    assert Product.objects.get(external_id=str(other)).name == "Other"
    assert Product.objects.get(external_id=str(broken), is_active=True).name != "Broken"
    assert told() == [(str(broken), "")]
    hint = StoreHint.objects.get(connection=connection)
    assert hint.external_id == str(broken)

    shop.faults.clear()
    due(connection)
    refresh_hinted(connection.pk)
    assert differences(connection) == [] and not StoreHint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_look_over_everything_does_not_miss_it(shop: WooShop, connection: StoreConnection) -> None:
    numbers = sorted(shop.shelf.product_ids())
    shop.faults.add("fatal_at_product", product=numbers[3])
    shop.write_silently(numbers[6], manage_stock=True, stock_quantity=41, stock_status="instock")
    due(connection)
    look_over(connection.pk)
    assert list(StoreHint.objects.values_list("external_id", flat=True)) == [str(numbers[6])]


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_itself_it_is_told_of(shop: WooShop, connection: StoreConnection) -> None:
    number = min(shop.shelf.product_ids())
    shop.faults.add("fatal_at_product", product=number)
    run = run_now(connection, only_ids=[str(number)])
    assert run.status == RunStatus.COMPLETED, run.message
    assert told() == [(str(number), "")] and Product.objects.get(external_id=str(number)).is_active
