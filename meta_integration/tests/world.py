"""A small world for engine tests: two businesses, the stand-in for Meta in this process, and one virtual clock for both sides.

Doorbells are never answered here (as if the broker were flushed all the time); the test says when a worker or the sweep runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from common import clock as shared_clock
from common import http
from meta_integration.catalog.carriers import load_carriers
from meta_integration.catalog.drain import Outcome, drain_catalog
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem, MetaAppConfig
from products_and_services.models import Product
from products_and_services.tests.factories import ImageFactory, ProductFactory
from sandbox.graph import GraphStandIn
from sandbox.graph.adapter import StandInAdapter
from tenants.models import Tenant

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACCOUNTS = {
    "solar": ("EAATESTSOLARTOKEN01", "solar-secret-0123456789", "100000000000091", "200000000000091"),
    "pizzeria": ("EAATESTPIZZATOKEN01", "pizza-secret-0123456789", "100000000000092", "200000000000092"),
}


class World:
    """Time, Meta and the workers, all in the hands of the test."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = START
        self.standin = GraphStandIn(clock=lambda: self.now, demo=False)
        self.standin.batch_delay = 0
        settings.META_GRAPH_BASE_URL = "http://127.0.0.1:9"
        settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
        monkeypatch.setattr(shared_clock, "server_time", lambda: self.now)
        session = requests.Session()
        session.mount("http://", StandInAdapter(self.standin))
        monkeypatch.setattr(http, "session_factory", lambda: session)

    def connect(self, tenant: Tenant, **extra: Any) -> Catalog:
        """Gives a business its configuration at Meta; returns its catalog."""
        token, secret, business, catalog_id = ACCOUNTS[tenant.sub_domain]
        self.standin.add_account(token, secret, business_id=business, catalog_ids=[catalog_id])
        values = {"check_pictures": False} | extra  # Most tests are about other things, and no address here answers.
        MetaAppConfig.objects.create(
            tenant=tenant, access_token=token, app_secret=secret, catalog_id=catalog_id, business_id=business, **values
        )
        return Catalog.objects.get(tenant=tenant, catalog_id=catalog_id)

    def product(self, tenant: Tenant, sku: str | None, **values: Any) -> Product:
        """A product that is fit for Meta."""
        product = ProductFactory(tenant=tenant, sku=sku, **values)
        ImageFactory(product=product, image="", remote_url=f"https://shop.example/{product.pk}.jpg")
        return product

    def pass_time(self, **delta: float) -> None:
        """Moves the clock (seconds=, minutes=, days=; may be negative)."""
        self.now += timedelta(**delta)

    def work(self, catalog: Catalog) -> Outcome:
        """One round of a worker, a second after whatever came before (so that the debounce is over)."""
        self.pass_time(seconds=1)
        return drain_catalog(catalog.pk)

    def settle(self, *catalogs: Catalog, rounds: int = 60) -> None:
        """Rounds with polls until nothing more is due at once."""
        for catalog in catalogs or list(Catalog.objects.filter(is_current=True)):
            for _ in range(rounds):
                outcome = self.work(catalog)
                if outcome.nap and not outcome.more:
                    self.pass_time(seconds=min(outcome.nap, 60))
                elif not outcome.more:
                    break

    def run_until_quiet(self, *, minutes: int = 300) -> None:
        """Sweeps and workers, minute by minute with a reading back now and then, until no work is left anywhere."""
        for minute in range(minutes):
            self.pass_time(seconds=60)
            for pk in sweep(self.now):
                self.settle(Catalog.objects.get(pk=pk), rounds=20)
            if minute % 10 == 9:
                for catalog in Catalog.objects.filter(is_current=True):
                    read_back(catalog.pk)
                    self.settle(catalog, rounds=20)
                if not self.unfinished():
                    return
        raise AssertionError(f"still busy after {minutes} minutes: {self.unfinished()}")

    def unfinished(self) -> list[Any]:
        """Everything that still waits: changes, items, open handles, look-ups."""
        waiting = [item for item in CatalogItem.objects.filter(catalog__is_current=True) if item.is_waiting or item.ask_at]
        open_batches = CatalogBatch.objects.filter(poll_at__isnull=False, catalog__is_current=True)
        return [*CatalogChange.objects.all(), *waiting, *open_batches]

    def at_meta(self, catalog: Catalog) -> dict[str, dict[str, Any]]:
        """{retailer_id: item} as Meta has it."""
        return self.standin.items(catalog.catalog_id)

    @contextmanager
    def fault(self, *faults: Any) -> Iterator[None]:
        """Faults for a while."""
        for fault in faults:
            self.standin.faults.add(fault)
        yield
        self.standin.faults.clear()

    def writes(self, since: int = 0) -> list[Any]:
        """Calls that changed, or tried to change, something at Meta."""
        return self.standin.calls(kind="write", since=since)

    def item(self, catalog: Catalog, retailer_id: str) -> CatalogItem:
        return CatalogItem.objects.get(catalog=catalog, retailer_id=retailer_id)

    def carrier(self, catalog: Catalog, retailer_id: str) -> Any:
        return load_carriers(catalog, [retailer_id]).get(retailer_id)


def change(product: Product, **values: Any) -> None:
    """Somebody saves a product with other values."""
    product.refresh_from_db()
    for name, value in values.items():
        setattr(product, name, value)
    product.save()


def reprice(product: Product, price: int) -> None:
    """Somebody saves a product with another price."""
    change(product, price=Decimal(price))


def shown(world: World, catalog: Catalog, sku: str = "A-1", *fields: str) -> tuple[Any, ...]:
    """These fields of an item as Meta has it."""
    item = world.at_meta(catalog)[sku]
    return tuple(item.get(field) for field in fields)
