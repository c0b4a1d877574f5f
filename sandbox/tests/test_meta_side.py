"""The page "Meta's side": what it compares, how it words it, and that nothing of it is believed as markup."""

import json

import pytest

from meta_integration.catalog.payload import build_batch_row, build_single
from meta_integration.models import Catalog, MetaAppConfig
from products_and_services.models import Product
from products_and_services.tests.factories import ImageFactory, ProductFactory, VariantFactory
from sandbox.graph import Fault, GraphStandIn
from sandbox.meta_side import local_truth
from sandbox.meta_side.cards import make_cards
from sandbox.meta_side.page import page_maker
from sandbox.tests.conftest import CATALOG, OTHER

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture
def shop(tenant, settings):
    """Business A, connected to the stand-in's first catalog."""
    settings.META_GRAPH_BASE_URL, settings.PUBLIC_BASE_URL = "http://127.0.0.1:8001", ORIGIN
    MetaAppConfig.objects.create(tenant=tenant, access_token="x", catalog_id=CATALOG)
    Catalog.objects.get_or_create(tenant=tenant, catalog_id=CATALOG)
    return tenant


@pytest.fixture
def standin():
    found = GraphStandIn()
    found.batch_delay = None
    return found


def product(shop, sku, **values):
    made = ProductFactory(tenant=shop, sku=sku, **values)
    ImageFactory(product=made, remote_url=f"{ORIGIN}/media/{sku}.png")
    return made


def send(standin, retailer_id, monkeypatch, dialect):
    """Put an item at Meta the way the shop would send it."""
    records = []
    monkeypatch.setattr(
        "meta_integration.catalog.payload.build_batch_row", lambda record: records.append(record) or build_batch_row(record)
    )
    local_truth.read_local(CATALOG, [retailer_id], "", 50)
    record = next(found for found in records if found.retailer_id == retailer_id)
    headers, path = {"Authorization": "Bearer EAASANDBOXSOLAR0001", "Content-Type": "application/json"}, f"/v26.0/{CATALOG}"
    if dialect == "single":
        answer = standin.handle(_request(f"{path}/products", headers, build_single(record)))
    else:
        answer = standin.handle(
            _request(f"{path}/items_batch", headers, {"item_type": "PRODUCT_ITEM", "requests": [build_batch_row(record)]})
        )
        standin.settle_all()
    assert answer.status == 200


def _request(path, headers, body):
    from sandbox.graph import GraphRequest

    return GraphRequest("POST", path, {}, headers, json.dumps(body).encode())


def badges(standin, show="all", search=""):
    found = make_cards(standin, CATALOG, search, show, ORIGIN)
    return {card.retailer_id: card.verdict.text for card in found.cards}


@pytest.mark.parametrize("dialect", ["single", "batch"])
def test_what_the_shop_sends_is_the_same_in_both_dialects(shop, standin, monkeypatch, dialect):
    product(shop, "A", description="Text", gtin="4006381333931", sale_price="5.00", custom_label_0="new")
    assert badges(standin) == {"A": "only here"}
    send(standin, "A", monkeypatch, dialect)
    assert badges(standin) == {"A": "same"}
    assert standin.ignored_parameters == {}


def test_each_difference_has_its_badge(shop, standin, monkeypatch):
    for sku in ("same", "dear", "gone-here", "off"):
        product(shop, sku)
        send(standin, sku, monkeypatch, "single")
    standin.edit_item(CATALOG, "dear", price="99.00 USD", color="red")
    Product.objects.filter(sku="gone-here").delete()
    Product.objects.filter(sku="off").update(is_active=False)
    product(shop, "waiting")
    ProductFactory(tenant=shop, sku="no-picture")
    standin.add_item(CATALOG, "foreign")
    assert badges(standin) == {
        "same": "same",
        "dear": "differs: price, color",
        "gone-here": "only at Meta",
        "off": "differs: should be hidden",
        "waiting": "only here",
        "foreign": "only at Meta",
        "no-picture": "not sent",
    }
    assert set(badges(standin, "unequal")) == {"dear", "gone-here", "off", "waiting", "foreign"}
    assert set(badges(standin, "same")) == {"same"}
    assert badges(standin, search="DEA") == {"dear": "differs: price, color"}
    standin.edit_item(CATALOG, "off", visibility="staging", availability="out of stock")
    assert badges(standin)["off"] == "same: hidden"


def test_variants_are_items_of_their_own(shop, standin, monkeypatch):
    shirt = product(shop, "SHIRT")
    VariantFactory(product=shirt, sku="SHIRT-S", attributes={"size": "S"})
    VariantFactory(product=shirt, sku="SHIRT-M", attributes={"size": "M"})
    send(standin, "SHIRT-S", monkeypatch, "batch")
    assert badges(standin) == {"SHIRT-S": "same", "SHIRT-M": "only here"}
    rows = {row.label: row.meta for row in make_cards(standin, CATALOG, "", "same", ORIGIN).cards[0].verdict.rows}
    assert rows["Group"] == "SHIRT"


def test_another_business_is_never_compared_with(shop, other_tenant, standin):
    product(other_tenant, "B-1")
    assert badges(standin) == {}
    assert "No shop sends to this catalog" in page(standin, catalog=OTHER)


def page(standin, path="/", **query):
    answer = page_maker(standin)(path, query)
    assert answer.status == 200
    return answer.body.decode()


def test_names_are_escaped_on_the_page_and_in_the_news(shop, standin):
    evil = "<img src=x onerror=alert(1)>"
    standin.add_item(CATALOG, '"><b>sku', name=evil, image_url="javascript:alert(1)")
    product(shop, "<u>local</u>", name="A & B")
    for text in (page(standin), json.loads(page(standin, "/_sandbox/news"))["cards"][0]["html"]):
        assert evil not in text and "&lt;img src=x onerror=alert(1)&gt;" in text
        assert "<b>sku" not in text and "javascript:" not in text
    assert "&lt;u&gt;local&lt;/u&gt;" in page(standin)


def test_pictures_come_from_the_shop_alone(shop, standin):
    standin.add_item(CATALOG, "own", image_url=f"{ORIGIN}/media/a.png")
    standin.add_item(CATALOG, "far", image_url="https://cdn.example/a.png")
    standin.add_item(CATALOG, "sly", image_url=f"{ORIGIN}.evil.example/a.png")
    text = page(standin)
    assert text.count("<img") == 1 and f'src="{ORIGIN}/media/a.png"' in text
    assert "Picture on cdn.example" in text
    shops_own = "http://127.0.0.1:8001/shops/demo/pictures/a.png"
    standin.add_item(CATALOG, "imported", image_url=shops_own)
    assert f'src="{shops_own}"' in page_maker(standin, "http://127.0.0.1:8001")("/", {}).body.decode()
    policy = page_maker(standin)("/", {}).headers["Content-Security-Policy"]
    assert f"img-src 'self' {ORIGIN};" in policy and "default-src 'none'" in policy and "unsafe" not in policy


def test_empty_states_faults_and_numbers(shop, standin):
    assert "This catalog is empty" in page(standin)
    assert "Nothing matches" in page(standin, q="nobody")
    standin.faults.add(Fault("outage", catalog_id=CATALOG))
    standin.faults.add(Fault("reject_item", catalog_id=CATALOG, retailer_ids=("A",)))
    parts = json.loads(page(standin, "/_sandbox/news"))["parts"]
    assert 'data-fault="outage" data-options="{}" aria-pressed="true"' in parts["faults"]
    assert 'data-fault="throttle"' in parts["faults"] and "reject_item (A)" in parts["faults"]
    assert 'data-number="at-meta">0<' in parts["numbers"]
    assert 'aria-pressed="true"' not in page(standin, catalog=OTHER).split('data-fault="outage"')[1].split(">")[0]


def test_a_paused_catalog_is_named_and_an_unreadable_database_is_no_error_page(shop, standin, monkeypatch):
    Catalog.objects.filter(catalog_id=CATALOG).update(paused_at="2026-11-20T00:00Z", pause_reason="The token has expired.")
    assert "The token has expired." in page(standin)

    def broken(*args):
        raise RuntimeError("no such table")

    monkeypatch.setattr(local_truth, "_read", broken)
    standin.add_item(CATALOG, "A")
    text = page(standin)
    assert "cannot be read at the moment" in text and "at Meta" in text


def test_static_files_and_nothing_else(standin):
    make = page_maker(standin)
    assert make("/_sandbox/static/page.js", {}).kind.startswith("text/javascript")
    for path in ("/_sandbox/static/../server.py", "/_sandbox/static/nothing.css", "/_sandbox/static/"):
        assert make(path, {}).status == 404
