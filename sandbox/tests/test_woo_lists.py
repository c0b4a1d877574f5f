"""Lists of the sandbox shop: pages, order and its traps, filters, dates, what a version knows, what a save moves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.shops.woocommerce import Attribute
from sandbox.tests.woo_recorded import NOW, ask, make_shop


@pytest.fixture
def shop():
    return make_shop()


def ids(answer):
    assert answer.status == 200, answer.body
    return [row["id"] for row in answer.json()]


def every_page(shop, path="products", **params):
    """Ids of all pages, as a client reads them that counts pages."""
    found, page = [], 1
    while rows := ids(ask(shop, path, page=page, **params)):
        found += rows
        page += 1
    return found


def many(shop, count):
    return [shop.add(name=f"Product {number}", regular_price="1").id for number in range(count)]


def test_pages_are_of_ten_and_hundred_at_most(shop):
    known = many(shop, 23)
    assert every_page(shop, orderby="id", order="asc") == known
    assert ids(ask(shop, "products")) == known[:-11:-1]
    assert ids(ask(shop, "products", orderby="id", order="asc", per_page=100, offset=20)) == known[20:]
    assert ask(shop, "products", per_page=100).headers["X-WP-TotalPages"] == "1"
    both = ask(shop, "products", per_page=101, page="x", order="up").json()
    assert both["message"] == "Invalid parameter(s): page, per_page, order"
    assert both["data"]["params"]["order"] == "order is not one of asc and desc."


@pytest.mark.parametrize(("version", "exact"), [("7.9.0", False), ("10.3.4", False), ("10.4.0", True), ("11.0.1", True)])
@pytest.mark.parametrize("orderby", ["date", "modified"])
def test_ties_lose_products_between_pages_before_10_4(version, exact, orderby):
    shop = make_shop(version=version)
    known = many(shop, 60)
    found = every_page(shop, orderby=orderby, per_page=10)
    assert len(found) == 60 and (set(found) == set(known)) is exact
    assert found == every_page(shop, orderby=orderby, per_page=10), "the same loss every time"
    assert every_page(shop, orderby="id", order="asc", per_page=10) == known


def test_dates_of_their_own_keep_their_place_at_any_version():
    shop = make_shop(version="7.9.0")
    known = [shop.add(name=str(day), created=NOW - timedelta(days=day)).id for day in range(30)]
    assert every_page(shop) == known


def test_a_product_in_the_trash_moves_the_pages(shop):
    known = many(shop, 30)
    first = ids(ask(shop, "products", orderby="id", order="asc"))
    for number in known[:3]:
        shop.trash(number)
    second = ids(ask(shop, "products", orderby="id", order="asc", page=2))
    assert set(known[10:13]).isdisjoint(first + second)
    assert ids(ask(shop, "products", include=",".join(map(str, known[9:13])))) == known[12:8:-1]
    assert ids(ask(shop, "products", include=known[0])) == []
    mixed = f"{known[20]},{known[15]},{known[18]},{known[20]}"
    assert ids(ask(shop, "products", include=mixed, orderby="id", order="asc")) == [known[15], known[18], known[20]]
    assert ids(ask(shop, "products", include=mixed, orderby="include")) == [known[20], known[15], known[18]]
    assert ids(ask(shop, "products", status="trash")) == known[2::-1]
    assert ask(shop, f"products/{known[0]}").json()["status"] == "trash"


def test_status_any_is_the_default_and_never_the_trash(shop):
    made = {status: shop.add(name=status, status=status).id for status in ("publish", "draft", "pending", "private", "future")}
    shop.trash(shop.add(name="gone").id)
    assert set(ids(ask(shop, "products"))) == set(ids(ask(shop, "products", status="any"))) == set(made.values())
    assert ids(ask(shop, "products", status="draft")) == [made["draft"]]
    assert ask(shop, "products", status="sold").status == 400
    assert set(ids(ask(shop, "products", include_status="publish,draft"))) == {made["publish"], made["draft"]}
    assert set(ids(ask(shop, "products", exclude_status="publish"))) == set(made.values()) - {made["publish"]}
    shop.version = "9.5.0"
    assert set(ids(ask(shop, "products", include_status="publish"))) == set(made.values()), "unknown: passed over in silence"
    assert shop.ignored_parameters["include_status"] == 1


def test_skus_find_variations_too_and_may_be_double(shop):
    first, twin = shop.add(name="A", sku="dup").id, shop.add(name="B", sku="DUP").id
    parent = shop.add(name="V", sku="v", attributes=[Attribute(name="Size", options=("M",), variation=True)])
    child = shop.add_variation(parent.id, sku="v-m", options={"Size": "M"})
    assert ids(ask(shop, "products", sku="DuP")) == [twin, first]
    rows = ask(shop, "products", sku="V-M,nobody", _fields="id,type,parent_id,name").json()
    assert rows == [{"id": child.id, "name": "V - M", "type": "variation", "parent_id": parent.id}]
    assert ids(ask(shop, "products")) == [parent.id, twin, first]
    assert ids(ask(shop, "products", parent=parent.id)) == []


def test_fields_are_names_of_the_top_level_only(shop):
    shop.add(name="A", regular_price="5")
    assert ask(shop, "products", _fields="price,id,images.src,dimensions.length").json() == [{"id": shop.product(11).id, "price": "5"}]


def test_lists_and_what_a_version_has(shop):
    shop.brand("Acme"), shop.tag("new")
    parent = shop.add(name="V")
    for number in range(12):
        shop.add_variation(parent.id, options={"Size": str(number)})
    other = shop.add_variation(shop.add(name="W").id)
    assert len(ids(ask(shop, f"products/{parent.id}/variations"))) == 10
    assert len(ids(ask(shop, f"products/{parent.id}/variations", parent=other.parent_id, per_page=100))) == 12
    assert ids(ask(shop, "variations", parent=other.parent_id)) == [other.id] == ids(ask(shop, "variations", include=other.id))
    shop.trash(parent.id)
    assert ids(ask(shop, f"products/{parent.id}/variations")) == [] == ids(ask(shop, "products/0/variations"))
    for version, path, status in (("10.2.9", "variations", 404), ("9.5.0", "products/brands", 404), ("9.6.0", "products/brands", 200)):
        shop.version = version
        answer = ask(shop, path)
        assert answer.status == status and (status == 200 or answer.json()["code"] == "rest_no_route")
    assert "brands" not in ask(shop, "products").json()[0]


def test_attributes_have_no_pages(shop):
    for number in range(15):
        shop.attribute(f"Attribute {number}")
    assert ask(shop, "products/attributes", page=7, per_page=2).json() == ask(shop, "products/attributes").json()
    assert "X-WP-Total" not in ask(shop, "settings/products").headers


def test_what_a_real_shop_knows_and_this_one_does_not_is_refused_loudly(shop):
    answer = ask(shop, "products", min_price="5")
    assert answer.status == 501 and "min_price" in answer.json()["message"]


def test_types_are_those_of_the_plugins_that_are_on(shop):
    bundle = shop.add(name="B", type="bundle").id
    assert ask(shop, "products", type="bundle").status == 400
    assert ask(shop, f"products/{bundle}").json()["type"] == "simple"
    shop.types = (*shop.types, "bundle")
    assert ask(shop, "products", type="bundle").status == 200


@pytest.mark.parametrize(
    ("text", "gmt", "found"),
    [
        ("2026-11-20T08:00:00Z", "", True),
        ("2026-11-20T11:00:00+03:00", "", True),
        ("2026-11-20T08:00:00", "true", True),
        ("2026-11-20T11:00:00", "", True),
        ("2026-11-20T08:29:59", "true", True),
        ("2026-11-20T08:30:00", "true", False),
        ("2026-11-20T08:00:00Z", "true", False),  # the trap: shifted by the shop's three hours
        ("2026-11-20T05:00:00Z", "true", True),
    ],
)
def test_modified_after_is_strict_and_has_its_trap(shop, text, gmt, found):
    shop.add(name="A", created=datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    params = {"modified_after": text} | ({"dates_are_gmt": gmt} if gmt else {})
    assert bool(ids(ask(shop, "products", **params))) is found


@pytest.mark.parametrize("text", ["2026-01-01", "1795163787", "yesterday", ""])
def test_a_date_without_a_time_is_refused(shop, text):
    assert ask(shop, "products", modified_after=text).json()["data"]["params"] == {"modified_after": "Invalid date."}


class TestWhatMovesTheDate:
    @pytest.fixture
    def clock(self, shop):
        class Clock:
            now = NOW

        shop.clock = lambda: Clock.now
        return Clock

    def changed(self, shop):
        return ids(ask(shop, "products", modified_after="2026-11-20T08:50:00", dates_are_gmt="true", orderby="id", order="asc"))

    def test_saves_and_variations_do_and_silent_writes_do_not(self, shop, clock):
        plain, parent = shop.add(name="A", regular_price="5"), shop.add(name="V")
        child = shop.add_variation(parent.id, regular_price="5")
        tagged = shop.add(name="T", tags=[shop.tag("old")])
        clock.now += timedelta(minutes=1)
        shop.write_silently(plain.id, regular_price="6")
        shop.rename_term(shop.tag("old"), "new")
        assert self.changed(shop) == []
        assert ask(shop, f"products/{plain.id}").json()["price"] == "6"
        assert ask(shop, f"products/{tagged.id}").json()["tags"][0]["name"] == "new"
        shop.change(child.id, stock_quantity=5, manage_stock=True)
        assert self.changed(shop) == [parent.id]
        shop.change(plain.id)
        assert self.changed(shop) == [plain.id, parent.id]

    def test_a_variation_that_comes_or_goes_does_too(self, shop, clock):
        parent, other = shop.add(name="V"), shop.add(name="W")
        child = shop.add_variation(parent.id)
        clock.now += timedelta(minutes=1)
        shop.delete(child.id)
        shop.add_variation(other.id)
        assert self.changed(shop) == [parent.id, other.id]
        shop.delete(parent.id)
        assert self.changed(shop) == [other.id] and ask(shop, f"products/{parent.id}").status == 404


@pytest.mark.parametrize(("by", "variations"), [("admin", 2), ("rest", 0)])
def test_out_of_the_trash_with_or_without_variations(shop, by, variations):
    parent = shop.add(name="V", status="private")
    for size in "SM":
        shop.add_variation(parent.id, options={"Size": size}, regular_price="5")
    shop.trash(parent.id)
    assert ask(shop, f"products/{parent.id}").json()["variations"] == []
    shop.restore(parent.id, by=by)
    body = ask(shop, f"products/{parent.id}").json()
    assert (body["status"], len(body["variations"])) == ("private", variations)


def test_the_price_may_lag_behind_the_sale(shop):
    window = {"sale_from": NOW - timedelta(hours=1), "sale_to": NOW + timedelta(hours=1)}
    late = shop.add(name="A", regular_price="10", sale_price="8", price="10", **window)
    body = ask(shop, f"products/{late.id}").json()
    assert (body["on_sale"], body["price"], body["date_on_sale_to_gmt"]) == (True, "10", "2026-11-20T09:50:00")
    shop.change(late.id, price=None)
    assert ask(shop, f"products/{late.id}").json()["price"] == "8"


def test_ids_are_never_given_twice(shop):
    known = many(shop, 3)
    shop.delete(known[-1])
    assert shop.add(name="next").id > known[-1]


def test_many_may_read_while_others_edit(shop):
    known = many(shop, 30)

    def read(turn):
        return [len(ids(ask(shop, "products", per_page=100, modified_after="2020-01-01T00:00:00"))) for _ in range(15)]

    def work(turn):
        for number in known[turn::4]:
            shop.change(number, name="changed")
            shop.trash(shop.add(name="new", tags=[shop.tag(f"tag {turn}")]).id)

    with ThreadPoolExecutor(8) as pool:
        counts = [count for found in pool.map(read, range(4)) for count in found]
        list(pool.map(work, range(4)))
        both = [pool.submit(act, turn) for turn in range(4) for act in (read, work)]
        counts += [count for done in both for count in done.result() or ()]
    assert set(counts) <= {30, 31, 32, 33, 34}
    assert {shop.product(number).name for number in known} == {"changed"}
