"""A Shopify shop in memory that answers the provider's own questions as client.ShopifyClient does: `data`, or one of the four errors.

It knows the texts of queries.py, not GraphQL: what those may ask for is tested against the schema. Each part of a list ends where the text
says so. `before` runs before each question: that is how tests edit the shop between two pages.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from integrations.providers.shopify import queries

Node = dict[str, Any]
PARTS = {"variants": 100, "media": 20, "collections": 20}
NAMES = {value: name for name, value in vars(queries).items() if isinstance(value, str) and "{" in value}
NAMES |= {text: f"MORE {name}" for name, text in queries.MORE.items()}


def variant(number: int, **fields: Any) -> Node:
    """One of the shop's variants, tracked, three pieces."""
    return {
        "id": f"gid://shopify/ProductVariant/{number}", "sku": f"V-{number}", "barcode": None, "price": "10.00", "compareAtPrice": None,
        "position": 1, "availableForSale": True, "inventoryPolicy": "DENY", "inventoryQuantity": 3, "requiresComponents": False,
        "inventoryItem": {"id": f"gid://shopify/InventoryItem/{number}", "tracked": True},
        "selectedOptions": [{"name": "Title", "value": "Default Title"}], "media": [], **fields,
    }  # fmt: skip


def sized(number: int, place: int, **fields: Any) -> Node:
    """A variant that is one of several."""
    return variant(number, position=place, selectedOptions=[{"name": "Size", "value": f"No. {place}"}], **fields)


def picture(number: int, **fields: Any) -> Node:
    """A picture that Shopify has finished working on."""
    url = f"https://cdn.shopify.com/s/files/1/0001/{number}.jpg?v=1"
    own = {"id": f"gid://shopify/MediaImage/{number}", "alt": "", "mediaContentType": "IMAGE", "status": "READY"}
    return {**own, "image": {"url": url}, **fields}


def product(number: int, **fields: Any) -> Node:
    """One of the shop's products, published, without options."""
    return {
        "id": f"gid://shopify/Product/{number}", "status": "ACTIVE", "updatedAt": "2026-11-20T10:00:00Z",
        "publishedAt": "2026-01-05T10:00:00Z", "totalInventory": 3, "title": f"Tea {number}", "descriptionHtml": "<p>Good.</p>",
        "vendor": "Acme", "productType": "Tea", "tags": ["green"], "isGiftCard": False, "requiresSellingPlan": False,
        "combinedListingRole": None, "onlineStoreUrl": f"https://tea.example/products/{number}", "featuredMedia": None,
        "variants": [variant(number * 10_000)], "media": [], "collections": [], **fields,
    }  # fmt: skip


class ShopDouble:
    """products, collections: {number: node}. asked: names of the questions so far, with their variables. counted: what it says it has.

    lines: of a bulk operation's file; given: how many bytes of it went out.
    """

    def __init__(self, *products: Node) -> None:
        self.products = {_number(one): one for one in products}
        self.collections: dict[int, Node] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str], None] = lambda name: None
        self.counted: int | None = None
        self.hidden: set[int] = set()
        self.operation: Node | None = None
        self.statuses: list[dict[str, Any]] = []
        self.lines: list[bytes] = []
        self.given = 0

    def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """As ShopifyClient.execute."""
        name, given = NAMES[query], variables or {}
        self.before(name)
        self.asked.append((name, given))
        answer: Any = getattr(self, f"_{name.split()[0].lower()}")(given, name)
        return json.loads(json.dumps(answer))  # type: ignore[no-any-return]

    def download(self, url: str, start: int = 0) -> Iterator[bytes]:
        """As ShopifyClient.download."""
        self.before("download")
        self.asked.append(("download", {"url": url}))
        for line in b"\n".join(self.lines)[start:].splitlines():
            self.before("line")
            self.given += len(line) + 1
            yield line

    def names(self) -> list[str]:
        """Names of the questions so far."""
        return [name for name, _ in self.asked]

    def bulk_file(self) -> list[bytes]:
        """All products as Shopify writes them into a file: an object a line, slashes escaped, children with their parent, no types."""
        lines: list[Node] = []
        for node in self.products.values():
            lines.append(_own(node))
            for one in node["variants"]:
                lines.append({**{k: v for k, v in one.items() if k != "media"}, "__parentId": node["id"]})
                lines += [{**each, "__parentId": one["id"]} for each in one["media"]]
            lines += [{**each, "__parentId": node["id"]} for each in (*node["media"], *node["collections"])]
        return [json.dumps(line).replace("/", "\\/").encode() for line in lines]

    def finish_bulk(self, **fields: Any) -> None:
        """The operation has ended: its file is what the shop has now."""
        self.lines = self.bulk_file()
        counts = {"objectCount": str(len(self.lines)), "rootObjectCount": str(len(self.products))}
        url = "https://storage.googleapis.com/x.jsonl" if self.lines else None
        self.statuses = [{"status": "COMPLETED", **counts, "url": url, **fields}]

    def _products(self, given: Node, name: str) -> Node:
        found = [self.products[number] for number in sorted(self.products) if number not in self.hidden]
        if "query" in given:
            since = given["query"].removeprefix("updated_at:>='").removesuffix("'")
            found = [node for node in found if node["updatedAt"] >= since]
        total = len(found) + len(self.hidden) if self.counted is None else self.counted
        return {"products": self._part(found, given, self._whole), "productsCount": {"count": total}}

    def _glance_list(self, given: Node, name: str) -> Node:
        return self._products(given, name)

    def _products_by_id(self, given: Node, name: str) -> Node:
        numbers = [int(gid.rpartition("/")[2]) for gid in given["ids"]]
        there = [None if number in self.hidden else self.products.get(number) for number in numbers]
        return {"nodes": [node and self._whole(node) for node in there]}

    _living = _sizes = _products_by_id

    def _first_product(self, given: Node, name: str) -> Node:
        return self._products({"first": 1, "after": None}, name)

    def _counts(self, given: Node, name: str) -> Node:
        number = len(self.products) if self.counted is None else self.counted
        variants = sum(len(node["variants"]) for node in self.products.values())
        return {"productsCount": {"count": number}, "productVariantsCount": {"count": variants}}

    def _collections(self, given: Node, name: str) -> Node:
        return {"collections": self._part([self.collections[each] for each in sorted(self.collections)], given)}

    def _more(self, given: Node, name: str) -> Node:
        node, what = self.products.get(int(given["id"].rpartition("/")[2])), name.split()[1]
        return {"product": node and {what: self._part(self._list(node, what), given)}}

    def _bulk_start(self, given: Node, name: str) -> Node:
        self.operation = self._operation({"status": "CREATED"})
        return {"bulkOperationRunQuery": {"bulkOperation": self.operation, "userErrors": []}}

    def _bulk_state(self, given: Node, name: str) -> Node:
        state = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"bulkOperation": state and self._operation(state)}

    def _bulk_cancel(self, given: Node, name: str) -> Node:
        return {"bulkOperationCancel": {"bulkOperation": {"id": given["id"], "status": "CANCELING"}, "userErrors": []}}

    def _operation(self, fields: Node) -> Node:
        own = {"id": "gid://shopify/BulkOperation/5", "createdAt": "2026-11-26T12:00:03Z", "errorCode": None, "url": None}
        return {**own, "objectCount": "0", "rootObjectCount": "0", **fields}

    def _whole(self, node: Node) -> Node:
        parts = {name: self._part(self._list(node, name), {"first": rows, "after": None}) for name, rows in PARTS.items()}
        return {**_own(node), **parts}

    def _list(self, node: Node, name: str) -> list[Node]:
        if name != "variants":
            return node[name]  # type: ignore[no-any-return]
        return [{**one, "media": {"nodes": one["media"][:1]}} for one in sorted(node["variants"], key=_number)]

    def _part(self, nodes: list[Node], given: Node, show: Callable[[Node], Node] = lambda node: node) -> Node:
        """Pictures stand in an order of their own; everything else goes by number, so that nothing shifts."""
        is_ordered = all("MediaImage" not in node["id"] for node in nodes)
        keys = [_number(node) if is_ordered else place for place, node in enumerate(nodes, 1)]
        left = [(key, node) for key, node in zip(keys, nodes, strict=True) if key > int(given.get("after") or 0)]
        shown = left[: given["first"]]
        end = str(shown[-1][0]) if shown else None
        return {"nodes": [show(node) for _, node in shown], "pageInfo": {"hasNextPage": len(left) > len(shown), "endCursor": end}}


def _number(node: Node) -> int:
    return int(node["id"].rpartition("/")[2])


def _own(node: Node) -> Node:
    return {"variantsCount": {"count": len(node["variants"])}} | {name: value for name, value in node.items() if name not in PARTS}
