"""Faults on demand: what can go wrong with a Shopify shop, and which calls a fault concerns. What each does lives in mishaps.py."""

from typing import TYPE_CHECKING

from sandbox.fault_box import AimedFault
from sandbox.shops.post import HOOK_FAULTS

if TYPE_CHECKING:
    from sandbox.shops.shopify.call import Call

KINDS: dict[str, str] = {
    "slow": "Every answer takes the given seconds (20)",
    "hang": "No answer comes",
    "reset_before": "The connection breaks before Shopify has read anything",
    "reset_after": "The connection breaks when the answer is ready, and what was asked is done",
    "cut": "The connection ends in the middle of the answer",
    "truncated": "The answer is half a JSON document",
    "throttled": "The points are used up: 200 with the error THROTTLED and no data",
    "too_many_requests": "429 with Retry-After",
    "bad_gateway": "Shopify's edge answers with an HTML page: 502",
    "internal_error": "200 with the error INTERNAL_SERVER_ERROR and no data",
    "partial_errors": "Data and errors come together: the last row of every list is null or missing",
    "null_nodes": "nodes(ids:) answers null for products that are there",
    "empty_list": "Lists are empty, with status 200",
    "wrong_count": "Counts say more than there is (the given rows: 7)",
    "token_expired": "The access token is not known any more: 401, until a new one is fetched",
    "token_refused": "No access token is accepted, a new one neither: 401",
    "no_new_token": "The app's id and secret are refused",
    "app_uninstalled": "The merchant has removed the app: its tokens die, its webhooks go, and one last webhook says so",
    "scope_lost": "The app may not read products any more: ACCESS_DENIED inside a 200",
    "frozen": "The shop has not paid: 402",
    "locked": "The shop is locked: 423",
    "old_version": "The API answers as another version than asked for",
    "index_lag": "The search finds changes only after the given seconds (30)",
    "bulk_stuck": "Bulk operations never leave CREATED",
    "bulk_failed": "Bulk operations fail half-way, with a partial file",
    "bulk_empty": "Bulk operations finish without a file, though there are products",
    "bulk_short": "The file of a bulk operation lacks its end",
    "bulk_busy": "Another bulk operation is always running",
    "file_gone": "The file of a bulk operation cannot be fetched: 403",
    **HOOK_FAULTS,
    "hooks_mislabelled": "Somebody sends each webhook once more, with its signature, as app/uninstalled: the topic is not signed",
}
# Faults that are looked up where they work, and concern no call.
STANDING = frozenset(kind for kind in KINDS if kind.startswith(("hooks_", "bulk_")) or kind in ("index_lag", "app_uninstalled"))


class Fault(AimedFault):
    """One thing that goes wrong with calls of `endpoints` (see call.py: "graphql", "token", "file", or a root field such as "products").

    `status` overrides the status of a refusal.
    """

    __slots__ = ()
    KINDS = KINDS

    def fits(self, call: "Call") -> bool:
        """Whether this fault concerns the call."""
        if self.kind in STANDING:
            return False
        if self.kind == "no_new_token":
            return call.endpoint == "token"
        if self.kind == "file_gone":
            return call.endpoint == "file"
        if self.endpoints:
            return not call.names.isdisjoint(self.endpoints)
        return call.endpoint == "graphql" or (self.kind in _OF_ALL and call.endpoint in ("token", "file"))


_OF_ALL = frozenset({"slow", "hang", "reset_before", "bad_gateway"})
