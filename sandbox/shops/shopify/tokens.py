"""Who is calling: the token endpoint (client credentials) and the header X-Shopify-Access-Token."""

import hmac
import secrets
from typing import TYPE_CHECKING, Any

import orjson

from sandbox.shops.messages import ShopAnswer
from sandbox.shops.shopify.call import Call
from sandbox.shops.shopify.world import TOKEN_SECONDS, App

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

_UNKNOWN = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def json_answer(status: int, body: Any, **headers: str) -> ShopAnswer:
    """A JSON answer of Shopify's."""
    return ShopAnswer(status, {"Content-Type": "application/json; charset=utf-8", **headers}, orjson.dumps(body))


def html_answer(status: int, title: str, text: str = "", **headers: str) -> ShopAnswer:
    """A page where JSON was expected."""
    page = f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1><p>{text}</p></body>\n</html>\n"
    return ShopAnswer(status, {"Content-Type": "text/html; charset=utf-8", **headers}, page.encode())


def no_file(status: int, code: str) -> ShopAnswer:
    """What the files' host says instead of a file."""
    return ShopAnswer(status, {"Content-Type": "application/xml"}, f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode())


def grant(shop: "ShopifyShop", call: Call) -> ShopAnswer:
    """A token for 24 hours, for an app of the merchant's own organisation that is installed here."""
    if call.request.method != "POST":
        return html_answer(404, "Not Found")
    given = call.form()
    if given.get("grant_type") != "client_credentials":
        return json_answer(400, {"error": "invalid_request", "error_description": "The grant type is not supported"})
    app = shop.apps.get(str(given.get("client_id")))
    refused = call.hit_by("no_new_token") or app is None
    if refused or app is None or not hmac.compare_digest(app.client_secret.encode(), str(given.get("client_secret")).encode()):
        return json_answer(400, {"error": "invalid_client", "error_description": "Client authentication failed"})
    if not app.installed or app.token:
        return html_answer(400, "Oauth error app_not_installed", "The app is not installed on this shop.")
    token = f"shpat_{secrets.token_hex(16)}"
    app.granted[token] = shop.clock().timestamp() + TOKEN_SECONDS
    call.app = app
    return json_answer(200, {"access_token": token, "scope": ",".join(app.scopes), "expires_in": TOKEN_SECONDS})


def recognise(shop: "ShopifyShop", call: Call) -> ShopAnswer | None:
    """Find the app behind a call and note it there; a refusal where there is none."""
    given = call.request.header("X-Shopify-Access-Token")
    call.token_tail = given[-4:]
    if call.hit_by("token_refused"):
        return json_answer(401, {"errors": _UNKNOWN})
    if fault := call.hit_by("token_expired"):
        _expire(shop, fault.id)
    call.app = app_of(shop, given)
    return None if call.app else json_answer(401, {"errors": _UNKNOWN})


def app_of(shop: "ShopifyShop", token: str) -> App | None:
    """The app that a token belongs to, if it is still good."""
    now = shop.clock().timestamp()
    for app in shop.apps.values():
        if app.installed and token and (token == app.token or app.granted.get(token, 0.0) > now):
            return app
    return None


def _expire(shop: "ShopifyShop", fault_id: int) -> None:
    """Tokens granted so far die, once for each time the fault is switched on; a new one is good."""
    if shop.frozen.setdefault(fault_id, False):
        return
    shop.frozen[fault_id] = True
    for app in shop.apps.values():
        app.granted.clear()
