"""The shop's shelves become categories, all in one step; and which of them a product lies on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.bulk import insert_rows, take_numbers, update_rows
from integrations.importing.fitting import clean_line
from integrations.importing.items import Item
from integrations.importing.job import ImportJob
from integrations.importing.outcome import Outcome
from integrations.importing.refs import NOTHING, is_usable
from integrations.models import ExternalRef, RefKind
from integrations.records import FieldProblem, StoreCategory
from products_and_services.models import Product, ProductCategory
from products_and_services.steps.categories import change_categories, create_categories

COLUMNS = ("id", "name", "parent_id", "is_active", "external_id")
LONGEST_NAME = 255
UNKNOWN = "It lies on a shelf that the shop does not list, so that shelf was left out. It is looked at again with the next import."


@dataclass(frozen=True, slots=True)
class _Known:
    """A shelf that we have: its ref, and what our category holds."""

    ref_id: int
    is_gone: bool
    values: dict[str, Any]


def take_in_categories(job: ImportJob, shelves: Sequence[StoreCategory], now: datetime) -> Outcome:
    """Makes, renames and moves categories, in the caller's transaction. Those that the shop no longer has become inactive, unless something
    of ours lies there.

    A shop that lists no shelves at all is not believed. Eleven queries, whatever their number.
    """
    outcome = Outcome()
    ordered = top_down(shelves)
    if not ordered:
        return outcome
    known = _known(job)
    pks = {external_id: each.values["id"] for external_id, each in known.items()}
    found = _find_or_make(job, [shelf for shelf in ordered if shelf.external_id not in known], pks, outcome)
    changed = []
    for shelf in ordered:
        each = known.get(shelf.external_id) or found.get(shelf.external_id)
        if each is not None:
            wanted = {**each.values, **_row(shelf, pks, outcome), "is_active": each.values["is_active"] or each.is_gone}
            changed += [wanted] if wanted != each.values else []
    there = {shelf.external_id for shelf in ordered}
    left = [each.values for external_id, each in known.items() if external_id not in there and not each.is_gone]
    in_use = _used_otherwise(job, {values["id"] for values in left if values["is_active"]})
    changed += [{**values, "is_active": False} for values in left if values["is_active"] and values["id"] not in in_use]
    change_categories(job.connection.tenant_id, changed)
    _mark(known, there, now)
    return outcome


def _find_or_make(job: ImportJob, shelves: Sequence[StoreCategory], pks: dict[str, int], outcome: Outcome) -> dict[str, _Known]:
    """A category for each new shelf, entered in `pks` and noted as its own. Returns those that were here before."""
    own = _own_categories(job) if shelves else {}
    numbers = iter(take_numbers(ProductCategory, len(shelves)))
    new, found = [], {}
    for shelf in shelves:
        row = _row(shelf, pks, outcome)
        values = own.pop((row["parent_id"], row["name"].casefold()), None)
        if values is None:
            new.append({"id": next(numbers), **row})
        else:
            found[shelf.external_id] = _Known(0, False, values)
        pks[shelf.external_id] = new[-1]["id"] if values is None else values["id"]
    create_categories(job.connection.tenant_id, new)
    about_all = {"connection_id": job.connection.pk, "kind": RefKind.CATEGORY, **NOTHING}
    insert_rows(ExternalRef, [{**about_all, "external_id": one.external_id, "category_id": pks[one.external_id]} for one in shelves])
    return found


def _used_otherwise(job: ImportJob, category_ids: set[int]) -> set[int]:
    """Those that hold products or categories which this shop has nothing to do with."""
    if not category_ids:
        return set()
    products = Product.objects.for_tenant(job.connection.tenant_id).exclude(external_refs__connection=job.connection)
    main = products.filter(category__among=category_ids).values_list("category_id", flat=True)
    rows = Product.categories.through.objects.filter(productcategory__among=category_ids, product__in=products)
    below = ProductCategory.objects.filter(parent__among=category_ids, is_active=True).exclude(external_refs__connection=job.connection)
    return {*main, *rows.values_list("productcategory_id", flat=True), *below.values_list("parent_id", flat=True)}


def _row(shelf: StoreCategory, pks: dict[str, int], outcome: Outcome) -> dict[str, Any]:
    return {"name": _name(shelf, outcome), "parent_id": pks.get(shelf.parent_id), "external_id": shelf.external_id}


def _known(job: ImportJob) -> dict[str, _Known]:
    rows = ExternalRef.objects.filter(connection=job.connection, kind=RefKind.CATEGORY).order_by("pk")
    columns = [f"category__{name}" for name in COLUMNS]
    return {
        external_id: _Known(pk, gone is not None, dict(zip(COLUMNS, values, strict=True)))
        for external_id, pk, gone, *values in rows.values_list("external_id", "pk", "gone_at", *columns)
    }


def _own_categories(job: ImportJob) -> dict[tuple[int | None, str], dict[str, Any]]:
    """{(parent, name): values} of categories that belong to no shop: a shelf of the same name in the same place is that one."""
    rows = ProductCategory.objects.filter(tenant_id=job.connection.tenant_id, external_refs__isnull=True).order_by("-pk")
    return {(row["parent_id"], row["name"].casefold()): row for row in rows.values(*COLUMNS)}


def _name(shelf: StoreCategory, outcome: Outcome) -> str:
    name = clean_line(shelf.name) or f"Category {shelf.external_id}"
    if len(name) > LONGEST_NAME:
        words = f"The name of this shelf has {len(name):,} characters; {LONGEST_NAME} fit, the rest was cut off. Shorten it in the shop."
        outcome.note(FieldProblem("categories", "too_long", words), name=name)
    return name[:LONGEST_NAME].rstrip()


def _mark(known: dict[str, _Known], there: set[str], now: datetime) -> None:
    """What is gone, since when; what is back."""
    rows = [{"id": each.ref_id, "gone_at": None if external_id in there else now} for external_id, each in known.items()
            if each.is_gone == (external_id in there)]  # fmt: skip
    update_rows(ExternalRef, rows, match=("id",))


def top_down(shelves: Iterable[StoreCategory]) -> list[StoreCategory]:
    """Each once, those above before those below; one that lies below itself, or below nothing that is listed, is a top one."""
    by_id = {shelf.external_id: shelf for shelf in shelves if is_usable(shelf.external_id)}
    done: dict[str, StoreCategory] = {}
    for shelf in by_id.values():
        line: dict[str, StoreCategory] = {}
        walker: StoreCategory | None = shelf
        while walker is not None and walker.external_id not in done and walker.external_id not in line:
            line[walker.external_id] = walker
            walker = by_id.get(walker.parent_id)
        for one in reversed(line.values()):
            above = one.parent_id if one.parent_id in done else ""
            done[one.external_id] = StoreCategory(one.external_id, one.name, above)
    return list(done.values())


def place(job: ImportJob, items: Sequence[Item]) -> None:
    """Sets each item's categories: the first is the main one. Those that were chosen here, of no shop, stay: as further ones.

    The categories are locked, so that nobody deletes one before the page is written. Two queries.
    """
    placed = [item for item in items if not item.leaves("categories")]
    pks = _categories_of(job, {external_id for item in placed for external_id in item.record.category_ids})
    held = {pk for item in placed for pk in (*item.further, item.stored.get("category_id")) if pk} - set(pks.values())
    foreign = _of_this_shop(job, held) if held else set()
    for item in placed:
        shelves = list(dict.fromkeys(pks[one] for one in item.record.category_ids if one in pks))
        if len(shelves) < len(set(item.record.category_ids)) and not job.dry_run:
            item.is_open = True
            item.problems.append(FieldProblem("categories", "unknown_category", UNKNOWN))
        chosen_here = [pk for pk in (item.stored.get("category_id"), *item.further) if pk in held - foreign]
        main = shelves[0] if shelves else None
        if main is None and item.stored.get("category_id") in chosen_here:
            main = item.stored["category_id"]
        item.category = (main, sorted({*shelves[1:], *chosen_here} - {main}))


def _categories_of(job: ImportJob, external_ids: set[str]) -> dict[str, int]:
    """{id at the shop: id of our category}; in a dry run, where a new shelf has none, a stand-in below zero."""
    if not external_ids:
        return {}
    refs = {"external_refs__connection": job.connection, "external_refs__kind": RefKind.CATEGORY}
    rows = ProductCategory.objects.filter(**refs, external_refs__external_id__among=external_ids).order_by("pk")
    locked = rows if job.dry_run else rows.select_for_update(no_key=True, of=("self",))
    found = dict(locked.values_list("external_refs__external_id", "pk"))
    if job.dry_run:
        shelves = job.reader.categories()
        found |= {shelf.external_id: -place - 1 for place, shelf in enumerate(shelves) if shelf.external_id not in found}
    return found


def _of_this_shop(job: ImportJob, category_ids: set[int]) -> set[int]:
    rows = ExternalRef.objects.filter(connection=job.connection, kind=RefKind.CATEGORY, category__among=category_ids)
    return set(rows.values_list("category_id", flat=True))
