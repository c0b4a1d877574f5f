"""The log lines operators grep for: logger `signals` tells the story of a product, `catalog_service` the errors and payloads."""

import logging
from collections.abc import Iterable
from typing import Any

from common.errors import RemoteError
from common.redaction import redact
from common.retry import CATALOG_MAX_ATTEMPTS
from meta_integration.catalog.decide import Kind
from meta_integration.catalog.items import carriers_of
from products_and_services.snapshot import ProductSnapshot

story = logging.getLogger("signals")
evidence = logging.getLogger("catalog_service")
BORDER = "═" * 55
VERBS = {
    "create": ("Creating new", "created", "Creation"),
    "update": ("Updating", "updated", "Update"),
    "delete": ("Deleting", "deleted", "Deletion"),
}


def log_skipped(products: Iterable[ProductSnapshot]) -> None:
    """Why a product that just changed will not be sent, where that is plain before looking at items."""
    for product in products:
        if not carriers_of(product):
            story.warning("Product '%s' (ID: %s) has no SKU. Skipping Meta Catalog sync.", product.name, product.id)
        elif not product.is_active:
            story.info("Product '%s' (ID: %s) is inactive. Skipping Meta Catalog sync.", product.name, product.id)


def verb_of(kind: Kind, known_at_meta: bool) -> str:
    """ "create", "update" or "delete"."""
    return "delete" if kind is Kind.DELETE else "update" if known_at_meta or kind is Kind.HIDE else "create"


def log_attempt(verb: str, name: str, attempt: int, *, level: int = logging.INFO) -> None:
    """Before a call; attempt counts from 1."""
    preposition = "from" if verb == "delete" else "in"
    story.log(level, "%s product %s Meta Catalog: '%s' - Attempt %s/%s", VERBS[verb][0], preposition, name, attempt, CATALOG_MAX_ATTEMPTS)


def log_success(verb: str, name: str, meta_id: str, *, level: int = logging.INFO) -> None:
    """After Meta has confirmed."""
    if verb == "create":
        story.log(level, "✓ Successfully created product in Meta Catalog. Catalog ID: %s", meta_id)
    else:
        preposition = "from" if verb == "delete" else "in"
        story.log(level, "✓ Successfully %s product %s Meta Catalog: '%s'", VERBS[verb][1], preposition, name)


def log_payload(name: str, payload: Any) -> None:
    """What is about to be sent."""
    if evidence.isEnabledFor(logging.DEBUG):
        evidence.debug("Payload for '%s': %s", name, redact(payload))


def log_error(verb: str, name: str, product_id: int | None, sku: str, error: RemoteError) -> None:
    """The bordered block for one failed call."""
    lines = [
        "",
        BORDER,
        f"META API ERROR - Product {VERBS[verb][2]} Failed",
        BORDER,
        f"Product: {name} (ID: {product_id}, SKU: {sku})",
        f"Error Code: {error.code}",
        f"Error Type: {error.kind or type(error).__name__}",
        f"Error Message: {error.message}",
        f"fbtrace_id: {error.fbtrace_id}",
        BORDER,
    ]
    evidence.error("%s", "\n".join(lines))
