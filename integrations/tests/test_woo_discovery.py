"""Finding the API behind what people type, on websites made of a few pages."""

from datetime import UTC, datetime

import orjson
import pytest
from requests.structures import CaseInsensitiveDict

from common.errors import NeedsConfigurationError, RemoteError, TransientError
from integrations.providers.woocommerce import addresses
from integrations.providers.woocommerce.discovery import Place, Search, Seen

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHOP = "https://shop.example"
JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"


class Site:
    """pages: {address without query: what is there}; asked: in order."""

    def __init__(self, **pages: Seen) -> None:
        self.pages: dict[str, Seen] = {}
        self.asked: list[str] = []

    def ask(self, url: str, is_page: bool) -> Seen:
        self.asked.append(url)
        return self.pages.get(url.partition("?")[0], page("<html><title>Not found</title></html>", 404))

    def find(self, typed: str = SHOP, *, proven: bool = False) -> Place:
        return Search(addresses.store_address(typed), self.ask, proven=proven, now=NOW).place()

    def fails(self, typed: str = SHOP, *, proven: bool = False) -> RemoteError:
        with pytest.raises(RemoteError) as failed:
            self.find(typed, proven=proven)
        assert len(self.asked) < 12
        return failed.value


def page(text: str = "<html></html>", status: int = 200, **headers: str) -> Seen:
    return Seen(status, CaseInsensitiveDict({"Content-Type": HTML, **headers}), text.encode())


def data(body: object, status: int = 200) -> Seen:
    return Seen(status, CaseInsensitiveDict({"Content-Type": JSON}), orjson.dumps(body))


def index(home: str = SHOP, *namespaces: str) -> Seen:
    return data({"name": "Sun &amp; Moon", "home": home, "url": home, "namespaces": list(namespaces or ("wp/v2", "wc/v3"))})


def refusal(code: str, status: int) -> Seen:
    return data({"code": code, "message": "no", "data": {"status": status}}, status)


def to(place: str, status: int = 301) -> Seen:
    return page("", status, Location=place)


def link(place: str) -> str:
    return f'<{place}>; rel="https://api.w.org/", <{SHOP}/?p=1>; rel=shortlink'


@pytest.mark.parametrize(
    "typed",
    ["shop.example", "SHOP.example/", "https://shop.example/wp-admin/", "https://shop.example//wp-json/wc/v3", " https://shop.example/#x ",
     "https://shop.example/wp-json/", "https://shop.example/wp-login.php?redirect_to=/", "https://shop.example/?consumer_key=ck_1",
     "https://shop.example/index.php/wp-json/wc/v3/products?per_page=1", "https://shop.example/wp-admin/admin.php?page=wc-settings"],
)  # fmt: skip
def test_what_people_type(typed):
    site = Site()
    site.pages[f"{SHOP}/wp-json/"] = index()
    assert site.find(typed) == Place(f"{SHOP}/wp-json", SHOP, "Sun & Moon")
    assert len(site.asked) == 1


@pytest.mark.parametrize("answer", [refusal("woocommerce_rest_cannot_view", 401), refusal("rest_not_logged_in", 401), data([{"id": 1}])])
def test_a_shop_that_hides_its_index(answer):
    site = Site()
    site.pages[f"{SHOP}/wp-json/wc/v3/products"] = answer
    assert site.find() == Place(f"{SHOP}/wp-json")


def test_a_site_that_knows_nothing_of_products_is_no_shop():
    site = Site()
    site.pages[f"{SHOP}/wp-json/wc/v3/products"] = data({"error": "nothing here"}, 404)
    assert site.fails().kind == "not_wordpress"


def test_a_shop_in_a_folder():
    site = Site()
    site.pages[f"{SHOP}/store/wp-json/"] = index(f"{SHOP}/store")
    assert site.find(f"{SHOP}/store/").api_root == f"{SHOP}/store/wp-json"


def test_a_page_of_the_shop_leads_to_it_by_the_link_it_carries():
    site = Site()
    site.pages |= {f"{SHOP}/product/hat/": page(Link=link(f"{SHOP}/wp-json/")), f"{SHOP}/wp-json/": index()}
    assert site.find(f"{SHOP}/product/hat/").api_root == f"{SHOP}/wp-json"


def test_an_api_that_has_another_name():
    site = Site()
    site.pages |= {f"{SHOP}/": page(Link=link(f"{SHOP}/api/")), f"{SHOP}/api/": index()}
    assert site.find().api_root == f"{SHOP}/api"


def test_the_link_in_the_head_of_a_page():
    site = Site()
    head = f'<html><head><link rel="alternate" href="/x"/><link rel="https://api.w.org/" href="{SHOP}/shop/wp-json/" /></head>'
    site.pages |= {f"{SHOP}/": page(head), f"{SHOP}/shop/wp-json/": index()}
    assert site.find().api_root == f"{SHOP}/shop/wp-json"


def test_behind_a_proxy_the_link_has_another_scheme_and_port():
    site = Site()
    site.pages |= {f"{SHOP}/": page(Link=link("http://shop.example:8080/x/wp-json/")), f"{SHOP}/x/wp-json/": index("http://shop.example:8080/x")}
    assert site.find() == Place(f"{SHOP}/x/wp-json", "http://shop.example:8080/x", "Sun & Moon")


def test_a_home_page_that_leads_to_a_language():
    site = Site()
    site.pages |= {f"{SHOP}/": to("/ar/", 302), f"{SHOP}/ar/": page(Link=link(f"{SHOP}/x/wp-json/")), f"{SHOP}/x/wp-json/": index()}
    assert site.find().api_root == f"{SHOP}/x/wp-json"


def test_addresses_with_index_php_in_them():
    site = Site()
    site.pages |= {f"{SHOP}/": page(), f"{SHOP}/index.php/wp-json/": index()}
    assert site.find().api_root == f"{SHOP}/index.php/wp-json"


@pytest.mark.parametrize(
    "closed",
    [refusal("rest_login_required", 401), refusal("rest_disabled", 403), refusal("rest_no_route", 404), page("<h1>403</h1>", 403)],
)
def test_an_index_that_is_closed_to_strangers_leaves_the_word_to_the_key(closed):
    site = Site()
    site.pages[f"{SHOP}/wp-json/"] = closed
    assert site.find() == Place(f"{SHOP}/wp-json")


@pytest.mark.parametrize("typed", [SHOP, f"{SHOP}/shop"])
def test_plain_permalinks(typed):
    site = Site()
    site.pages[f"{typed}/"] = page(Link=link(f"{SHOP}/index.php?rest_route=/"))
    failed = site.fails(typed)
    assert failed.kind == "plain_permalinks" and "Permalinks" in failed.data["remedy"]


def test_plain_permalinks_seen_by_the_home_page_in_the_place_of_the_api():
    site = Site()
    site.pages[f"{SHOP}/wp-json/"] = page(f"<html><link href='{SHOP}/?feed=rss2'></html>")
    assert site.fails().kind == "plain_permalinks"


def test_plain_permalinks_seen_by_the_same_page_in_both_places():
    site = Site()
    home = page("<html><title>Sun &amp; Moon</title></html>", Link=link(f"{SHOP}/wp-json/"))
    site.pages |= {f"{SHOP}/": home, f"{SHOP}/wp-json/": page("<html><title>Sun &#038; Moon</title></html>")}
    assert site.fails().kind == "plain_permalinks"
    site.pages[f"{SHOP}/wp-json/"] = page("<html><title>Other</title></html>")
    assert site.fails().kind == "rest_locked"


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        ({}, "not_wordpress"),
        ({"/": page("<html><title>Parked</title></html>")}, "not_wordpress"),
        ({"/": page("<html><link href='/wp-content/themes/x.css'></html>")}, "rest_locked"),
        ({"/wp-json/": index(SHOP, "wp/v2")}, "woo_off"),
        ({"/wp-json/": page("Briefly unavailable for scheduled maintenance.", 503)}, "maintenance"),
        ({"/wp-json/": page("<html>Just a moment...</html>", 403)}, "challenge"),
        ({"/wp-json/": page("x", 429)}, "throttled"),
        ({"/": page("x", 401)}, "site_password"),
        ({"/": page("x", 500)}, "php_error"),
        ({"/": page("<html>Account Suspended</html>")}, "suspended"),
        ({"/wp-json/": to("/wp-login.php")}, "login_wall"),
        ({"/": to("/coming-soon/")}, "login_wall"),
        ({"/wp-json/": to("/a"), "/a": to("/b"), "/b": to("/a")}, "not_wordpress"),
    ],
)
def test_nothing_to_find(pages, kind):
    site = Site()
    site.pages |= {f"{SHOP}{path}": seen for path, seen in pages.items()}
    assert site.fails().kind == kind


@pytest.mark.parametrize(
    ("pages", "address"),
    [
        ({f"{SHOP}/wp-json/": to("https://www.shop.example/wp-json/?x=1"), f"{SHOP}/": to("https://www.shop.example/")}, "https://www.shop.example"),
        ({f"{SHOP}/": page(Link=link("https://www.shop.example/store/wp-json/"))}, "https://www.shop.example/store"),
        ({f"{SHOP}/": to("https://new.example/de/")}, "https://new.example/de"),
        (
            {f"{SHOP}/wp-json/": to("https://a.example/wp-json/"), "https://a.example/wp-json/": to("https://b.example/wp-json/")},
            "https://b.example",
        ),
        ({f"{SHOP}/wp-json/": to("https://a.example/"), "https://a.example/wp-json/": to(f"{SHOP}/wp-json/")}, SHOP),
    ],
)
def test_the_shop_lives_elsewhere(pages, address):
    site = Site()
    site.pages |= pages
    failed = site.fails()
    assert isinstance(failed, NeedsConfigurationError)
    assert (failed.kind, failed.data["address"], failed.message) == ("redirect_elsewhere", address, f"The shop lives at {address}.")


def test_a_redirected_home_page_does_not_matter_where_the_api_answers():
    site = Site()
    site.pages |= {f"{SHOP}/": to("https://front.example/"), f"{SHOP}/wp-json/": index()}
    assert site.find().api_root == f"{SHOP}/wp-json"


def test_a_shop_that_has_worked_is_asked_again_later():
    assert isinstance(Site().fails(), NeedsConfigurationError)
    assert isinstance(Site().fails(proven=True), TransientError)


@pytest.mark.parametrize(
    "odd", [b"[]", b'{"namespaces": 5}', b'{"namespaces": ["wc/v3"], "home": {"a": 1}, "url": "javascript:1", "name": ["x"]}', b"{", b""]
)
def test_an_index_that_is_none(odd):
    site = Site()
    site.pages[f"{SHOP}/wp-json/"] = Seen(200, CaseInsensitiveDict({"Content-Type": JSON}), odd)
    try:
        assert site.find().home == ""
    except RemoteError as error:
        assert error.kind == ("truncated" if odd == b"{" else "not_wordpress")


@pytest.mark.parametrize("place", ["http://[", "//", "https://user:pw@shop.example/wp-json/", "\udcff", "javascript:x", ""])
def test_a_redirect_to_nowhere(place):
    site = Site()
    site.pages |= {f"{SHOP}/wp-json/": to(place), f"{SHOP}/": page(Link=f'<{place}>; rel="https://api.w.org/"')}
    assert site.fails().kind in ("rest_locked", "html", "not_wordpress")
