"""What an active fault does to a call: answer in its place, change what is found, or spoil the answer. Which faults exist: faults.py."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from sandbox.shops.messages import ShopAnswer
from sandbox.shops.woocommerce import pages
from sandbox.shops.woocommerce.answering import JSON_TYPE, Found, answer_error, answer_html
from sandbox.shops.woocommerce.call import Call
from sandbox.shops.woocommerce.errors import no_route
from sandbox.shops.woocommerce.faults import Fault
from sandbox.shops.woocommerce.reading import read_fields

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

_LIES_READY = frozenset({"id", "type", "status"})  # Of a product, without anything being worked out.
Instead = Callable[["WooShop", Call, Fault], ShopAnswer | None]
_MEGABYTE = 1024 * 1024
_PLUGIN = "/wp-content/plugins/some-plugin/some-plugin.php"


def answer_instead(shop: "WooShop", call: Call) -> ShopAnswer | None:
    """Note the faults that hit the call, in the order in which they were switched on; the first that decides the answer ends it."""
    for fault in shop.faults.take(call):
        call.faults.append(fault)
        act = _INSTEAD.get(fault.kind)
        answer = act(shop, call, fault) if act else None
        if answer is not None:
            answer.status = fault.status or answer.status
            return answer
    if call.hit_by("repeated_page") or call.hit_by("no_offset"):
        call.asked.pop("offset", None)
    if call.hit_by("repeated_page"):
        call.asked.pop("page", None)
    return None


def bend(call: Call, found: Found, previous: Callable[[], Found]) -> Found:
    """What was found, as the faults let it be seen; `previous` finds the page before."""
    if not isinstance(found.body, list) or found.total is None:
        return found
    if call.hit_by("empty_list"):
        found.body, found.total = [], 0
    if call.hit_by("empty_pages"):
        found.body = []
    if fault := call.hit_by("wrong_total"):
        found.total += fault.rows or 7
    if (fault := call.hit_by("duplicate_ids")) and found.question and found.question.page > 1:
        found.body = [*previous().body[-(fault.rows or 3) :], *found.body]
    return found


def broken_off(call: Call, found: Found) -> ShopAnswer | None:
    """What comes where a plugin breaks PHP over one of the products that were found; None where it does not."""
    wanted = read_fields(call.asked)
    if wanted and _LIES_READY.issuperset(wanted):
        return None
    rows = found.body if isinstance(found.body, list) else [found.body]
    at_fault = {fault.product for fault in call.faults if fault.kind == "fatal_at_product"}
    return pages.fatal() if any(isinstance(row, dict) and row.get("id") in at_fault for row in rows) else None


def spoil(call: Call, answer: ShopAnswer) -> ShopAnswer:
    """The answer as it leaves."""
    for fault in call.faults:
        if fault.kind in ("slow", "slow_big_pages"):
            answer.delay += fault.seconds if fault.seconds is not None else 60.0 if fault.kind == "slow_big_pages" else 20.0
        elif fault.kind == "reset_after":
            answer.fault = "reset"
        elif fault.kind == "cut":
            answer.fault = "cut"
        elif fault.kind == "truncated":
            answer.body = answer.body[: max(1, len(answer.body) // 2)]
        elif fault.kind == "notice" and answer.headers.get("Content-Type") == JSON_TYPE:
            answer.body = pages.notice(_PLUGIN) + answer.body
    return answer


def _hang(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer:
    return ShopAnswer(0, {}, fault="hang", delay=fault.seconds or 60.0)


def _throttled(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer:
    headers = {"Content-Type": "text/html"}
    if fault.seconds is not None:
        moment = shop.clock() + timedelta(seconds=fault.seconds)
        headers["Retry-After"] = format_datetime(moment, usegmt=True) if fault.as_date else f"{fault.seconds:.0f}"
    return ShopAnswer(
        429, headers, b"<html><head><title>429 Too Many Requests</title></head><body><h1>Too Many Requests</h1></body></html>"
    )


def _gateway_timeout(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer:
    answer = pages.gateway_timeout()
    answer.delay = fault.seconds or 0.0
    return answer


def _plain_permalinks(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer | None:
    if call.by_query:
        return None
    if not call.request.path.endswith("/"):
        return _moved(call, path=f"{call.request.path}/")
    return answer_html(pages.home_page(shop.title))


def _moved(call: Call, **parts: str) -> ShopAnswer:
    target = urlunsplit(urlsplit(call.request.url)._replace(**parts))
    return ShopAnswer(301, {"Content-Type": "text/html; charset=UTF-8", "Location": target, "X-Redirect-By": "WordPress"})


def _www(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer | None:
    host = urlsplit(call.request.url).netloc
    return None if host.startswith("www.") else _moved(call, netloc=f"www.{host}")


def _https(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer | None:
    return None if call.request.url.startswith("https:") else _moved(call, scheme="https")


def _no_woocommerce(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer | None:
    if not (call.route or "").startswith("/wc/"):
        return None
    refusal = no_route()
    refusal.logged_in = False
    return answer_error(refusal, shop.address)


def _endless(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer:
    return ShopAnswer(200, {"Content-Type": JSON_TYPE}, b"[", endless=b" " * 65536)


def _gzip_bomb(shop: "WooShop", call: Call, fault: Fault) -> ShopAnswer:
    return ShopAnswer(200, {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"}, _bomb(fault.mb))


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    """One JSON document of blanks: a megabyte of them packs to one kilobyte, and packed pieces may follow each other."""
    return b"".join([gzip.compress(b"["), gzip.compress(b" " * _MEGABYTE) * megabytes, gzip.compress(b"]")])


_INSTEAD: dict[str, Instead] = {
    "hang": _hang,
    "reset_before": lambda shop, call, fault: ShopAnswer(0, {}, fault="reset"),
    "throttled": _throttled,
    "fatal": lambda shop, call, fault: pages.fatal(),
    "database_down": lambda shop, call, fault: pages.database_down(),
    "maintenance": lambda shop, call, fault: pages.maintenance(fault.seconds),
    "gateway_timeout": _gateway_timeout,
    "plain_permalinks": _plain_permalinks,
    "firewall": lambda shop, call, fault: pages.firewall(),
    "challenge": lambda shop, call, fault: pages.challenge(),
    "redirect_www": _www,
    "redirect_https": _https,
    "no_woocommerce": _no_woocommerce,
    "gzip_bomb": _gzip_bomb,
    "endless": _endless,
}
