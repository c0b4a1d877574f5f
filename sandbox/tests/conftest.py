"""A stand-in on a virtual clock and a session in front of it, for the tests of the stand-in itself."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sandbox.graph import GraphStandIn
from sandbox.graph.adapter import StandInAdapter

CATALOG = "200000000000001"
OTHER = "200000000000002"
TOKEN = "EAASANDBOXSOLAR0001"
GOOD = {
    "retailer_id": "5784935",
    "name": "MUST 3kva Inverter",
    "price": 45000,
    "currency": "USD",
    "image_url": "https://shop.example/i.png",
    "url": "https://shop.example/p/5784935",
    "description": "Pure sine wave",
    "brand": "MUST",
}
ROW = {
    "id": "5784935",
    "title": "MUST 3kva Inverter",
    "price": "450.00 USD",
    "image_link": "https://shop.example/i.png",
    "link": "https://shop.example/p/5784935",
    "description": "Pure sine wave",
    "brand": "MUST",
    "availability": "in stock",
    "condition": "new",
}


class Remote:
    """The stand-in, its clock, and calls as a client would make them."""

    def __init__(self):
        self.time = datetime(2026, 11, 20, tzinfo=UTC)
        self.standin = GraphStandIn(clock=lambda: self.time)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"
        self.session.mount("https://graph.facebook.com", StandInAdapter(self.standin))

    def call(self, method, path, version="v26.0", **kwargs):
        kwargs.setdefault("timeout", (3, 20))
        return self.session.request(method, f"https://graph.facebook.com/{version}/{path}", **kwargs)

    def create(self, version="v26.0", **changes):
        body = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
        return self.call("POST", f"{CATALOG}/products", version, json=body)

    def batch(self, *rows, **params):
        body = {"item_type": "PRODUCT_ITEM", "requests": list(rows), **params}
        return self.call("POST", f"{CATALOG}/items_batch", json=body)

    def status(self, handle, **params):
        answer = self.call("GET", f"{CATALOG}/check_batch_request_status", params={"handle": handle, **params})
        return answer.json()["data"][0]

    def listing(self, **params):
        if "filter" in params:
            params["filter"] = json.dumps(params["filter"])
        return self.call("GET", f"{CATALOG}/products", params=params)

    def item(self, retailer_id="5784935"):
        return self.standin.item(CATALOG, retailer_id)

    def wait(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def remote():
    return Remote()


def upsert(retailer_id="5784935", **changes):
    """One UPDATE row with everything a new item needs."""
    data = {key: value for key, value in {**ROW, "id": retailer_id, **changes}.items() if value is not None}
    return {"method": "UPDATE", "data": data}


def error_of(response):
    """(status, code, subcode, type, message) of an error envelope."""
    error = response.json()["error"]
    assert error["fbtrace_id"]
    return response.status_code, error["code"], error.get("error_subcode"), error["type"], error["message"]
