"""A product with all that belongs to it: what did not fit into its own answer is asked for, list by list, until there is no more."""

from datetime import datetime

from integrations.providers.base import Raw
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.listing.lists import Client, read_part
from integrations.providers.shopify.queries import CHILDREN, MORE
from integrations.providers.shopify.reading.shape import LISTS, Node, shape

MOST_PARTS = 100  # of 250: twelve times what Shopify allows


def whole(client: Client, node: Node, now: datetime) -> Raw:
    """The product in its shape. now: UTC. Raises one of the four errors."""
    lists: dict[str, list[Node]] = {}
    is_whole = True
    for name in LISTS:
        part = read_part(node.get(name))
        further, came = _further(client, node, name, part.end)
        lists[name], is_whole = part.nodes + further, is_whole and came
    return shape(node, lists, now, whole=is_whole)


def _further(client: Client, node: Node, name: str, after: str | None) -> tuple[list[Node], bool]:
    """(the rest of one of its lists, did it come): a product that was deleted meanwhile has none any more."""
    found: list[Node] = []
    for _ in range(MOST_PARTS):
        if after is None:
            return found, True
        product = client.execute(MORE[name], {"id": node["id"], "first": CHILDREN, "after": after}).get("product")
        if product is None:
            return found, False
        if not isinstance(product, dict):
            raise BY_KIND["unreadable"].error_for()
        part = read_part(product.get(name))
        found += part.nodes
        if part.end == after:
            break
        after = part.end
    raise BY_KIND["list_repeats"].error_for()
