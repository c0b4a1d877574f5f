"""What Shopify delivers. Pure. https://shopify.dev/docs/apps/build/webhooks/verify-deliveries

Signed: base64 of HMAC-SHA256 over the raw body, with the app's client secret (of old custom apps: its API secret); for up to an hour after
a change with the one before. Topic, shop and id stand in headers, which are not signed: under any topic a letter only has something asked
of the shop. Bodies are shaped as in the old REST API, and cut: they only tell which product has changed.
"""

from collections.abc import Sequence

from integrations.providers.hooks import (
    LONGEST_KEPT,
    LONGEST_TOPIC,
    Event,
    Headers,
    News,
    body_of,
    delivery_in,
    kept_of,
    line_in,
    number_in,
    signed_by,
)

SIGNED_WITH = ("client_secret",)
TOPICS = ("products/create", "products/update", "products/delete", "app/uninstalled", "shop/update")
OF_PRODUCT, OF_SHOP = ("id", "status", "updated_at"), ("currency",)
NO_PRODUCT = "There is no product in it."
NO_SHOP = "It does not say which shop it is about."
OTHER_TOPIC = "Not a topic that we asked for."
WRONGLY_SIGNED = (
    "Webhooks of the shop arrive, but not signed with the client secret that is stored here: the secret was changed at Shopify. Copy it "
    "again from the app's settings (of an old app: its API secret key), and enter it on the shop's page. Until then changes come by the "
    "schedule; an app without an access token is shut out within a day."
)
_ABOUT_SHOP = {"app/uninstalled": News.UNINSTALLED, "shop/update": News.SHOP}


def is_ping(headers: Headers, body: bytes) -> bool:
    """Shopify asks no such thing."""
    return False


def signature(headers: Headers) -> str:
    """See WebhookModule."""
    return _header(headers, "hmac-sha256")


def verify(body: bytes, headers: Headers, secrets: Sequence[str]) -> bool:
    """See WebhookModule."""
    return signed_by(secrets, signature(headers), body)


def parse(headers: Headers, body: bytes) -> Event:
    """See WebhookModule."""
    topic, data = line_in(_header(headers, "topic"), LONGEST_TOPIC), body_of(body)
    delivery_id = delivery_in(_header(headers, "webhook-id"))
    if topic in _ABOUT_SHOP:
        shop = line_in(str(data.get("myshopify_domain") or ""), LONGEST_KEPT).lower()
        kept = {"shop": shop, **kept_of(data, OF_SHOP)}
        news = _ABOUT_SHOP[topic] if shop else News.NOTHING
        return Event(topic, delivery_id, news, shop=shop, kept=kept, note="" if shop else NO_SHOP)
    if not topic.startswith("products/"):
        return Event(topic, delivery_id, note=OTHER_TOPIC)
    product_id, kept = number_in(data.get("id")), kept_of(data, OF_PRODUCT)
    if not product_id:
        return Event(topic, delivery_id, kept=kept, note=NO_PRODUCT)
    return Event(topic, delivery_id, News.PRODUCTS, (product_id,), kept=kept)


def _header(headers: Headers, name: str) -> str:
    """With X- in front, and as newer deliveries write it, without."""
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""
