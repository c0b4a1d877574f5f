"""Shops that take orders, in memory, and a shop of business A among them."""

from collections.abc import Iterator

import pytest
import time_machine

from integrations.models import StoreConnection
from integrations.tests.order_world import START, OrderWorld, shop_of
from tenants.models import Tenant


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[OrderWorld]:
    with time_machine.travel(START, tick=False) as traveller:
        yield OrderWorld(monkeypatch, traveller)


@pytest.fixture
def shop(world: OrderWorld, tenant: Tenant) -> StoreConnection:
    """Business A's shop."""
    return shop_of(tenant, name="Main")
