"""The demo businesses' online shops: the sandbox's WooCommerce and Shopify shops, connected and read for the first time."""

from urllib.parse import urlsplit

from django.conf import settings

from integrations.connecting.connections import save_connection
from integrations.models import Provider, Schedule, StoreConnection
from integrations.runs import start_import, triggered
from meta_integration.catalog.surroundings import graph_is_loopback
from tenants.models import Tenant

# The sandbox's shops know these from the start (sandbox/shops/*/demo.py have the same); they open nothing anywhere else.
KEYS = {
    "consumer_key": "ck_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0",
    "consumer_secret": "cs_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0",
}
SHOPIFY_KEYS = {"client_id": "5a4db0c0deb0c0de5a4db0c0deb0c0de", "client_secret": "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"}
PATH, SHOPIFY_DOMAIN = "/shops/demo", "vesuvio-pantry.myshopify.com"
UNTIL_IT_ANSWERS = 20  # seconds: the sandbox starts together with the worker that would ask it


def demo_shop_url() -> str:
    """Where the sandbox's WooCommerce shop is; "" where there is no sandbox, or shops on this machine are not allowed."""
    base = urlsplit(settings.META_GRAPH_BASE_URL)
    return f"{base.scheme}://{base.netloc}{PATH}" if graph_is_loopback() and settings.ALLOW_PRIVATE_STORE_URLS else ""


def connect_demo_shops(general: Tenant, pantry: Tenant) -> None:
    """Connects a WooCommerce shop to one business and a Shopify shop to the other, and queues their first imports.

    From then on everything is read every 15 minutes. Nothing happens where there is no sandbox.
    """
    url = demo_shop_url()
    if not url:
        return
    _connect(StoreConnection(tenant=general, name="Corner General Store", store_url=url), KEYS)
    if settings.SHOPIFY_BASE_URL.startswith(f"{url.removesuffix(PATH)}/"):
        shop = StoreConnection(tenant=pantry, name="Vesuvio Pantry", provider=Provider.SHOPIFY, shop_domain=SHOPIFY_DOMAIN)
        _connect(shop, SHOPIFY_KEYS)


def _connect(shop: StoreConnection, keys: dict[str, str]) -> None:
    shop.schedule = Schedule.QUARTER
    save_connection(shop, keys)
    triggered(lambda: start_import(shop, wait=UNTIL_IT_ANSWERS))
