"""The state file: what was acknowledged survives a killed process; two processes never share a file."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.graph import Fault, GraphRequest, GraphStandIn, Store
from sandbox.state_file import StateFileBusy
from sandbox.tests.conftest import CATALOG, TOKEN

ROOT = Path(__file__).parents[2]
WRITER = """
import json, sys
from sandbox.graph import Fault, GraphRequest, GraphStandIn, Store
standin = GraphStandIn(Store(sys.argv[1]))
standin.batch_delay = None
standin.faults.add(Fault("endless_handle"))
headers = {"Authorization": "Bearer EAASANDBOXSOLAR0001", "Content-Type": "application/json"}
base = {"name": "n", "price": 100, "currency": "USD", "image_url": "https://x.example/i.png", "description": "d"}
for n in range(100000):
    body = json.dumps({**base, "retailer_id": f"r{n}"}).encode()
    answer = standin.handle(GraphRequest("POST", "/v26.0/200000000000001/products", {}, headers, body))
    print(n, answer.json()["id"], flush=True)
    if n == 5:
        rows = [{"method": "DELETE", "data": {"id": "r0"}}]
        body = json.dumps({"item_type": "PRODUCT_ITEM", "requests": rows}).encode()
        standin.handle(GraphRequest("POST", "/v26.0/200000000000001/items_batch", {}, headers, body))
"""


@pytest.mark.realprocess
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "state.sqlite3"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    acknowledged = dict(writer.stdout.readline().split() for _ in range(200))
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().splitlines()
    writer.wait()
    writer.stdout.close()
    acknowledged.update(line.split() for line in rest if line.count(" ") == 1 and len(line.split()[1]) >= 15)
    again = GraphStandIn(Store(path))
    kept = {rid.removeprefix("r"): item["id"] for rid, item in again.items(CATALOG).items()}
    assert acknowledged.items() <= kept.items()
    assert len(again.handles()) == 1 and [fault.kind for fault in again.faults.active()] == ["endless_handle"]
    again.settle_all()
    assert again.item(CATALOG, "r0") is None
    fresh = again.add_item(CATALOG, "new")
    assert fresh not in kept.values()
    again.store.close()


def test_order_ids_counters_and_faults_survive_a_restart(tmp_path):
    path = tmp_path / "state.sqlite3"
    first = GraphStandIn(Store(path))
    for name in ("a", "b", "c"):
        first.add_item(CATALOG, name)
    first.edit_item(CATALOG, "a", price="5.00 USD")
    first.faults.add(Fault("outage", remaining=2))
    request = GraphRequest("GET", f"/v26.0/{CATALOG}", {}, {"Authorization": f"Bearer {TOKEN}"})
    assert first.handle(request).status == 503
    first.store.close()
    second = GraphStandIn(Store(path))
    assert list(second.items(CATALOG)) == ["a", "b", "c"]
    assert [second.handle(request).status for _ in range(2)] == [503, 200]
    assert not {item["id"] for item in second.items(CATALOG).values()} & {second.add_item(CATALOG, "d")}
    second.store.close()


def test_no_token_and_no_secret_is_in_the_file(tmp_path):
    path = tmp_path / "state.sqlite3"
    standin = GraphStandIn(Store(path))
    standin.faults.add(Fault("lands_late"))
    standin.handle(GraphRequest("POST", f"/v26.0/{CATALOG}/products", {"access_token": TOKEN}, {}, b"name=x"))
    standin.store.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"lands_late" in raw
    assert TOKEN.encode() not in raw and b"sandboxsecret" not in raw


def test_two_stand_ins_never_share_a_file(tmp_path):
    held = Store(tmp_path / "state.sqlite3")
    held.put("note", "x", {})
    held.commit()
    with pytest.raises(StateFileBusy, match="another sandbox"):
        Store(tmp_path / "state.sqlite3")
    held.close()


def test_reset_leaves_the_demo_accounts_only(tmp_path):
    standin = GraphStandIn(Store(tmp_path / "state.sqlite3"))
    before = standin.add_item(CATALOG, "a")
    standin.faults.add(Fault("outage"))
    standin.reset()
    assert standin.items(CATALOG) == {} and standin.faults.active() == []
    assert sorted(standin.store.catalogs) == ["200000000000001", "200000000000002"]
    assert standin.add_item(CATALOG, "b") != before
    standin.store.close()


def test_a_stale_listing_stays_stale_over_a_restart(tmp_path):
    standin = GraphStandIn(Store(tmp_path / "state.sqlite3"))
    standin.add_item(CATALOG, "a")
    standin.faults.add(Fault("listing_stale"))
    standin.store.close()
    again = GraphStandIn(Store(tmp_path / "state.sqlite3"))
    again.add_item(CATALOG, "b")
    answer = again.handle(GraphRequest("GET", f"/v26.0/{CATALOG}/products", {"access_token": TOKEN}))
    assert [row["retailer_id"] for row in answer.json()["data"]] == ["a"]
    again.store.close()
