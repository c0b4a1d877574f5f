"""Webhooks of the WooCommerce stand-in: how they are entered, what they tell, and what becomes of those nobody answers."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from sandbox.shops.messages import ShopRequest
from sandbox.shops.woocommerce import WooShop
from sandbox.state_file import StateFile
from sandbox.tests.woo_recorded import KEY, NOW, SECRET, ask

HOME, ADDRESS = "https://shop.example", "http://127.0.0.1:8000/webhooks/woocommerce/1"
WORD = 'se"cret & <é>'


class Receiver:
    """What a shop posts, and the status it is answered with."""

    def __init__(self, file=None):
        self.time, self.status, self.got = NOW, 200, []
        self.shop = WooShop("one", HOME, clock=lambda: self.time, file=file)
        self.shop.add_key(KEY, SECRET)
        self.shop.post.send = self.take

    def take(self, url, headers, body):
        self.got.append((url, headers, body))
        return self.status

    def write(self, method, path, body=None, **params):
        query = "&".join([f"consumer_key={KEY}", f"consumer_secret={SECRET}", *(f"{name}={value}" for name, value in params.items())])
        raw = json.dumps(body or {}).encode()
        return self.shop.handle(ShopRequest(method, f"{HOME}/wp-json/wc/v3/{path}?{query}", {"Content-Type": "application/json"}, raw))

    def subscribe(self, topic="product.updated", **more):
        body = {"topic": topic, "delivery_url": ADDRESS, "secret": WORD, "status": "active", **more}
        made = self.write("POST", "webhooks", body)
        assert made.status == 201, made.body
        self.shop.deliver()
        self.got.clear()
        return made.json()["id"]

    def told(self):
        """(topic, body) of what is delivered now."""
        self.shop.deliver()
        found = [(headers.get("X-WC-Webhook-Topic"), json.loads(body)) for _, headers, body in self.got]
        self.got.clear()
        return found


@pytest.fixture
def shop():
    return Receiver()


def test_entering_pings_unsigned_until_exactly_200(shop):
    shop.status = 204
    made = shop.write("POST", "webhooks", {"topic": "product.updated", "delivery_url": ADDRESS, "secret": WORD}).json()
    assert made["status"] == "active" and WORD not in json.dumps(made) and "secret" not in made
    shop.shop.deliver()
    url, headers, body = shop.got.pop()
    assert (url, body, headers["Content-Type"]) == (ADDRESS, b"webhook_id=1", "application/x-www-form-urlencoded")
    assert not [name for name in headers if name.startswith("X-WC")]
    shop.status = 200
    shop.write("PUT", "webhooks/1", {"name": "again"})
    shop.shop.deliver()
    assert [body for _, _, body in shop.got] == [b"webhook_id=1"]
    shop.write("PUT", "webhooks/1", {"name": "and again"})
    assert shop.shop.deliver() == 0


def test_what_is_told_and_how_it_is_signed(shop):
    shop.subscribe()
    lamp = shop.shop.add(name="Lamp", regular_price="5")
    shop.shop.change(lamp.id, regular_price="6")
    shop.shop.deliver()
    ((_, headers, body),) = shop.got
    expected = base64.b64encode(hmac.new(WORD.encode(), body, hashlib.sha256).digest()).decode()
    assert headers["X-WC-Webhook-Signature"] == expected and headers["X-WC-Webhook-Topic"] == "product.updated"
    assert (headers["X-WC-Webhook-ID"], headers["X-WC-Webhook-Source"]) == ("1", f"{HOME}/")
    assert json.loads(body)["regular_price"] == "6" and b"\\/" in body


def test_the_same_product_waits_once_and_says_what_is_true_when_it_leaves(shop):
    shop.subscribe()
    lamp = shop.shop.add(name="Lamp", regular_price="5")
    for price in "678":
        shop.shop.change(lamp.id, regular_price=price)
    assert [body["regular_price"] for _, body in shop.told()] == ["8"]
    shop.shop.change(lamp.id, regular_price="9")
    shop.shop.delete(lamp.id)
    assert [body.get("code") for _, body in shop.told()] == ["woocommerce_rest_product_invalid_id"]


def test_deliveries_of_one_second_share_their_number(shop):
    shop.subscribe()
    for name in ("A", "B"):
        shop.shop.change(shop.shop.add(name=name).id)
    shop.shop.deliver()
    assert len({headers["X-WC-Webhook-Delivery-ID"] for _, headers, _ in shop.got}) == 1 and len(shop.got) == 2


def test_trash_restore_variations_and_what_is_never_told(shop):
    for topic in ("product.created", "product.updated", "product.deleted", "product.restored"):
        shop.subscribe(topic)
    lamp = shop.shop.add(name="Lamp")
    assert [topic for topic, _ in shop.told()] == ["product.created"]
    child = shop.shop.add_variation(lamp.id, regular_price="5")
    assert [(topic, body["id"], body["parent_id"]) for topic, body in shop.told()] == [("product.created", child.id, lamp.id)]
    shop.shop.trash(lamp.id)
    assert shop.told() == [("product.deleted", {"id": lamp.id})]
    shop.shop.restore(lamp.id)
    assert [topic for topic, _ in shop.told()] == ["product.updated", "product.restored"]
    shop.shop.write_silently(lamp.id, name="Quiet")
    shop.shop.delete(child.id)
    shop.shop.delete(lamp.id)
    assert shop.told() == []


def test_the_seventh_failure_in_a_row_disables_and_nothing_is_tried_again(shop):
    number, lamp = shop.subscribe(), shop.shop.add(name="Lamp")
    shop.status = 500
    for _ in range(6):
        shop.shop.change(lamp.id)
        assert len(shop.told()) == 1 and ask(shop.shop, f"webhooks/{number}").json()["status"] == "active"
    shop.shop.change(lamp.id)
    assert len(shop.told()) == 1 and ask(shop.shop, f"webhooks/{number}").json()["status"] == "disabled"
    shop.time += timedelta(days=1)
    shop.shop.change(lamp.id)
    assert shop.told() == []
    shop.write("PUT", f"webhooks/{number}", {"status": "active"})
    shop.shop.change(lamp.id)
    shop.told()  # the counter stayed where it was: one more failure is enough
    assert ask(shop.shop, f"webhooks/{number}").json()["status"] == "disabled"


def test_one_success_forgives(shop):
    number, lamp = shop.subscribe(), shop.shop.add(name="Lamp")
    for status in [500] * 6 + [302] + [500] * 6:
        shop.status = status
        shop.shop.change(lamp.id)
        shop.told()
    assert ask(shop.shop, f"webhooks/{number}").json()["status"] == "active"


def test_lists_deleting_and_refusals(shop):
    first, second = shop.subscribe(), shop.subscribe("product.deleted")
    assert {row["id"] for row in ask(shop.shop, "webhooks", per_page=100).json()} == {first, second}
    assert shop.write("DELETE", f"webhooks/{first}").status == 501
    assert shop.write("DELETE", f"webhooks/{first}", force="true").status == 200
    assert ask(shop.shop, f"webhooks/{first}").status == 404
    nonsense = shop.write("POST", "webhooks", {"topic": "nonsense", "delivery_url": ADDRESS}).json()
    assert nonsense["code"] == "woocommerce_rest_webhook_invalid_topic"
    assert shop.write("POST", "webhooks", {"topic": "product.updated", "delivery_url": "x"}).status == 400
    shop.shop.add_key(KEY, SECRET, permissions="read")
    assert shop.write("POST", "webhooks", {"topic": "product.updated", "delivery_url": ADDRESS}).status == 401


@pytest.mark.parametrize(("kind", "expected"), [("hooks_lost", 0), ("hooks_doubled", 2), ("hooks_late", 0), ("hooks_forged", 1)])
def test_a_broken_post(shop, kind, expected):
    shop.subscribe()
    shop.shop.faults.add(kind, **({"seconds": 30} if kind == "hooks_late" else {}))
    shop.shop.change(shop.shop.add(name="Lamp").id)
    shop.shop.deliver()
    assert len(shop.got) == expected
    if kind == "hooks_late":
        shop.time += timedelta(seconds=30)
        shop.shop.deliver()
        assert len(shop.got) == 1
    for _, headers, body in shop.got:
        right = base64.b64encode(hmac.new(WORD.encode(), body, hashlib.sha256).digest()).decode()
        assert (headers["X-WC-Webhook-Signature"] == right) == (kind != "hooks_forged")


def test_letters_overtake_each_other(shop):
    shop.subscribe()
    made = [shop.shop.add(name=name) for name in "AB"]
    shop.shop.faults.add("hooks_reversed")
    for product in made:
        shop.shop.change(product.id)
    assert [body["name"] for _, body in shop.told()] == ["B", "A"]


def test_hooks_outlive_a_restart(tmp_path):
    file = StateFile(tmp_path / "state.sqlite3")
    shop = Receiver(file)
    shop.subscribe()
    again = Receiver(file)
    again.shop.change(again.shop.add(name="Lamp").id)
    again.shop.deliver()
    assert len(again.got) == 1 and again.got[0][1]["X-WC-Webhook-Topic"] == "product.updated"
