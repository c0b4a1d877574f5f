"""One GraphQL request: read, checked, priced, run. Errors stand inside a 200, in the words of recorded answers."""

import re
from typing import TYPE_CHECKING, Any

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, OperationType
from graphql.execution.values import get_variable_values

from sandbox.shops.shopify import errors
from sandbox.shops.shopify.admin_schema import admin_schema, mistakes, parsed
from sandbox.shops.shopify.call import Call
from sandbox.shops.shopify.cost import DEAREST, cost_of
from sandbox.shops.shopify.mutations import MUTATIONS
from sandbox.shops.shopify.query_readers import QUERY_READERS, fragments_of
from sandbox.shops.shopify.running import Plan, Reader, Run
from sandbox.shops.shopify.sight import Sight

if TYPE_CHECKING:
    from sandbox.shops.shopify.shop import ShopifyShop

READERS: dict[str, dict[str, Reader]] = {**QUERY_READERS, **MUTATIONS}
_CODES = {"Cannot query field": "undefinedField", "Unknown argument": "argumentNotAccepted", "must have a selection": "selectionMismatch"}


def answer(shop: "ShopifyShop", call: Call) -> dict[str, Any]:
    """The body of the answer."""
    if not isinstance(call.query, str) or not call.query.strip():
        return {"errors": [{"message": "query not found", "extensions": {"code": "PARSE_ERROR"}}]}
    try:
        found = mistakes(call.query)
    except GraphQLSyntaxError as error:
        return {"errors": [_told(error, "PARSE_ERROR")]}
    if found:
        return {"errors": [_told(error, _code_of(error.message)) for error in found]}
    document = parsed(call.query)
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    variables = get_variable_values(admin_schema(), operation.variable_definitions or (), call.variables or {})
    if isinstance(variables, list):
        return {"errors": [_told(error, "INVALID_VARIABLE") for error in variables]}
    return _priced(shop, call, document, operation, variables)


def _priced(
    shop: "ShopifyShop", call: Call, document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> dict[str, Any]:
    assert call.app is not None  # noqa: S101 - recognised before
    scopes = tuple(scope for scope in call.app.scopes if not (call.hit_by("scope_lost") and scope == "read_products"))
    sight = Sight(shop, call.app, scopes)
    run = Run(sight, READERS, fragments_of(document), variables)
    plan = run.root_plan(operation)
    if [step.name for step in plan] == ["product"]:
        sight.largest = sight.largest_of_one
    wanted = cost_of(run, plan, mutation=operation.operation == OperationType.MUTATION)
    if wanted > DEAREST:
        return {"errors": [errors.too_costly(wanted, DEAREST)]}
    if call.hit_by("throttled") or wanted > shop.bucket.left:
        left = {"currentlyAvailable": 0} if call.hit_by("throttled") else {}
        cost = {"requestedQueryCost": wanted, "actualQueryCost": None, "throttleStatus": {**shop.bucket.status(), **left}}
        return {"errors": [errors.throttled()], "extensions": {"cost": cost}}
    if call.hit_by("internal_error"):
        return {"errors": [errors.internal()]}
    return _run(shop, call, run, plan, wanted)


def _run(shop: "ShopifyShop", call: Call, run: Run, plan: Plan, wanted: int) -> dict[str, Any]:
    asked = orjson.dumps([call.query, call.variables, sorted(run.world.scopes), shop.currency])
    may_keep = bool(shop.shelf.ranges) and not shop.faults.active() and _only_goods(plan)
    data: Any = shop.answers.get((asked, shop.shelf.revision)) if may_keep else None
    if data is None:
        data = run.answer(plan)
        if may_keep and not run.troubles and not run.world.searches:
            data = shop.answers.keep((asked, shop.shelf.revision), orjson.dumps(data))
    actual = wanted if data is not None else min(wanted, 2)
    shop.bucket.take(actual)
    body: dict[str, Any] = {"errors": run.troubles} if run.troubles else {}
    body["data"] = orjson.Fragment(data) if isinstance(data, bytes) else data
    cost = {"requestedQueryCost": wanted, "actualQueryCost": actual, "throttleStatus": shop.bucket.status()}
    body["extensions"] = {"cost": cost} | ({"search": run.world.searches} if run.world.searches else {})
    return body


def _only_goods(plan: Plan) -> bool:
    """Whether the answer follows from the shelf alone, which counts its changes."""
    return all(step.name in ("products", "productsCount", "product", "nodes", "collections") for step in plan)


def _code_of(message: str) -> str:
    return next((code for words, code in _CODES.items() if words in message), "argumentLiteralsIncompatible")


def _told(error: GraphQLError, code: str) -> dict[str, Any]:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    extensions: dict[str, Any] = {"code": code}
    message = error.message
    field = re.match(r"Cannot query field '(\w+)' on type '(\w+)'", message)
    if field:
        message = f"Field '{field[1]}' doesn't exist on type '{field[2]}'"
        extensions |= {"typeName": field[2], "fieldName": field[1]}
    return {"message": message, "locations": places, "extensions": extensions}
