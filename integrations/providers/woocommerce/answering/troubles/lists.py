"""Lists that lie, or that change too much while they are read."""

from common.errors import PermanentError, TransientError
from integrations.providers.woocommerce.answering.trouble import ASK_HOST, WAIT, Trouble

LISTS = (
    Trouble(
        "list_empty", TransientError,
        "The shop says that it has more products, but the list stops.",
        "An empty list proves nothing: a plugin, a cache or an error may be behind it. So nothing was taken for gone.",
        f"{WAIT}switch off caching for addresses below /wp-json/.",
    ),
    Trouble(
        "list_vanished", TransientError,
        "The shop's list is suddenly empty.",
        "It gave products a moment ago. Nothing was taken for gone.",
        f"{WAIT}look whether the products are still in WooCommerce → Products.",
    ),
    Trouble(
        "list_repeats", TransientError,
        "The shop gives the same page of its list again and again.",
        "A cache or a plugin answers for the shop and does not look at which page is asked for.",
        f"{WAIT}switch off caching for addresses below /wp-json/.",
    ),
    Trouble(
        "list_totals", TransientError,
        "The shop's list and the number it says it has do not agree.",
        "Products may have come and gone while we read, or a plugin changes the list. As some could be missing, it does not count.",
        f"{WAIT}look which plugin changes the answers of the REST API.",
    ),
    Trouble(
        "list_order", PermanentError,
        "The shop lists its products in another order than we ask for.",
        "A plugin that sorts products changes the REST API as well. Between two pages some could be missed, so the list cannot be used.",
        f"{ASK_HOST} to switch off the sorting plugin for the REST API.",
        in_passing=True,
    ),
    Trouble(
        "dates_ignored", PermanentError,
        "The shop does not say which products were changed: it sends all of them whatever is asked.",
        "Its WooCommerce is very old, or a plugin or a cache drops the question. Looking over all products and whole imports find changes.",
        "Switch off “Read what was changed” on the shop's page and let “Look over all products” come more often; or update WooCommerce.",
    ),
)  # fmt: skip
