"""Shopify is out of order, busy, or out of reach. Pure."""

from common.errors import NeedsConfigurationError, TransientError
from integrations.providers.trouble import WAIT, Trouble

LOOK = "look at www.shopifystatus.com."

OUTAGE = (
    Trouble(
        "throttled", TransientError,
        "Shopify asks us to slow down.",
        "Each shop has so many points a second for all that is asked by an app. We wait until there are enough again.",
        f"{WAIT}look whether another program uses the same app, and import less often.",
    ),
    Trouble(
        "shop_error", TransientError,
        "Shopify had an error while it answered us.",
        "Part of the answer is missing, so nothing of it was used.",
        f"{WAIT}{LOOK}",
    ),
    Trouble(
        "overloaded", TransientError,
        "Shopify is overloaded or out of order (HTTP {status}).",
        "A server answers, but not with the shop.",
        f"{WAIT}{LOOK}",
    ),
    Trouble(
        "timeout", TransientError,
        "Shopify took too long to answer.",
        "We wait half a minute for each answer.",
        f"{WAIT}{LOOK}",
    ),
    Trouble(
        "unreachable", TransientError,
        "Shopify cannot be reached.",
        "This server has no connection to the internet, or something on the way is out of order.",
        f"{WAIT}check this server's connection to the internet.",
    ),
    Trouble(
        "no_such_name", NeedsConfigurationError,
        "There is no server of this name.",
        "The shop's address is misspelt, or this server cannot look up names.",
        "Check the spelling of the address, which ends in .myshopify.com.",
        in_passing=True,
    ),
    Trouble(
        "certificate", NeedsConfigurationError,
        "The certificate of the shop's address is not valid.",
        "Something between us and Shopify answers in its place. Keys are not sent then.",
        "Check this server's clock and whether a proxy stands before it.",
        in_passing=True,
    ),
    Trouble(
        "no_tls", TransientError,
        "There is no encrypted connection to Shopify.",
        "Something between us and Shopify keeps it from coming about.",
        f"{WAIT}check whether a proxy or firewall stands before this server.",
    ),
    Trouble(
        "connection_lost", TransientError,
        "The connection to Shopify broke off.",
        "Part of the answer is missing, so nothing of it was used.",
        f"{WAIT}{LOOK}",
    ),
)
