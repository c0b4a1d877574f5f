"""Shopify's lists do not fit together. Pure."""

from common.errors import TransientError
from integrations.providers.trouble import WAIT, Trouble

LISTS = (
    Trouble(
        "list_empty", TransientError,
        "Shopify says that the shop has products, but shows none.",
        "An empty list proves nothing. So nothing was taken for gone.",
        f"{WAIT}look at www.shopifystatus.com.",
    ),
    Trouble(
        "list_vanished", TransientError,
        "Shopify does not show a product that it showed a moment ago.",
        "So what else it does not show proves nothing either. Nothing was taken for gone.",
        f"{WAIT}look whether the products are still in the shop's admin under Products.",
    ),
    Trouble(
        "list_totals", TransientError,
        "Shopify's list of products is shorter than the number that it counts.",
        "Its count may run ahead for some seconds. As some products could be missing, nothing was taken for gone.",
        f"{WAIT}look at www.shopifystatus.com.",
    ),
    Trouble(
        "list_repeats", TransientError,
        "Shopify gives the same part of a list again.",
        "Something between Shopify and this server answers out of its memory.",
        f"{WAIT}ask whoever looks after this server whether a proxy stands between.",
    ),
)  # fmt: skip
