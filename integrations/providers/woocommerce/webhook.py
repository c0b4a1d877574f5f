"""What WooCommerce delivers. Pure. Facts: WC_Webhook of WooCommerce, https://developer.woocommerce.com/docs/best-practices/urls-and-routing/webhooks/

Signed: base64 of HMAC-SHA256 over the raw body, with the secret that we gave the hook. The body is the product as it is when the delivery
leaves; one that was deleted for good meanwhile comes as `product.updated` with an error in it. A delivery's id is made of the hook and the
second, so that several products share one: the body's hash stands beside it.
"""

import hashlib
import re
from collections.abc import Sequence

from integrations.providers.hooks import LONGEST_TOPIC, Event, Headers, News, body_of, delivery_in, kept_of, line_in, number_in, signed_by

SIGNED_WITH: tuple[str, ...] = ()
KEPT = ("id", "parent_id", "type", "status", "sku", "date_modified_gmt", "code")
NO_PRODUCT = "There is no product in it."
DELETED_MEANWHILE = "The product was deleted before the shop sent this."
OTHER_TOPIC = "Not a topic that we asked for."
NO_PARENT = "A variation that does not say which product it belongs to."
WRONGLY_SIGNED = (
    "Webhooks of the shop arrive, but their signature does not fit. The shop was given our secret once more. If this stays, something on "
    "the way changes what the shop sends: a proxy or firewall must let it through as it is. Until then changes come by the schedule."
)
_PING = re.compile(rb"webhook_id=\d{1,20}")


def is_ping(headers: Headers, body: bytes) -> bool:
    """WooCommerce asks so when a hook is switched on; only exactly 200 satisfies it."""
    return "x-wc-webhook-signature" not in headers and _PING.fullmatch(body.strip()) is not None


def signature(headers: Headers) -> str:
    """See WebhookModule."""
    return headers.get("x-wc-webhook-signature", "")


def verify(body: bytes, headers: Headers, secrets: Sequence[str]) -> bool:
    """See WebhookModule."""
    return signed_by(secrets, signature(headers), body)


def parse(headers: Headers, body: bytes) -> Event:
    """See WebhookModule."""
    topic = line_in(headers.get("x-wc-webhook-topic"), LONGEST_TOPIC)
    delivery_id = delivery_in(headers.get("x-wc-webhook-delivery-id"), hashlib.sha256(body).hexdigest()[:16])
    data = body_of(body)
    kept = kept_of(data, KEPT)
    if not topic.startswith("product."):
        return Event(topic, delivery_id, note=OTHER_TOPIC)
    product_id = number_in(data.get("parent_id" if data.get("type") == "variation" else "id"))
    if not product_id:
        note = DELETED_MEANWHILE if "code" in data else NO_PARENT if number_in(data.get("id")) else NO_PRODUCT
        return Event(topic, delivery_id, kept=kept, note=note)
    return Event(topic, delivery_id, News.PRODUCTS, (product_id,), kept=kept)
