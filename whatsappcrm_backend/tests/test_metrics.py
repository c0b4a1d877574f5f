"""/metrics: who may read it, and that it tells what the tables hold."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from common import metering
from meta_integration.graph.client import edge_of
from meta_integration.models import Catalog, CatalogItem, ItemVerdict
from meta_integration.tests.samples import SAMPLES
from meta_integration.tests.world import World
from meta_integration.watching import queue
from operations import heartbeats
from operations.models import Backup
from operations.services import finish_run, raise_alert, start_run
from products_and_services.tests.factories import ProductFactory
from sandbox.graph import Fault
from whatsappcrm_backend.exposition import TableCollector


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = "metrics-token-of-the-test"


def test_it_counts_products_by_business_and_status(client, tenant, other_tenant):
    ProductFactory(tenant=tenant, meta_sync_status="synced")
    ProductFactory(tenant=tenant, meta_sync_status="failed")
    ProductFactory(tenant=other_tenant)
    text = client.get("/metrics").content.decode()
    assert 'whatsappcrm_products{status="synced",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_products{status="failed",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_products{status="not_synced",tenant="pizzeria"} 1.0' in text
    assert "whatsappcrm_waiting_changes 3.0" in text


def test_it_counts_items_by_what_meta_says_of_them(client, tenant, other_tenant):
    for business in (tenant, other_tenant):
        SAMPLES[CatalogItem](business)
    ItemVerdict.objects.filter(item__catalog__tenant=other_tenant).update(rev=99)
    text = client.get("/metrics").content.decode()
    assert 'whatsappcrm_items_at_meta{state="rejected",tenant="solar"} 1.0' in text
    assert 'whatsappcrm_items_at_meta{state="processing",tenant="pizzeria"} 1.0' in text  # The verdict is about another version.


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "203.0.113.9"}, 401),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 401),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer wrong"}, 401),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer metrics-token-of-the-test"}, 200),
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
    ],
)
def test_only_the_token_or_this_machine_may_read(client, db, headers, status):
    assert client.get("/metrics", **headers).status_code == status


def test_an_empty_token_opens_nothing(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", HTTP_AUTHORIZATION="Bearer ").status_code == 401


def test_a_scrape_takes_a_bounded_number_of_queries(client, tenant, django_assert_max_num_queries):
    for _ in range(5):
        ProductFactory(tenant=tenant)
    with django_assert_max_num_queries(15):
        client.get("/metrics")


def families(client):
    """{name: samples} as Prometheus reads the page."""
    return {one.name: one.samples for one in text_string_to_metric_families(client.get("/metrics").content.decode())}


def value(samples, name, **labels):
    return next((one.value for one in samples if one.name == name and one.labels == labels), None)


def test_calls_to_meta_by_edge_and_outcome(client, settings, monkeypatch, tenant):
    world = World(settings, monkeypatch)
    catalog = world.connect(tenant)
    world.product(tenant, "S-1")
    world.settle(catalog)
    for fault in (Fault("error", code=1799, status=400), Fault("lost_before"), Fault("throttle"), Fault("bad_token")):
        Catalog.objects.update(paused_at=None, paused_until=None)
        world.product(tenant, f"S-{fault.kind}")
        with world.fault(fault):
            world.work(catalog)
    samples = families(client)["whatsappcrm_meta_call_seconds"]
    count = "whatsappcrm_meta_call_seconds_count"
    counts = {(one.labels["edge"], one.labels["outcome"]): one.value for one in samples if one.name == count}
    assert counts[("POST products", "ok")] == 1
    assert {outcome for _, outcome in counts} >= {"ok", "transient", "ambiguous", "throttled", "configuration"}
    assert not [edge for edge, _ in counts if any(char.isdigit() for char in edge)]
    buckets = [one.value for one in samples if one.name.endswith("_bucket") and one.labels["edge"] == "POST products" and
               one.labels["outcome"] == "ok"]  # fmt: skip
    assert buckets == sorted(buckets) and buckets[-1] == 1


def test_ids_never_become_labels():
    assert edge_of("POST", "200000000000091/items_batch") == "POST items_batch"
    assert edge_of("DELETE", "7138690000000") == "DELETE {id}" and edge_of("GET", "2/check_batch_request_status?x=1") == "GET {id}"


def test_runs_deliveries_alerts_and_the_age_of_the_sweep(client, tenant, other_tenant):
    assert "whatsappcrm_sweep_age_seconds" not in families(client)
    heartbeats.beat(heartbeats.WATCH, timezone.now() - timedelta(seconds=90))
    raise_alert(tenant, kind="drift", key="a", title="t")
    raise_alert(None, kind="disk_full", key="b", title="t", severity="critical")
    finish_run(start_run(tenant, "push"))
    metering.observe("lost_doorbells", count=3)
    found = families(client)
    assert 90 <= found["whatsappcrm_sweep_age_seconds"][0].value < 120
    assert value(found["whatsappcrm_open_alerts"], "whatsappcrm_open_alerts", kind="disk_full", severity="critical") == 1
    assert value(found["whatsappcrm_run_seconds"], "whatsappcrm_run_seconds_count", kind="push", status="completed") == 1
    assert value(found["whatsappcrm_lost_doorbells"], "whatsappcrm_lost_doorbells_total") == 3
    assert value(families(client)["whatsappcrm_lost_doorbells"], "whatsappcrm_lost_doorbells_total") == 3


def test_the_age_of_the_queue(client, settings, monkeypatch, tenant):
    world = World(settings, monkeypatch)
    catalog = world.connect(tenant)
    world.product(tenant, "S-1")
    world.settle(catalog)
    CatalogItem.objects.update(mark=9)
    for _ in range(4):
        queue.look(world.now)
        world.pass_time(minutes=1)
    assert families(client)["whatsappcrm_queue_age_seconds"][0].value == 240


def test_the_documentation_names_exactly_what_is_told(client, db):
    now = timezone.now()
    heartbeats.beat(heartbeats.WATCH, now)
    Backup.objects.create(file="a", status="completed", started_at=now, heartbeat_at=now)
    text = (Path(__file__).resolve().parents[2] / "docs" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `(whatsappcrm_\w+)", text, re.MULTILINE))
    told = {one.name for one in TableCollector().collect()}
    assert {name.removesuffix("_total").removesuffix("_info") for name in documented} == told
