"""What can be changed through the API: webhooks and orders. Everything else answers 501, loudly."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.shops.woocommerce import orders
from sandbox.shops.woocommerce.answering import Found
from sandbox.shops.woocommerce.errors import WooError, invalid_id
from sandbox.shops.woocommerce.hooks import STATUSES, TOPICS, Hook
from sandbox.shops.woocommerce.query import Params, text, words
from sandbox.shops.woocommerce.reading import read_fields, read_question
from sandbox.shops.woocommerce.view import View

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

LIST, ONE = "GET, POST", "GET, POST, PUT, PATCH, DELETE"
Body = dict[str, Any]
Write = Callable[[View, Params, "re.Match[str]", Body], Found]


def list_hooks(view: View, params: Params, match: "re.Match[str]") -> Found:
    """GET webhooks."""
    question = read_question(view.shop, params, ("include", "exclude", "search", "after", "before"))
    wanted = text(params.get("status", "all"))
    rows = [hook for hook in view.shop.hooks.rows.values() if wanted in ("all", hook.status)]
    rows.sort(key=lambda hook: hook.id, reverse=question.order == "desc")
    chosen = rows[question.start : question.start + question.per_page]
    return Found([_picked(view, hook, question.wanted) for hook in chosen], LIST, len(rows), question)


def one_hook(view: View, params: Params, match: "re.Match[str]") -> Found:
    """GET webhooks/7."""
    return Found(_picked(view, _hook(view.shop, match), read_fields(params)), ONE)


def list_orders(view: View, params: Params, match: "re.Match[str]") -> Found:
    """GET orders."""
    view.dates_are_gmt = text(params.get("dates_are_gmt", "")) in ("true", "1")
    statuses = words(params.get("status", "any"))
    question = read_question(view.shop, {**params, "status": "any"}, orders.FILTERS)  # an order's statuses are not a product's
    rows, total = orders.page_of(view, question, statuses)
    return Found(rows, LIST, total, question)


def one_order(view: View, params: Params, match: "re.Match[str]") -> Found:
    """GET orders/7."""
    found = view.shop.orders.get(int(match[1]))
    if found is None:
        raise WooError("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    return Found(orders.show(view, found), ONE)


def _create_order(view: View, params: Params, match: "re.Match[str]", body: Body) -> Found:
    made = orders.make(view.shop, body)
    view.shop.hooks.tell("order.created", made.id)
    return Found(orders.show(view, made), LIST, status=201)


def _create_hook(view: View, params: Params, match: "re.Match[str]", body: Body) -> Found:
    shop = view.shop
    if body.get("topic") not in TOPICS:
        raise WooError("woocommerce_rest_webhook_invalid_topic", "Webhook topic is required and must be valid.", 400)
    url = _checked_url(body)
    name = str(body.get("name") or f"Webhook created on {view.local(view.now)}")
    hook = Hook(id=max(shop.hooks.rows, default=0) + 1, topic=body["topic"], delivery_url=url, name=name, created=view.now)
    hook.secret, hook.status = str(body.get("secret") or ""), _checked_status(body, "active")
    shop.hooks.save(hook)
    return Found(_shown(view, hook), LIST, status=201)


def _change_hook(view: View, params: Params, match: "re.Match[str]", body: Body) -> Found:
    hook = _hook(view.shop, match)
    if "delivery_url" in body:
        hook.delivery_url = _checked_url(body)
    hook.status = _checked_status(body, hook.status)
    hook.secret = str(body.get("secret", hook.secret))
    hook.name, hook.topic = str(body.get("name", hook.name)), str(body.get("topic", hook.topic))
    view.shop.hooks.save(hook)
    return Found(_shown(view, hook), ONE)


def _delete_hook(view: View, params: Params, match: "re.Match[str]", body: Body) -> Found:
    hook = _hook(view.shop, match)
    if text(params.get("force", "")) not in ("true", "1"):
        raise WooError("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
    del view.shop.hooks.rows[hook.id]
    return Found(_shown(view, hook), ONE)


def _hook(shop: "WooShop", match: "re.Match[str]") -> Hook:
    found = shop.hooks.rows.get(int(match[1]))
    if found is None:
        raise invalid_id("shop_webhook")
    return found


def _checked_url(body: Body) -> str:
    url = str(body.get("delivery_url") or "")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        words = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise WooError("woocommerce_rest_webhook_invalid_delivery_url", words, 400)
    return url


def _checked_status(body: Body, default: str) -> str:
    status = str(body.get("status") or default)
    if status not in STATUSES:
        words = "status is not one of active, paused, and disabled."
        raise WooError("rest_invalid_param", "Invalid parameter(s): status", 400, {"params": {"status": words}})
    return status


def _picked(view: View, hook: Hook, wanted: tuple[str, ...] | None) -> Body:
    row = _shown(view, hook)
    return row if wanted is None else {name: value for name, value in row.items() if name in wanted}


def _shown(view: View, hook: Hook) -> Body:
    """A webhook as the API shows it: without its secret."""
    resource, _, event = hook.topic.partition(".")
    return {
        "id": hook.id, "name": hook.name, "status": hook.status, "topic": hook.topic, "resource": resource, "event": event, "hooks": [],
        "delivery_url": hook.delivery_url, "date_created": view.local(hook.created), "date_created_gmt": view.gmt(hook.created),
        "date_modified": view.local(hook.modified), "date_modified_gmt": view.gmt(hook.modified),
        "_links": view.links(f"webhooks/{hook.id}", "webhooks"),
    }  # fmt: skip


WRITES: dict[tuple[str, str], Write] = {
    ("webhooks", "POST"): _create_hook,
    ("webhook", "PUT"): _change_hook,
    ("webhook", "POST"): _change_hook,
    ("webhook", "DELETE"): _delete_hook,
    ("orders", "POST"): _create_order,
}
