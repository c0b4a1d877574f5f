"""The world of runs, and the shops of two businesses in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from integrations import providers
from integrations.models import Provider, StoreConnection
from integrations.tests import fake_shop
from integrations.tests.hook_world import OUR_ADDRESS, HookAdapter, HookShop
from integrations.tests.run_world import START, RunWorld, connect
from integrations.tests.shopify_bulk_world import NOW
from integrations.tests.step_world import StepWorld
from integrations.webhooks import asking, farewell
from tenants.models import Tenant


@pytest.fixture(autouse=True)
def _files_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of bulk operations: each test finds its own only."""
    monkeypatch.setattr("integrations.providers.shopify.listing.staging.gettempdir", lambda: str(tmp_path))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks at a list that is too short, or at a bulk operation, a real shop has time to come to rest. Ours need none."""
    monkeypatch.setattr("integrations.providers.shopify.listing.windows.sleep", lambda seconds: None)


@pytest.fixture
def frozen() -> Iterator[Any]:
    """The moment at which Shopify's bulk operations stand, as a clock that a test moves."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def run_world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunWorld]:
    with time_machine.travel(START, tick=False) as traveller:
        yield RunWorld(monkeypatch, traveller)


@pytest.fixture
def shop(run_world: RunWorld, tenant: Tenant) -> StoreConnection:
    """Business A's shop."""
    return connect(tenant)


@pytest.fixture
def connection(tenant: Tenant) -> StoreConnection:
    """Business A's shop for imports that the test makes itself, without workers (fake_shop.py)."""
    return fake_shop.connect(tenant)


@pytest.fixture
def other_shop(run_world: RunWorld, other_tenant: Tenant) -> StoreConnection:
    """Business B's shop."""
    return connect(other_tenant)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StepWorld]:
    """Shops that are kept in step."""
    with time_machine.travel(START, tick=False) as traveller:
        yield StepWorld(monkeypatch, traveller)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """Doorbells about hooks: (task, arguments)."""
    bells: list[tuple[str, tuple[Any, ...]]] = []
    for room in (asking, farewell):
        monkeypatch.setattr(room, "ring", lambda name, *args, **_: bells.append((name, args)))
    return bells


@pytest.fixture
def hooked(run_world: RunWorld, shop: StoreConnection, settings: Any, monkeypatch: pytest.MonkeyPatch, rung: Any) -> HookShop:
    """The shop's hooks; our address is public."""
    settings.PUBLIC_BASE_URL = OUR_ADDRESS
    monkeypatch.setitem(providers.ADAPTERS, Provider.WOOCOMMERCE, "integrations.tests.hook_world.HookAdapter")
    HookAdapter.shop = HookShop()
    return HookAdapter.shop
