"""The demo business's WooCommerce shop: the sandbox's demo shop, connected and read for the first time."""

from urllib.parse import urlsplit

from django.conf import settings

from integrations.connections import save_connection
from integrations.models import Schedule, StoreConnection
from integrations.runs import start_import, triggered
from meta_integration.catalog.surroundings import graph_is_loopback
from tenants.models import Tenant

# The sandbox's shop knows this key from the start (sandbox/shops/woocommerce/demo.py has the same); it opens nothing anywhere else.
KEYS = {
    "consumer_key": "ck_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0",
    "consumer_secret": "cs_5a4db0c0deb0c0de5a4db0c0deb0c0de5a4db0c0",
}
PATH = "/shops/demo"
UNTIL_IT_ANSWERS = 20  # seconds: the sandbox starts together with the worker that would ask it


def demo_shop_url() -> str:
    """Where the sandbox's shop is; "" where there is no sandbox, or shops on this machine are not allowed."""
    base = urlsplit(settings.META_GRAPH_BASE_URL)
    return f"{base.scheme}://{base.netloc}{PATH}" if graph_is_loopback() and settings.ALLOW_PRIVATE_STORE_URLS else ""


def connect_demo_shop(tenant: Tenant) -> StoreConnection | None:
    """Connects the shop and queues its first import; from then on every 15 minutes. None where there is no sandbox."""
    url = demo_shop_url()
    if not url:
        return None
    shop = StoreConnection(tenant=tenant, name="Corner General Store", store_url=url, schedule=Schedule.QUARTER)
    save_connection(shop, KEYS)
    triggered(lambda: start_import(shop, wait=UNTIL_IT_ANSWERS))
    return shop
