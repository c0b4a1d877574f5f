"""Imports of a Shopify shop while its keys, its points and its mood change: what was not read whole changes nothing."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from integrations.connecting.connections import check_connection, set_credentials
from integrations.models import StoreConnection
from integrations.providers.shopify import client as client_module
from integrations.providers.shopify.listing import products as listing
from integrations.runs import run_now
from integrations.tests.shopify_edge import CLIENT, KEYS
from integrations.tests.shopify_world import connect, served
from integrations.tests.woo_world import differences
from operations.models import Alert, RunStatus
from products_and_services.models import Product
from sandbox.shops.shopify import ShopifyShop, make_products
from tenants.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShopifyShop]:
    monkeypatch.setattr(client_module, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: None))
    with served(settings) as running:
        make_products(running, 230, variants=1)
        yield running


@pytest.mark.parametrize("large", [10**9, 1], ids=["pages", "bulk"])
@pytest.mark.parametrize("fault", ["token_expired", "throttled", "too_many_requests"])
def test_what_comes_in_the_middle_is_not_noticed_by_the_import(
    shop: ShopifyShop, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, fault: str, large: int
) -> None:
    monkeypatch.setattr(listing, "LARGE", large)
    connection = connect(tenant)
    shop.faults.add(fault, skip=4, remaining=2)
    run = run_now(connection)
    assert (run.status, run.counts["created"]) == (RunStatus.COMPLETED, 230), run.message
    assert shop.calls() and differences(connection) == []


def test_a_removed_app_blocks_the_shop_and_no_product_goes(shop: ShopifyShop, tenant: Tenant) -> None:
    connection = connect(tenant)
    assert run_now(connection).status == RunStatus.COMPLETED
    shop.uninstall(CLIENT)
    run = run_now(StoreConnection.objects.get())
    assert run.status == RunStatus.FAILED and "not installed" in run.message
    blocked = StoreConnection.objects.get()
    assert blocked.blocked_at and Alert.objects.get(kind="shop_blocked").closed_at is None
    assert Product.objects.filter(is_active=True).count() == 230
    shop.uninstall(CLIENT, installed=True)
    assert check_connection(blocked).tone != "red"
    assert StoreConnection.objects.get().blocked_at is None and run_now(StoreConnection.objects.get()).status == RunStatus.COMPLETED


def test_new_keys_are_used_at_once(shop: ShopifyShop, tenant: Tenant) -> None:
    connection = connect(tenant)
    assert run_now(connection).status == RunStatus.COMPLETED
    shop.add_app("other-app", "shpss_other")
    set_credentials(StoreConnection.objects.get(), {"client_id": "other-app", "client_secret": "shpss_other"})
    shop.uninstall(CLIENT)
    assert run_now(StoreConnection.objects.get()).status == RunStatus.COMPLETED
    assert KEYS["client_secret"] not in str(StoreConnection.objects.get().credentials)
