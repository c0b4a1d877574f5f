"""Hooks as each kind of shop keeps them: what is asked, in which words it refuses."""

import pytest

from common.errors import NeedsConfigurationError, PermanentError, TransientError
from integrations.providers.hooks import Hook
from integrations.providers.shopify.hooks import CREATE, DELETE, NO_SECRET, SUBSCRIPTIONS, ShopifyHooks
from integrations.providers.woocommerce.answering.answers import Asked, WooAnswer, error_of, read_answer
from integrations.providers.woocommerce.hooks import PER_PAGE, WooHooks

ADDRESS = "https://us.example/webhooks/woocommerce/3"
READS_ONLY = (
    b'{"code":"woocommerce_rest_authentication_error","message":"The API key provided does not have write permissions.",'
    b'"data":{"status":401}}'
)


class WooShop:
    """Answers as the shop would, page by page; written: (method, path, body) of each change."""

    store_url = "https://shop.example"

    def __init__(self, rows=()):
        self.rows, self.written, self.asked, self.error = list(rows), [], [], None

    def get(self, path, params=None):
        self.asked.append((path, params))
        at = (int(params["page"]) - 1) * PER_PAGE
        return WooAnswer(self.rows[at : at + PER_PAGE])

    def write(self, method, path, body=None):
        self.written.append((method, path, body))
        if self.error:
            raise self.error
        return WooAnswer({"id": 9, **(body or {})})


def woo_row(number, status="active", address=ADDRESS):
    return {"id": number, "topic": "product.updated", "delivery_url": address, "status": status}


def test_woocommerces_hooks_are_read_to_the_end():
    shop = WooShop([woo_row(number) for number in range(1, 251)] + [woo_row(251, "disabled"), woo_row(252, "paused"), "odd"])
    found = WooHooks(shop).found()
    assert len(found) == 252 and len(shop.asked) == 3
    assert [hook.is_on for hook in found[-3:]] == [True, False, False]


def test_a_list_that_repeats_ends():
    shop = WooShop()
    shop.get = lambda path, params=None: WooAnswer([woo_row(number) for number in range(1, 101)])
    assert len(WooHooks(shop).found()) == 100


def test_woocommerce_is_given_address_and_secret():
    shop = WooShop()
    hook = WooHooks(shop).create("product.updated", ADDRESS, "s3cret")
    assert hook == Hook("9", "product.updated", ADDRESS)
    [(method, path, body)] = shop.written
    assert (method, path) == ("POST", "webhooks")
    assert (body["delivery_url"], body["secret"], body["status"]) == (ADDRESS, "s3cret", "active")
    WooHooks(shop).mend(hook, "s3cret")
    WooHooks(shop).delete(hook)
    assert shop.written[1:] == [("PUT", "webhooks/9", {"status": "active", "secret": "s3cret"}), ("DELETE", "webhooks/9", None)]


def test_one_that_is_gone_is_deleted():
    shop = WooShop()
    shop.error = error_of("not_found", Asked("https://shop.example"), status=404)
    WooHooks(shop).delete(Hook("9", "product.updated", ADDRESS))
    shop.error = error_of("bad_request", Asked("https://shop.example"), status=400)
    with pytest.raises(PermanentError):
        WooHooks(shop).delete(Hook("9", "product.updated", ADDRESS))


def test_a_key_that_may_only_read_is_told_from_a_wrong_one():
    with pytest.raises(NeedsConfigurationError) as told:
        read_answer(401, {}, READS_ONLY, Asked("https://shop.example", "webhooks", "basic", proven=True, writes=True))
    assert told.value.kind == "read_only_key" and "Read/Write" in told.value.data["remedy"]
    with pytest.raises(NeedsConfigurationError) as told:
        read_answer(401, {}, READS_ONLY, Asked("https://shop.example", "products", "basic", proven=True))
    assert told.value.kind == "bad_key"


class Shopify:
    """answers: what each question gets, by its text; asked: (question, variables)."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def execute(self, query, variables=None):
        self.asked.append((query, variables))
        name = {SUBSCRIPTIONS: "found", CREATE: "create", DELETE: "delete"}[query]
        answer = self.answers[name]
        return answer(variables) if callable(answer) else answer


def hooks_of(shop):
    return ShopifyHooks(shop, has_secret=True, shop_url="https://sun.myshopify.com")


def page(nodes, after=None):
    return {"webhookSubscriptions": {"nodes": nodes, "pageInfo": {"hasNextPage": after is not None, "endCursor": after}}}


def node(number, topic="PRODUCTS_UPDATE"):
    return {"id": f"gid://shopify/WebhookSubscription/{number}", "topic": topic, "uri": ADDRESS}


def test_shopifys_subscriptions_are_read_page_by_page():
    shop = Shopify(found=lambda asked: page([node(2, "APP_UNINSTALLED")]) if asked["after"] else page([node(1)], "more"))
    assert [hook.topic for hook in hooks_of(shop).found()] == ["products/update", "app/uninstalled"]


BROKEN = [None, {}, {"nodes": None}, {"nodes": [{"id": "gid://shopify/WebhookSubscription/1"}]}, {"nodes": [None], "pageInfo": {}}]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_list_of_subscriptions_is_no_short_one(broken):
    """Else those that are there would be entered again."""
    with pytest.raises(TransientError) as told:
        hooks_of(Shopify(found={"webhookSubscriptions": broken})).found()
    assert told.value.kind == "unreadable"


def test_a_list_of_subscriptions_that_repeats_ends():
    with pytest.raises(TransientError) as told:
        hooks_of(Shopify(found=page([node(1)], "same"))).found()
    assert told.value.kind == "list_repeats"


def test_an_answer_to_nothing_is_not_done():
    hooks = hooks_of(Shopify(create={"webhookSubscriptionCreate": None}, delete={}))
    for change in (lambda: hooks.create("products/update", ADDRESS, ""), lambda: hooks.delete(Hook("1", "products/update", ADDRESS))):
        with pytest.raises(TransientError) as told:
            change()
        assert told.value.kind == "unreadable"


def test_shopify_is_subscribed_to_by_uri():
    shop = Shopify(create={"webhookSubscriptionCreate": {"webhookSubscription": node(7), "userErrors": []}})
    hook = hooks_of(shop).create("products/update", ADDRESS, "")
    assert hook == Hook("gid://shopify/WebhookSubscription/7", "products/update", ADDRESS)
    assert shop.asked[0][1] == {"topic": "PRODUCTS_UPDATE", "webhookSubscription": {"uri": ADDRESS, "format": "JSON"}}


@pytest.mark.parametrize(("said", "error"), [
    ("Address for this topic has already been taken", TransientError),
    ("Address cannot be a Shopify or an internal domain", NeedsConfigurationError),
])  # fmt: skip
def test_what_shopify_objects_to_is_said(said, error):
    shop = Shopify(create={"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": [{"field": ["x"], "message": said}]}})
    with pytest.raises(error) as told:
        hooks_of(shop).create("products/update", ADDRESS, "")
    assert told.value.data["said"] == said


def test_a_subscription_that_is_gone_is_deleted():
    shop = Shopify(delete={"webhookSubscriptionDelete": {"userErrors": [{"message": "Webhook subscription does not exist"}]}})
    hooks_of(shop).delete(Hook("gid", "products/update", ADDRESS))
    shop.answers["delete"] = {"webhookSubscriptionDelete": {"userErrors": [{"message": "No."}]}}
    with pytest.raises(PermanentError):
        hooks_of(shop).delete(Hook("gid", "products/update", ADDRESS))


def test_without_a_secret_nothing_could_be_checked():
    assert ShopifyHooks(Shopify(), has_secret=False, shop_url="https://sun.myshopify.com").obstacle == NO_SECRET
