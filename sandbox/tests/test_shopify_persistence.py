"""What the Shopify stand-in keeps over a restart, and what it must not keep; made-up shops; what it refuses to know."""

import sqlite3

from sandbox.shops.shopify import Picture, make_products
from sandbox.state_file import StateFile
from sandbox.tests.shopify_remote import SECRET, TOKEN, Remote, gid

WHOLE = """{ products(first: 250) { nodes { id title status tags updatedAt publishedAt options { name optionValues { name } }
  media(first: 5) { nodes { id alt ... on MediaImage { image { url } } } } collections(first: 5) { nodes { title } }
  variants(first: 50) { nodes { id price compareAtPrice sku inventoryQuantity inventoryPolicy selectedOptions { name value }
    inventoryItem { id tracked } } } } } }"""
HOOK = """mutation { webhookSubscriptionCreate(topic: PRODUCTS_UPDATE, webhookSubscription: {uri: "https://crm.example/h"}) {
  webhookSubscription { id } } }"""


def stock(remote):
    shop = remote.shop
    options = (("Size", ("S", "M")),)
    tee = shop.add("Tee", options=options, pictures=[Picture(src="pictures/shirt.png", alt="a shirt")], tags=["x"], variants=[
        {"values": ("S",), "price": "5.00", "sku": "T-S", "available": 2},
        {"values": ("M",), "policy": "CONTINUE", "compare_at_price": "9.00"},
    ], collections=[shop.collection("Clothes")])  # fmt: skip
    gone = shop.add("Gone")
    shop.delete(gone.id)
    return tee


def test_everything_comes_back_as_it_was(tmp_path):
    file = StateFile(tmp_path / "state.sqlite3")
    first = Remote(file=file)
    tee = stock(first)
    first.data(HOOK)
    order = 'mutation ($v: ID!) { orderCreate(order: {lineItems: [{variantId: $v, quantity: 1}]}) { order { id } } }'
    first.data(order, v=gid("ProductVariant", first.shop.variants(tee.id)[0].id))
    first.shop.faults.add("frozen", endpoints=["none"])
    before = first.data(WHOLE)
    again = Remote(file=file)
    assert again.data(WHOLE) == before
    assert [fault.kind for fault in again.shop.faults] == ["frozen"] and len(again.shop.shelf.orders) == 1
    again.shop.change(tee.id)
    assert again.shop.deliver() == 1, "the subscription is there, too"
    assert again.shop.add("New").id > tee.id


def test_neither_tokens_nor_secrets_nor_made_up_products_are_kept(tmp_path):
    path = tmp_path / "state.sqlite3"
    file = StateFile(path)
    remote = Remote(file=file)
    made = make_products(remote.shop, 50)
    remote.shop.change(made.products[3], title="Changed by hand")
    remote.grant()
    file.close()
    rows = str(sqlite3.connect(path).execute("select kind, body from state").fetchall())
    assert SECRET not in rows and TOKEN not in rows and "Sturdy" not in rows and "Changed by hand" not in rows


def test_made_up_shops_are_the_same_each_time_and_take_edits():
    one, two = Remote(), Remote()
    made = make_products(one.shop, 300)
    make_products(two.shop, 300)
    assert one.data(WHOLE) == two.data(WHOLE)
    one.shop.delete(made.products[0])
    one.shop.change_variant(made.variants[7], price="1.23")
    assert one.data("{ productsCount { count } productVariantsCount { count } }") == {
        "productsCount": {"count": 299}, "productVariantsCount": {"count": 1495},
    }  # fmt: skip
    item = gid("InventoryItem", made.items[7])
    found = one.data("query ($id: ID!) { inventoryItem(id: $id) { variants(first: 1) { nodes { price } } } }", id=item)
    assert found["inventoryItem"]["variants"]["nodes"] == [{"price": "1.23"}]


def test_answers_over_a_made_up_shop_are_kept_until_something_changes():
    remote = Remote()
    made = make_products(remote.shop, 250)
    assert remote.data(WHOLE) == remote.data(WHOLE)
    remote.shop.change(made.products[0], title="Changed")
    assert remote.data(WHOLE)["products"]["nodes"][0]["title"] == "Changed"


def test_what_is_not_modelled_is_refused_loudly():
    remote = Remote()
    assert remote.code("{ shop { setupRequired } }") == "SANDBOX_NOT_MODELLED"
    assert remote.code("{ publicApiVersions { handle } }") == "SANDBOX_NOT_MODELLED"
