"""Whatever comes as an answer: it is data, or one of the four errors with a remedy; and whatever is typed is an address or refused."""

import time
from datetime import UTC, datetime
from pathlib import Path

import orjson
from hypothesis import example, given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, RemoteError, TransientError
from integrations.providers.said import without_secrets
from integrations.providers.woocommerce import addresses
from integrations.providers.woocommerce.answering import pages
from integrations.providers.woocommerce.answering.answers import Asked, WooAnswer, read_answer
from integrations.providers.woocommerce.answering.words import BY_KIND
from integrations.providers.woocommerce.discovery import Place, Search, Seen

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRETS = ("ck_0123456789abcdef", "cs_fedcba9876543210")
FILES = sorted((Path(__file__).parent / "fixtures/woocommerce/errors").glob("*"))
RECORDED = [path.read_bytes() for path in FILES if ".headers." not in path.name]
PIECES = [
    b"[", b"]", b"{", b"}", b'"', b"\\u0000", b"\\ud800", b"NaN", b"\xef\xbb\xbf", b"<br />\n", b"<html>", b"<title>", b",", b":", b"1e999",
    b'{"code":"x","message":"y","data":{"status":401}}', b"[]", b"\xff\xfe", b"\n", b"null", SECRETS[0].encode(), SECRETS[1].encode(),
]  # fmt: skip
USUAL = [200, 201, 202, 204, 301, 302, 307, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504, 524]
STATUS = st.sampled_from(USUAL) | st.integers(100, 999)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["rest_no_route", "rest_x", 401, 200]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["code", "message", "data", "status", "params", "namespaces", "home", "0", "1"]), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return draw(st.binary(max_size=300))
    if kind == 1:
        return b"".join(draw(st.lists(st.sampled_from(PIECES), max_size=12)))
    body = draw(st.sampled_from(RECORDED)) if kind == 2 else _dumped(draw(JSON))
    cut, more = draw(st.integers(0, len(body))), draw(st.sampled_from([b"", *PIECES]))
    return draw(st.sampled_from([body, body[:cut], body[:cut] + more + body[cut:], more + body, body + more]))


def _dumped(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return b"{}"


HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Location", "Retry-After", "Date", "X-WP-Total", "X-WP-TotalPages", "Link", "cf-mitigated"]),
    st.text(st.characters(max_codepoint=255), max_size=40)
    | st.sampled_from(["text/html", "application/json; charset=latin-1", "application/json; charset=idna", "application/json; charset=hex",
                       "Fri, 20 Nov 2026 11:00:00 GMT", "/wp-json/", "https://new.example/", "12", '<x>; rel="https://api.w.org/"', "//"]),
    max_size=5,
)  # fmt: skip


@given(STATUS, HEADERS, bodies(), st.sampled_from(["products", "products/7", "variations", "settings/general", ""]), st.booleans(),
       st.sampled_from(["basic", "query", "oauth-http", ""]))  # fmt: skip
@example(200, {"Content-Type": "application/json; charset=zlib"}, b"x", "products", False, "basic")
@example(200, {"Content-Type": "application/json; charset=undefined"}, b"[]", "products", False, "basic")
def test_an_answer_is_data_or_one_of_the_four(status, headers, body, path, proven, way):
    asked = Asked(f"https://shop.example/wp-json/wc/v3/{path}", path, way, proven, NOW, SECRETS)
    begin = time.monotonic()
    try:
        answer = read_answer(status, headers, body, asked)
    except RemoteError as error:
        assert type(error) in (TransientError, AmbiguousError, PermanentError, NeedsConfigurationError)
        assert error.kind in BY_KIND and error.message and error.data["remedy"]
        assert error.retry_after is None or (isinstance(error, TransientError) and 1 <= error.retry_after <= 3600)
        assert not any(secret in f"{error.message}{error.data}" for secret in SECRETS)
        orjson.dumps(error.data)
    else:
        assert isinstance(answer, WooAnswer) and isinstance(answer.data, (list, dict)) and status < 300
        assert b"\\u0000" not in orjson.dumps(answer.data)
    assert time.monotonic() - begin < 1


@given(st.lists(st.tuples(STATUS, HEADERS, bodies()), min_size=1, max_size=6), st.booleans())
def test_a_search_finds_a_place_or_says_why_not(answers, proven):
    asked = []

    def ask(url: str, is_page: bool) -> Seen:
        status, headers, body = answers[len(asked) % len(answers)]
        asked.append(url)
        return Seen(status, CaseInsensitiveDict(headers), body)

    try:
        place = Search("https://shop.example", ask, proven=proven, now=NOW).place()
    except RemoteError as error:
        assert error.kind in BY_KIND
    else:
        assert isinstance(place, Place) and place.api_root.startswith("https://shop.example/")
    assert len(asked) < 25


@given(st.text(max_size=60) | st.text("htps:/[]@?#.%1xwpjson-", max_size=40))
def test_whatever_is_typed_becomes_an_address_and_stays_it(typed):
    address = addresses.store_address(typed)
    assert addresses.store_address(address) == address
    addresses.joined("https://shop.example/", typed)
    addresses.api_link(typed, typed)


SHARDS = st.sampled_from(["<", ">", "<title>", "</title>", "<link ", "'", '"', "?feed=rss2", "hosting", " ", "x" * 50])


@given(st.lists(SHARDS, max_size=60))
def test_looking_at_pages_takes_no_time(parts):
    body = "".join(parts * 400).encode()
    begin = time.monotonic()
    pages.kind_of_page(200, {}, body)
    pages.title_of(body)
    addresses.api_link(body.decode()[:65536], body.decode()[:65536])
    without_secrets(body.decode(), SECRETS)
    assert time.monotonic() - begin < 1.5


@given(st.text(max_size=30), st.text(min_size=4, max_size=30), st.integers(0, 8000))
def test_a_secret_is_masked_wherever_a_text_is_cut(before, secret, length):
    text = before + " " * length + secret * 3
    shown = without_secrets(text, ("ck_1", secret))
    assert len(secret) < 12 or secret.isspace() or secret not in shown
