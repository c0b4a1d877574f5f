"""Bulk operations of the Shopify stand-in: what may be asked, what comes, and all the ways in which it does not."""

import contextlib
import json
import threading

import pytest
import requests

from sandbox.serving import SandboxServer
from sandbox.shops.shopify import bulk, make_products
from sandbox.shops.shopify.sight import Sight
from sandbox.shops.street import Street
from sandbox.tests.shopify_remote import CLIENT_ID, SECRET, TOKEN, Remote, gid

QUERY = """{ products { edges { node { id title variants { edges { node { id sku inventoryItem {
  id inventoryLevels { edges { node { id } } } } } } } media { edges { node { id __typename } } } } } } }"""
START = """mutation ($query: String!, $grouped: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
  bulkOperation { id status } userErrors { code message } } }"""
STATE = "query ($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }"


BROAD = """{ edges { node { id media { edges { node { id } } } collections { edges { node { id } } }
  variants { edges { node { id media { edges { node { id } } } } } } } } }"""


def nested(*names):
    text = ""
    for name in reversed(names):
        text = f"{name} {{ edges {{ node {{ id {text} }} }} }}"
    return f"{{ {text} }}"


@pytest.fixture
def remote():
    return Remote()


def start(remote, query=QUERY, grouped=False):
    return remote.data(START, query=query, grouped=grouped)["bulkOperationRunQuery"]


def state(remote, started):
    return remote.data(STATE, id=started["bulkOperation"]["id"])["bulkOperation"]


def lines(remote, url):
    return [json.loads(line) for line in remote.session.get(url, stream=True).iter_lines()]


def run(remote, **options):
    started = start(remote, **options)
    remote.wait(2)
    return state(remote, started)


def test_it_takes_its_time_and_ends_with_a_file_that_needs_no_token(remote):
    cup = remote.shop.add("Cup", price="1.00", sku="C")
    started = start(remote)
    assert started["userErrors"] == [] and started["bulkOperation"]["status"] == "CREATED"
    assert state(remote, started)["status"] == "CREATED"
    remote.wait(0.6)
    assert state(remote, started)["status"] == "RUNNING" and state(remote, started)["url"] is None
    remote.wait(0.4)
    done = state(remote, started)
    assert (done["status"], done["objectCount"], done["rootObjectCount"]) == ("COMPLETED", "3", "1")
    raw = remote.session.get(done["url"]).content
    assert len(raw) == int(done["fileSize"]) and b"gid:\\/\\/shopify\\/Product" in raw
    product, variant, level = lines(remote, done["url"])
    assert product == {"id": gid("Product", cup.id), "title": "Cup"}
    assert variant["__parentId"] == product["id"] and set(variant["inventoryItem"]) == {"id"}
    assert level["id"].startswith("gid://shopify/InventoryLevel/") and level["__parentId"] == variant["inventoryItem"]["id"]


def test_children_need_not_follow_their_parents_and_come_whole(remote):
    make_products(remote.shop, 120, variants=3)
    found = lines(remote, run(remote)["url"])
    products = [row["id"] for row in found if "__parentId" not in row]
    variants = [row for row in found if row["id"].startswith("gid://shopify/ProductVariant/")]
    media = [row for row in found if row.get("__typename") == "MediaImage"]
    assert len(products) == len(set(products)) == 120 and len(variants) == 360 and len(media) == 240
    place = {row["id"]: number for number, row in enumerate(found) if "__parentId" not in row}
    assert any(number < place[row["__parentId"]] for number, row in enumerate(found) if row in variants), "a child before its parent"
    grouped = lines(remote, run(remote, grouped=True)["url"])
    last = ""
    for row in grouped:
        last = row["id"] if "__parentId" not in row else last
        if row["id"].startswith("gid://shopify/ProductVariant/"):
            assert row["__parentId"] == last


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ products { nodes { id } } }", "do not support `nodes`"),
        ("{ shop { name } }", "at least one connection"),
        ("{ products { edges { node { title variants { edges { node { id } } } } } } }", "must select the 'id' field"),
        ('{ node(id: "gid://shopify/Product/1") { id } }', "top level `node`"),
        ("{ products { edges { node { id naem } } } }", "Invalid bulk query"),
        (nested("products", "collections", "products", "variants"), "nesting depth"),
        ("{ products " + BROAD + " productVariants { edges { node { id } } } }", "more than 5 connections"),
    ],
)
def test_what_may_not_be_asked(remote, query, words):
    started = start(remote, query)
    assert started["bulkOperation"] is None and words in started["userErrors"][0]["message"]


def test_five_at_a_time(remote):
    first = [start(remote) for _ in range(5)]
    assert all(started["userErrors"] == [] for started in first)
    (error,) = start(remote)["userErrors"]
    assert error["code"] == "OPERATION_IN_PROGRESS" and first[0]["bulkOperation"]["id"] in error["message"]
    remote.wait(2)
    assert start(remote)["userErrors"] == []


def test_an_empty_shop_has_no_file(remote):
    done = run(remote)
    assert (done["status"], done["objectCount"], done["url"]) == ("COMPLETED", "0", None)


def test_cancelling(remote):
    started = start(remote)
    cancel = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
    answer = remote.data(cancel, id=started["bulkOperation"]["id"])["bulkOperationCancel"]
    assert answer == {"bulkOperation": {"status": "CANCELED"}, "userErrors": []}
    remote.wait(5)
    assert state(remote, started)["status"] == "CANCELED"
    assert remote.data(cancel, id=started["bulkOperation"]["id"])["bulkOperationCancel"]["userErrors"] != []


def test_files_that_lie(remote):
    make_products(remote.shop, 20)
    faults = remote.shop.faults
    faults.add("bulk_empty")
    empty = run(remote)
    assert (empty["status"], empty["url"], empty["objectCount"]) == ("COMPLETED", None, "0"), "though there are products"
    faults.clear()
    faults.add("bulk_failed")
    failed = run(remote)
    assert (failed["status"], failed["errorCode"], failed["url"]) == ("FAILED", "INTERNAL_SERVER_ERROR", None) and failed["partialDataUrl"]
    faults.clear()
    faults.add("bulk_short")
    short = run(remote)
    raw = remote.session.get(short["url"]).content
    assert raw.count(b"\n") < int(short["objectCount"]) and not raw.endswith(b"\n")
    faults.clear()
    faults.add("file_gone")
    assert remote.session.get(run(remote)["url"]).status_code == 403
    faults.clear()
    faults.add("bulk_stuck")
    stuck = start(remote)
    remote.wait(3600)
    assert state(remote, stuck)["status"] == "CREATED"
    faults.clear()
    faults.add("bulk_busy")
    assert start(remote)["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"


def test_who_does_not_know_the_address_gets_no_file(remote):
    remote.shop.add("Cup")
    url = run(remote)["url"]
    assert remote.session.get(url.split("&Signature")[0]).status_code == 404


@pytest.fixture
def file(remote):
    """(address of a file that is read in several blocks, its bytes)"""
    make_products(remote.shop, 300, variants=3)
    url = run(remote)["url"]
    return url, remote.session.get(url).content


def part(remote, url, wanted, **headers):
    return remote.session.get(url, headers={"Range": wanted, **headers})


def test_a_part_of_a_file(remote, file):
    url, whole = file
    size = len(whole)
    assert size > 2 * 65_536
    for wanted, start, end in (
        ("bytes=70000-", 70_000, size), ("bytes=0-0", 0, 1), ("bytes=10-99", 10, 100), (f"bytes=5-{size * 2}", 5, size),
        ("bytes=-7", size - 7, size), (f"bytes=-{size * 2}", 0, size),
    ):  # fmt: skip
        answer = part(remote, url, wanted)
        assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"bytes {start}-{end - 1}/{size}"), wanted
        assert answer.content == whole[start:end], wanted


def test_a_part_that_is_not_there(remote, file):
    url, whole = file
    for wanted in (f"bytes={len(whole)}-", "bytes=-0"):
        answer = part(remote, url, wanted)
        assert (answer.status_code, answer.headers["Content-Range"], answer.content) == (416, f"bytes */{len(whole)}", b"")


@pytest.mark.parametrize("wanted", ["bytes=9-3", "bytes=-", "bytes=a-", "lines=1-", "bytes=0-1,5-6"])
def test_what_is_no_range_gets_the_whole_file(remote, file, wanted):
    url, whole = file
    answer = part(remote, url, wanted)
    assert (answer.status_code, answer.content, answer.headers["Accept-Ranges"]) == (200, whole, "bytes")


def test_a_part_of_another_version_of_the_file_is_not_given(remote, file):
    url, whole = file
    assert part(remote, url, "bytes=5-", **{"If-Range": '"old"'}).content == whole


def test_a_file_that_is_cut_off_on_the_wire_comes_in_parts():
    server = SandboxServer(0)
    server.street = Street(f"http://127.0.0.1:{server.server_address[1]}")
    shop = server.street.open_shopify("tea")
    shop.bulk_seconds = 0.0
    app = shop.add_app(CLIENT_ID, SECRET, token=TOKEN)
    make_products(shop, 300, variants=3)
    operation = shop.bulk_operation(bulk.start(Sight(shop, app, app.scopes), QUERY, False)["bulkOperation"].id)
    shop.faults.add("cut", endpoints=("file",), remaining=2)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    came, statuses = b"", []
    try:
        while len(came) < operation.size:
            headers = {"Range": f"bytes={len(came)}-"} if came else {}
            answer = requests.get(shop.file_url(operation), headers=headers, stream=True, timeout=5)
            statuses.append((answer.status_code, answer.reason))
            with contextlib.suppress(requests.exceptions.ChunkedEncodingError):
                for block in answer.iter_content(1024):
                    came += block
    finally:
        server.shutdown()
        server.server_close()
    assert statuses == [(200, "OK"), (206, "Partial Content"), (206, "Partial Content")]
    assert came == b"".join(operation.blocks(0, operation.size))
