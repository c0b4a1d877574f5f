"""Bulk operations: Shopify writes all products into a file, which is fetched once. Started, watched, called off, read.

Whatever goes wrong with one, the caller turns pages instead: other apps may have used up the places, operations hang, end half-way, or end
without a file although there are products. `partialDataUrl` is never used: half a list is none.
https://shopify.dev/docs/api/usage/bulk-operations/queries
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, RemoteError
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import Client
from integrations.providers.shopify.listing.spool import Spool
from integrations.providers.shopify.queries import BULK_CANCEL, BULK_PRODUCTS, BULK_START, BULK_STATE

logger = logging.getLogger("importer")
UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})


@dataclass(frozen=True, slots=True)
class Operation:
    """objects, roots: lines, and products, that its file has (so far); url: where the file is, for seven days; "" for none.

    created_at: by Shopify's clock, UTC; error: Shopify's code for why it failed.
    """

    gid: str
    status: str
    created_at: datetime
    objects: int
    roots: int
    url: str = ""
    error: str = ""

    @property
    def has_file(self) -> bool:
        """It is done, and its file is there. For seven days; then it is EXPIRED."""
        return self.status == "COMPLETED" and bool(self.url)

    @property
    def is_under_way(self) -> bool:
        """The file may still come."""
        return self.status in UNDER_WAY


def start(client: Client) -> Operation | None:
    """Begins one; None where Shopify takes none (its places are taken, or our app may not). Raises TransientError."""
    try:
        answer = client.execute(BULK_START, {"query": BULK_PRODUCTS}).get("bulkOperationRunQuery")
    except (AmbiguousError, PermanentError, NeedsConfigurationError) as error:
        logger.info("Shopify begins no bulk operation (%s), so pages are turned.", error.kind)
        return None
    if not isinstance(answer, dict):
        raise BY_KIND["unreadable"].error_for()
    operation = _read(answer.get("bulkOperation"))
    if operation is None:
        logger.info("Shopify begins no bulk operation (%s), so pages are turned.", str(answer.get("userErrors"))[:300])
    return operation


def look_at(client: Client, gid: str) -> Operation | None:
    """How it stands; None where Shopify does not know it any more. Raises one of the four errors."""
    return _read(client.execute(BULK_STATE, {"id": gid}).get("bulkOperation"))


def call_off(client: Client, gid: str) -> None:
    """Asks Shopify to stop it; whether it does is no concern of ours."""
    try:
        client.execute(BULK_CANCEL, {"id": gid})
    except RemoteError as error:
        logger.info("%s could not be called off: %s", gid, error.kind)


def read_on(client: Client, operation: Operation, spool: Spool, is_time_up: Callable[[], bool]) -> None:
    """Takes the next part of its file in: to the end, or until the time is up. Raises one of the four errors, and what Spool raises."""
    spool.fill(lambda start: client.download(operation.url, start), (operation.objects, operation.roots), is_time_up)


def _read(value: Any) -> Operation | None:
    if value is None:
        return None
    try:
        created, objects, roots = datetime.fromisoformat(value["createdAt"]), int(value["objectCount"]), int(value["rootObjectCount"])
        url, error = str(value["url"] or ""), str(value["errorCode"] or "")
        return Operation(str(value["id"]), str(value["status"]), created.astimezone(UTC), objects, roots, url, error)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BY_KIND["unreadable"].error_for() from None
