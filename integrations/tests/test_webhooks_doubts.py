"""Wrong signatures: strangers raise no alarm, a secret that was changed in the shop is told of, and what is right again ends it."""

import json
from types import SimpleNamespace

import pytest

from integrations import watching
from integrations.connecting.connections import block, pause, save_connection, set_credentials, switch_on
from integrations.models import Signature, StoreConnection, StoreDelivery, StoreHooks
from integrations.runs import run_now
from integrations.tests.hook_world import HookShop, look, post, woo_headers
from integrations.tests.shopify_edge import CLIENT, STATIC
from integrations.tests.shopify_world import connect, served
from integrations.tests.test_webhooks_end_to_end import post_to_us
from integrations.webhooks import asking, doubts, keeping
from integrations.webhooks.standing import standing_of, with_standing

pytestmark = pytest.mark.django_db
BODY = json.dumps({"id": 57}).encode()


@pytest.fixture
def asked(monkeypatch):
    """The shops that workers are told to look at. The counts of this process begin anew."""
    bells = []
    monkeypatch.setattr(asking, "ring", lambda name, *args, **_: bells.append(args[0]))
    monkeypatch.setattr(doubts, "_counts", {})
    return bells


@pytest.fixture
def hooked(hooked, asked, shop):
    """A WooCommerce shop's hooks, entered."""
    look(shop)
    asked.clear()
    return hooked


def knock(connection, times=doubts.ENOUGH, secret="a stranger's"):
    for number in range(times):
        assert post(connection, BODY, woo_headers(BODY, delivery=f"d{number}", secret=secret)).status_code == 401


def signature(connection):
    return StoreHooks.objects.get(connection=connection).signature


def standing(connection):
    found = standing_of(with_standing(StoreConnection.objects.filter(pk=connection.pk)).get())
    return found.state, found.text


def alarms(moment=None):
    return [finding.title for finding in watching.wrong_signatures(moment, frozenset())]


def test_a_stranger_has_the_shop_asked_once_and_alarms_nobody(hooked, shop, other_shop, asked):
    knock(shop, 4 * doubts.ENOUGH)
    assert asked == [shop.pk] and signature(shop) == Signature.DOUBTED
    keeping.keep_webhooks(shop.pk)
    assert standing(shop)[0] == "working" and alarms() == [] and not StoreDelivery.objects.exists()
    assert not StoreHooks.objects.filter(connection=other_shop).exists()


def test_what_is_refused_costs_the_same_however_often_it_comes(hooked, shop, django_assert_num_queries):
    knock(shop)
    with django_assert_num_queries(2):
        knock(shop, 1)


def test_letters_without_a_signature_are_not_counted(hooked, shop, asked):
    for _ in range(3 * doubts.ENOUGH):
        assert post(shop, BODY, {}).status_code == 401
    assert asked == [] and signature(shop) == Signature.RIGHT


def test_some_hours_later_it_is_counted_anew(hooked, shop, asked, monkeypatch):
    now = 0.0
    monkeypatch.setattr(doubts, "time", SimpleNamespace(monotonic=lambda: now))
    knock(shop, doubts.ENOUGH - 1)
    now = doubts.WITHIN + 1
    knock(shop, doubts.ENOUGH - 1)
    assert asked == []
    knock(shop, 1)
    assert asked == [shop.pk]


def test_a_right_one_in_between_is_no_doubt(hooked, shop, asked):
    secret = StoreHooks.objects.get().secret
    for number in range(doubts.ENOUGH):
        knock(shop, doubts.ENOUGH - 1)
        assert post(shop, BODY, woo_headers(BODY, delivery=f"right{number}", secret=secret)).status_code == 200
    assert asked == []


def test_a_secret_that_was_changed_in_woocommerce_is_ours_again(hooked, shop):
    ours = StoreHooks.objects.get().secret
    hooked.secrets = dict.fromkeys(hooked.secrets, "somebody's")
    knock(shop, secret="somebody's")
    keeping.keep_webhooks(shop.pk)
    assert hooked.working(f"https://us.example.com/webhooks/woocommerce/{shop.pk}", ours) == sorted(HookShop.topics)
    assert post(shop, BODY, woo_headers(BODY, secret=ours)).status_code == 200
    assert signature(shop) == Signature.RIGHT and standing(shop)[0] == "working"


def test_where_something_on_the_way_changes_bodies_the_shop_gives_up_and_people_are_told(hooked, shop):
    knock(shop)
    hooked.switch_off()
    keeping.keep_webhooks(shop.pk)
    assert signature(shop) == Signature.WRONG
    assert standing(shop)[0] == "problem" and "proxy" in standing(shop)[1]
    assert alarms() == ["Webhooks of “https://shop.example” have a wrong signature"]
    assert all(hook.is_on for hook in hooked.hooks.values())
    look(shop)
    assert signature(shop) == Signature.WRONG
    pause(shop)
    assert alarms() == []
    switch_on(shop)
    block(StoreConnection.objects.select_related("tenant").get(pk=shop.pk), "revoked")
    assert alarms() == []
    StoreConnection.objects.update(blocked_at=None)
    assert post(shop, BODY, woo_headers(BODY, secret=StoreHooks.objects.get().secret)).status_code == 200
    assert signature(shop) == Signature.RIGHT and alarms() == [] and standing(shop)[0] == "working"


def test_hooks_that_went_without_wrong_signatures_are_no_doubt(hooked, shop):
    hooked.hooks.clear()
    look(shop)
    assert signature(shop) == Signature.RIGHT and standing(shop)[0] == "working"


def test_switched_off_it_is_no_news(hooked, shop):
    knock(shop)
    hooked.switch_off()
    keeping.keep_webhooks(shop.pk)
    shop.use_webhooks = False
    save_connection(shop)
    assert alarms() == [] and standing(shop)[0] == "off"


# --- Shopify over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def shopify(asked, settings, tenant):
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    with served(settings, currency="EUR") as shop:
        shop.post.send = post_to_us
        shop.add("Cup", price="9.00", available=3, sku="CUP")
        yield shop, tenant


def hooked_at(shop, connection):
    assert run_now(connection).status == "completed"
    look(connection)
    edit(shop)
    assert StoreDelivery.objects.filter(state="noted").count() == 1
    connection.refresh_from_db()
    return connection


def edit(shop, times=1):
    """Somebody saves a product, so often."""
    for _ in range(times):
        shop.change(next(iter(shop.shelf.product_ids())))
        shop.deliver()


def test_a_client_secret_that_was_changed_is_told_before_the_token_ends(shopify, asked):
    shop, tenant = shopify
    connection = hooked_at(shop, connect(tenant))
    asked.clear()
    shop.add_app(CLIENT, "shpss_another")
    edit(shop, doubts.ENOUGH)
    assert asked == [connection.pk]
    shop.faults.add("bad_gateway")
    keeping.keep_webhooks(connection.pk)
    assert signature(connection) == Signature.DOUBTED
    shop.faults.clear()
    keeping.keep_webhooks(connection.pk)
    assert signature(connection) == Signature.WRONG and len(alarms()) == 1 and "client secret" in standing(connection)[1]
    assert StoreConnection.objects.get().blocked_at is None, "The token lives: products still come."
    set_credentials(connection, {"client_secret": "shpss_another"})
    assert alarms() == [] and standing(connection)[0] == "working"
    edit(shop)
    assert StoreDelivery.objects.filter(state="noted").count() == 2


def test_a_stranger_at_a_shopify_shop_alarms_nobody(shopify):
    shop, tenant = shopify
    connection = hooked_at(shop, connect(tenant))
    shop.faults.add("hooks_forged")
    edit(shop, doubts.ENOUGH)
    keeping.keep_webhooks(connection.pk)
    assert signature(connection) == Signature.DOUBTED and alarms() == [] and standing(connection)[0] == "working"
    shop.faults.clear()
    edit(shop)
    assert signature(connection) == Signature.RIGHT


def test_of_an_old_app_the_shop_shows_it_by_giving_up_our_hooks(shopify):
    """Its token has no end, so that nothing else would ever tell."""
    shop, tenant = shopify
    shop.add_app("old", "shpss_old", token=STATIC)
    keys = {"access_token": STATIC, "client_secret": "shpss_old"}
    connection = connect(tenant)
    connection = hooked_at(shop, set_credentials(connection, keys))
    shop.add_app("old", "shpss_another", token=STATIC)
    edit(shop, doubts.ENOUGH)
    keeping.keep_webhooks(connection.pk)
    assert signature(connection) == Signature.DOUBTED and standing(connection)[0] == "working"
    edit(shop, 3)
    look(connection)
    assert signature(connection) == Signature.WRONG and len(alarms()) == 1 and len(shop.hooks) == 5
    set_credentials(connection, {"client_secret": "shpss_another"})
    edit(shop)
    assert StoreDelivery.objects.filter(state="noted").count() == 2 and alarms() == []
