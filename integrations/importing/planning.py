"""From what the shop says and what is stored to steps: the columns to write, and nothing for what is equal already. Asks no database."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.importing.items import NEW, Item, Slot
from integrations.importing.matching import stands_for_all
from integrations.records import PRODUCT_COLUMNS, FieldProblem
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.revisions import readable, tracked_fields
from products_and_services.steps.step import Key, Step, Values, made, removed

TEXT_OF_A_SHOP = {"external_source", "external_id"}  # Whose product it is cannot be locked.
WINDOW = ("sale_starts_at", "sale_ends_at")


def _defaults(model: Any) -> Values:
    """What a new row holds in the columns that a shop says nothing about."""
    columns = [each for each in tracked_fields(model) if not each.is_relation]
    return {each.attname: readable(each, each.get_default()) for each in columns}


AS_THE_PRODUCT: Values = dict.fromkeys((
    "price", "sale_price", "sale_starts_at", "sale_ends_at", "track_stock", "stock_quantity", "allow_backorder",
))  # fmt: skip
BLANK_PRODUCT, BLANK_VARIANT, BLANK_IMAGE = _defaults(Product), _defaults(ProductVariant), _defaults(ProductImage)


def build_steps(item: Item, provider: str) -> list[Step]:
    """The steps that make our rows what the shop says. The item is matched, numbered, and has its SKUs and category."""
    return [*_of_product(item, provider), *_of_variants(item), *_of_pictures(item)]


def _of_product(item: Item, provider: str) -> Iterator[Step]:
    spoken = [name for name in PRODUCT_COLUMNS if name not in item.record.unspoken and name != "sku"]
    values = {name: item.fitted.values[name] for name in spoken}
    key: Key = ("product", item.product_id)
    values |= {"sku": item.skus.get(key), "external_source": provider, "external_id": item.external_id}
    further = None
    if item.category is not None:
        values["category_id"], further = item.category
    if item.fate == NEW:
        step = made(item.product_id, key, BLANK_PRODUCT | values)
        if further:
            step.changes["categories"] = [[], further]
        yield step
        return
    wanted = {name: value for name, value in values.items() if name not in item.locked or name in TEXT_OF_A_SHOP}
    changes = _changes(item, item.stored, wanted, usual_price=None)
    if further is not None and further != item.further:
        changes["categories"] = [item.further, further]
    if changes:
        yield Step(item.product_id, *key, "changed", changes)


def _changes(item: Item, stored: Values, wanted: Values, subject: str = "", *, usual_price: str | None) -> dict[str, list[Any]]:
    """{column: [is, shall be]}; a sale that does not fit what is locked does not come in. usual_price: of a variation, its product's."""
    wanted = _beside_locked_price(item, stored, wanted, subject, usual_price)
    changes = {name: [stored[name], value] for name, value in wanted.items() if stored[name] != value}
    if item.locked and changes.keys() & set(WINDOW):
        starts, ends = (changes[name][1] if name in changes else stored[name] for name in WINDOW)
        if starts and ends and datetime.fromisoformat(ends) <= datetime.fromisoformat(starts):
            for name in WINDOW:
                changes.pop(name, None)
            words = "The sale's dates do not fit the one that is locked here, so they were left as they are."
            item.problems.append(FieldProblem("sale_ends_at", "locked", words, subject))
    return changes


def _beside_locked_price(item: Item, stored: Values, wanted: Values, subject: str, usual_price: str | None) -> Values:
    """Without a sale price that is not below the price which is locked here."""
    if not item.locked & {"price", "sale_price"}:
        return wanted
    price, sale_price = (wanted.get(name, stored[name]) for name in ("price", "sale_price"))
    full = usual_price if price is None else price
    if sale_price is None or full is None or Decimal(sale_price) < Decimal(full):
        return wanted
    words = f"The sale price {sale_price} is not below the price {full}, and one of the two is locked here, so there is no sale."
    item.problems.append(FieldProblem("sale_price", "locked", words, subject))
    return wanted | {"sale_price": None} if "sale_price" in wanted else wanted


def _of_variants(item: Item) -> Iterator[Step]:
    usual_price = item.stored["price"] if "price" in item.locked else item.fitted.values["price"]
    for slot in item.slots:
        key: Key = ("variant", slot.variant_id)
        values, label = _variant_values(item, slot, key), slot.fitted.label if slot.fitted is not None else ""
        if slot.stored is None:
            values = _beside_locked_price(item, BLANK_VARIANT, values, label, usual_price)
            yield made(item.product_id, key, BLANK_VARIANT | values)
            continue
        wanted = {name: value for name, value in values.items() if name not in item.locked or (slot.fitted is None and name == "is_active")}
        changes = _changes(item, slot.stored, wanted, label, usual_price=usual_price)
        if changes:
            yield Step(item.product_id, *key, "changed", changes)
    has_stand_in = any(slot.fitted is None for slot in item.slots)
    for pk in [*(ref.variant_id for ref in item.gone), *item.retired]:
        stored = item.parts[pk]
        changes = {}
        if stored["is_active"] and ("is_active" not in item.locked or stands_for_all(stored)):
            changes["is_active"] = [True, False]
        if stored["sku"] and (not item.fitted.variants or pk in item.retired):
            changes["sku"] = [stored["sku"], None]  # The product is simple now: with the SKU it would still be sold by variant.
        if stored["is_default"] and (has_stand_in or pk in item.retired):
            changes["is_default"] = [True, False]
        if changes:
            yield Step(item.product_id, "variant", pk, "changed", changes)


def _variant_values(item: Item, slot: Slot, key: Key) -> Values:
    if slot.fitted is None:
        return {"product_id": item.product_id, "is_default": True, "is_active": True, **AS_THE_PRODUCT}
    values = {**slot.fitted.values, "product_id": item.product_id, "external_id": slot.fitted.external_id, "sku": item.skus.get(key)}
    if slot.stored is not None and (slot.stored["product_id"] != item.product_id or _stood_for_all(slot)):
        values["is_default"] = False
    return values


def _stood_for_all(slot: Slot) -> bool:
    """The row was the default variant of a simple product until now (or is again, after a rollback)."""
    return slot.stored is not None and slot.stored["is_default"] and not slot.stored["name"]


def _of_pictures(item: Item) -> Iterator[Step]:
    for picture in item.pictures:
        key: Key = ("image", picture.image_id)
        values = {"alt": picture.alt, "sort_order": picture.place, "product_id": item.product_id}
        if picture.stored is None:
            values |= {"remote_url": picture.url, "variant_id": picture.variant_id}
            yield made(item.product_id, key, BLANK_IMAGE | values)
        elif changes := {name: [picture.stored[name], value] for name, value in values.items() if picture.stored[name] != value}:
            yield Step(item.product_id, *key, "changed", changes)
    for pk, values in item.lost.items():
        yield removed(item.product_id, ("image", pk), values)


def deactivation(product_id: int, stored: Values) -> Step | None:
    """The step for a product that the shop no longer has; None where it is inactive already, or a person has locked that."""
    if not stored["is_active"] or "is_active" in stored["locked_fields"]:
        return None
    return Step(product_id, "product", product_id, "changed", {"is_active": [True, False]})


def without_sku(key: Key, product_id: int, sku: str) -> Step:
    """The step for a row that the shop no longer has and whose SKU another one takes."""
    return Step(product_id, *key, "changed", {"sku": [sku, None]})


def joined(steps: Iterable[Step]) -> list[Step]:
    """One step per row: what two reasons change in one row is one change."""
    found: dict[tuple[Key, str], Step] = {}
    for step in steps:
        first = found.setdefault((step.key, step.action), step)
        if first is not step:
            first.changes |= step.changes
    return list(found.values())
