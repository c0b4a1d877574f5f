"""Writing identities: which of our rows is which of the shop's, from what answer it was made, and what the shop no longer has."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from common.bulk import insert_rows, update_rows
from integrations.importing.items import Item, Ref, Slot
from integrations.importing.job import ImportJob
from integrations.models import ExternalRef, RefKind

LONGEST_ID = 64
NOTHING: dict[str, Any] = {
    "product_id": None, "variant_id": None, "category_id": None, "content_hash": "", "gone_at": None, "read_at": None, "glance": "",
}  # fmt: skip


def is_usable(external_id: str) -> bool:
    """Whether what the shop calls a thing can be its identity here."""
    return 0 < len(external_id) <= LONGEST_ID and external_id.isprintable()


def write_refs(job: ImportJob, items: Sequence[Item], now: datetime, asked_at: datetime, *, with_time: bool = False) -> None:
    """Notes for every item and its variations who they are and what was seen of them. Three queries at the most.

    asked_at: when the question for what the shop says of them began; with_time: it is noted even where nothing else is new.
    """
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    read: list[dict[str, Any]] = []
    for item in items:
        text = "" if item.is_open else item.content_hash
        if item.ref is None:
            owner, seen = {"product_id": item.product_id}, {"content_hash": text, "read_at": asked_at, "glance": item.glance}
            new.append(_row(job, RefKind.PRODUCT, item.external_id, **owner, **seen))
        elif with_time or _has_news(item, item.ref, text):
            read.append({"id": item.ref.id, "content_hash": text, "read_at": asked_at, "glance": item.glance, "gone_at": None})
        for slot in item.slots:
            _note_variation(job, item, slot, new, changed)
        changed += [
            {"id": ref.id, "product_id": item.product_id, "content_hash": "", "gone_at": now} for ref in item.gone if not ref.is_gone
        ]
    insert_rows(ExternalRef, new)
    update_rows(ExternalRef, changed, match=("id",))
    update_rows(ExternalRef, read, match=("id",))


def _has_news(item: Item, ref: Ref, text: str) -> bool:
    return ref.is_gone or ref.content_hash != text or ref.glance != item.glance


def _note_variation(job: ImportJob, item: Item, slot: Slot, new: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
    if slot.fitted is None:
        return
    if slot.ref is None:
        owner = {"product_id": item.product_id, "variant_id": slot.variant_id}
        new.append(_row(job, RefKind.VARIANT, slot.fitted.external_id, **owner))
    elif slot.ref.is_gone or slot.ref.product_id != item.product_id:
        changed.append({"id": slot.ref.id, "product_id": item.product_id, "content_hash": "", "gone_at": None})


def _row(job: ImportJob, kind: str, external_id: str, **values: Any) -> dict[str, Any]:
    return {"connection_id": job.connection.pk, "kind": kind, "external_id": external_id, **NOTHING, **values}


def mark_gone(refs: Iterable[Ref], now: datetime, asked_at: datetime) -> None:
    """Products that the shop no longer has, as it said when it was asked at `asked_at`; whatever it says of them later is new."""
    ids = [ref.id for ref in refs]
    if ids:
        ExternalRef.objects.filter(pk__in=ids).update(gone_at=now, content_hash="", read_at=asked_at)
