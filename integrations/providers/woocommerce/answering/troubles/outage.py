"""The shop is out of order, or out of reach. Pure."""

from common.errors import TransientError
from integrations.providers.woocommerce.answering.trouble import WAIT, Trouble

OUTAGE = (
    Trouble(
        "maintenance", TransientError,
        "The shop is being updated.",
        "WordPress is in maintenance mode while plugins or WordPress itself are renewed; it takes minutes.",
        f"{WAIT}the update got stuck: delete the file .maintenance from the shop's folder.",
    ),
    Trouble(
        "php_error", TransientError,
        "The shop has a critical error.",
        "A plugin or theme of the shop breaks off with an error while it answers us.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors) and update or switch off the plugin named there.",
    ),
    Trouble(
        "database_down", TransientError,
        "The shop's database does not answer.",
        "WordPress runs but cannot reach its data.",
        f"{WAIT}ask your web host.",
    ),
    Trouble(
        "overloaded", TransientError,
        "The shop's server is overloaded or out of order (HTTP {status}).",
        "The server answers, but not with the shop.",
        f"{WAIT}ask your web host.",
    ),
    Trouble(
        "timeout", TransientError,
        "The shop took too long to answer.",
        "Large shops on small servers need long for a page of products. We then ask for smaller pages.",
        f"{WAIT}ask your web host for more power.",
    ),
    Trouble(
        "unreachable", TransientError,
        "The shop's server cannot be reached.",
        "It is switched off, or does not let us in, or this server has no connection to the internet.",
        f"{WAIT}check whether the shop opens in your browser.",
    ),
    Trouble(
        "connection_lost", TransientError,
        "The connection to the shop broke off.",
        "Part of the answer is missing, so nothing of it was used.",
        f"{WAIT}ask your web host.",
    ),
)
