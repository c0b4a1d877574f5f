"""The trimmed schema of Shopify's Admin API 2026-10 (schema/*.graphql), and what it says of a query.

The types, arguments and deprecations are Shopify's own, as its introspection gave them on 2026-09-28; what the product does not touch is
left out. A field that is missing here may still exist at Shopify: add it to the files, with its own types.
"""

from functools import lru_cache
from pathlib import Path

from graphql import DocumentNode, GraphQLError, GraphQLSchema, NoDeprecatedCustomRule, build_schema, parse, validate

VERSION = "2026-10"
_FILES = Path(__file__).resolve().parent / "schema"


@lru_cache(maxsize=1)
def admin_schema() -> GraphQLSchema:
    """The schema, built once a process."""
    return build_schema("\n".join(path.read_text(encoding="utf-8") for path in sorted(_FILES.glob("*.graphql"))))


@lru_cache(maxsize=500)
def parsed(query: str) -> DocumentNode:
    """The query as a tree. Raises GraphQLSyntaxError."""
    return parse(query)


@lru_cache(maxsize=500)
def mistakes(query: str) -> tuple[GraphQLError, ...]:
    """What the schema has against a query that can be parsed; empty: nothing."""
    return tuple(validate(admin_schema(), parsed(query)))


def objections(query: str) -> list[str]:
    """For tests of what the product sends: every mistake in a query, and every use of something deprecated, in words."""
    found = [*mistakes(query), *validate(admin_schema(), parsed(query), [NoDeprecatedCustomRule])]
    return [error.message for error in found]
