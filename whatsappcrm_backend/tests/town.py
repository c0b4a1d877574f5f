"""A town for tests that span rooms: two businesses' shops of two kinds, Meta, post between them, and one clock; nothing opens a socket.

Workers come when the test says so, may die at any question to a shop and while they write, and answer doorbells in their order.
"""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from celery import current_app
from django.test import Client

from common import http, outbound_guard
from common.lease import Lease
from integrations import tasks
from integrations.connecting.connections import check_connection
from integrations.hints import noting
from integrations.in_step import sweep, writing
from integrations.models import Provider, StoreConnection
from integrations.providers.shopify import client as shopify_client
from integrations.providers.shopify.listing import products as shopify_lists
from integrations.runs import confirm_now, run_now
from integrations.webhooks import asking
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.sweep import sweep as sweep_catalogs
from meta_integration.models import Catalog
from meta_integration.tests.convergence.oracle import differences as differences_at_meta
from meta_integration.tests.convergence.oracle import truth
from meta_integration.tests.convergence.stage import SimulatedDeath
from meta_integration.tests.world import World
from operations import background
from operations.models import RunStatus
from sandbox.shops.adapter import ShopAdapter
from sandbox.shops.messages import ShopAnswer
from sandbox.shops.shopify import ShopifyShop
from sandbox.shops.woocommerce import WooShop
from tenants.models import Tenant

WOO_KEYS = {"consumer_key": "ck_0123456789abcdef0123456789abcdef01234567", "consumer_secret": "cs_fedcba9876543210fedcba9876543210fedcba98"}
SHOPIFY_KEYS = {"client_id": "5f0e1d2c3b4a59687766554433221100", "client_secret": "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"}
BULK_SECONDS = 20.0
SHOPIFY_AT = "http://127.0.0.1:8102/shopify"


class Street(ShopAdapter):
    """The way to one shop. before: done at each question; asked: how many came; dies_in: at which question from now on the worker dies,
    counted from 0, None = at none; hears_first: when the shop has answered that one."""

    def __init__(self, town: "Town", shop: Any) -> None:
        super().__init__(shop.handle)
        self.town = town
        self.dies_in: int | None = None
        self.hears_first = False
        self.asked = 0
        self.before: Callable[[], None] = lambda: None

    def ask(self, request: requests.PreparedRequest) -> ShopAnswer:
        self.asked += 1
        self.before()
        dies, self.dies_in = self.dies_in == 0, self.dies_in - 1 if self.dies_in else None
        answer = super().ask(request) if self.hears_first or not dies else None
        if dies or answer is None:
            self.town.die()
        return answer


class Town(World):
    """shops: {connection id: its shop}; streets: the ways there; rung: doorbells that nobody has answered yet, by their time."""

    def __init__(self, settings: Any, patches: pytest.MonkeyPatch, traveller: Any) -> None:
        super().__init__(settings, patches)
        settings.ALLOW_PRIVATE_STORE_URLS = True
        settings.SHOPIFY_BASE_URL = f"{SHOPIFY_AT}/{{domain}}"
        self.traveller = traveller
        self.shops: dict[int, Any] = {}
        self.streets: dict[int, Street] = {}
        self.rung: list[tuple[Any, str, tuple[Any, ...]]] = []
        self.is_dying = self.dies_writing = False
        self._session = requests.Session()
        patches.setattr(http, "fresh_session", self._copy_of_session)
        patches.setattr(outbound_guard, "resolve", lambda host, port: [host])
        waiting = SimpleNamespace(monotonic=lambda: self.now.timestamp(), sleep=lambda seconds: self.pass_time(seconds=seconds))
        patches.setattr(shopify_client, "time", waiting)
        patches.setitem(shopify_lists.Products.__init__.__kwdefaults__, "pause", waiting.sleep)
        self._patches, self._large = patches, shopify_lists.LARGE
        for module in (noting, sweep, tasks, asking, background):
            patches.setattr(module, "ring", self.ring)
        release, settle = Lease.release, writing.settle
        patches.setattr(Lease, "release", lambda lease: None if self.is_dying else release(lease))
        patches.setattr(writing, "settle", lambda *args: self.die() if self.dies_writing else settle(*args))

    # --- who lives here -------------------------------------------------------------------------------------------------------
    def open_woo(self, tenant: Tenant, port: int = 8101) -> StoreConnection:
        """A WooCommerce shop of the business, not yet imported."""
        shop = WooShop(f"woo{port}", f"http://127.0.0.1:{port}", currency=tenant.currency, clock=lambda: self.now)
        shop.add_key(*WOO_KEYS.values(), permissions="read_write")
        return self._settle_in(StoreConnection(tenant=tenant, store_url=shop.home, credentials=WOO_KEYS), shop)

    def open_shopify(self, tenant: Tenant, name: str = "sun") -> StoreConnection:
        """A Shopify shop of the business, not yet imported."""
        domain = f"{name}.myshopify.com"
        home = f"{SHOPIFY_AT}/{domain}"
        shop = ShopifyShop(name, home, domain=domain, files=f"{home}/files", currency=tenant.currency, clock=lambda: self.now)
        shop.add_app(*SHOPIFY_KEYS.values())
        shop.bulk_seconds = BULK_SECONDS
        values = {"provider": Provider.SHOPIFY, "shop_domain": domain, "credentials": SHOPIFY_KEYS}
        return self._settle_in(StoreConnection(tenant=tenant, **values), shop)

    def _settle_in(self, connection: StoreConnection, shop: Any) -> StoreConnection:
        connection.schedule = "hourly"
        connection.save()
        shop.post.send = self._letter
        self.shops[connection.pk], self.streets[connection.pk] = shop, Street(self, shop)
        self._session.mount(shop.home, self.streets[connection.pk])
        asking.ask_for_a_look(connection)
        return connection

    def count_as_large(self, all_shops: bool) -> None:
        """Whether imports read every Shopify shop out of a bulk operation's file, or only those that are large."""
        self._patches.setattr(shopify_lists, "LARGE", 1 if all_shops else self._large)

    def import_all(self) -> None:
        """Every shop wholly, as a person does it who says yes to whatever is asked; and its webhooks are entered."""
        for connection in StoreConnection.objects.filter(pk__in=self.shops):
            run = run_now(connection)
            run = confirm_now(run) if run.status == RunStatus.NEEDS_CONFIRMATION else run
            assert run.status == RunStatus.COMPLETED, (run.status, run.message)
        self.answer_bells()

    def _copy_of_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.adapters = self._session.adapters
        return session

    def _letter(self, url: str, headers: dict[str, str], body: bytes) -> int:
        content_type = headers.get("Content-Type", "application/json")
        return Client().post(urlsplit(url).path, body, content_type=content_type, headers=headers).status_code

    # --- time and workers -----------------------------------------------------------------------------------------------------
    def pass_time(self, **delta: float) -> None:
        super().pass_time(**delta)
        self.traveller.move_to(self.now)

    def ring(self, name: str, *args: Any, countdown: float = 0, **_: Any) -> None:
        self.rung.append((self.now + timedelta(seconds=countdown), name, args))

    def die(self) -> None:
        """kill -9, here: leases, runs and claims stay as they are."""
        self.is_dying, self.dies_writing = True, False
        raise SimulatedDeath

    def answer_bells(self, most: int = 400) -> None:
        """Workers answer every doorbell, also those that come of it, each at its time."""
        for _ in range(most):
            if not self.rung:
                return
            self.rung.sort(key=lambda one: one[0])
            at, name, args = self.rung.pop(0)
            if at > self.now:
                self.pass_time(seconds=(at - self.now).total_seconds())
            try:
                current_app.tasks[name](*args)
            except SimulatedDeath:
                self.is_dying = False
        raise AssertionError(f"The doorbells do not end: {self.rung[:3]}")

    def minute(self, minutes: float = 1) -> None:
        """Some time later the post comes, the sweeps ring, and workers answer."""
        self.pass_time(minutes=minutes)
        for shop in self.shops.values():
            shop.deliver()
        tasks.keep_shops_in_step()
        tasks.sweep_webhooks()
        background.ring_forgotten(self.now)
        self.answer_bells()

    # --- the end --------------------------------------------------------------------------------------------------------------
    def calm_down(self) -> None:
        """Nothing goes wrong any more, and a person tests what was refused."""
        for pk, shop in self.shops.items():
            shop.faults.clear()
            shop.plans.clear()
            self.streets[pk].dies_in = None
        self.dies_writing = False
        self.standin.faults.clear()
        for connection in StoreConnection.objects.filter(blocked_at__isnull=False):
            check_connection(connection)

    def settle_meta(self) -> None:
        """Workers send, ask back and read back until nothing waits at any catalog."""
        for _ in range(40):
            for catalog in Catalog.objects.filter(is_current=True):
                read_back(catalog.pk)
                self.settle(catalog, rounds=20)
            if not self.unfinished():
                return
            self.pass_time(minutes=16)
            sweep_catalogs(self.now)
        raise AssertionError(f"Never quiet: {[vars(one) for one in self.unfinished()][:3]}")

    def differences_at_meta(self, tenant: Tenant) -> dict[str, str]:
        """{SKU: what Meta has otherwise than our products say}; links, which lead to the shop, are left to the payload's tests."""
        catalog = tenant.catalogs.get(is_current=True)
        at_meta = {sku: {**item, "url": ""} for sku, item in self.at_meta(catalog).items()}
        wanted = truth(tenant, self.now, catalog.catalog_id, {}).get(catalog.catalog_id, {})
        for item in wanted.values():
            if isinstance(item, dict):
                item.pop("url")
        return differences_at_meta(wanted, at_meta, set())
