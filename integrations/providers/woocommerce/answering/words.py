"""The words for what was found: errors by their code, and what a merchant should know of a shop that works. Pure."""

from integrations.providers.woocommerce.addresses import is_this_machine
from integrations.providers.woocommerce.answering.trouble import Trouble
from integrations.providers.woocommerce.answering.troubles import EVERY

BY_KIND = {trouble.kind: trouble for _, group in EVERY for trouble in group}

# Faults that a smaller page may avoid.
SMALLER_PAGES = frozenset({"timeout", "too_large", "php_error", "truncated", "connection_lost", "overloaded", "empty"})

NOTICE = (
    "A plugin of the shop prints a notice into the shop's answers. The answers are whole, so we use them; set WP_DEBUG_DISPLAY to false in "
    "wp-config.php."
)
WAYS = {
    "oauth-https": "The shop's web server keeps our key header to itself, so requests are signed instead. Nothing to do.",
    "oauth-http": "The shop does not know that it is reached by https, so requests are signed instead. Nothing to do.",
    "query": "The shop's web server keeps our key header to itself, so the key stands in the address of each request, and in the shop's "
    "log files. Ask your web host to pass the “Authorization” header on to WordPress.",
    "http": "The shop has no https: what we read can be read and changed on the way. Ask your web host for a certificate.",
}


def trouble(kind: str) -> Trouble:
    """The words for a kind."""
    return BY_KIND[kind]


def notes_for(way: str, store_url: str) -> tuple[str, ...]:
    """What a merchant should know of the way in which the shop is asked."""
    if store_url.startswith("http://"):
        return () if is_this_machine(store_url) else (WAYS["http"],)
    return tuple(WAYS[name] for name in (way,) if name in WAYS)
