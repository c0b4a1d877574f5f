"""A Shopify stand-in on a virtual clock, and calls as a client would make them."""

from datetime import UTC, datetime, timedelta

from sandbox.shops.adapter import session_for
from sandbox.shops.shopify import ShopifyShop

HOME, CLIENT_ID, SECRET, TOKEN = "https://tea.myshopify.com", "client-1", "shpss_1", "shpat_old"


class Remote:
    """`shop`, its clock `time`, the `letters` it has posted, and `ask` for GraphQL."""

    def __init__(self, **options):
        self.time = datetime(2026, 11, 20, 12, tzinfo=UTC)
        self.shop = ShopifyShop("tea", clock=lambda: self.time, **options)
        self.shop.add_app(CLIENT_ID, SECRET, token=TOKEN)
        self.session = session_for(self.shop)
        self.letters = []
        self.status = 200
        self.shop.post.send = self._take
        self.token = TOKEN

    def _take(self, url, headers, body):
        self.letters.append((url, headers, body))
        return self.status

    def wait(self, seconds):
        self.time += timedelta(seconds=seconds)

    def post(self, query, variables=None, version="2026-10", **headers):
        headers = {"X-Shopify-Access-Token": self.token, **headers}
        body = {"query": query, "variables": variables or {}}
        return self.session.post(f"{HOME}/admin/api/{version}/graphql.json", json=body, headers=headers)

    def ask(self, query, /, **variables):
        """The decoded body."""
        return self.post(query, variables).json()

    def data(self, query, /, **variables):
        body = self.ask(query, **variables)
        assert "errors" not in body, body
        return body["data"]

    def grant(self, **fields):
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, **fields}
        return self.session.post(f"{HOME}/admin/oauth/access_token", json=form)

    def titles(self, first=250, **args):
        more = "".join(f", {name}: {value}" for name, value in args.items())
        return [row["title"] for row in self.data(f"{{ products(first: {first}{more}) {{ nodes {{ title }} }} }}")["products"]["nodes"]]

    def code(self, query, /, **variables):
        return self.ask(query, **variables)["errors"][0]["extensions"]["code"]


def gid(kind, number):
    return f"gid://shopify/{kind}/{number}"
