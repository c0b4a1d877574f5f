"""From an edit in a stand-in WooCommerce to our rows, over HTTP, between two imports: hints, what was changed, a look over everything."""

import pytest

from integrations import hints, tasks
from integrations.hints.refreshing import refresh_hinted
from integrations.in_step.changes import read_changes
from integrations.in_step.glances import look_over
from integrations.models import StoreConnection, StoreHint, StoreWatch
from integrations.runs import run_now
from integrations.tests.woo_world import connect, differences, served
from operations.models import RunStatus
from sandbox.shops.woocommerce import make_products

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["7.9", "11.0.1"])
def stand(request, tenant, settings, monkeypatch):
    """A shop with thirty products, imported; nothing is rung, the test asks by itself."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    for module in ("integrations.hints.noting", "integrations.tasks"):
        monkeypatch.setattr(f"{module}.ring", lambda *_, **__: None)
    with served(version=request.param) as shop:
        numbers = list(make_products(shop, 30, variable_every=5, variations=3).products)
        connection = connect(tenant, shop)
        assert run_now(connection).status == RunStatus.COMPLETED and differences(connection) == []
        yield StoreConnection.objects.get(pk=connection.pk), shop, numbers


def due(connection):
    StoreWatch.objects.filter(connection=connection).update(due_at=None)
    StoreHint.objects.filter(connection=connection).update(due_at="2026-01-01T00:00:00Z")


def test_a_hint_brings_the_product_as_it_is_now(stand):
    connection, shop, numbers = stand
    shop.change(shop.variations(numbers[0])[1].id, regular_price="77")
    shop.trash(numbers[1])
    new = shop.add(name="New", regular_price="5").id
    hints.note(connection.pk, [str(numbers[0]), str(numbers[1]), str(new)], "test")
    due(connection)
    refresh_hinted(connection.pk)
    assert differences(connection) == [] and not StoreHint.objects.exists()


def test_a_look_at_the_changes_brings_them(stand):
    connection, shop, numbers = stand
    shop.change(numbers[2], name="Another name")
    shop.change(shop.variations(numbers[5])[0].id, status="private")
    shop.add(name="New", regular_price="5", categories=(shop.category("New shelf"),))
    assert differences(connection) != []
    due(connection)
    read_changes(connection.pk)
    assert differences(connection) == []


def test_a_look_over_everything_finds_what_has_no_date(stand):
    connection, shop, numbers = stand
    look_over(connection.pk)
    assert not StoreHint.objects.exists()
    shop.write_silently(numbers[3], manage_stock=True, stock_quantity=41, stock_status="instock")
    shop.delete(numbers[4])
    due(connection)
    look_over(connection.pk)
    assert sorted(StoreHint.objects.values_list("external_id", flat=True)) == sorted([str(numbers[3]), str(numbers[4])])
    due(connection)
    tasks.refresh_hinted_products(connection.pk)
    assert differences(connection) == []
