"""Our key in a shop's answers: whatever repeats the address we asked at, nothing of it is taken over."""

import time
from typing import Any

import orjson
import pytest

from common.tests.keeping_host import Asked, Said, keeping
from integrations.models import StoreConnection
from integrations.providers import adapter_for
from integrations.providers.woocommerce.answering.answers import Asked as Request
from integrations.providers.woocommerce.answering.answers import read_answer
from integrations.providers.woocommerce.answering.echoes import without_our_key
from integrations.tests.woo_world import KEY, SECRET

SIGNED = f"oauth_consumer_key={KEY}&oauth_nonce=1f&oauth_signature_method=HMAC-SHA256&oauth_timestamp=1&oauth_signature=a%2Fb%3D"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"https://s.example/p/?{SIGNED}", "https://s.example/p/"),
        (f"https://s.example/p/?page=2&{SIGNED}#top", "https://s.example/p/?page=2#top"),
        (f"https://s.example/p/?{SIGNED}&page=2", "https://s.example/p/?page=2"),
        (f'<a href="/p/?x=1&#038;consumer_key={KEY}&#038;consumer_secret={SECRET}&amp;y=2">p</a>', '<a href="/p/?x=1&#038;y=2">p</a>'),
        (f"Really? Yes & no: {KEY}, {SECRET}", "Really? Yes & no: ***, ***"),
        (f"?to=https%3A%2F%2Fs.example%2F%3Fconsumer_key%3D{KEY}", "?to=https%3A%2F%2Fs.example%2F%3Fconsumer_key%3D***"),
        ("https://s.example/?page=2&lang=ar", "https://s.example/?page=2&lang=ar"),
    ],
)  # fmt: skip
def test_addresses_lose_what_says_who_asked(text: str, left: str) -> None:
    assert without_our_key([{"permalink": text, "id": 1}], (KEY, SECRET)) == [{"permalink": left, "id": 1}]


@pytest.mark.parametrize("part", ["?consumer_key=a", "&amp;", "&oauth_a=", "?", f"?consumer_key={KEY}&"])
def test_hostile_texts_are_read_in_one_pass(part: str) -> None:
    times = []
    for length in (200_000, 800_000):
        started = time.perf_counter()
        without_our_key(part * (length // len(part)), (KEY, SECRET))
        times.append(time.perf_counter() - started)
    assert times[1] < max(12 * times[0], 0.5)


def test_an_answer_without_our_key_is_handed_on_as_it_is() -> None:
    body = orjson.dumps([{"id": 1, "permalink": "https://s.example/?consumer_key=theirs"}])
    answer = read_answer(200, {}, body, Request("https://s.example/wp-json/wc/v3/products", "products", secrets=(KEY, SECRET)))
    assert answer.data[0]["permalink"] == "https://s.example/?consumer_key=theirs"


@pytest.mark.django_db
@pytest.mark.parametrize("auth", ["oauth-http", "query"])
def test_nothing_of_the_key_comes_in_with_a_product(auth: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over https the key itself may stand in the address (here http plays that part)."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    monkeypatch.setattr("integrations.providers.woocommerce.ways.ways_to", lambda url: (auth,))
    with keeping() as host:
        host.answer = lambda asked: _repeating(host.url, asked)
        facts: Any = {"store": host.url, "api_root": f"{host.url}/wp-json", "home": host.url, "name": "", "auth": auth}
        keys: Any = {"consumer_key": KEY, "consumer_secret": SECRET}
        adapter = adapter_for(StoreConnection(store_url=host.url, credentials=keys, facts=facts))
        first, second = adapter.fetch_page().raws, adapter.fetch_page().raws
    product = adapter.transform(first[0])
    assert KEY not in repr((first, product)) and SECRET not in repr((first, product)) and "oauth_" not in repr((first, product))
    assert product.website_url.startswith(f"{host.url}/wp-json/wc/v3/products?")
    assert first == second  # Each request is signed anew; the product is the same.


def _repeating(url: str, asked: Asked) -> Said:
    address = url + asked.raw.split(" ", 2)[1]
    row = {
        "id": 7, "name": "Lamp", "type": "simple", "status": "publish", "regular_price": "9", "permalink": address, "sku": "L",
        "description": f'<p>See <a href="{address.replace("&", "&#038;")}">it</a></p>', "images": [{"src": address}],
    }  # fmt: skip
    return Said(200, [row], {"X-WP-Total": "1"})
