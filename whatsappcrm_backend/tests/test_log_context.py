"""What a log line carries, in requests and in the tasks they cause, and how the request's id comes in and goes out."""

import logging
from types import SimpleNamespace

import pytest
import structlog
from django_structlog.celery.receivers import CeleryReceiver

from common.log_setup import build_logging
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.readback import read_back
from meta_integration.tests.world import World
from operations.background import at_work, queue_run, take_up
from products_and_services.tests.factories import api_client
from sandbox.graph import Fault
from tenants.tests.factories import logged_in, make_member


def test_a_request_of_the_api_names_id_business_and_key(lines, tenant, other_tenant):
    client = api_client(tenant)
    answer = client.get("/v1/products/999999/", headers={"X-Request-ID": "edge-7.a_b"})
    assert answer["X-Request-ID"] == "edge-7.a_b" == answer.json()["error"]["request_id"]
    line = next(line for line in lines() if line["logger"].startswith("django_structlog"))
    assert (line["request_id"], line["tenant"]) == ("edge-7.a_b", "solar") and len(line["key"]) == 12
    assert api_client(other_tenant).get("/v1/products/999999/").status_code == 404
    assert lines()[-1]["tenant"] == "pizzeria" and lines()[-1]["request_id"] != "edge-7.a_b"


def test_a_page_names_the_person_and_the_business(lines, tenant):
    client = logged_in(make_member(tenant))
    client.get("/admin/products_and_services/product/999999/change/")
    client.get("/admin/operations/run/no-such-run/cancel/")
    line = lines()[-1]
    assert line["user"].startswith("person-") and line["tenant"] == "solar" and line["request_id"]


@pytest.mark.parametrize("given", ["", "x" * 65, "two words", "line\nbreak", "<script>", "ä"])
def test_an_id_that_is_no_id_is_replaced(client, db, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given} if given else {})
    assert answer["X-Request-ID"] not in ("", given) and len(answer["X-Request-ID"]) == 36


def test_a_task_carries_the_request_that_caused_it_and_nobody_s_name():
    structlog.contextvars.bind_contextvars(request_id="edge-7", user="ada", ip="203.0.113.9", tenant="solar", key="abc")
    sent: dict = {}
    receiver = CeleryReceiver()
    receiver.receiver_before_task_publish(headers=sent)
    assert sent == {"__django_structlog__": {"request_id": "edge-7", "tenant": "solar"}}
    task = SimpleNamespace(name="meta_integration.tasks.drain_catalog", request=SimpleNamespace(**sent))
    receiver.receiver_task_prerun("task-1", task)
    carried = structlog.contextvars.get_contextvars()
    assert carried == {"request_id": "edge-7", "tenant": "solar", "task_id": "task-1", "task": "meta_integration.tasks.drain_catalog"}
    receiver.receiver_before_task_publish(headers=sent)  # What this task rings knows where it comes from.
    assert sent["__django_structlog__"] == {"request_id": "edge-7", "tenant": "solar", "parent_task_id": "task-1"}
    receiver.receiver_task_prerun("task-2", SimpleNamespace(name="old", request=SimpleNamespace()))  # Published by older code.
    assert structlog.contextvars.get_contextvars() == {"task_id": "task-2", "task": "old"}
    structlog.contextvars.clear_contextvars()


def test_draining_and_comparing_name_business_and_catalog(lines, db, settings, monkeypatch, tenant, other_tenant):
    world = World(settings, monkeypatch)
    catalogs = [world.connect(tenant), world.connect(other_tenant)]
    world.product(tenant, "S-1")
    world.product(other_tenant, "P-1")
    world.pass_time(seconds=5)
    with world.fault(Fault("outage")):
        for catalog in catalogs:
            drain_catalog(catalog.pk)
    blocks = {line["tenant"]: line["catalog"] for line in lines() if "META API ERROR" in line["event"]}
    assert blocks == {"solar": catalogs[0].catalog_id, "pizzeria": catalogs[1].catalog_id}
    assert "tenant" not in structlog.contextvars.get_contextvars()
    read_back(catalogs[1].pk)
    logging.getLogger("anything").warning("inside")
    assert lines()[-1]["tenant"] == "pizzeria"


def test_a_run_names_itself(lines, tenant):
    run = take_up(str(queue_run(tenant, "export", "some.task").pk))
    with at_work(run):
        logging.getLogger("anything").warning("inside")
    logging.getLogger("anything").warning("outside")
    inside, outside = lines()[-2:]
    assert (inside["run_id"], inside["tenant"]) == (str(run.pk), "solar") and "run_id" not in outside


def test_the_format_for_people_carries_the_same(tenant):
    config = build_logging("console")["formatters"]["line"]
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=config["foreign_pre_chain"], processors=config["processors"])
    structlog.contextvars.bind_contextvars(request_id="edge-7", tenant="solar")
    text = formatter.format(logging.makeLogRecord({"name": "x", "msg": "said %s", "args": ("so",), "levelno": 30, "levelname": "WARNING"}))
    structlog.contextvars.clear_contextvars()
    assert "said so" in text and "request_id=edge-7" in text and "tenant=solar" in text
