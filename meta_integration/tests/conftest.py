"""The engine tests' world and its two businesses' catalogs."""

from typing import Any

import pytest

from meta_integration.models import Catalog
from meta_integration.tests.world import World
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
