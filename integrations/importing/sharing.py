"""Who of a page gets which SKU: what skus.py decides, from rows and back to them."""

from collections.abc import Iterable, Sequence

from integrations.importing.items import Item
from integrations.importing.job import ImportJob
from integrations.importing.linking import Holder
from integrations.importing.matching import VARIANT_COLUMNS, Gone
from integrations.importing.planning import without_sku
from integrations.importing.skus import Key, Owner, Shared, share_out
from integrations.records import FieldProblem
from products_and_services.steps.step import Step, Values
from products_and_services.steps.stored import load_rows


def robbable(holders: dict[str, Holder]) -> set[int]:
    """Products, gone or with gone variations, whose SKUs somebody may take."""
    return {holder.product_id for holder in holders.values() if holder.is_gone}


def made_up(job: ImportJob, item: Item) -> list[str]:
    """The numbers that the product and its variations may get where the shop has no SKU for them."""
    if not job.connection.fill_blank_skus:
        return []
    ids = [item.external_id, *(one.external_id for one in item.fitted.variants)]
    return [number for external_id in ids for number in numbers_for(job, external_id)]


def numbers_for(job: ImportJob, external_id: str) -> tuple[str, ...]:
    """WC-12, or where another shop has that already: WC3-12."""
    plain = job.adapter.generated_sku.format(external_id=external_id)
    return plain, plain.replace("-", f"{job.connection.pk}-", 1)


def share_skus(
    job: ImportJob, items: Sequence[Item], holders: dict[str, Holder], others: dict[int, Values], going: set[int]
) -> list[Step]:
    """Sets each item's SKUs. Returns the steps of rows outside that lose theirs. others: locked columns of those; going: products that the
    shop no longer has. Raises Gone."""
    owners, names = [], {}
    for item in items:
        for owner, label in _owners(job, item):
            owners.append(owner)
            names[owner.key] = label
    yielding = _yielding(items, holders, others, going)
    shared = share_out(owners, holders, yielding, names)
    for item in items:
        _hand_out(item, shared)
    return _robbed(job, shared, items, others)


def _owners(job: ImportJob, item: Item) -> Iterable[tuple[Owner, str]]:
    is_locked, fills = "sku" in item.locked, job.connection.fill_blank_skus
    own = None if "sku" in item.record.unspoken else item.fitted.sku
    key: Key = ("product", item.product_id)
    yield Owner(key, item.stored.get("sku"), own, numbers_for(job, item.external_id) if fills else (), is_locked), f"“{item.name}”"
    for slot in item.slots:
        if slot.fitted is not None:
            wanted = slot.fitted.sku if slot.fitted.sku != own else None
            held = slot.stored["sku"] if slot.stored is not None else None
            numbers = numbers_for(job, slot.fitted.external_id) if fills else ()
            is_kept = is_locked and slot.stored is not None
            yield Owner(("variant", slot.variant_id), held, wanted, numbers, is_kept), f"a variation of “{item.name}”"


def _yielding(items: Sequence[Item], holders: dict[str, Holder], others: dict[int, Values], going: set[int]) -> set[Key]:
    """Rows that the shop no longer has, unless a person has locked their SKU; and variants of ours that have the SKU of their product."""
    movable = [item for item in items if "sku" not in item.locked]
    gone: set[Key] = {("variant", ref.variant_id) for item in movable for ref in item.gone}
    gone |= {("variant", pk) for item in movable for pk in item.retired}
    gone |= {("variant", pk) for item in movable for pk, values in item.parts.items() if values["sku"] and values["sku"] == item.fitted.sku}
    for holder in holders.values():
        stored = others.get(holder.product_id)
        if stored is not None and "sku" not in stored["locked_fields"] and (holder.is_gone or holder.product_id in going):
            gone.add(holder.key)
    return gone


def _hand_out(item: Item, shared: Shared) -> None:
    labels = {("variant", slot.variant_id): slot.fitted.label for slot in item.slots if slot.fitted is not None}
    for key in [("product", item.product_id), *labels]:
        item.skus[key] = shared.given[key]
        owner = shared.refused.get(key)
        if owner is not None:
            item.is_open = True
            words = f"Its SKU is used by {owner} already, so it was left blank here. Give one of them another SKU in the shop."
            item.problems.append(FieldProblem("sku", "sku_taken", words, labels.get(key, "")))


def _robbed(job: ImportJob, shared: Shared, items: Sequence[Item], others: dict[int, Values]) -> list[Step]:
    """Whoever loses its SKU must still have it, now that it is locked. Raises Gone."""
    if not shared.robbed:
        return []
    known = {("variant", pk): values for item in items for pk, values in item.parts.items()}
    known |= {("product", pk): values for pk, values in others.items()}
    foreign = {holder.variant_id for holder in shared.robbed.values() if holder.variant_id and holder.key not in known}
    rows = load_rows(job.connection.tenant_id, "variant", VARIANT_COLUMNS, pk__among=foreign) if foreign else {}
    known |= {("variant", pk): values for pk, values in rows.items()}
    for sku, holder in shared.robbed.items():
        if known.get(holder.key, {}).get("sku") != sku:
            raise Gone
    return [without_sku(holder.key, holder.product_id, sku) for sku, holder in shared.robbed.items()]
