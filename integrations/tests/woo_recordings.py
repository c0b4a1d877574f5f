"""What a real WooCommerce answered (11.0.1 and 7.9.0): products with their variations put where the adapter puts them."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from integrations.providers.woocommerce.reading.fields import VARIATIONS

FOLDER = Path(__file__).parent / "fixtures" / "woocommerce"


@cache
def _file(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def recorded(name: str) -> dict[str, Any]:
    """One of the awkward products, by its name in edge.json."""
    raw = copy.deepcopy(_file("edge.json")[name])
    if name in _file("edge-variations.json"):
        raw[VARIATIONS] = copy.deepcopy(_file("edge-variations.json")[name])
    return raw


def recorded_names() -> list[str]:
    """All of them."""
    return list(_file("edge.json"))


def old_store(kind: str) -> dict[str, Any]:
    """A product of WooCommerce 7.9: "simple" or "variable"."""
    file = copy.deepcopy(_file("store-7.9.json"))
    return file[kind] | ({VARIATIONS: file["variations"]} if kind == "variable" else {})


def sample(part: str) -> Any:
    """WooCommerce's own sample shop: products, variations, categories, edge-categories, a variation read as a product."""
    return copy.deepcopy(_file("sample.json")[part])


def sample_products() -> list[dict[str, Any]]:
    """Its products, each with its variations."""
    return [raw | {VARIATIONS: [one for one in sample("variations") if one["parent_id"] == raw["id"]]} for raw in sample("products")]
