"""The services that programs call, with the real importer over a shop in memory."""

import pytest

from common.errors import PermanentError
from integrations.models import WebhookLog
from integrations.runs import AlreadyRunning, NotReady, start_import, working
from integrations.services import SyncFailed, WooService, create_woo_service_for_tenant, store_service
from integrations.tests.fake_shop import FakeShop
from integrations.tests.run_world import connect
from products_and_services.models import Product

pytestmark = pytest.mark.django_db
KEYS = {"synced", "created", "updated", "unchanged", "errors", "inactive", "duration"}


@pytest.fixture
def shelf(monkeypatch):
    """A shop in memory that stands in for whatever the connection leads to."""
    shop = FakeShop()
    for number in range(1, 6):
        shop.put(number, sku=f"S-{number}")
    shop.put(6, sku="S-6", variants=[{"id": "61", "name": "Red", "sku": "S-6-R"}, {"id": "62", "name": "Blue", "sku": "S-6-B"}])
    monkeypatch.setattr(working, "adapter_for", lambda connection: shop)
    monkeypatch.setattr(store_service, "adapter_for", lambda connection: shop)
    return shop


def test_a_sync_brings_products_and_says_how_many(tenant, shelf):
    connect(tenant)
    service = create_woo_service_for_tenant(tenant)
    assert isinstance(service, WooService)
    result = service.sync_products(tenant)
    assert set(result) == KEYS
    assert {name: result[name] for name in KEYS - {"duration"}} == {
        "synced": 6, "created": 6, "updated": 0, "unchanged": 0, "errors": 0, "inactive": 0,
    }  # fmt: skip
    shelf.products["1"]["price"] = "12"
    del shelf.products["2"]
    again = service.sync_products()
    assert (again["synced"], again["updated"], again["unchanged"], again["inactive"]) == (5, 1, 4, 1)
    assert Product.objects.filter(external_source="woocommerce", is_active=True).count() == 5
    assert WebhookLog.objects.filter(event="product_sync", status="success").count() == 2


def test_batches_and_transforms_write_nothing(tenant, shelf):
    connect(tenant)
    service, cursor, raws = create_woo_service_for_tenant(tenant), None, []
    while True:
        batch, cursor = service.fetch_products_batch(cursor)
        raws += batch
        if cursor is None:
            break
    assert [service.transform_product(raw).sku for raw in raws] == [f"S-{number}" for number in range(1, 7)]
    assert [variant.sku for variant in service.transform_variations(raws[-1])] == ["S-6-R", "S-6-B"]
    assert service.transform_variations(raws[0]) == []
    assert shelf.calls[0] == "describe" and not Product.objects.exists()


def test_what_fails_raises_with_the_shops_words(tenant, shelf):
    connect(tenant)

    def refuse(*_):
        raise PermanentError("This is no shop.")

    shelf.before = refuse
    with pytest.raises(SyncFailed, match="This is no shop") as failed:
        create_woo_service_for_tenant(tenant).sync_products()
    assert failed.value.run.status == "failed"


def test_one_shop_must_be_meant(tenant, other_tenant, shelf):
    with pytest.raises(ValueError, match="has no such active WooCommerce shop"):
        create_woo_service_for_tenant(tenant)
    first, theirs = connect(tenant), connect(other_tenant)
    second = connect(tenant, store_url="https://second.example")
    with pytest.raises(ValueError, match="several"):
        create_woo_service_for_tenant(tenant)
    assert create_woo_service_for_tenant(tenant, second).connection == second
    with pytest.raises(ValueError, match="no such"):
        create_woo_service_for_tenant(tenant, theirs)
    with pytest.raises(ValueError, match="another business"):
        create_woo_service_for_tenant(tenant, first).sync_products(other_tenant)


def test_it_waits_for_nobody(tenant, shelf):
    shop = connect(tenant)
    start_import(shop)
    with pytest.raises(AlreadyRunning):
        create_woo_service_for_tenant(tenant).sync_products()
    tenant.is_active = False
    tenant.save()
    with pytest.raises(NotReady):
        create_woo_service_for_tenant(tenant).sync_products()
