"""From a found body to an answer: headers in the order and spelling of the recordings, JSON as PHP writes it."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.shops.messages import ShopAnswer
from sandbox.shops.woocommerce.errors import WooError
from sandbox.shops.woocommerce.query import Params, with_page
from sandbox.shops.woocommerce.reading import Question

JSON_TYPE = "application/json; charset=UTF-8"
NO_CACHE = {"Expires": "Wed, 11 Jan 1984 05:00:00 GMT", "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private"}
HTML_TYPE = "text/html; charset=UTF-8"


@dataclass(slots=True)
class Found:
    """What a route found. `total` and `question` where it is a list with pages; `path` is the list's own, for the links to other pages."""

    body: Any
    allow: str
    total: int | None = None
    question: Question | None = None
    pages: int | None = None
    status: int = 200


def encode_json(body: Any) -> bytes:
    """As PHP does: no spaces, `\\/`, everything beyond ASCII as `\\u....`."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()


def answer_found(found: Found, base: str, address: str, params: Params, public: bool) -> ShopAnswer:
    """What was found or made. `base` is the shop's address, `address` the route's without its query; `public`: nobody had to sign in."""
    headers = _common(base)
    if found.total is not None:
        headers["X-WP-Total"] = str(found.total)
        headers["X-WP-TotalPages"] = str(_pages(found))
        links = _page_links(found, address, params)
        if links:  # PHP lets the second Link header take the place of the first.
            del headers["Link"]
            headers["Link"] = links
    headers["Allow"] = found.allow
    headers |= {"Vary": "Origin"} if public else NO_CACHE
    if found.status == 201:
        headers["Location"] = f"{address}/{found.body['id']}"
    return ShopAnswer(found.status, headers, encode_json(found.body))


def answer_error(error: WooError, base: str) -> ShopAnswer:
    """A refusal. Who was not recognised gets a Vary header instead of the no-cache ones."""
    headers = _common(base)
    if error.allow:
        headers["Allow"] = error.allow
    headers |= NO_CACHE if error.logged_in else {"Vary": "Origin"}
    return ShopAnswer(error.status, headers, encode_json(error.body()))


def answer_html(text: str, status: int = 200, **headers: str) -> ShopAnswer:
    """A page instead of an answer."""
    return ShopAnswer(status, {"Content-Type": HTML_TYPE, **headers}, text.encode())


def api_link(base: str) -> str:
    """The header by which an API is discovered."""
    return f'<{base}/wp-json/>; rel="https://api.w.org/"'


def _common(base: str) -> dict[str, str]:
    return {
        "Content-Type": JSON_TYPE,
        "X-Robots-Tag": "noindex",
        "Link": api_link(base),
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
        "Access-Control-Allow-Headers": "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
    }


def _pages(found: Found) -> int:
    if found.pages is not None or found.question is None:
        return found.pages or 0
    return -(-(found.total or 0) // found.question.per_page)


def _page_links(found: Found, address: str, params: Params) -> str:
    if found.question is None:
        return ""
    page, pages = found.question.page, _pages(found)
    links = []
    if page > 1 and pages:
        links.append(f'<{with_page(address, params, min(page - 1, pages))}>; rel="prev"')
    if page < pages:
        links.append(f'<{with_page(address, params, page + 1)}>; rel="next"')
    return ", ".join(links)
