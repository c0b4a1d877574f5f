"""A shop's server that knocks several times at the same moment, on a SQLite file and on PostgreSQL: each delivery counts once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from common import doorbell
from common.clock import database_now
from integrations.models import StoreConnection, StoreDelivery, StoreHint, StoreHooks, WebhookLog
from integrations.tests.hook_world import SECRET, deliver
from tenants.models import Tenant
from whatsappcrm_backend.tests.machines import KINDS, new_machine

AT_ONCE, ROUNDS, PATIENCE = 6, 4, 30


@pytest.fixture(params=KINDS)
def machine(request, tmp_path, django_db_blocker, monkeypatch):
    monkeypatch.setattr(doorbell, "_publish", lambda *_, **named: None)
    with django_db_blocker.unblock(), new_machine(request.param, tmp_path / "machine", migrated=True) as machine, machine.at_work():
        tenant = Tenant.objects.create(name="Solar", sub_domain="solar")
        machine.shop = StoreConnection.objects.create(tenant=tenant, store_url="https://shop.example", imported_at=database_now())
        StoreHooks.objects.create(connection=machine.shop, secret=SECRET)
        yield machine


def test_each_delivery_counts_once(machine):
    """Doubles of one delivery, and other deliveries about the same product between them."""
    barrier = threading.Barrier(AT_ONCE)

    def knock(turn, number):
        with machine.connected():
            barrier.wait(PATIENCE)
            return deliver(machine.shop, {"id": 57, "name": f"state {number % 2}"}, delivery=f"round {turn}").status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for turn in range(ROUNDS):
            assert list(pool.map(knock, [turn] * AT_ONCE, range(AT_ONCE))) == [200] * AT_ONCE
    assert StoreDelivery.objects.count() == WebhookLog.objects.count() == 2 * ROUNDS
    assert (StoreHint.objects.get().external_id, StoreHint.objects.get().version) == ("57", 2 * ROUNDS)
