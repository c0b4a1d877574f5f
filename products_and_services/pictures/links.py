"""Which picture has which facts: points pictures at the row of their file or address, making the row where there is none."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from common.bulk import chunks, insert_missing, update_rows
from common.clock import database_now
from products_and_services.models import PictureFacts, PictureStatus, ProductImage, ProductVariant
from products_and_services.models.pictures import facts_key
from products_and_services.pictures.files import look_at_upload
from products_and_services.pictures.found import Found, next_look


def source_expression(model: Any) -> Any:
    """SQL for a picture's file name, or else its address."""
    return F("image") if model is ProductVariant else Coalesce(NullIf("image", Value("")), "remote_url")


def without_facts(model: Any) -> Q:
    """Pictures nobody has pointed at their facts yet, or whose file or address is another one by now."""
    return Q(facts__isnull=True) | ~Q(facts__source=source_expression(model))


def link_pictures(tenant_id: UUID, product_ids: Iterable[int], now: datetime) -> set[int]:
    """Points the products' pictures at their facts. Returns the products that got facts which were known already.

    New facts are due at once. Two reads when there is nothing to do.
    """
    ids = list(product_ids)
    known: set[int] = set()
    for model in (ProductImage, ProductVariant) if ids else ():
        for some in chunks(_unlinked(model, tenant_id, ids)):
            known |= _link(model, tenant_id, some, now)
    return known


def _unlinked(model: Any, tenant_id: UUID, product_ids: Iterable[int]) -> list[dict[str, Any]]:
    pictures = _pictures(model, tenant_id, product_ids).filter(without_facts(model))
    columns = ["id", "product_id", "image", *(["remote_url"] if model is ProductImage else [])]
    return list(pictures.order_by("pk").values(*columns))


def has_unseen(tenant_id: UUID, product_ids: Iterable[int]) -> bool:
    """True while nobody has looked at some of these products' pictures."""
    ids = list(product_ids)
    unseen = {model: without_facts(model) | Q(facts__status=PictureStatus.NEW) for model in (ProductImage, ProductVariant)}
    return any(_pictures(model, tenant_id, ids).filter(condition).exists() for model, condition in unseen.items())


def facts_of(tenant_id: UUID, product_ids: Iterable[int]) -> set[int]:
    """Ids of the facts that the products' pictures point at."""
    ids = list(product_ids)
    rows = [_pictures(model, tenant_id, ids).exclude(facts=None).order_by() for model in (ProductImage, ProductVariant)]
    return {pk for found in rows for pk in found.values_list("facts_id", flat=True)}


def _pictures(model: Any, tenant_id: UUID, product_ids: Iterable[int]) -> QuerySet:
    pictures: QuerySet = model.objects.filter(product__tenant_id=tenant_id, product__among=set(product_ids))
    return pictures.exclude(image="") if model is ProductVariant else pictures


def _link(model: Any, tenant_id: UUID, rows: list[dict[str, Any]], now: datetime) -> set[int]:
    sources = {row["image"] or row.get("remote_url", ""): bool(row["image"]) for row in rows}
    missing = [
        {"tenant_id": tenant_id, "key": facts_key(source), "source": source, "is_file": is_file, "next_check_at": now}
        for source, is_file in sources.items()
    ]
    with transaction.atomic():
        insert_missing(PictureFacts, missing)
        found = PictureFacts.objects.filter(tenant_id=tenant_id, key__among={facts_key(source) for source in sources})
        facts = {source: (pk, status) for pk, source, status in found.values_list("pk", "source", "status")}
        matched = [(row, *facts[row["image"] or row["remote_url"]]) for row in rows]
        update_rows(model, [{"id": row["id"], "facts_id": pk} for row, pk, _ in matched], match=("id",))
    return {row["product_id"] for row, _, status in matched if status != PictureStatus.NEW}


def look_at_fresh_upload(picture: Any, update_fields: Collection[str] | None) -> Found | None:
    """What is about to be stored, looked at while it is in memory; None for anything else, and where a look does not suffice."""
    if "image" not in picture.__dict__ or (update_fields is not None and "image" not in update_fields):
        return None
    image = picture.image
    return look_at_upload(image) if image and not image._committed else None


def note_upload(picture: Any, found: Found) -> None:
    """The facts of a fresh upload, in the transaction that saves it."""
    name, tenant_id = str(picture.image), picture.product.tenant_id
    values = found.columns() | {"source": name, "is_file": True, "checked_at": database_now(), "next_check_at": None, "failures": 0}
    facts, _ = PictureFacts.objects.update_or_create(tenant_id=tenant_id, key=facts_key(name), defaults=values)
    picture.facts_id = facts.pk
    type(picture).objects.filter(pk=picture.pk).update(facts=facts)


def note_looks(tenant_id: UUID, looks: dict[int, tuple[str, Found]], now: datetime) -> None:
    """Facts of addresses that somebody has fetched in vain. looks: {picture id: (address, what was found)}, of ProductImage.

    In the caller's transaction. They are looked at again by themselves, the rarer the more often it was in vain.
    """
    insert_missing(PictureFacts, [{"tenant_id": tenant_id, "key": facts_key(url), "source": url} for url, _ in looks.values()])
    keys = {facts_key(url) for url, _ in looks.values()}
    facts = {row.source: row for row in PictureFacts.objects.filter(tenant_id=tenant_id, key__among=keys)}
    for source, row in facts.items():
        found = next(found for url, found in looks.values() if url == source)
        failures = row.failures + 1
        again = {"failures": failures, "checked_at": now, "next_check_at": next_look(PictureStatus.UNREACHABLE, failures, now)}
        PictureFacts.objects.filter(pk=row.pk).update(**found.columns(), **again)
    update_rows(ProductImage, [{"id": pk, "facts_id": facts[url].pk} for pk, (url, _) in looks.items()], match=("id",))


def products_showing(facts_ids: Iterable[int]) -> dict[int, set[int]]:
    """{facts id: ids of the products with a picture of these facts}"""
    ids = list(facts_ids)
    found: dict[int, set[int]] = {}
    for model in (ProductImage, ProductVariant):
        for facts_id, product_id in model.objects.filter(facts_id__in=ids).order_by().values_list("facts_id", "product_id"):
            found.setdefault(facts_id, set()).add(product_id)
    return found
