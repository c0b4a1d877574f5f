"""The engine tests' world and its two businesses' catalogs."""

from decimal import Decimal
from typing import Any

import pytest

from meta_integration.models import Catalog
from meta_integration.tests.world import World
from products_and_services.models import Product
from tenants.models import Tenant


@pytest.fixture
def world(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(settings, monkeypatch)


@pytest.fixture
def catalog(world: World, tenant: Tenant) -> Catalog:
    """Business A's catalog."""
    return world.connect(tenant)


@pytest.fixture
def other_catalog(world: World, other_tenant: Tenant) -> Catalog:
    """Business B's catalog."""
    return world.connect(other_tenant)


@pytest.fixture
def products(world: World, tenant: Tenant, catalog: Catalog) -> list[Product]:
    """Twelve products, live at Meta."""
    found = [world.product(tenant, f"A-{number:02}", name=f"Lamp {number}", price=Decimal(10)) for number in range(12)]
    world.settle(catalog)
    world.pass_time(minutes=5)
    return found


@pytest.fixture
def product(world: World, tenant: Tenant, catalog: Catalog) -> Product:
    """Live at 10.00."""
    product = world.product(tenant, "A-1", name="Panel", price=Decimal(10))
    world.settle(catalog)
    return product
