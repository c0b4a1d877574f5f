"""Two sides of one item -> a verdict in words, and the rows that show it. Pure."""

from dataclasses import dataclass
from typing import Any

from sandbox.graph import money
from sandbox.meta_side.local_truth import LocalItem

HIDDEN = {"visibility": "staging", "availability": "out of stock"}
# The order in which fields are compared and shown; the first ones are always shown.
LABELS = {
    "name": "Name", "price": "Price", "availability": "Availability", "visibility": "Shown", "retailer_product_group_id": "Group",
    "sale_price": "Sale price", "sale_price_start_date": "Sale starts", "sale_price_end_date": "Sale ends", "image_url": "Picture",
    "additional_image_urls": "More pictures", "description": "Description", "url": "Link", "brand": "Brand", "condition": "Condition",
    "category": "Category", "product_type": "Product type", "color": "Color", "size": "Size", "material": "Material", "pattern": "Pattern",
    "additional_variant_attributes": "Attributes", "gtin": "GTIN", "manufacturer_part_number": "MPN", "origin_country": "Origin",
    "importer_name": "Importer", "importer_address": "Importer address", "wa_compliance_category": "Compliance", "currency": "Currency",
    "custom_label_0": "Label 0", "custom_label_1": "Label 1", "custom_label_2": "Label 2", "custom_label_3": "Label 3",
    "custom_label_4": "Label 4",
}  # fmt: skip
ALWAYS = ("price", "availability", "visibility")
_WORDS = {("visibility", "staging"): "hidden", ("visibility", "published"): "yes"}
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both sides, in words."""

    label: str
    here: str
    meta: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind`: same, differs, hidden, only_here, only_meta or kept_back; `text` is the badge; `note` says more."""

    kind: str
    text: str
    rows: tuple[Row, ...]
    note: str = ""


def compare(meta: dict[str, Any] | None, local: LocalItem | None, ever_sent: bool) -> Verdict:
    """Compare one item. `ever_sent`: the shop once sent something under this retailer_id."""
    if meta is None:
        return _not_at_meta(local)
    if local is None:
        note = "Deleted here; it goes at Meta next." if ever_sent else "Not ours: somebody else put it there, so it is left alone."
        return Verdict("only_meta", "only at Meta", _rows(meta, None, set()), note)
    if local.expected is None:
        different = {name for name, value in HIDDEN.items() if meta.get(name) != value}
        if different:
            return Verdict("differs", "differs: should be hidden", _rows(meta, HIDDEN, different), local.reason)
        return Verdict("hidden", "same: hidden", _rows(meta, HIDDEN, set()), local.reason)
    different = differences(meta, local)
    rows = _rows(meta, local.expected, different)
    if not different:
        return Verdict("same", "same", rows)
    named = [LABELS[name].lower() for name in LABELS if name in different]
    return Verdict("differs", f"differs: {', '.join(named[:3])}{' …' if len(named) > 3 else ''}", rows)


def differences(meta: dict[str, Any], local: LocalItem) -> set[str]:
    """Names of the fields in which Meta's item is not what the shop wants."""
    expected = local.expected or {}
    dates = {"sale_price_start_date", "sale_price_end_date"} if local.open_ended_sale else set()
    return {name for name in LABELS if name not in dates and (meta.get(name) or None) != (expected.get(name) or None)}


def _not_at_meta(local: LocalItem | None) -> Verdict:
    if local is None or local.expected is None:
        return Verdict("kept_back", "not sent", (), local.reason if local else "")
    return Verdict("only_here", "only here", _rows(None, local.expected, set()), "Meta does not have it (yet).")


def _rows(meta: dict[str, Any] | None, local: dict[str, Any] | None, different: set[str]) -> tuple[Row, ...]:
    names = [name for name in LABELS if name in ALWAYS or name in different or (name in _IF_SET and (meta or local or {}).get(name))]
    return tuple(Row(LABELS[name], _word(local, name), _word(meta, name), name in different) for name in names)


_IF_SET = frozenset({"retailer_product_group_id", "sale_price"})


def _word(side: dict[str, Any] | None, name: str) -> str:
    value = (side or {}).get(name)
    if value is None or value == "" or value == []:
        return "–"
    if name in ("price", "sale_price"):
        return money.shown(value)
    text = _WORDS.get((name, value) if isinstance(value, str) else (name, ""), str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
