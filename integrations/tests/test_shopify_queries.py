"""What the provider asks of Shopify, against the schema of the pinned version: valid, nothing deprecated, and cheap."""

from collections.abc import Iterator
from importlib import import_module
from math import floor, log
from pkgutil import walk_packages
from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, InlineFragmentNode, IntValueNode, SelectionSetNode, get_named_type, is_leaf_type, parse
from graphql.language import OperationDefinitionNode

from integrations.providers import shopify
from integrations.providers.shopify import queries
from integrations.providers.shopify.webhook import TOPICS
from sandbox.shops.shopify.admin_schema import admin_schema, objections

DEAREST = 700  # of 1,000; a shop's bucket holds 1,000 at least
ROWS = {queries.PRODUCTS: queries.PAGE, queries.GLANCE_LIST: queries.GLANCES, queries.COLLECTIONS: queries.SHELVES}
SCHEMA: Any = admin_schema()


def operation(text: str) -> OperationDefinitionNode:
    found = parse(text).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


def root(text: str) -> GraphQLObjectType:
    kind = SCHEMA.get_root_type(operation(text).operation)
    assert isinstance(kind, GraphQLObjectType)
    return kind


def cost(kind: Any, chosen: SelectionSetNode | None, rows: int, is_root: bool = False) -> int:
    """By the formula that was fitted to recorded answers; $first stands for so many rows."""
    total = 0
    for one in chosen.selections if chosen else ():
        if isinstance(one, InlineFragmentNode):
            total += cost(SCHEMA.type_map[one.type_condition.name.value], one.selection_set, rows)
            continue
        assert isinstance(one, FieldNode)
        if one.name.value == "__typename" or is_leaf_type(named := get_named_type(kind.fields[one.name.value].type)):
            continue
        if is_root and (named.name == "Count" or kind.name == "Mutation"):
            total += 10
        elif named.name.endswith("Connection"):
            total += 2 + floor(2 * log(first(one, rows))) * (1 + cost_of_node(named, one, rows))
        else:
            total += 1 + cost(named, one.selection_set, rows)
    return total


def cost_of_node(connection: Any, field: FieldNode, rows: int) -> int:
    """Of `nodes` or of `edges { node }`; both together would be paid twice."""
    total = 0
    for one in fields_below(field):
        if one.name.value == "nodes":
            total += cost(get_named_type(connection.fields["nodes"].type), one.selection_set, rows)
    return total


def first(field: FieldNode, rows: int) -> int:
    values = {argument.name.value: argument.value for argument in field.arguments}
    return int(values["first"].value) if isinstance(values["first"], IntValueNode) else rows


def fields_below(field: FieldNode) -> Iterator[FieldNode]:
    for one in field.selection_set.selections if field.selection_set else ():
        if isinstance(one, FieldNode):
            yield one
        elif isinstance(one, InlineFragmentNode):
            yield from (each for each in one.selection_set.selections if isinstance(each, FieldNode))


def texts_of_the_provider() -> list[str]:
    """Wherever below providers/shopify they stand."""
    modules = [import_module(one.name) for one in walk_packages(shopify.__path__, f"{shopify.__name__}.")]
    values = [value for module in modules for value in vars(module).values()]
    values += [text for value in values if isinstance(value, dict) for text in value.values()]
    texts = {text for text in values if isinstance(text, str) and text.lstrip().startswith(("query ", "mutation ", "{"))}
    return sorted(texts)


def test_every_text_is_listed() -> None:
    texts = {text for text in vars(queries).values() if isinstance(text, str) and text.startswith(("query ", "mutation ", "{"))}
    assert texts | set(queries.MORE.values()) == set(queries.EVERY)


@pytest.mark.parametrize("text", texts_of_the_provider())
def test_every_text_is_valid_and_asks_for_nothing_deprecated(text: str) -> None:
    assert objections(text) == []


def test_the_texts_about_products_hooks_orders_and_the_shop_are_among_them() -> None:
    about = " ".join(texts_of_the_provider())
    assert set(queries.EVERY) < set(texts_of_the_provider())
    assert all(name in about for name in ("webhookSubscriptionCreate", "webhookSubscriptions", "orderCreate", "currentAppInstallation"))


def test_the_topics_of_hooks_are_shopifys_own() -> None:
    topics = SCHEMA.type_map["WebhookSubscriptionTopic"].values
    assert all(topics[topic.replace("/", "_").upper()].deprecation_reason is None for topic in TOPICS)


@pytest.mark.parametrize("text", [text for text in queries.EVERY if text != queries.BULK_PRODUCTS])
def test_every_text_costs_well_below_a_thousand(text: str) -> None:
    assert cost(root(text), operation(text).selection_set, ROWS.get(text, queries.CHILDREN), is_root=True) <= DEAREST


def test_the_page_of_products_costs_what_we_think() -> None:
    assert cost(root(queries.PRODUCTS), operation(queries.PRODUCTS).selection_set, 100, is_root=True) < DEAREST
    assert cost(root(queries.GLANCE_LIST), operation(queries.GLANCE_LIST).selection_set, 250, is_root=True) < 30


def test_the_bulk_operation_keeps_to_what_shopify_takes() -> None:
    """At most five lists, two levels below the first one, no `nodes`, an `id` beside each list, no list inside a list of plain objects."""

    def lists(kind: Any, field: FieldNode, depth: int) -> Iterator[int]:
        for one in fields_below(field):
            named = get_named_type(kind.fields[one.name.value].type) if one.name.value in kind.fields else None
            if named is None or is_leaf_type(named):
                continue
            assert one.name.value != "nodes"
            deeper = depth + named.name.endswith("Connection")
            if deeper > depth:
                yield deeper
                assert kind.name == "QueryRoot" or "id" in {each.name.value for each in fields_below(field)}
            yield from lists(named, one, deeper)

    top = FieldNode(selection_set=operation(queries.BULK_PRODUCTS).selection_set)
    depths = list(lists(root(queries.BULK_PRODUCTS), top, -1))
    assert len(depths) <= 5
    assert max(depths) <= 2


def test_pages_and_bulk_operation_ask_for_the_same_of_each_thing() -> None:
    """Else a product would look changed whenever the shop becomes large."""

    def leaves(text: str) -> set[tuple[str, ...]]:
        def below(field: FieldNode, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
            for one in fields_below(field):
                step = path if one.name.value in ("nodes", "edges", "node", "products") else (*path, one.name.value)
                yield from below(one, step) if one.selection_set else (step,)

        return set(below(FieldNode(selection_set=operation(text).selection_set), ()))

    paged = {path for path in leaves(queries.PRODUCTS) if "pageInfo" not in path and path[0] != "productsCount"}
    assert leaves(queries.BULK_PRODUCTS) == paged
