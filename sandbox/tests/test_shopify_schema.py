"""The trimmed Admin schema: it is whole, and it objects to what Shopify would object to."""

from graphql import validate_schema

from sandbox.shops.shopify.admin_schema import admin_schema, objections

PRODUCTS = """
query ($after: String) {
  products(first: 250, after: $after, sortKey: ID) {
    nodes {
      id title descriptionHtml status updatedAt variantsCount { count precision }
      media(first: 10) { nodes { id mediaContentType ... on MediaImage { image { url } } } }
      variants(first: 100) { nodes { id price inventoryPolicy inventoryItem { id tracked } selectedOptions { name value } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def test_the_schema_is_whole():
    assert validate_schema(admin_schema()) == []


def test_what_we_need_is_there_and_nothing_of_it_deprecated():
    assert objections(PRODUCTS) == []


def test_an_unknown_field_is_a_mistake():
    assert objections("{ shop { naem } }")[0].startswith("Cannot query field 'naem' on type 'Shop'.")


def test_what_shopify_has_deprecated_is_told():
    query = "{ currentBulkOperation { id } product(id: 1) { bodyHtml totalVariants images(first: 1) { nodes { src } } } }"
    told = " ".join(objections(query))
    for name in ("QueryRoot.currentBulkOperation", "Product.bodyHtml", "Product.totalVariants", "Product.images", "Image.src"):
        assert f"The field {name} is deprecated" in told


def test_fields_of_the_facts_that_shopify_has_deprecated():
    query = """{
      productVariant(id: 1) { image { url } inventoryItem { variant { id } } }
      product(id: 1) { featuredImage { url } priceRange { minVariantPrice { amount } } }
    }"""
    told = " ".join(objections(query))
    for name in ("ProductVariant.image", "InventoryItem.variant", "Product.featuredImage", "Product.priceRange"):
        assert f"The field {name} is deprecated" in told
