"""Webhooks of the Shopify stand-in: who is told what, how it is signed, and what becomes of those nobody answers."""

import base64
import hashlib
import hmac
import json

import pytest

from sandbox.tests.shopify_remote import CLIENT_ID, SECRET, Remote, gid

ADDRESS = "https://crm.example/webhooks/shopify/1"
CREATE = """mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(topic: $topic,
  webhookSubscription: {uri: $uri, format: JSON}) { webhookSubscription { id topic uri } userErrors { field message } } }"""
LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"
DELETE = "mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }"


@pytest.fixture
def remote():
    return Remote()


def subscribe(remote, *topics):
    for topic in topics:
        answer = remote.data(CREATE, topic=topic, uri=ADDRESS)["webhookSubscriptionCreate"]
        assert answer["userErrors"] == [], answer
    return answer["webhookSubscription"]["id"]


def told(remote):
    """(topic, body) of what is delivered now."""
    remote.letters.clear()
    remote.shop.deliver()
    return [(headers["X-Shopify-Topic"], json.loads(body)) for _, headers, body in remote.letters]


def listed(remote):
    return [row["topic"] for row in remote.data(LIST)["webhookSubscriptions"]["nodes"]]


def is_signed(headers, body, secret=SECRET):
    return headers["X-Shopify-Hmac-SHA256"] == base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_headers_and_signature(remote):
    subscribe(remote, "PRODUCTS_CREATE", "PRODUCTS_UPDATE")
    cup = remote.shop.add("Cup", price="1.00", available=3, tags=["b", "a"])
    remote.shop.deliver()
    ((url, headers, body),) = remote.letters
    assert url == ADDRESS and is_signed(headers, body)
    assert (headers["X-Shopify-Topic"], headers["X-Shopify-Shop-Domain"]) == ("products/create", "tea.myshopify.com")
    assert headers["X-Shopify-API-Version"] == "2026-10" and headers["X-Shopify-Webhook-Id"] != headers["X-Shopify-Event-Id"]
    told_ = json.loads(body)
    assert (told_["id"], told_["status"], told_["tags"], told_["variants"][0]["price"]) == (cup.id, "active", "a, b", "1.00")


def test_what_is_told(remote):
    subscribe(remote, "PRODUCTS_UPDATE", "PRODUCTS_DELETE", "INVENTORY_LEVELS_UPDATE", "SHOP_UPDATE", "APP_UNINSTALLED")
    cup = remote.shop.add("Cup", price="1.00", available=3)
    (variant,) = remote.shop.variants(cup.id)
    assert told(remote) == []
    remote.shop.sell(variant.id)
    (level, update) = sorted(told(remote))
    assert level[0] == "inventory_levels/update" and level[1]["inventory_item_id"] == variant.item_id and level[1]["available"] == 2
    assert "variant_id" not in level[1] and update[0] == "products/update"
    remote.shop.delete(cup.id)
    assert told(remote) == [("products/delete", {"id": cup.id})]
    remote.shop.set_shop(currency="EUR")
    assert [(topic, body["currency"]) for topic, body in told(remote)] == [("shop/update", "EUR")]
    remote.shop.uninstall(CLIENT_ID)
    assert [topic for topic, _ in told(remote)] == ["app/uninstalled"]
    assert remote.post(LIST).status_code == 401 and remote.shop.hooks == {}


def test_more_than_a_hundred_variants_are_only_named(remote):
    subscribe(remote, "PRODUCTS_UPDATE")
    values = [{"values": (f"V{number}",)} for number in range(130)]
    cup = remote.shop.add("Cup", options=(("Size", tuple(row["values"][0] for row in values)),), variants=values)
    remote.shop.change(cup.id)
    ((_, body),) = told(remote)
    assert len(body["variants"]) == 100 and len(body["variant_gids"]) == 130


def test_entering_listing_removing_and_refusals(remote):
    number = subscribe(remote, "PRODUCTS_UPDATE", "PRODUCTS_DELETE")
    again = remote.data(CREATE, topic="PRODUCTS_UPDATE", uri=ADDRESS)["webhookSubscriptionCreate"]
    assert again["webhookSubscription"] is None and again["userErrors"][0]["message"] == "Address for this topic has already been taken"
    internal = remote.data(CREATE, topic="PRODUCTS_UPDATE", uri="https://x.myshopify.com/hook")["webhookSubscriptionCreate"]
    assert "internal domain" in internal["userErrors"][0]["message"]
    plain = remote.data(CREATE, topic="PRODUCTS_UPDATE", uri="http://crm.example/hook")["webhookSubscriptionCreate"]
    assert "http://" in plain["userErrors"][0]["message"]
    assert listed(remote) == ["PRODUCTS_UPDATE", "PRODUCTS_DELETE"]
    assert remote.data(DELETE, id=number)["webhookSubscriptionDelete"] == {"deletedWebhookSubscriptionId": number, "userErrors": []}
    assert remote.data(DELETE, id=number)["webhookSubscriptionDelete"]["userErrors"] != [] and listed(remote) == ["PRODUCTS_UPDATE"]


def test_an_app_sees_its_own_subscriptions_only(remote):
    subscribe(remote, "PRODUCTS_UPDATE")
    remote.shop.add_app("other", "shpss_2", token="shpat_other")
    remote.token = "shpat_other"
    assert listed(remote) == []
    subscribe(remote, "PRODUCTS_UPDATE")
    remote.shop.change(remote.shop.add("Cup").id)
    remote.shop.deliver()
    pairs = zip(remote.letters, (SECRET, "shpss_2"), strict=True)
    assert all(is_signed(headers, body, secret) for (_, headers, body), secret in pairs)
    assert len({headers["X-Shopify-Event-Id"] for _, headers, _ in remote.letters}) == 1


def test_a_failed_delivery_comes_again_as_it_was_and_the_eighth_failure_ends_the_subscription(remote):
    subscribe(remote, "PRODUCTS_UPDATE")
    cup = remote.shop.add("Cup", price="1.00")
    remote.shop.change(cup.id, title="First")
    remote.status = 500
    remote.shop.deliver()
    remote.wait(60)
    remote.shop.deliver()
    (first, second) = remote.letters
    assert first[2] == second[2] and first[1]["X-Shopify-Webhook-Id"] == second[1]["X-Shopify-Webhook-Id"]
    for _ in range(5):
        remote.wait(3 * 3600)
        remote.shop.deliver()
        assert listed(remote) == ["PRODUCTS_UPDATE"]
    remote.wait(3 * 3600)
    remote.shop.deliver()
    assert listed(remote) == [] and len(remote.letters) == 8
    remote.wait(24 * 3600)
    assert remote.shop.deliver() == 0


def test_one_answer_of_the_200_class_forgives(remote):
    subscribe(remote, "PRODUCTS_UPDATE")
    cup = remote.shop.add("Cup")
    for status in [500] * 7 + [204] + [500] * 7:
        remote.status = status
        remote.shop.change(cup.id)
        remote.shop.post._waiting = remote.shop.post._waiting[-1:]  # without the retries of the others
        remote.shop.deliver()
    assert listed(remote) == ["PRODUCTS_UPDATE"]


def test_a_letter_that_is_sent_again_under_another_topic_is_rightly_signed(remote):
    subscribe(remote, "SHOP_UPDATE")
    remote.shop.faults.add("hooks_mislabelled")
    remote.shop.set_shop(title="Tea")
    remote.shop.deliver()
    (_, first, body), (_, again, same) = remote.letters
    assert body == same and is_signed(first, body) and is_signed(again, same)
    assert [one["X-Shopify-Topic"] for one in (first, again)] == ["shop/update", "app/uninstalled"]
    assert first["X-Shopify-Webhook-Id"] != again["X-Shopify-Webhook-Id"]


@pytest.mark.parametrize("kind", ["hooks_lost", "hooks_doubled", "hooks_late", "hooks_forged", "hooks_reversed"])
def test_a_broken_post(remote, kind):
    subscribe(remote, "PRODUCTS_UPDATE")
    made = [remote.shop.add(title) for title in "AB"]
    remote.shop.faults.add(kind)
    for product in made:
        remote.shop.change(product.id)
    titles = [body["title"] for _, body in told(remote)]
    expected = {"hooks_lost": [], "hooks_doubled": ["A", "A", "B", "B"], "hooks_late": [], "hooks_reversed": ["B", "A"]}
    assert titles == expected.get(kind, ["A", "B"])
    assert all(is_signed(headers, body) == (kind != "hooks_forged") for _, headers, body in remote.letters)
    if kind == "hooks_doubled":
        assert len({headers["X-Shopify-Webhook-Id"] for _, headers, _ in remote.letters}) == 2
    if kind == "hooks_late":
        remote.wait(60)
        assert [body["title"] for _, body in told(remote)] == ["A", "B"]


def test_a_bulk_operation_that_ends_is_told(remote):
    subscribe(remote, "BULK_OPERATIONS_FINISH")
    query = 'mutation { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id } } }'
    number = remote.data(query)["bulkOperationRunQuery"]["bulkOperation"]["id"]
    remote.wait(2)
    remote.data("query ($id: ID!) { bulkOperation(id: $id) { status } }", id=number)
    assert told(remote)[0][1]["admin_graphql_api_id"] == number == gid("BulkOperation", int(number.rsplit("/", 1)[1]))
