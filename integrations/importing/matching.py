"""Which row each variation and picture of a product has, which rows the shop no longer has, and numbers for the rows to be made."""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any

from common.bulk import take_numbers
from integrations.importing.items import KNOWN, NEW, Item, Picture, Slot, VariantRef
from integrations.importing.job import ImportJob
from integrations.models import ExternalRef, RefKind
from integrations.records import PRODUCT_COLUMNS
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.steps.step import Values
from products_and_services.steps.stored import FIELDS, load_categories, load_rows, lock_products

STORED_COLUMNS = (*PRODUCT_COLUMNS, "category_id", "external_source", "external_id", "locked_fields")
VARIANT_COLUMNS = tuple(FIELDS["variant"])
VARIANT_PICTURES = 1_000  # Their places begin behind those of the product's own pictures.


class Gone(Exception):
    """A product was deleted here since its identity was read: look again."""


def load_stored(job: ImportJob, items: Sequence[Item], more: Collection[int]) -> dict[int, Values]:
    """Locks the products of the items (and `more`), and reads what they, their variants and their pictures hold now. Six queries.

    Returns the columns of `more`. Raises Gone.
    """
    tenant_id = job.connection.tenant_id
    known = {item.product_id: item for item in items if item.fate != NEW}
    wanted = set(known) | set(more)
    if not wanted:
        return {}
    if set(known) - lock_products(tenant_id, wanted):
        raise Gone
    stored = load_rows(tenant_id, "product", STORED_COLUMNS, pk__among=wanted)
    further = load_categories(known)
    for pk, item in known.items():
        item.stored, item.further = stored[pk], further.get(pk, [])
        item.locked = frozenset(item.stored["locked_fields"])
    _load_parts(job, known)
    return {pk: values for pk, values in stored.items() if pk in more}


def _load_parts(job: ImportJob, known: dict[int, Item]) -> None:
    if not known:
        return
    tenant_id, inside = job.connection.tenant_id, {"product__among": set(known)}
    for pk, values in load_rows(tenant_id, "variant", VARIANT_COLUMNS, **inside).items():
        known[values["product_id"]].parts[pk] = values
    for pk, values in load_rows(tenant_id, "image", FIELDS["image"], **inside).items():
        known[values["product_id"]].lost[pk] = values  # Until it is found that the shop still has it.


def match_variants(job: ImportJob, items: Sequence[Item]) -> None:
    """Gives each variation its row: by its number, by SKU where a row without number has it, or a new one."""
    by_product, by_id = _variant_refs(job, items)
    used: set[str] = set()
    for item in items:
        refs = {ref.external_id: ref for ref in by_product.get(item.product_id, ())}
        if item.leaves("variants"):
            continue
        numbered = {ref.variant_id for ref in refs.values()}
        free = {pk: values for pk, values in item.parts.items() if pk not in numbered}
        for one in item.fitted.variants:
            if one.external_id in used:
                item.is_open = True
                continue
            used.add(one.external_id)
            ref = refs.pop(one.external_id, None) or by_id.get(one.external_id)
            if ref is not None:
                item.slots.append(Slot(one, ref.variant_id, ref, item.parts.get(ref.variant_id)))
            else:
                pk = _free_row(one.external_id, one.sku, free)
                item.slots.append(Slot(one, pk, None, free.pop(pk, None)))
        item.gone = list(refs.values()) if item.record.variants_are_complete else []
        if item.record.variants_are_complete:
            _match_stand_in(item, free)
    for item in items:  # A variation that another product of the page has now is not gone.
        item.gone = [ref for ref in item.gone if ref.external_id not in used]
    _load_moved(job, items)


def _match_stand_in(item: Item, free: dict[int, Values]) -> None:
    """The default variant stands for a product without variations: it is made or comes back; beside variations it has nothing to stand for.

    free: rows that are no variations of the shop.
    """
    if item.fate == KNOWN and item.ref is None:  # Of a shop that was removed and is back: its variations are known by their numbers alone.
        item.retired = [pk for pk, values in free.items() if values["external_id"]]
        free = {pk: values for pk, values in free.items() if not values["external_id"]}
    stand_ins = {pk: values for pk, values in free.items() if stands_for_all(values)}
    if item.fitted.variants:
        item.retired += stand_ins
    elif not free:
        item.slots.append(Slot(None))
    elif free == stand_ins or len(free) == 1:
        pk = max(free, key=lambda pk: (free[pk]["is_default"], free[pk]["is_active"], -pk))
        if free[pk]["is_default"] or pk in stand_ins:
            item.slots.append(Slot(None, pk, None, free[pk]))


def stands_for_all(values: Values) -> bool:
    """The row says nothing of its own: it is the default variant of a simple product, or was."""
    return not any(values[name] for name in ("name", "sku", "external_id", "attributes"))


def _variant_refs(job: ImportJob, items: Sequence[Item]) -> tuple[dict[int, list[VariantRef]], dict[str, VariantRef]]:
    """{product id: its refs}, and {id at the shop: ref} of variations that belong to other products so far."""
    rows = ExternalRef.objects.filter(connection=job.connection, kind=RefKind.VARIANT)
    by_product: dict[int, list[VariantRef]] = {}
    known = {item.product_id for item in items if item.fate != NEW}
    found = list(_as_refs(rows.filter(product__among=known))) if known else []
    for ref in found:
        by_product.setdefault(ref.product_id, []).append(ref)
    there = {ref.external_id for ref in found}
    new = {one.external_id for item in items for one in item.fitted.variants} - there
    elsewhere = _as_refs(rows.filter(external_id__among=new)) if new else ()
    mine = {one.external_id for item in items for one in item.fitted.variants} & there
    moved = [ref for ref in found if ref.external_id in mine]
    return by_product, {ref.external_id: ref for ref in [*moved, *elsewhere]}


def _as_refs(rows: Any) -> Iterable[VariantRef]:
    for pk, external_id, product, variant, gone in rows.values_list("pk", "external_id", "product_id", "variant_id", "gone_at"):
        yield VariantRef(pk, external_id, product, variant, gone is not None)


def _free_row(external_id: str, sku: str | None, free: dict[int, Values]) -> int:
    """A row without number that is this variation: it had the number before, or has the SKU, or only stood for the product as a whole."""
    by_number = (pk for pk, values in free.items() if values["external_id"] == external_id)
    by_sku = (pk for pk, values in free.items() if sku is not None and values["sku"] == sku)
    standing = (pk for pk, values in free.items() if values["is_default"] and not values["sku"] and not values["name"])
    return next(chain(by_number, by_sku, standing), 0)


def _load_moved(job: ImportJob, items: Sequence[Item]) -> None:
    """Rows of variations that belonged to another product so far."""
    slots = {slot.variant_id: (item, slot) for item in items for slot in item.slots if slot.variant_id and slot.stored is None}
    if not slots:
        return
    tenant_id = job.connection.tenant_id
    lock_products(tenant_id, {slot.ref.product_id for _, slot in slots.values() if slot.ref is not None})
    rows = load_rows(tenant_id, "variant", VARIANT_COLUMNS, pk__among=set(slots))
    if rows.keys() != slots.keys():
        raise Gone
    for pk, (_, slot) in slots.items():
        slot.stored = rows[pk]
    for pk, values in load_rows(tenant_id, "image", FIELDS["image"], variant__among=set(slots)).items():
        for item in items:
            item.lost.pop(pk, None)
        slots[values["variant_id"]][0].lost[pk] = values


def match_pictures(items: Sequence[Item]) -> None:
    """Gives each picture its row, by its address. What is left in `lost` then goes: never an upload, nor a picture of a row left alone."""
    for item in items:
        if item.leaves("images"):
            item.lost = {}
            continue
        ours = {slot.variant_id for slot in item.slots if slot.fitted is not None}
        item.lost = {
            pk: values
            for pk, values in item.lost.items()
            if values["remote_url"] and (values["variant_id"] is None or values["variant_id"] in ours)
        }
        rows: dict[tuple[int | None, str], int] = {}
        for pk, values in item.lost.items():
            rows.setdefault((values["variant_id"], values["remote_url"]), pk)
        for picture in _wanted(item):
            pk = rows.get((picture.variant_id, picture.url), 0)
            picture.image_id, picture.stored = pk, item.lost.pop(pk, None)
            item.pictures.append(picture)


def _wanted(item: Item) -> list[Picture]:
    own = [Picture(url, alt, place) for place, (url, alt) in enumerate(item.fitted.images)]
    parts = [
        Picture(*slot.fitted.image, VARIANT_PICTURES + slot.fitted.values["sort_order"], slot.variant_id)
        for slot in item.slots
        if slot.fitted is not None and slot.fitted.image is not None
    ]
    return own + parts


class Numbers:
    """Numbers for rows to be made; in a dry run, which makes none, stand-ins below zero."""

    def __init__(self, job: ImportJob) -> None:
        self.is_dry, self._last = job.dry_run, 0

    def products(self, items: Sequence[Item]) -> None:
        """Numbers the new products."""
        new = [item for item in items if item.fate == NEW]
        for item, number in zip(new, self._take(Product, len(new)), strict=True):
            item.product_id = number

    def variants(self, items: Sequence[Item]) -> None:
        """Numbers the new variants."""
        new = [slot for item in items for slot in item.slots if not slot.variant_id]
        for slot, number in zip(new, self._take(ProductVariant, len(new)), strict=True):
            slot.variant_id = number

    def pictures(self, items: Sequence[Item]) -> None:
        """Numbers the new pictures."""
        new = [picture for item in items for picture in item.pictures if not picture.image_id]
        for picture, number in zip(new, self._take(ProductImage, len(new)), strict=True):
            picture.image_id = number

    def _take(self, model: Any, count: int) -> list[int]:
        if not self.is_dry:
            return take_numbers(model, count)
        self._last -= count
        return [self._last + place for place in range(count)]
