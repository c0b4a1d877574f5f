"""Whether a product of a shop is one that was entered here: decided by SKUs, and only where nothing speaks against it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a SKU here: a product, or (variant_id) a variant of it. connection_id: of the shop the product comes from, None for our own.

    external_id: the product's at that shop; is_gone: it is the shop that is being read, and it has the
    product or variation no more.
    """

    product_id: int
    variant_id: int | None
    name: str
    connection_id: int | None = None
    external_id: str = ""
    is_gone: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """("product" | "variant", id)"""
        return ("product", self.product_id) if self.variant_id is None else ("variant", self.variant_id)

    @property
    def words(self) -> str:
        """“Inverter” (number 12)"""
        whole = f"“{self.name}” (number {self.product_id})"
        return whole if self.variant_id is None else f"a variant of {whole}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """product_id: the product to link to, None for a new one; why: the question, where a person must say ("" = clear)."""

    product_id: int | None = None
    why: str = ""
    candidates: list[int] = field(default_factory=list)


def judge(sku: str | None, variant_skus: Sequence[str], holders: Mapping[str, Holder], *, always_ask: bool = False) -> Verdict:
    """What the SKUs of a new product of the shop (its own, and those of its variations) say about our own products."""
    mine = holders.get(sku) if sku else None
    mine = mine if mine is not None and mine.connection_id is None else None
    parts = [(value, holder) for value in variant_skus if (holder := holders.get(value)) is not None and holder.connection_id is None]
    found = list(dict.fromkeys([holder.product_id for holder in [mine, *(holder for _, holder in parts)] if holder is not None]))
    if not found:
        return Verdict()
    return Verdict(None if (why := _doubt(sku, mine, parts, found, always_ask)) else found[0], why, found)


def _doubt(sku: str | None, mine: Holder | None, parts: list[tuple[str, Holder]], found: list[int], always_ask: bool) -> str:
    whole = next(((value, holder) for value, holder in parts if holder.variant_id is None), None)
    if len(found) > 1:
        return "Its SKUs belong to several products here. Which of them is it?"
    if mine is not None and mine.variant_id is not None:
        return f"The SKU “{sku}” is a product of its own in the shop; here it belongs to {mine.words}. Is that the same product?"
    if whole is not None:
        return f"The SKU “{whole[0]}” is one of its variations in the shop; here it belongs to {whole[1].words}. Is that the same product?"
    if mine is None and sku:
        return f"One of its variations has the SKU of {parts[0][1].words}, but its own SKU is another one. Is that the same product?"
    if always_ask:
        return f"{(mine or parts[0][1]).words} has the same SKU. Is that the same product?"
    return ""


def rivals(holder_name: str) -> str:
    """The question where two products of the shop have the SKU of one of ours."""
    return f"Two products of the shop have the SKU of “{holder_name}”. Which of them is it?"
