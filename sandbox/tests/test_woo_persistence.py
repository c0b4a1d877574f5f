"""A shop with a state file: what was done to it survives, keys do not stand in the file, and Meta's stand-in shares the file."""

import pytest

from sandbox.graph import GraphStandIn, Store
from sandbox.shops.messages import ShopRequest
from sandbox.shops.street import Street
from sandbox.shops.woocommerce import Attribute, Image, WooShop, make_products
from sandbox.state_file import StateFile
from sandbox.tests.conftest import CATALOG
from sandbox.tests.woo_recorded import KEY, NOW, SECRET, ask, comparable


@pytest.fixture
def reopen(tmp_path):
    """Opens the shop, closing it first where it is open."""
    files = []

    def reopen(**options):
        for file in files:
            file.close()
        files.append(StateFile(tmp_path / "state.sqlite3"))
        shop = WooShop("s", clock=lambda: NOW, file=files[-1], **options)
        shop.add_key(KEY, SECRET)
        return shop

    yield reopen
    for file in files:
        file.close()


def everything(shop):
    lists = ("products", "variations", "products/categories", "products/tags", "products/brands", "products/attributes", "settings/general")
    return [comparable(ask(shop, path, per_page=100, **more).json()) for path in lists for more in ({}, {"status": "trash"})]


def test_a_shop_opens_again_as_it_was_left(reopen):
    shop = reopen(version="10.1.0", currency="EUR", timezone="Asia/Riyadh")
    size = shop.attribute("Size", ["S", "M"])
    home = shop.category("Home & Garden")
    shirt = shop.add(
        name="Shirt", sku="S", images=[Image(src="pictures/a.png")], categories=[home], brands=[shop.brand("Acme")], tags=[shop.tag("new")],
        attributes=[Attribute(id=size, name="Size", options=("S", "M"), variation=True)], meta=[("k", {"a": [1, None]})],
    )  # fmt: skip
    shop.add_variation(shirt.id, options={"Size": "S"}, regular_price="5", sale_from=NOW, image=Image(src="pictures/s.png"))
    shop.trash(shop.add(name="Trash").id)
    gone = shop.add(name="Gone").id
    shop.delete(gone)
    shop.faults.add("fatal", skip=100, remaining=3)
    before, said = everything(shop), ask(shop, f"products/{shirt.id}").body
    skipped = shop.faults.active()[0].skip
    again = reopen()
    assert again.faults.active()[0].skip == skipped
    assert (again.version, again.currency, again.timezone) == ("10.1.0", "EUR", "Asia/Riyadh")
    assert everything(again) == before and ask(again, f"products/{shirt.id}").body == said
    assert again.add(name="Next").id > gone
    assert again.category("Home & Garden") == home and again.attribute("Size") == size


def test_what_is_left_of_a_fault_is_counted_on(reopen):
    reopen().faults.add("fatal", remaining=2)
    assert ask(reopen(), "products").status == 500
    shop = reopen()
    assert [ask(shop, "products").status for _ in range(2)] == [500, 200]


def test_made_up_products_are_not_kept(reopen):
    shop = reopen()
    made = make_products(shop, 10)
    shop.change(made.products[0], name="Changed")
    own = shop.add(name="Own").id
    shop = reopen()
    assert [row["id"] for row in ask(shop, "products").json()] == [own]


def test_no_key_is_in_the_file(reopen, tmp_path):
    shop = reopen()
    ask(shop, "products")
    shop.add(name="Lamp")
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Lamp" in raw and KEY.encode() not in raw and SECRET.encode() not in raw


def test_a_street_of_shops_shares_the_file_with_the_stand_in_for_meta(tmp_path):
    file = StateFile(tmp_path / "state.sqlite3")
    graph = GraphStandIn(Store(file))
    street = Street("http://127.0.0.1:8001", file)
    street.open("one", currency="EUR").add(name="Lamp")
    street.open("two").add(name="Chair")
    graph.add_item(CATALOG, "a")
    graph.reset()
    file.close()
    again = Street("http://127.0.0.1:9001", file := StateFile(tmp_path / "state.sqlite3"))
    assert {name: (shop.home, shop.currency) for name, shop in again.shops.items()} == {
        "one": ("http://127.0.0.1:9001/shops/one", "EUR"),
        "two": ("http://127.0.0.1:9001/shops/two", "USD"),
    }
    assert [shop.product(11).name for shop in again.shops.values()] == ["Lamp", "Chair"]
    assert again.handle(ShopRequest("GET", "http://127.0.0.1:9001/shops/two/wp-json/")).json()["name"] == "Two"
    assert again.handle(ShopRequest("GET", "http://127.0.0.1:9001/shops/three/wp-json/")).status == 404
    again.close()
    file.close()
