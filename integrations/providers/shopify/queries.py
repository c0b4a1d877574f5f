"""What Shopify is asked while its products are read: all texts in GraphQL. Pure.

Shopify prices a text before it answers (shopify.dev/docs/api/usage/rate-limits): a list costs 2 + floor(2 ln n) times (one of its nodes
+ 1), an object 1, a count at the root 10; more than 1,000 for one text is refused. So large pages are cheap, and a further level of lists
is not.

No filter by status: what is not for sale is told by our own reading. `publishedOnCurrentPublication` is not asked, as it fails for apps
that are no sales channel. Variants go by number, so that none is missed while somebody sorts them.
"""

PAGE, GLANCES, SHELVES, CHILDREN = 100, 250, 250, 250  # rows of one answer

_PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_GLANCE = "id status updatedAt publishedAt totalInventory"
_PRODUCT = f"""{_GLANCE} title descriptionHtml vendor productType tags isGiftCard requiresSellingPlan combinedListingRole onlineStoreUrl
  featuredMedia {{ id }} variantsCount {{ count }}"""
_VARIANT = """id sku barcode price compareAtPrice position availableForSale inventoryPolicy inventoryQuantity requiresComponents
  inventoryItem { id tracked } selectedOptions { name value }"""
_MEDIA = "id alt mediaContentType status ... on MediaImage { image { url } }"
_COLLECTION = "id title"

_VARIANT_NODES = f"nodes {{ {_VARIANT} media(first: 1) {{ nodes {{ {_MEDIA} }} }} }} {_PAGE_INFO}"
_MEDIA_NODES = f"nodes {{ {_MEDIA} }} {_PAGE_INFO}"
_COLLECTION_NODES = f"nodes {{ {_COLLECTION} }} {_PAGE_INFO}"

_WHOLE = f"""{_PRODUCT}
  variants(first: 100, sortKey: ID) {{ {_VARIANT_NODES} }}
  media(first: 20) {{ {_MEDIA_NODES} }}
  collections(first: 20) {{ {_COLLECTION_NODES} }}"""

PRODUCTS = f"""query Products($first: Int!, $after: String, $query: String) {{
  products(first: $first, after: $after, query: $query, sortKey: ID) {{ nodes {{ {_WHOLE} }} {_PAGE_INFO} }}
  productsCount(query: $query, limit: null) {{ count }}
}}"""

GLANCE_LIST = f"""query Glances($first: Int!, $after: String) {{
  products(first: $first, after: $after, sortKey: ID) {{ nodes {{ {_GLANCE} }} {_PAGE_INFO} }}
  productsCount(limit: null) {{ count }}
}}"""

PRODUCTS_BY_ID = f"query ProductsById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Product {{ {_WHOLE} }} }} }}"
SIZES = "query Sizes($ids: [ID!]!) { nodes(ids: $ids) { ... on Product { id variantsCount { count } } } }"
LIVING = "query Living($ids: [ID!]!) { nodes(ids: $ids) { id } }"
FIRST_PRODUCT = "query FirstProduct { products(first: 1, sortKey: ID) { nodes { id } } productsCount(limit: null) { count } }"
COUNTS = "query Counts { productsCount(limit: null) { count } productVariantsCount(limit: null) { count } }"

COLLECTIONS = f"""query Collections($first: Int!, $after: String) {{
  collections(first: $first, after: $after, sortKey: ID) {{ nodes {{ {_COLLECTION} }} {_PAGE_INFO} }}
}}"""


def _more(name: str, arguments: str, nodes: str) -> str:
    return f"""query More($id: ID!, $first: Int!, $after: String) {{
  product(id: $id) {{ {name}(first: $first, after: $after{arguments}) {{ {nodes} }} }}
}}"""


# What does not fit into a product's own answer.
MORE = {
    "variants": _more("variants", ", sortKey: ID", _VARIANT_NODES),
    "media": _more("media", "", _MEDIA_NODES),
    "collections": _more("collections", "", _COLLECTION_NODES),
}

# Five lists, two levels below the first: what a bulk operation takes at the most. It knows no `nodes`, and no pages.
BULK_PRODUCTS = f"""{{
  products {{ edges {{ node {{
    {_PRODUCT}
    variants {{ edges {{ node {{ {_VARIANT} media {{ edges {{ node {{ {_MEDIA} }} }} }} }} }} }}
    media {{ edges {{ node {{ {_MEDIA} }} }} }}
    collections {{ edges {{ node {{ {_COLLECTION} }} }} }}
  }} }} }}
}}"""

_OPERATION = "id status createdAt errorCode objectCount rootObjectCount url"

BULK_START = f"""mutation StartBulk($query: String!) {{
  bulkOperationRunQuery(query: $query) {{ bulkOperation {{ {_OPERATION} }} userErrors {{ field message code }} }}
}}"""
BULK_STATE = f"query BulkState($id: ID!) {{ bulkOperation(id: $id) {{ {_OPERATION} }} }}"
BULK_CANCEL = "mutation CancelBulk($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status } userErrors { field message } } }"

EVERY = (
    PRODUCTS, GLANCE_LIST, PRODUCTS_BY_ID, SIZES, LIVING, FIRST_PRODUCT, COUNTS, COLLECTIONS, *MORE.values(),
    BULK_PRODUCTS, BULK_START, BULK_STATE, BULK_CANCEL,
)  # fmt: skip
