"""Which products of a few are still there. What is not named here is gone for certain.

Shopify answers null for what it does not have; so it might in an answer that is not right. So null counts only where a product that
certainly exists was asked for in the same question and is there.
"""

from collections.abc import Sequence
from typing import Any

from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import Asks, Client, read_count
from integrations.providers.shopify.queries import FIRST_PRODUCT, LIVING, PRODUCTS_BY_ID, SIZES
from integrations.providers.shopify.reading.shape import Node, counted_variants, number_of, product_gid


def living(client: Client, external_ids: Sequence[str], known: str, at_once: int) -> list[Node]:
    """The nodes of those of these products that the shop has, by number. known: one that is certainly there, "" for none.

    at_once: products of one answer; Shopify takes 250 numbers, with the known one. Raises one of the four errors.
    """
    numbers = sorted({number for each in external_ids if (number := _number(each))}, key=int)
    found: list[Node] = []
    for start in range(0, len(numbers), at_once):
        found += _part(client, numbers[start : start + at_once], _number(known))
    return found


def sizes(client: Asks, external_ids: Sequence[str]) -> list[int]:
    """How many variants each of these products has; 0 for what is not there. At most 250 of them. Raises one of the four errors."""
    numbers = [_number(each) for each in external_ids]
    nodes = _nodes(client, SIZES, [number for number in dict.fromkeys(numbers) if number])
    return [counted_variants(nodes.get(number, {})) for number in numbers]


def _part(client: Client, numbers: Sequence[str], known: str) -> list[Node]:
    asked = [*numbers, known] if known and known not in numbers else list(numbers)
    nodes = _nodes(client, PRODUCTS_BY_ID, asked)
    missing = [number for number in numbers if number not in nodes]
    is_proven = known in nodes if known else bool(nodes)
    if missing and not is_proven:
        _prove(client, missing)
    return [nodes[number] for number in numbers if number in nodes]


def _prove(client: Client, missing: Sequence[str]) -> None:
    """Asks once more, with the first product of the shop's list beside them. Raises where that is not there, or those are after all."""
    data = client.execute(FIRST_PRODUCT)
    listed = data.get("products")
    first = listed.get("nodes") if isinstance(listed, dict) else None
    if not isinstance(first, list):
        raise BY_KIND["unreadable"].error_for()
    if not first:
        if read_count(data, "productsCount"):
            raise BY_KIND["list_empty"].error_for()
        return  # A shop without products. Whether all of them may become inactive is asked by the importer.
    control = number_of(first[0].get("id")) if isinstance(first[0], dict) else ""
    there = _nodes(client, LIVING, list(dict.fromkeys([*missing, control])))
    if control not in there or any(number in there for number in missing):
        raise BY_KIND["list_vanished"].error_for()


def _nodes(client: Asks, text: str, numbers: Sequence[str]) -> dict[str, Node]:
    """{number: node} of those that are there. Raises where the answer is not one to this question."""
    nodes: Any = client.execute(text, {"ids": [product_gid(number) for number in numbers]}).get("nodes")
    if not isinstance(nodes, list) or len(nodes) != len(numbers):
        raise BY_KIND["unreadable"].error_for()
    found: dict[str, Node] = {}
    for number, node in zip(numbers, nodes, strict=True):
        if node is None:
            continue
        if not isinstance(node, dict) or number_of(node.get("id")) != number:
            raise BY_KIND["unreadable"].error_for()
        found[number] = node
    return found


def _number(external_id: str) -> str:
    return external_id.lstrip("0") if external_id.isascii() and external_id.isdigit() else ""
