"""Pictures are looked at before their product is sent: through the engine, to the stand-in, with a picture host on this machine."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.catalog.looks import TASK, look_again, look_at_pictures, ring_due
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.diagnosis import diagnose
from meta_integration.models import Catalog, CatalogChange, ItemState, MetaAppConfig
from meta_integration.needs import needs_of, with_need
from meta_integration.status import live_status
from meta_integration.sync_now import sync_now
from meta_integration.tests.world import World
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product, ProductImage
from products_and_services.tests.factories import ImageFactory, ProductFactory, picture_bytes, picture_file
from tenants.models import Tenant

JPEG, SMALL = picture_bytes("JPEG", (640, 640)), picture_bytes("JPEG", (320, 240))


@pytest.fixture
def catalog(world: World, tenant: Tenant) -> Catalog:
    """Business A's catalog, with its pictures looked at."""
    return world.connect(tenant, check_pictures=True)


def shown(tenant: Tenant, sku: str, *urls: str, **values: Any) -> Product:
    product = ProductFactory(tenant=tenant, sku=sku, price=Decimal(10), **values)
    for place, url in enumerate(urls):
        ImageFactory(product=product, remote_url=url, sort_order=place)
    return product


def look(product: Product) -> None:
    """What the task does when the doorbell has rung."""
    while look_at_pictures(product.tenant_id, [product.pk]):
        pass


def test_an_item_waits_for_the_look_and_goes_right_after_it(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    assert live_status(Product.objects.get(pk=product.pk)) == "syncing"
    assert "Its pictures are being checked" in diagnose(product).notes[0]
    look(product)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["image_url"] == host.url("/a.jpg")
    product.refresh_from_db()
    assert (product.meta_sync_status, product.meta_sync_attempts, len(world.writes())) == ("synced", 0, 1)
    assert diagnose(product).notes == []


def test_an_edit_with_known_pictures_goes_without_any_fetch(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    look(product)
    world.settle(catalog)
    product.price = Decimal(11)
    product.save()
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["price"] == "11.00 USD"
    assert host.asked == ["/a.jpg"]


def test_known_pictures_cost_an_edit_no_query(world, catalog, tenant, host):
    def edit(price: int) -> int:
        product.price = Decimal(price)
        product.save()
        with CaptureQueriesContext(connection) as found:
            world.work(catalog)
        return len(found)

    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    look(product)
    world.settle(catalog)
    checked = edit(11)
    MetaAppConfig.objects.update(check_pictures=False)
    assert edit(12) == checked


@pytest.mark.parametrize(
    ("page", "code", "words"),
    [
        ({"body": SMALL}, "image_unfit", "The picture is 320 × 240 pixels; Meta wants at least 500 × 500."),
        ({"body": b"<html>"}, "image_unfit", "The picture cannot be used: the address shows a web page, not a picture."),
        ({"body": b"", "status": 404}, "image_unreachable", "The picture cannot be fetched: there is nothing at this address (404)."),
        ({"body": picture_bytes("WEBP")}, "image_unfit", "The picture is a WebP; Meta takes JPEG and PNG. Upload it here, then it is"),
    ],
)  # fmt: skip
def test_a_bad_picture_keeps_its_product_away_and_says_why_everywhere(world, catalog, tenant, host, page, code, words):
    product = shown(tenant, "A-1", host.serve("/a", **page))
    look(product)
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    product.refresh_from_db()
    found = diagnose(product)
    assert product.meta_sync_status == "not_synced"
    assert words in product.meta_sync_last_error
    assert (found.reason_codes, [words in reason for reason in found.reasons]) == ([code], [True])
    assert any(words in check.remedy for check in found.checks if not check.ok)
    assert [row.meta_need for row in with_need(Product.objects.filter(pk=product.pk), tenant.pk)] == [code]


def test_the_filter_and_the_rules_agree(world, catalog, tenant, other_tenant, host):
    pages = {
        "ok": {"body": JPEG}, "small": {"body": SMALL}, "html": {"body": b"<p>"}, "gone": {"body": b"", "status": 410}, "webp": {
            "body": picture_bytes("WEBP")}, "large": {"body": JPEG + b"\0" * 9_000_000},
    }  # fmt: skip
    urls = {name: host.serve(f"/{name}", **page) for name, page in pages.items()}
    for number, names in enumerate([*([name] for name in urls), ["small", "ok"], ["gone", "small"], ["small", "gone"], []]):
        product = shown(tenant, f"A-{number}", *(urls[name] for name in names))
        look(product)
    shown(tenant, "A-unseen", host.url("/unseen"))
    ImageFactory(product=shown(tenant, "A-upload"), image=picture_file(size=(100, 100)))
    ImageFactory(product=shown(tenant, "A-http"), remote_url="ftp://x")
    def compared() -> dict[str, tuple[str, str]]:
        around = surroundings_of(tenant, MetaAppConfig.objects.get_active_config(tenant))
        snapshots = load_snapshots(tenant, Product.objects.values_list("pk", flat=True)).values()
        by_rule = {one.sku: needs_of(one, around)[0] for one in snapshots}
        by_sql = dict(with_need(Product.objects.for_tenant(tenant), tenant.pk).values_list("sku", "meta_need"))
        return {sku: (reason.code if reason else "", by_sql[sku]) for sku, reason in by_rule.items()}

    found = compared()
    assert all(rule == sql for rule, sql in found.values()), found
    assert {rule for rule, _ in found.values()} == {"", "image_unfit", "image_unreachable", "no_image", "image_not_reachable"}
    MetaAppConfig.objects.update(check_pictures=False)
    assert {rule for rule, _ in compared().values()} == {"", "no_image", "image_not_reachable"}
    assert all(rule == sql for rule, sql in compared().values())


def test_what_is_live_is_not_hidden_while_its_new_picture_waits_or_its_host_is_out(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    look(product)
    world.settle(catalog)
    ProductImage.objects.get(product=product).delete()
    ImageFactory(product=product, remote_url=host.serve("/b.jpg", b"", status=503))
    product.price = Decimal(12)
    product.save()
    world.settle(catalog)
    there = world.at_meta(catalog)["A-1"]
    assert (there["visibility"], there["image_url"], there["price"]) == ("published", host.url("/a.jpg"), "10.00 USD")
    look(product)
    world.settle(catalog)
    there = world.at_meta(catalog)["A-1"]
    assert (there["visibility"], there["image_url"], there["price"]) == ("published", host.url("/b.jpg"), "12.00 USD")
    # A picture that is certainly unfit is another matter.
    host.serve_ranges("/b.jpg", SMALL)
    look_again(tenant, [product.pk])
    look(product)
    world.settle(catalog)
    assert world.at_meta(catalog)["A-1"]["visibility"] == "staging"


@pytest.mark.parametrize("page", [{"body": b"<h1>Back soon</h1>"}, {"body": b"", "status": 302, "Location": "http://169.254.169.254/"}])
def test_what_is_live_stays_live_when_its_host_answers_with_something_else(world, catalog, tenant, host, page):
    """An installation that has just learnt to look: the picture is long at Meta, and its host shows a page about maintenance today."""
    MetaAppConfig.objects.update(check_pictures=False)
    product = shown(tenant, "A-1", host.serve("/a.jpg", **page))
    world.settle(catalog)
    MetaAppConfig.objects.update(check_pictures=True)
    product.price = Decimal(12)
    product.save()
    world.settle(catalog)
    look(product)
    world.settle(catalog)
    there = world.at_meta(catalog)["A-1"]
    assert (there["visibility"], there["image_url"], there["price"]) == ("published", host.url("/a.jpg"), "12.00 USD")


def test_a_picture_that_heals_brings_its_product_by_itself(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve("/a.jpg", b"", status=503))
    look(product)
    world.settle(catalog)
    host.serve_ranges("/a.jpg", JPEG)
    assert ring_due(world.now) == []
    world.pass_time(minutes=6)
    assert ring_due(world.now) == [tenant.pk]
    look_at_pictures(tenant.pk, [])
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_a_hundred_saved_pictures_ring_for_a_look_once(world, catalog, tenant, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("meta_integration.catalog.looks.DEBOUNCE", timedelta(hours=1))  # However slow this machine is.
    with django_capture_on_commit_callbacks() as rings:
        for number in range(100):
            shown(tenant, f"A-{number}", "https://a.example/1.jpg", "https://a.example/2.jpg")
    assert [getattr(ring, "task_name", "") for ring in rings].count(TASK) == 1


def test_lost_doorbells_and_a_dead_check_heal_within_minutes(world, catalog, tenant, host):
    """Nobody hears that the look ended (a crowd is not announced): the item asks again by itself."""
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    world.settle(catalog)
    look(product)
    CatalogChange.objects.all().delete()
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    world.pass_time(seconds=61)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)


def test_many_new_products_go_together_after_their_looks(world, catalog, tenant, host):
    products = [shown(tenant, f"A-{number}", host.serve_ranges(f"/{number}.jpg", JPEG)) for number in range(30)]
    world.settle(catalog)
    while look_at_pictures(tenant.pk, [product.pk for product in products]):
        pass
    world.pass_time(seconds=61)
    world.settle(catalog)
    assert len(world.at_meta(catalog)) == 30
    assert len(world.writes()) <= 2


def test_products_that_were_live_before_checks_existed_stay_as_they_are(world, catalog, tenant, host):
    MetaAppConfig.objects.update(check_pictures=False)
    product = shown(tenant, "A-1", "https://shop.example/never-seen.jpg")
    world.settle(catalog)
    MetaAppConfig.objects.update(check_pictures=True)
    before = len(world.writes())
    read_back(catalog.pk)
    world.settle(catalog)
    product.save()
    world.settle(catalog)
    assert len(world.writes()) == before
    assert world.item(catalog, "A-1").state == ItemState.SYNCED
    assert diagnose(product).notes == ["Its pictures have not been checked yet. They are before the next version is sent."]


def test_switching_the_checks_off_lets_everything_go(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", SMALL))
    look(product)
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    config = MetaAppConfig.objects.get(tenant=tenant)
    config.check_pictures = False
    config.save()
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)
    assert look_again(tenant, [product.pk]) is None


def test_nobody_elses_pictures_are_looked_at(world, catalog, tenant, other_tenant, host):
    foreign = shown(other_tenant, "B-1", host.serve_ranges("/b.jpg", JPEG))
    assert not look_at_pictures(other_tenant.pk, [foreign.pk])  # Not connected.
    assert look_again(tenant, [foreign.pk]) == 0
    look_at_pictures(tenant.pk, [foreign.pk])
    assert host.asked == []


def test_sync_catalog_does_the_looks_itself(world, catalog, tenant, host, monkeypatch):
    monkeypatch.setattr("meta_integration.sync_now.time.sleep", lambda seconds: world.pass_time(seconds=seconds))
    for number in range(12):
        shown(tenant, f"A-{number}", host.serve_ranges(f"/{number}.jpg", JPEG))
    found = sync_now(tenant, timeout=300, progress=lambda done, total: None)
    assert (found.by_status, len(world.at_meta(catalog))) == ({"synced": 12}, 12)


def test_a_webp_upload_reaches_meta_as_jpeg(world, catalog, tenant):
    product = shown(tenant, "A-1")
    ImageFactory(product=product, image=picture_file("a.webp", "WEBP"))
    world.settle(catalog)
    assert world.at_meta(catalog) == {}
    look(product)
    world.settle(catalog)
    address = world.at_meta(catalog)["A-1"]["image_url"]
    assert address.startswith("http://127.0.0.1:8000/media/products/solar/") and address.endswith(".as.jpg")


def test_the_clock_jumping_back_does_not_hold_an_item_for_long(world, catalog, tenant, host):
    product = shown(tenant, "A-1", host.serve_ranges("/a.jpg", JPEG))
    world.settle(catalog)
    world.now -= timedelta(days=1)
    look(product)
    world.settle(catalog)
    assert "A-1" in world.at_meta(catalog)
