"""A WooCommerce behind a web server, as the client meets it: which keys arrive, and what it answers to those that do not."""

import base64

from common.tests.keeping_host import Asked, KeepingHost, Said
from integrations.tests.woo_signature import as_woocommerce_checks_it

KEY, SECRET = "ck_0123456789abcdef0123456789abcdef01234567", "cs_fedcba9876543210fedcba9876543210fedcba98"
CANNOT_VIEW = {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot list resources.", "data": {"status": 401}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found matching the URL and request method.", "data": {"status": 404}}
HTML = {"Content-Type": "text/html; charset=UTF-8"}
ENGLISH = {"key": "Consumer key is invalid.", "secret": "Consumer secret is invalid.", "signature": "Invalid signature - no match."}
ARABIC = {"key": "مفتاح غير صالح", "secret": "سر غير صالح", "signature": "توقيع غير صالح"}


def no(message: str) -> dict:
    return {"code": "woocommerce_rest_authentication_error", "message": message, "data": {"status": 401}}


class Woo:
    """A WooCommerce behind a web server: which keys arrive, and what the shop believes its own address to be."""

    def __init__(self, host: KeepingHost, folder: str = "") -> None:
        self.folder = folder
        self.home = f"{host.url}{folder}"
        self.is_ssl = host.scheme == "https"
        self.strips_header = self.strips_query = False
        self.knows_key = True
        self.variations = True
        self.words = ENGLISH
        host.answer = self.answer

    def answer(self, asked: Asked) -> Said:
        path = asked.path.removeprefix(self.folder)
        if path == "/wp-json/":
            return Said(body={"name": "Sun", "home": self.home, "url": self.home, "namespaces": ["wc/v3", "wp/v2"]})
        if not path.startswith("/wp-json/wc/v3/"):
            return Said(404, b"<html><title>Not found</title></html>", HTML)
        refusal = self.refusal(asked)
        if refusal is not None:
            return Said(refusal["data"]["status"], refusal)
        if path.startswith("/wp-json/wc/v3/variations") and not self.variations:
            return Said(404, NO_ROUTE)
        return Said(body=[{"id": 7}], headers={"X-WP-Total": "18", "X-WP-TotalPages": "18"})

    def refusal(self, asked: Asked) -> dict | None:
        """What WC_REST_Authentication says; None: come in."""
        query = {} if self.strips_query else asked.query
        header = "" if self.strips_header else asked.headers.get("authorization", "")
        if self.is_ssl and "consumer_key" in query:
            return self.by_pair(query["consumer_key"], query["consumer_secret"])
        if self.is_ssl and header.startswith("Basic "):
            name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            return self.by_pair(name, secret)
        if "oauth_consumer_key" in query:
            return self.by_signature(asked, query)
        return CANNOT_VIEW

    def by_pair(self, key: str, secret: str) -> dict | None:
        if key != KEY or not self.knows_key:
            return CANNOT_VIEW
        return None if secret == SECRET else no(self.words["secret"])

    def by_signature(self, asked: Asked, query: dict) -> dict | None:
        if query["oauth_consumer_key"] != KEY or not self.knows_key:
            return no(self.words["key"])
        scheme = "https" if self.is_ssl else "http"
        base = f"{scheme}://{self.home.partition('://')[2]}{asked.path.removeprefix(self.folder)}"
        return None if as_woocommerce_checks_it("GET", base, query, SECRET) else no(self.words["signature"])


def ways_tried(host: KeepingHost) -> list[str]:
    """How each request for products said who asks."""
    found = []
    for asked in host.asked:
        if "/wc/v3/products" in asked.path:
            names = ("oauth_signature", "consumer_secret")
            found.append(next((name for name in names if name in asked.query), "header" if "authorization" in asked.headers else "nobody"))
    return found
