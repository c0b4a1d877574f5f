"""Deliveries at our door: what is answered, what is stored, and that no order and no repetition of them makes a difference."""

import json
import random

import pytest
from django.db import connection as database
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from common import metering
from integrations.connecting.connections import set_credentials
from integrations.models import DeliveryState, Provider, StoreConnection, StoreDelivery, StoreHint, StoreHooks, WebhookLog
from integrations.providers.shopify.webhook import TOPICS
from integrations.runs import start_import
from integrations.tests.hook_world import SECRET, deliver, post, recorded, recorded_names, recorded_secret, sign, woo_headers
from integrations.webhooks import intake
from integrations.webhooks.views import LONGEST_BODY
from operations.models import RunStatus
from operations.services import finish_run

pytestmark = pytest.mark.django_db
PRODUCT = {"id": 57, "name": "Mug", "type": "simple", "status": "publish", "parent_id": 0}


def begun(connection, secret=SECRET):
    """Its first import is over, and its hooks have a secret."""
    finish_run(start_import(connection), RunStatus.COMPLETED)
    StoreHooks.objects.update_or_create(connection=connection, defaults={"secret": secret})
    connection.refresh_from_db()
    return connection


def outcomes():
    return {(key[1], key[2]): found.count for key, found in metering.take().items() if key[0] == "store_deliveries"}


def hinted(connection):
    return sorted(StoreHint.objects.filter(connection=connection).values_list("external_id", flat=True))


def test_a_kind_of_shop_that_tells_nothing_believes_nobody_and_takes_new_keys(shop, monkeypatch):
    monkeypatch.setattr("integrations.providers.find_spec", lambda name: None)
    begun(shop)
    metering.take()
    assert deliver(shop, PRODUCT).status_code == 401
    assert outcomes() == {("woocommerce", "not_signed"): 1} and not StoreDelivery.objects.exists()
    set_credentials(shop, {"consumer_key": "ck_" + "9" * 40, "consumer_secret": "cs_" + "9" * 40})
    shop.refresh_from_db()
    assert shop.credential("consumer_key") == "ck_" + "9" * 40


@pytest.fixture
def woo(shop):
    return begun(shop)


@pytest.fixture
def shopify(run_world, tenant):
    connection = StoreConnection.objects.create(
        tenant=tenant, provider=Provider.SHOPIFY, shop_domain="sun.myshopify.com",
        credentials={"client_id": "id", "client_secret": SECRET, "access_token": "shpat_1"},
    )  # fmt: skip
    return begun(connection)


def from_shopify(connection, data, topic, delivery="w1", secret=SECRET, **more):
    body = json.dumps(data).encode()
    headers = {"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": delivery, "X-Shopify-Hmac-SHA256": sign(body, secret), **more}
    return post(connection, body, headers, provider="shopify")


# --- what is answered ---------------------------------------------------------------------------------------------------------


def test_a_delivery_is_one_row_its_hint_and_a_line_of_the_log(woo):
    assert deliver(woo, PRODUCT).status_code == 200
    row = StoreDelivery.objects.get()
    assert (row.tenant, row.connection, row.topic, row.external_ids, row.state) == (woo.tenant, woo, "product.updated", ["57"], "noted")
    assert "Mug" not in str(row.content)
    assert hinted(woo) == ["57"]
    log = WebhookLog.objects.exclude(event="product_sync").get()
    assert (log.connection, log.event, log.status, log.payload["products"]) == (woo, "product.updated", "success", ["57"])
    assert outcomes() == {("woocommerce", "taken"): 1}


def test_a_delivery_costs_few_queries(woo, django_assert_max_num_queries):
    deliver(woo, {"id": 1})
    with django_assert_max_num_queries(16):
        deliver(woo, {"id": 2}, delivery="d2")


def test_the_same_again_changes_nothing(woo):
    for _ in range(3):
        assert deliver(woo, PRODUCT).status_code == 200
    assert StoreDelivery.objects.count() == StoreHint.objects.count() == 1
    assert StoreHint.objects.get().version == 1
    assert outcomes() == {("woocommerce", "taken"): 1, ("woocommerce", "repeated"): 2}


def test_nobody_is_let_in_without_the_shops_signature(woo, other_shop):
    begun(other_shop, "their secret")
    metering.take()
    body = json.dumps(PRODUCT).encode()
    empty = {**woo_headers(body), "X-WC-Webhook-Signature": ""}
    for headers in ({}, woo_headers(body, secret="their secret"), woo_headers(body + b" "), empty):
        assert post(woo, body, headers).status_code == 401
    StoreHooks.objects.filter(connection=woo).update(secret="")
    assert post(woo, body, woo_headers(body, secret="")).status_code == 401
    StoreHooks.objects.all().delete()
    assert post(woo, body, woo_headers(body, secret="")).status_code == 401
    assert not StoreDelivery.objects.exists() and not StoreHint.objects.exists()
    assert outcomes() == {("woocommerce", "not_signed"): 6}


def test_a_secret_that_cannot_be_read_lets_nobody_in(woo, settings):
    settings.ENCRYPTION_SECRET = "another secret of more than thirty-two characters"
    assert deliver(woo, PRODUCT).status_code == 401


def test_one_shops_signature_is_none_at_anothers(woo, other_shop):
    begun(other_shop, "their secret")
    body = json.dumps(PRODUCT).encode()
    assert post(other_shop, body, woo_headers(body)).status_code == 401
    assert post(other_shop, body, woo_headers(body, secret="their secret")).status_code == 200
    assert (hinted(woo), hinted(other_shop)) == ([], ["57"])
    assert StoreDelivery.objects.get().tenant == other_shop.tenant


def test_unknown_shops_are_not_found(woo):
    body = json.dumps(PRODUCT).encode()
    kinds = {woo.pk + 999: "woocommerce", 10**17: "woocommerce", woo.pk: "shopify", str(woo.pk): "gopher", "x": "woocommerce"}
    for number, provider in kinds.items():
        assert post(number, body, woo_headers(body), provider=provider).status_code == 404
    assert not StoreDelivery.objects.exists()


def test_what_is_too_long_is_not_read(woo):
    body = b'{"id": 1, "x": "' + b"x" * LONGEST_BODY + b'"}'
    assert post(woo, body, woo_headers(body)).status_code == 413
    near = b'{"id": 1, "x": "' + b"x" * (LONGEST_BODY - 20) + b'"}'
    assert post(woo, near, woo_headers(near)).status_code == 200
    assert StoreDelivery.objects.count() == 1


def test_the_ping_is_answered_with_exactly_200(woo):
    for _ in range(2):
        answer = Client().post(f"/webhooks/woocommerce/{woo.pk}", b"webhook_id=7", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200
    assert post(woo.pk + 999, b"webhook_id=7", {}).status_code == 404
    assert not StoreDelivery.objects.exists()


def test_no_session_and_no_token_of_a_form(woo):
    client = Client(enforce_csrf_checks=True)
    body = json.dumps(PRODUCT).encode()
    answer = post(woo, body, woo_headers(body), client=client)
    assert answer.status_code == 200 and not answer.cookies
    assert client.get(f"/webhooks/woocommerce/{woo.pk}").status_code == 405
    assert post(f"{woo.pk}/", body, woo_headers(body), client=client).status_code == 200


@pytest.mark.parametrize("name", recorded_names())
def test_what_a_real_woocommerce_sends_is_taken(woo, name):
    StoreHooks.objects.update(secret="")
    row = StoreHooks.objects.get()
    row.secret = recorded_secret()
    row.save()
    headers, body = recorded(name)
    assert post(woo, body, headers).status_code == 200


# --- what becomes of it -------------------------------------------------------------------------------------------------------


def test_before_the_first_import_nothing_is_fetched(shop):
    StoreHooks.objects.create(connection=shop, secret=SECRET)
    deliver(shop, PRODUCT)
    row = StoreDelivery.objects.get()
    assert (row.state, row.note, hinted(shop)) == (DeliveryState.IGNORED, intake.NOT_YET, [])


def test_a_paused_or_blocked_shop_keeps_what_it_was_told(woo):
    StoreConnection.objects.update(is_active=False, blocked_at=woo.created_at)
    deliver(woo, PRODUCT)
    assert hinted(woo) == ["57"]


def test_a_fault_of_ours_leaves_a_row_that_can_be_replayed(woo, monkeypatch):
    monkeypatch.setattr(intake.hints, "note", lambda *_: 1 / 0)
    assert deliver(woo, PRODUCT).status_code == 200
    row = StoreDelivery.objects.get()
    assert (row.state, row.note) == (DeliveryState.FAILED, intake.BROKE)
    assert WebhookLog.objects.filter(status="error", error=intake.BROKE).count() == 1


def test_hints_and_row_are_one_transaction(woo, monkeypatch):
    def gone(*_args):
        raise database.Database.OperationalError("gone")

    monkeypatch.setattr(intake, "_log", gone)
    with pytest.raises(Exception, match="gone"):
        deliver(woo, PRODUCT)
    assert not StoreDelivery.objects.exists() and not StoreHint.objects.exists()


def test_shopify_tells_of_its_products(shopify):
    assert from_shopify(shopify, {"id": 9, "status": "active"}, "products/update").status_code == 200
    assert from_shopify(shopify, {"id": 9, "status": "active"}, "products/update").status_code == 200
    assert from_shopify(shopify, {"id": 10}, "products/delete", "w2").status_code == 200
    assert hinted(shopify) == ["10", "9"]
    assert StoreDelivery.objects.count() == 2


def test_the_key_before_the_present_one_is_good_for_a_while(run_world, shopify):
    set_credentials(shopify, {"client_secret": "the new one"})
    assert from_shopify(shopify, {"id": 1}, "products/update", "w1", "the new one").status_code == 200
    assert from_shopify(shopify, {"id": 2}, "products/update", "w2", SECRET).status_code == 200
    run_world.pass_time(hours=5)
    assert from_shopify(shopify, {"id": 3}, "products/update", "w3", SECRET).status_code == 401


def test_a_goodbye_has_the_shop_asked_and_stops_nothing_by_itself(shopify):
    """Its topic is not signed: anybody who has seen one letter of the shop can send it again as a goodbye."""
    StoreHooks.objects.update(due_at=None)
    answer = from_shopify(shopify, {"myshopify_domain": "sun.myshopify.com"}, "app/uninstalled")
    shopify.refresh_from_db()
    assert (answer.status_code, shopify.blocked_at, StoreDelivery.objects.get().note) == (200, None, intake.IS_IT_GONE)
    assert shopify.stale_since is not None and StoreHooks.objects.get().due_at is not None


@pytest.mark.parametrize("topic", [*TOPICS, "customers/redact", "orders/create", "", "x" * 200])
@pytest.mark.parametrize("body", [{"id": 9, "status": "active"}, {"id": 8, "myshopify_domain": "sun.myshopify.com"}, {"id": 5}, {}, []])
def test_no_topic_does_more_than_have_something_asked(shopify, topic, body):
    before = StoreConnection.objects.filter(pk=shopify.pk).values().get()
    assert from_shopify(shopify, body, topic).status_code == 200
    changed = {name for name, value in StoreConnection.objects.filter(pk=shopify.pk).values().get().items() if value != before[name]}
    assert changed <= {"stale_since"} and set(hinted(shopify)) <= {str(dict(body).get("id"))}


def test_what_is_said_of_another_shop_is_ignored(shopify):
    for delivery, topic in enumerate(("app/uninstalled", "shop/update")):
        from_shopify(shopify, {"myshopify_domain": "moon.myshopify.com"}, topic, f"w{delivery}")
    shopify.refresh_from_db()
    assert shopify.stale_since is None
    assert {row.note for row in StoreDelivery.objects.all()} == {intake.SOMEBODY_ELSE.format(shop="moon.myshopify.com")}


def test_news_of_the_shop_itself_has_it_described_again(shopify):
    from_shopify(shopify, {"myshopify_domain": "sun.myshopify.com", "currency": "EGP"}, "shop/update")
    shopify.refresh_from_db()
    assert shopify.stale_since is not None and not hinted(shopify)


# --- whatever comes -----------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID", "X-WC-Webhook-Signature", "Content-Type", "X-Shopify-Topic"])
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=200)


@given(body=st.binary(max_size=200), headers=st.dictionaries(NAMES, VALUES), signed=st.booleans(), known=st.booleans())
def test_whatever_comes_has_one_of_four_answers(woo, body, headers, signed, known):
    if signed:
        headers = {**headers, "X-WC-Webhook-Signature": sign(body)}
    answer = post(woo if known else woo.pk + 1, body, headers)
    assert answer.status_code in ((200,) if signed and known else (200, 401) if known else (404,))


@given(order=st.lists(st.integers(0, 5), min_size=6, max_size=30), seed=st.integers(0, 99))
def test_any_order_and_any_repetition_has_the_same_end(woo, order, seed):
    StoreDelivery.objects.all().delete()
    StoreHint.objects.all().delete()
    sent = [({"id": 1 + number // 2, "name": f"state {number}"}, f"d{number}") for number in range(6)]
    missing = [number for number in range(6) if number not in order]
    random.Random(seed).shuffle(missing)
    for number in [*order, *missing]:
        data, delivery = sent[number]
        assert deliver(woo, data, delivery=delivery).status_code == 200
    assert StoreDelivery.objects.count() == 6
    assert hinted(woo) == ["1", "2", "3"]
    assert set(StoreHint.objects.values_list("version", flat=True)) == {2}
