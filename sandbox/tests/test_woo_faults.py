"""Every way in which the sandbox shop can fail, as a client sees it, and how faults are aimed, counted and ended."""

import zlib
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sandbox.shops.adapter import session_for
from sandbox.shops.woocommerce import KINDS, Fault
from sandbox.tests.woo_recorded import KEY, NOW, SECRET, ask, make_shop, recorded

ERRORS = recorded("headers")["errors"]
URL = "https://127.0.0.1:8082/wp-json/wc/v3/products"


@pytest.fixture
def shop():
    made = make_shop()
    for number in range(25):
        made.add(name=f"Product {number}", regular_price="1")
    return made


@pytest.fixture
def get(shop):
    session = session_for(shop)
    session.auth = (KEY, SECRET)

    def get(path="", **params):
        options = {"timeout": (3, 10), "allow_redirects": False, "stream": params.pop("stream", False)}
        return session.get(f"{URL}{path}", params={"orderby": "id", "order": "asc", **params}, **options)

    return get


@pytest.mark.parametrize(
    ("kind", "name", "title"),
    [
        ("fatal", "500-php-fatal-error-in-a-plugin", "There has been a critical error"),
        ("database_down", "500-database-down-html", "Error establishing a database connection"),
        ("maintenance", "503-maintenance-mode-during-an-update", "Briefly unavailable"),
    ],
)
def test_pages_of_wordpress(shop, get, kind, name, title):
    shop.faults.add(kind)
    answer, recording = get(), ERRORS[name]
    assert answer.status_code == recording["status"] and title in answer.text
    expected = dict(recording["headers"])
    assert {name: answer.headers[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [("firewall", 403, "Forbidden"), ("challenge", 403, "Just a moment"), ("gateway_timeout", 504, "Gateway Time-out")],
)
def test_pages_of_others(shop, get, kind, status, title):
    shop.faults.add(kind)
    answer = get()
    assert answer.status_code == status and title in answer.text and answer.headers["Content-Type"].startswith("text/html")


def test_an_answer_that_does_not_come_or_not_whole(shop, get):
    for kind in ("hang", "slow"):
        shop.faults.add(kind, remaining=1)
        with pytest.raises(requests.ReadTimeout):
            get()
    for kind in ("reset_before", "reset_after"):
        shop.faults.add(kind, remaining=1)
        with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
            get()
    shop.faults.add("cut", remaining=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get()
    shop.faults.add("truncated", remaining=1)
    with pytest.raises(requests.JSONDecodeError):
        get().json()
    assert len(get().json()) == 10 and len(shop.calls()) == 7


def test_slowness_below_the_time_out_is_only_slow(shop):
    waited = []
    session = session_for(shop, sleep=waited.append)
    shop.faults.add("slow", seconds=5)
    assert session.get(URL, auth=(KEY, SECRET), timeout=10).ok and waited == [5]


def test_big_pages_time_out_and_small_ones_come(shop, get):
    shop.faults.add("slow_big_pages", rows=20)
    for size in (100, 21):
        with pytest.raises(requests.ReadTimeout):
            get(per_page=size)
    assert len(get(per_page=20).json()) == 20


def test_too_many_calls(shop, get):
    shop.faults.add("throttled", remaining=1)
    assert (answer := get()).status_code == 429 and "Retry-After" not in answer.headers
    shop.faults.add("throttled", remaining=1, seconds=7)
    assert get().headers["Retry-After"] == "7"
    shop.faults.add("throttled", remaining=1, seconds=60, as_date=True, status=503)
    assert (answer := get()).status_code == 503 and answer.headers["Retry-After"] == "Fri, 20 Nov 2026 08:51:00 GMT"


def test_html_with_status_200(shop, get):
    shop.faults.add("plain_permalinks")
    answer = get()
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (301, f"{URL}/")
    answer = get("/")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/html; charset=UTF-8" and "<h1>" in answer.text
    shop.faults.clear()
    shop.faults.add("notice")
    answer = get()
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json")
    assert answer.text.startswith("<br />\n<b>Warning</b>") and answer.text.endswith("]")
    assert list(answer.headers)[:3] == [name for name, _ in ERRORS["200-warning-printed-before-json"]["headers"]][:3]


def test_lists_that_lie(shop, get):
    shop.faults.add("empty_list", remaining=1)
    assert ((answer := get()).json(), answer.headers["X-WP-Total"]) == ([], "0")
    shop.faults.add("empty_pages", remaining=1)
    assert ((answer := get()).json(), answer.headers["X-WP-Total"]) == ([], "25")
    shop.faults.add("wrong_total", remaining=1)
    assert (len((answer := get()).json()), answer.headers["X-WP-Total"]) == (10, "32")
    whole = {page: [row["id"] for row in get(page=page).json()] for page in (1, 2, 3)}
    shop.faults.add("repeated_page")
    assert [row["id"] for row in get(page=3).json()] == whole[1] == [row["id"] for row in get(page=99).json()]
    assert [row["id"] for row in get(offset=10).json()] == whole[1]
    shop.faults.clear()
    shop.faults.add("no_offset")
    assert [[row["id"] for row in get(offset=10, page=page).json()] for page in (1, 2)] == [whole[1], whole[2]]
    shop.faults.clear()
    shop.faults.add("duplicate_ids", rows=2)
    assert [row["id"] for row in get(page=2).json()] == whole[1][-2:] + whole[2]
    assert [row["id"] for row in get(page=1).json()] == whole[1]


def test_a_plugin_that_fails_over_one_product(shop, get):
    first, second = (row["id"] for row in get(per_page=2).json())
    shop.faults.add("fatal_at_product", product=second)
    for answer in (get(), get(f"/{second}"), get(include=second, _fields="id,name")):
        assert answer.status_code == 500 and "critical error" in answer.text
    assert [row["id"] for row in get(per_page=1).json()] == [first]
    assert get(exclude=second).status_code == get(f"/{first}").status_code == 200
    assert get(include=second, _fields="id,type,status").json() == [{"id": second, "type": "simple", "status": "publish"}]


def test_a_stale_list_shows_the_past_and_single_products_the_present(shop, get):
    first = get().json()[0]["id"]
    shop.faults.add("stale_list")
    shop.change(first, regular_price="99")
    shop.trash(shop.add(name="New").id)
    assert get().json()[0]["price"] == "1" and get().headers["X-WP-Total"] == "25"
    assert get(f"/{first}").json()["price"] == "99"
    shop.faults.clear()
    assert get().json()[0]["price"] == "99"


@pytest.mark.parametrize(("kind", "place"), [("redirect_www", "https://www.127.0.0.1:8082/"), ("redirect_https", "")])
def test_a_shop_that_has_moved(shop, get, kind, place):
    shop.faults.add(kind)
    answer = get()
    if place:
        assert answer.status_code == 301 and answer.headers["Location"].startswith(f"{place}wp-json/wc/v3/products?orderby")
    else:
        assert answer.status_code == 200, "it is on https already"
        plain = session_for(shop).get(URL.replace("https", "http"), allow_redirects=False)
        assert plain.headers["Location"] == URL


def test_woocommerce_is_switched_off(shop, get):
    shop.faults.add("no_woocommerce")
    recording = ERRORS["404-woocommerce-deactivated"]
    answer = get()
    assert (answer.status_code, answer.json()) == (404, {"code": "rest_no_route", **{k: answer.json()[k] for k in ("message", "data")}})
    assert [name for name in answer.headers if name != "Content-Length"] == [name for name, _ in recording["headers"]]
    assert "wc/v3" not in session_for(shop).get("https://127.0.0.1:8082/wp-json/").json()["namespaces"]


def test_the_key_goes_in_the_middle(shop, get):
    shop.faults.add("key_revoked", skip=2)
    assert [get(page=page).status_code for page in (1, 2, 3, 4)] == [200, 200, 401, 401]
    shop.faults.clear()
    shop.faults.add("no_rights")
    assert get().status_code == 403 and get().json()["code"] == "woocommerce_rest_cannot_view"


def test_answers_without_measure(shop, get):
    shop.faults.add("gzip_bomb", mb=300, remaining=1)
    answer = get(stream=True)
    packed = answer.raw.read(decode_content=False)
    assert len(packed) < 1_000_000 and answer.headers["Content-Encoding"] == "gzip"
    unpack = zlib.decompressobj(31)
    assert unpack.decompress(packed) == b"[" and zlib.decompressobj(31).decompress(unpack.unused_data, 100) == b" " * 100
    shop.faults.add("endless", remaining=1)
    answer = get(stream=True)
    assert "Content-Length" not in answer.headers
    assert sum(len(block) for block, _ in zip(answer.iter_content(65536), range(200), strict=False)) == 200 * 65536


def test_aim_count_and_end(shop, get):
    fault = shop.faults.add("fatal", endpoints=["variations", "categories"])
    assert get().ok and not get("/12/variations").ok and not get("/categories").ok
    shop.faults.remove(fault.id)
    shop.faults.add("fatal", page=3)
    assert [get(page=page).status_code for page in (1, 2, 3, 4)] == [200, 200, 500, 200]
    shop.faults.clear("fatal")
    shop.faults.add("fatal", minutes=2)
    assert not get().ok
    shop.clock = lambda: NOW + timedelta(minutes=2)
    assert get().ok and shop.faults.active() == []
    assert shop.calls("products")[-2].outcome == "fault fatal"
    with pytest.raises(ValueError, match="unknown fault"):
        shop.faults.add("typo")
    assert Fault(**fault.to_dict()) == fault


def test_faults_join_until_one_decides(shop, get):
    shop.faults.add("wrong_total")
    shop.faults.add("notice")
    answer = get()
    assert answer.headers["X-WP-Total"] == "32" and answer.text.startswith("<br />")
    shop.faults.add("firewall")
    assert get().status_code == 403 and shop.calls()[-1].outcome == "fault wrong_total, notice, firewall"


def test_edits_while_pages_are_read(shop, get):
    known = [row["id"] for row in get(per_page=100).json()]
    shop.before(2, lambda: [shop.trash(number) for number in known[:3]])
    shop.before(3, lambda: shop.add(name="late"))
    shop.before(1, lambda: shop.change(known[-1], name="changed"), endpoint="categories")
    pages = [[row["id"] for row in get(page=page).json()] for page in (1, 2, 3)]
    assert [number for page in pages for number in page][:-1] == [*known[:10], *known[13:]], "three living ones were skipped"
    assert shop.product(pages[-1][-1]).name == "late" and shop.plans[0][0] == "categories"
    get("/categories")
    assert shop.product(known[-1]).name == "changed" and shop.plans == []


def test_a_hook_sees_every_call(shop, get):
    seen = []
    shop.before_answer = lambda call: seen.append((call.endpoint, call.number("page", 1)))
    get(page=2), get("/tags"), ask(shop, "variations")
    assert seen == [("products", 2), ("tags", 1), ("all_variations", 1)]


def test_the_home_page_suffers_from_what_breaks_the_whole_site(shop):
    def home():
        return session_for(shop).get("https://127.0.0.1:8082/", timeout=5).status_code

    shop.faults.add("firewall")
    assert home() == 200
    shop.faults.add("maintenance")
    assert home() == 503


def test_every_kind_is_tried_here():
    said = Path(__file__).read_text() + Path(__file__).with_name("test_woo_hooks.py").read_text()
    assert [kind for kind in KINDS if f'"{kind}"' not in said] == []
