"""Which SKUs of a plan are free: an owner may take what another gives up in the same plan, in any order or ring."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from common.bulk import chunks
from products_and_services.models import Product, Sku
from products_and_services.steps.step import Key, Step

TAKEN = "The SKU “{}” now belongs to {}."
HOLDERS = ("value", "product_id", "variant_id", "product__name", "variant__product__name", "variant__product_id")


def check_skus(tenant_id: UUID, steps: list[Step], leave: Callable[..., None], pending: set[Key]) -> None:
    """Leaves out every SKU that somebody else has and keeps. A variant whose SKU would be its product's gets none: so it is stored."""
    _own_sku_is_blank(steps)
    wanting = [step for step in steps if step.action != "deleted" and step.wanted_sku is not None]
    if not wanting:
        return
    holders = _holders(tenant_id, {step.changes["sku"][1] for step in wanting})
    giving = {step.key: step for step in steps if step.action == "deleted" or "sku" in step.changes}
    wanted: dict[str, Step] = {}
    refused: list[tuple[Step, str]] = []
    for step in sorted(wanting, key=lambda step: step.entity):  # "product" before "variant": the product's own variant yields.
        sku = step.changes["sku"][1]
        holder = holders.get(sku)
        first = wanted.setdefault(sku, step)
        if first is not step:
            refused.append((step, _name(first.key, "", first.product_id)))
        elif holder and holder["key"] != step.key and holder["key"] not in giving and holder["key"] not in pending:
            refused.append((step, holder["name"]))
    _refuse(refused, wanted, leave)


def _refuse(refused: list[tuple[Step, str]], wanted: dict[str, Step], leave: Callable[..., None]) -> None:
    """Whoever keeps its SKU keeps it from whoever wanted that one, and so on."""
    seen: set[int] = set()
    while refused:
        step, owner = refused.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        keeps, sku = step.changes["sku"]
        leave(step, "sku", "sku_taken", TAKEN.format(sku, owner))
        next_one = wanted.get(keeps) if keeps and step.action == "changed" else None
        if next_one is not None and next_one is not step:
            refused.append((next_one, _name(step.key, "", step.product_id)))


def _holders(tenant_id: UUID, values: set[str]) -> dict[str, dict[str, Any]]:
    """{SKU: {"key", "name"}} of those that are in use."""
    found = {}
    for part in chunks(sorted(values)):
        rows = Sku.objects.filter(tenant_id=tenant_id, value__in=part).values_list(*HOLDERS)
        for value, product, variant, name, variants_name, variants_product in rows:
            key = ("product", product) if product else ("variant", variant)
            found[value] = {"key": key, "name": _name(key, name or variants_name, product or variants_product)}
    return found


def _name(key: Key, name: str, product_id: int) -> str:
    what = f"“{name}” (number {product_id})" if name else f"the product with the number {product_id}"
    return f"a variant of {what}" if key[0] == "variant" else what


def _own_sku_is_blank(steps: list[Step]) -> None:
    """A variant's SKU equal to the SKU its product has or gets is stored blank."""
    variants = [step for step in steps if step.entity == "variant" and step.action != "deleted" and step.wanted_sku]
    if not variants:
        return
    rows = Product.objects.filter(pk__in={step.product_id for step in variants}).values_list("pk", "sku")
    skus = dict(rows) | {step.entity_id: step.changes["sku"][1] for step in steps if step.entity == "product" and "sku" in step.changes}
    for step in variants:
        if step.changes["sku"][1] == skus.get(step.product_id):
            step.changes["sku"] = [step.changes["sku"][0], None]
            if step.changes["sku"][0] is None:
                del step.changes["sku"]
