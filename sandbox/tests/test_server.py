"""The stand-in as a process: faults on the wire, refusing to start, stopping, and keeping its state."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.tests.conftest import CATALOG, GOOD, TOKEN

ROOT = Path(__file__).parents[2]
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
pytestmark = pytest.mark.realprocess


@contextlib.contextmanager
def running(tmp_path, *words):
    """A server on a free port; gives its address and the process."""
    command = [sys.executable, "-m", "sandbox.server", "--port", "0", "--state", str(tmp_path / "state.sqlite3"), *words]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DEBUG": "true"}, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().split(" at ")[1].strip().rstrip("/"), process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def refused(*words, **environment):
    """(exit code, what was said) of a start that must fail."""
    env = {**os.environ, "DEBUG": "true", **environment}
    done = subprocess.run([sys.executable, "-m", "sandbox.server", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_state_survives_kill_9_and_sigterm(tmp_path):
    with running(tmp_path) as (base, process):
        made = requests.post(f"{base}/v26.0/{CATALOG}/products", json=GOOD, headers=HEADERS, timeout=5).json()["id"]
        process.kill()
    with running(tmp_path) as (base, process):
        assert requests.get(f"{base}/v26.0/{made}", headers=HEADERS, timeout=5).json()["name"] == GOOD["name"]
        requests.post(f"{base}/_sandbox/faults", json={"kind": "outage"}, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    with running(tmp_path) as (base, _):
        assert requests.get(f"{base}/v26.0/{made}", headers=HEADERS, timeout=5).status_code == 503


def test_faults_are_real_on_the_wire(tmp_path):
    with running(tmp_path) as (base, _):

        def ask(kind, **options):
            requests.post(f"{base}/_sandbox/faults", json={"kind": kind, "remaining": 1, **options}, timeout=5)
            return requests.get(f"{base}/v26.0/{CATALOG}", headers=HEADERS, timeout=0.5)

        for kind in ("lost_before", "lost_after"):
            with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
                ask(kind)
        for kind in ("hang", "timeout_after", "slow"):
            with pytest.raises(requests.ReadTimeout):
                ask(kind, seconds=2)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            ask("cut")
        assert ask("html").status_code == 502
        assert requests.get(f"{base}/_sandbox/faults", timeout=5).json()["faults"] == []


def test_it_does_not_start_where_it_must_not(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert refused("--port", port) == (
            2,
            f"Sandbox not started: port {port} is in use. Stop the other program, or choose another port with SANDBOX_PORT or --port.\n",
        )
    with running(tmp_path):
        code, said = refused("--port", "0", "--state", str(tmp_path / "state.sqlite3"))
        assert code == 2 and "is another sandbox running?" in said
    secrets = {"SECRET_KEY": "s" * 50, "ENCRYPTION_SECRET": "e" * 50, "ALLOWED_HOSTS": "shop.example"}
    code, said = refused("--port", "0", DEBUG="false", **secrets)
    assert code == 2 and "never runs in production" in said


def test_the_control_addresses(tmp_path):
    with running(tmp_path) as (base, _):

        def send(method, path, **options):
            return requests.request(method, f"{base}/_sandbox/{path}", timeout=5, **options)

        item = {"action": "add", "catalog_id": CATALOG, "retailer_id": "X", "fields": {"price": "3.00 USD"}}
        assert send("POST", "items", json=item).json()["item"]["price"] == "3.00 USD"
        assert send("POST", "items", json={**item, "action": "edit", "fields": {"price": "dear"}}).status_code == 400
        assert (
            send("POST", "items", json={**item, "action": "edit", "retailer_id": "nobody"}).json()["error"]
            == "the catalog has no item nobody"
        )
        assert send("GET", "state", params={"catalog": CATALOG}).json()["items"]["X"]["name"] == "Added by hand"
        assert send("POST", "faults", json={"kind": "typo"}).status_code == 400
        assert send("POST", "faults", json={"kind": "outage", "colour": 1}).status_code == 400
        send("POST", "faults", json={"kind": "reject_item", "retailer_ids": ["X"]})
        send("POST", "faults", json={"kind": "outage"})
        left = send("DELETE", "faults", params={"kind": "reject_item", "retailer_id": "X"}).json()["faults"]
        assert [fault["kind"] for fault in left] == ["outage"]
        assert send("POST", "accounts", json={"token": "EAANEW", "business_id": "1", "catalog_ids": ["2"]}).status_code == 201
        assert send("POST", "knobs", json={"batch_delay": 1.5}).json()["batch_delay"] == 1.5
        assert send("POST", "reset", json={}).json() == {"reset": True}
        assert send("GET", "state", params={"catalog": CATALOG}).json()["items"] == {}
        assert send("GET", "nonsense").status_code == 404


def test_other_pages_in_the_browser_cannot_press_the_buttons(tmp_path):
    with running(tmp_path) as (base, _):
        foreign = requests.post(f"{base}/_sandbox/reset", json={}, headers={"Host": "evil.example"}, timeout=5)
        form = requests.post(f"{base}/_sandbox/reset", data={"x": "1"}, timeout=5)
        assert (foreign.status_code, form.status_code) == (403, 415)


class TestShops:
    """A shop on the wire: its faults, its page, and who may press the buttons."""

    def wait_less(self, base, path="wp-json/", **options):
        return requests.get(f"{base}/shops/s/{path}", **{"timeout": 0.5, "allow_redirects": False, **options})

    def test_faults_are_real_on_the_wire(self, tmp_path):
        with running(tmp_path) as (base, _):
            requests.post(f"{base}/_sandbox/shops/", json={"name": "s"}, timeout=5)

            def ask(kind, **options):
                body = {"kind": kind, "remaining": 1, **options}
                assert requests.post(f"{base}/_sandbox/shops/s/faults", json=body, timeout=5).status_code == 201
                return self.wait_less(base, stream=kind == "endless")

            for kind in ("reset_before", "reset_after"):
                with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
                    ask(kind)
            for kind in ("hang", "slow"):
                with pytest.raises(requests.ReadTimeout):
                    ask(kind, seconds=2)
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                ask("cut")
            assert ask("redirect_https").headers["Location"] == f"{base.replace('http', 'https')}/shops/s/wp-json/"
            assert len(ask("gzip_bomb", mb=3).content) == 3 * 1024 * 1024 + 2
            with ask("endless") as answer:
                assert sum(len(block) for block, _ in zip(answer.iter_content(65536), range(50), strict=False)) > 3_000_000
            assert self.wait_less(base).json()["home"] == f"{base}/shops/s"

    def test_browsers_see_the_editor_even_where_the_shop_is_broken(self, tmp_path):
        with running(tmp_path, "--demo") as (base, _):
            requests.post(f"{base}/_sandbox/shops/demo/faults", json={"kind": "maintenance"}, timeout=5)
            browser = {"Accept": "text/html,application/xhtml+xml"}
            page = requests.get(f"{base}/shops/demo", headers=browser, timeout=5)
            assert page.status_code == 200 and "Mend everything" in page.text and 'rel="https://api.w.org/"' in page.headers["Link"]
            assert requests.get(f"{base}/shops/demo/", timeout=5).status_code == 503
            assert requests.head(f"{base}/shops/demo/wp-json/wc/v3/products", timeout=5).status_code == 503
            assert "Corner General Store" in requests.get(f"{base}/shops/", headers=browser, timeout=5).text
            foreign = {**browser, "Host": "evil.example"}
            assert requests.get(f"{base}/shops/demo/", headers=foreign, timeout=5).status_code == 403
            assert requests.post(f"{base}/_sandbox/shops/demo/knobs", json={}, headers=foreign, timeout=5).status_code == 403
            assert requests.post(f"{base}/_sandbox/shops/demo/knobs", data={"x": "1"}, timeout=5).status_code == 415
            assert requests.delete(f"{base}/_sandbox/shops/demo/faults", timeout=5).json()["faults"] == []
            assert requests.get(f"{base}/shops/demo/pictures/mug-blue.png", timeout=5).headers["Content-Type"] == "image/png"
            assert requests.get(f"{base}/shops/nobody/wp-json/", timeout=5).status_code == 404

    def test_a_shop_survives_kill_9_with_its_faults(self, tmp_path):
        with running(tmp_path, "--demo") as (base, process):
            add = {"action": "add", "fields": {"name": "Kept", "regular_price": "5"}}
            number = requests.post(f"{base}/_sandbox/shops/demo/products", json=add, timeout=5).json()["item"]["id"]
            requests.post(f"{base}/_sandbox/shops/demo/faults", json={"kind": "firewall"}, timeout=5)
            process.kill()
        with running(tmp_path, "--demo") as (base, process):
            found = requests.get(f"{base}/_sandbox/shops/demo/state", params={"id": number}, timeout=5).json()
            assert found["item"]["name"] == "Kept" and [fault["kind"] for fault in found["faults"]] == ["firewall"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=5) == 0
