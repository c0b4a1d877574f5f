"""Every reader of a query by type and field, and what both an answer and a bulk file begin with."""

from graphql import DocumentNode, FragmentDefinitionNode

from sandbox.shops.shopify import fields_mutations, fields_products, fields_shop
from sandbox.shops.shopify.paging import PAGING
from sandbox.shops.shopify.roots import ROOTS
from sandbox.shops.shopify.running import Reader

QUERY_READERS: dict[str, dict[str, Reader]] = {**PAGING, **fields_products.FIELDS, **fields_shop.FIELDS, **fields_mutations.FIELDS, **ROOTS}


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments of a query by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
