"""Faults on demand: what can go wrong with a shop, and which active fault applies to a call. What each does lives in mishaps.py."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.fault_box import AimedFault
from sandbox.shops.post import HOOK_FAULTS

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.call import Call

KINDS: dict[str, str] = {
    "slow": "Every answer takes the given seconds (20)",
    "slow_big_pages": "Pages of more than the given rows (20) take the given seconds (60), smaller ones come at once",
    "hang": "No answer comes",
    "reset_before": "The connection breaks before the shop has read anything",
    "reset_after": "The connection breaks when the answer is ready",
    "cut": "The connection ends in the middle of the answer",
    "truncated": "The answer is half a JSON document",
    "throttled": "Too many calls: 429, with Retry-After in seconds or as a date, or without",
    "fatal": "A plugin breaks PHP: 500 with an HTML page",
    "fatal_at_product": "A plugin breaks PHP over the given product: 500 with an HTML page, unless only id, type and status are asked for",
    "database_down": "The shop's database is down: 500 with an HTML page",
    "maintenance": "WordPress is being updated: 503 with an HTML page",
    "gateway_timeout": "The web server loses patience: 504 with an HTML page",
    "plain_permalinks": "Permalinks are set to Plain: every address of the API is the home page, with status 200",
    "notice": "A plugin prints a warning in front of every answer",
    "empty_list": "Lists are empty, with status 200 and a total of 0",
    "empty_pages": "Lists are empty, but the total is as it was",
    "wrong_total": "The total counts more products than the pages hold (the given rows: 7)",
    "repeated_page": "A cache gives the first page for every page",
    "no_offset": "A plugin turns lists page by page only: which row to begin with is not heard",
    "stale_list": "A cache shows lists as they were when the fault was added",
    "duplicate_ids": "Every page begins with the last rows of the page before (the given rows: 3)",
    "firewall": "A firewall answers: 403 with an HTML page",
    "challenge": "Cloudflare wants to see a browser: 403 with a challenge page",
    "redirect_www": "The shop has moved to www.: 301",
    "redirect_https": "The shop has moved to https: 301",
    "no_woocommerce": "The plugin WooCommerce is switched off: 404",
    "key_revoked": "Somebody has deleted the key: 401",
    "no_rights": "The key's user may not see products any more: 403",
    "gzip_bomb": "A small answer unpacks to a very large one (the given MB: 500)",
    "endless": "The answer never ends",
    **HOOK_FAULTS,
}
# Faults of the whole site; the others concern the API alone.
OF_THE_SITE = frozenset(
    {
        "slow", "hang", "reset_before", "reset_after", "cut", "fatal", "database_down", "maintenance", "gateway_timeout", "challenge",
        "redirect_www", "redirect_https", "endless", "gzip_bomb",
    }
)  # fmt: skip


@dataclass(slots=True)
class Fault(AimedFault):
    """One thing that goes wrong with calls of `endpoints` (names of routes.py, also "home"; empty: all that the kind concerns).

    `page` names one page of a list, `product` a product by its number. `seconds`: delays, and Retry-After of throttled and maintenance
    (None: without); `as_date` writes it as a date. `rows` and `mb`: see KINDS. `status` overrides the status of a refusal.
    """

    KINDS = KINDS

    page: int | None = None
    product: int | None = None
    as_date: bool = False
    mb: int = 500

    def fits(self, call: "Call") -> bool:
        """Whether this fault concerns the call."""
        if self.kind in HOOK_FAULTS:
            return False
        if self.page is not None and call.number("page", 1) != self.page:
            return False
        if self.kind == "slow_big_pages" and call.number("per_page", 10) <= (self.rows or 20):
            return False
        if self.endpoints:
            return call.endpoint in self.endpoints
        return call.route is not None or (self.kind in OF_THE_SITE and call.endpoint == "home")
