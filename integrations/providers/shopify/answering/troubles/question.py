"""Shopify finds our question wrong: a fault of this program, or of the version that the shop is asked in. Pure."""

from common.errors import PermanentError
from integrations.providers.trouble import Trouble

TELL = "Update this program. If it stays, tell whoever looks after it what stands behind “The shop said”."

QUESTION = (
    Trouble(
        "bad_query", PermanentError,
        "Shopify refuses the way we ask.",
        "It does not know a field or an argument of our question. Nothing was read, and nothing changed here.",
        TELL,
    ),
    Trouble(
        "bad_filter", PermanentError,
        "Shopify does not understand by what we want to choose products.",
        "It leaves such a filter out and then shows all products, so nothing of its answer was used.",
        TELL,
    ),
    Trouble(
        "too_costly", PermanentError,
        "Our question is larger than Shopify allows.",
        "One question may cost only so many points, however many the shop has.",
        TELL,
    ),
    Trouble(
        "not_found", PermanentError,
        "Shopify does not have what we asked for (any more).",
        "It was deleted in the shop.",
        "Nothing to do.",
    ),
    Trouble(
        "file_elsewhere", PermanentError,
        "Shopify lays its list of products at an address that we do not know.",
        "Large shops are read as a file. We open files only where Shopify is known to keep them.",
        TELL,
    ),
)
