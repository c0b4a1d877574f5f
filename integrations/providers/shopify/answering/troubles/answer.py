"""Shopify answers, but not with what was asked for. Pure."""

from common.errors import TransientError
from integrations.providers.trouble import WAIT, Trouble

ANSWER = (
    Trouble(
        "html", TransientError,
        "Shopify answers with a web page instead of products.",
        "Its outer servers show a page when those behind do not answer. Nothing of it was used.",
        f"{WAIT}look at www.shopifystatus.com.",
    ),
    Trouble(
        "truncated", TransientError,
        "Shopify's answer breaks off in the middle.",
        "Part of it is missing, so nothing of it was used.",
        f"{WAIT}check this server's connection to the internet.",
    ),
    Trouble(
        "unreadable", TransientError,
        "Shopify's answer cannot be read.",
        "It is neither an answer nor an error that we know, so nothing of it was used.",
        f"{WAIT}update this program.",
    ),
    Trouble(
        "empty", TransientError,
        "Shopify's answer is empty.",
        "It holds neither data nor an error. That is no empty shop, so nothing of it was used.",
        f"{WAIT}look at www.shopifystatus.com.",
    ),
    Trouble(
        "too_large", TransientError,
        "Shopify's answer is larger than we take.",
        "A page of products should have a few megabytes at most.",
        f"{WAIT}look for products with enormous descriptions.",
    ),
    Trouble(
        "unexpected", TransientError,
        "Shopify answers with something unexpected (HTTP {status}).",
        "It is an answer that its documents do not know.",
        f"{WAIT}update this program.",
    ),
)
