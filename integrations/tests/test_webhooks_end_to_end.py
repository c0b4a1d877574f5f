"""From an edit in a shop, by its webhook, to our product: both kinds of shop, over HTTP, with post that is lost, doubled or forged."""

import random
from urllib.parse import urlsplit

import pytest
from django.test import Client

from common.tests.keeping_host import Said, keeping
from integrations.connecting.connections import check_connection, remove_connection, set_credentials
from integrations.hints.refreshing import refresh_hinted
from integrations.models import HookFarewell, Provider, StoreConnection, StoreDelivery, StoreHint, StoreHooks
from integrations.runs import run_now
from integrations.tests.woo_world import connect, differences, served
from integrations.webhooks import farewell
from integrations.webhooks.asking import ask_for_a_look
from integrations.webhooks.keeping import keep_webhooks
from operations.models import RunStatus
from products_and_services.models import Product
from sandbox.shops.messages import ShopRequest
from sandbox.shops.shopify import ShopifyShop
from sandbox.shops.woocommerce import make_products

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "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"
POST_FAULTS = ("hooks_lost", "hooks_doubled", "hooks_forged", "hooks_reversed")


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.ALLOW_PRIVATE_STORE_URLS = True
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"


def post_to_us(url, headers, body):
    """The shop's letter at our door; the status that the shop sees."""
    content_type = headers.get("Content-Type", "application/json")
    return Client().post(urlsplit(url).path, body, content_type=content_type, headers=headers).status_code


def settle(connection):
    """Workers take up whatever was noted."""
    while StoreHint.objects.filter(connection=connection).exists():
        StoreHint.objects.update(due_at="2020-01-01T00:00:00Z")
        refresh_hinted(connection.pk)


def hooked(connection):
    """Its hooks, after a look at them."""
    ask_for_a_look(connection)
    keep_webhooks(connection.pk)
    return StoreHooks.objects.get(connection=connection)


# --- WooCommerce --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def woo(tenant):
    with served(permissions="read_write", currency="SAR") as shop:
        make_products(shop, 12, variable_every=4, variations=2)
        shop.post.send = post_to_us
        connection = connect(tenant, shop)
        assert run_now(connection).status == RunStatus.COMPLETED
        connection.refresh_from_db()
        yield shop, connection


def test_an_edit_in_woocommerce_is_here_with_its_webhook(woo):
    shop, connection = woo
    assert hooked(connection).problem == ""
    assert sorted(hook.topic for hook in shop.hooks.rows.values()) == ["product.created", "product.deleted", "product.updated"]
    shop.deliver()
    assert not any(hook.pending for hook in shop.hooks.rows.values())
    first, second = sorted(shop.shelf.product_ids())[:2]
    shop.change(first, regular_price="77.70")
    shop.trash(second)
    new = shop.add(name="Brand new", regular_price="5", sku="NEW")
    shop.deliver()
    settle(connection)
    assert differences(connection) == []
    assert Product.objects.get(external_id=str(new.id)).name == "Brand new"
    assert not Product.objects.get(external_id=str(second)).is_active
    assert set(StoreDelivery.objects.values_list("state", flat=True)) == {"noted"}


def test_a_key_that_may_only_read_is_said_so(tenant):
    with served(permissions="read") as shop:
        make_products(shop, 2)
        connection = connect(tenant, shop)
        run_now(connection)
        kept = hooked(connection)
        connection.refresh_from_db()
        assert kept.problem.startswith("The key may only read") and "Read/Write" in kept.problem and connection.blocked_at is None
        assert run_now(connection).status == RunStatus.COMPLETED


def test_disabled_by_failures_and_mended(woo, settings):
    shop, connection = woo
    hooked(connection)
    shop.deliver()
    shop.post.send = lambda *_: 500
    product = min(shop.shelf.product_ids())
    for price in range(8):
        shop.change(product, regular_price=f"{price + 1}.00")
        shop.deliver()
    assert {hook.status for hook in shop.hooks.rows.values() if hook.topic == "product.updated"} == {"disabled"}
    shop.post.send = post_to_us
    hooked(connection)
    shop.change(product, regular_price="99.00")
    shop.deliver()
    settle(connection)
    assert differences(connection) == []


def test_the_shop_forgets_us_when_it_is_removed(woo):
    shop, connection = woo
    hooked(connection)
    remove_connection(connection)
    farewell.remove_webhooks(HookFarewell.objects.get().pk)
    assert not shop.hooks.rows and not HookFarewell.objects.exists()


@pytest.mark.parametrize("seed", range(4))
def test_bad_post_ends_as_good_post(woo, seed):
    """Doubled and reversed post brings everything; what was lost or forged, the next whole import does."""
    shop, connection = woo
    hooked(connection)
    shop.deliver()
    dice, numbers = random.Random(seed), sorted(shop.shelf.product_ids())
    for _ in range(12):
        fault = dice.choice(POST_FAULTS)
        shop.faults.add(fault)
        for _ in range(dice.randint(1, 3)):
            edit = dice.choice(("price", "name", "new", "trash"))
            living = [number for number in numbers if number in shop.shelf.product_ids() and shop.product(number).status != "trash"]
            if edit == "new":
                numbers.append(shop.add(name="New", regular_price="3").id)
            elif edit == "trash" and len(living) > 9:
                shop.trash(dice.choice(living))
            elif living:
                values = {"regular_price": f"{dice.randint(1, 99)}.00"} if edit == "price" else {"name": f"N{dice.random()}"}
                shop.change(dice.choice(living), **values)
        if dice.random() < 0.6:
            shop.deliver()
            settle(connection)
        shop.faults.clear()
    shop.deliver()
    settle(connection)
    assert run_now(connection).status == RunStatus.COMPLETED
    assert differences(connection) == []
    assert not StoreDelivery.objects.filter(state="failed").exists()


# --- Shopify ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shopify(tenant, settings):
    with keeping() as host:
        settings.SHOPIFY_BASE_URL = f"{host.url}/shopify/{{domain}}"
        shop = ShopifyShop("sun", f"{host.url}/shopify/sun.myshopify.com", currency="EUR")
        shop.add_app("client", SECRET)
        shop.post.send = post_to_us

        def answer(asked):
            said = shop.handle(ShopRequest("POST", host.url + asked.path, asked.headers, asked.body))
            kept = {name: value for name, value in said.headers.items() if name.lower() != "content-length"}
            return Said(said.status, said.body, kept)

        host.answer = answer
        connection = StoreConnection.objects.create(
            tenant=tenant, provider=Provider.SHOPIFY, shop_domain="sun.myshopify.com",
            credentials={"client_id": "client", "client_secret": SECRET},
        )  # fmt: skip
        shop.add("Cup", price="9.00", available=3, sku="CUP")
        run = run_now(connection)
        assert run.status == RunStatus.COMPLETED, run.message
        connection.refresh_from_db()
        yield shop, connection


def test_an_edit_in_shopify_is_here_with_its_webhook(shopify):
    shop, connection = shopify
    kept = hooked(connection)
    assert kept.problem == "" and len(shop.hooks) == 5
    assert hooked(connection).registered == kept.registered and len(shop.hooks) == 5
    cup = next(iter(Product.objects.values_list("external_id", flat=True)))
    tee = shop.add("Tee", price="5.00", available=2)
    shop.change(int(cup), title="Large cup")
    shop.deliver()
    settle(connection)
    assert set(Product.objects.filter(is_active=True).values_list("name", flat=True)) == {"Large cup", "Tee"}
    shop.delete(tee.id)
    shop.deliver()
    settle(connection)
    assert not Product.objects.get(external_id=str(tee.id)).is_active


def test_stock_sold_in_shopify_is_here(shopify):
    shop, connection = shopify
    hooked(connection)
    number = int(Product.objects.get().external_id)
    shop.sell(shop.variants(number)[0].id, 2)
    shop.deliver()
    settle(connection)
    assert shop.variants(number)[0].available == 1
    assert Product.objects.get().stock_quantity == 1


def test_another_currency_is_asked_for_before_products_are_read(shopify):
    shop, connection = shopify
    hooked(connection)
    shop.set_shop(currency="EGP")
    shop.change(int(Product.objects.get().external_id), title="Cup in pounds")
    shop.deliver()
    settle(connection)
    connection.refresh_from_db()
    assert (connection.facts["currency"], Product.objects.get().currency, connection.stale_since) == ("EGP", "EGP", None)


def test_an_uninstalled_app_stops_and_a_test_begins_anew(shopify):
    shop, connection = shopify
    hooked(connection)
    shop.uninstall("client")
    shop.deliver()
    connection.refresh_from_db()
    assert connection.blocked_at is None
    keep_webhooks(connection.pk)
    connection.refresh_from_db()
    assert connection.blocked_reason.startswith("The app is not installed") and Product.objects.get().is_active
    asked = shop.last_call
    keep_webhooks(connection.pk)
    settle(connection)
    assert shop.last_call == asked
    shop.uninstall("client", installed=True)
    assert check_connection(StoreConnection.objects.get()).tone != "red"
    keep_webhooks(connection.pk)
    assert len(shop.hooks) == 5


def test_an_old_letter_that_is_sent_again_as_a_goodbye_ends_nothing(shopify):
    shop, connection = shopify
    hooked(connection)
    shop.faults.add("hooks_mislabelled")
    shop.set_shop(currency="EGP")
    shop.change(int(Product.objects.get().external_id), title="Mug")
    shop.deliver()
    assert StoreDelivery.objects.filter(topic="app/uninstalled", state="noted").count() == 1
    keep_webhooks(connection.pk)
    settle(connection)
    connection.refresh_from_db()
    assert (connection.blocked_at, connection.stale_since, connection.facts["currency"]) == (None, None, "EGP")
    assert len(shop.hooks) == 5 and Product.objects.get(is_active=True).name == "Mug"


@pytest.mark.parametrize("fault", ["bad_gateway", "reset_before", "locked", "internal_error"])
def test_a_shop_that_cannot_be_asked_after_a_goodbye_decides_nothing(shopify, fault):
    """Whatever is true, the next look finds it out."""
    shop, connection = shopify
    hooked(connection)
    shop.faults.add(fault, seconds=0)
    shop.uninstall("client")
    shop.apps["client"].installed = True
    shop.deliver()
    keep_webhooks(connection.pk)
    connection.refresh_from_db()
    hooks = StoreHooks.objects.get()
    assert connection.blocked_at is None and connection.stale_since is not None and hooks.tries == 1 and hooks.due_at > hooks.checked_at
    shop.faults.clear()
    shop.apps["client"].installed = False
    keep_webhooks(connection.pk)
    connection.refresh_from_db()
    assert connection.blocked_reason.startswith("The app is not installed")


def test_an_older_apps_token_that_died_with_it_is_told(shopify):
    shop, connection = shopify
    shop.add_app("old", "old-secret", token="shpat_0123456789")
    StoreConnection.objects.update(facts={})
    connection = set_credentials(StoreConnection.objects.get(), {"access_token": "shpat_0123456789", "client_secret": "old-secret"})
    hooked(connection)
    shop.uninstall("old")
    shop.deliver()
    keep_webhooks(connection.pk)
    connection.refresh_from_db()
    assert connection.blocked_reason.startswith("Shopify does not accept the access token any more")
