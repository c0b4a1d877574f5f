"""Copies of a shop's pictures: kept where they can be had, told where not, and never a reason to fail."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from common.clock import database_now
from common.tests.picture_host import endless
from integrations.importing import pictures
from integrations.tests.fake_shop import FakeShop, Import, connect, run_import
from operations.models import RunIssue
from products_and_services.models import PictureFacts, PictureStatus, Product, ProductImage, Revision
from products_and_services.models.uploads import MAX_PICTURE_BYTES
from products_and_services.tests.factories import picture_bytes

pytestmark = pytest.mark.django_db
JPEG = picture_bytes("JPEG", (640, 480))


@pytest.fixture
def connection(tenant):
    return connect(tenant, download_images=True)


@pytest.fixture
def shop():
    return FakeShop()


def told(done):
    return [(issue.subject, issue.code, issue.message) for issue in RunIssue.objects.filter(run=done.run).order_by("pk")]


def test_pictures_are_copied_once_and_served_from_here(connection, shop, host):
    same, webp = host.serve("/1.jpg", JPEG), host.serve("/2", picture_bytes("WEBP", (600, 600)))
    shop.put(1, images=[same, webp])
    shop.put(2, images=[same], variants=[{"id": "21", "name": "Red", "image": same}])
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 2, "images": 4} and told(done) == []
    rows = list(ProductImage.objects.order_by("pk"))
    assert all(default_storage.exists(str(row.image)) for row in rows)
    assert str(rows[0].image).endswith(".jpg") and str(rows[1].image).endswith(".webp")
    assert rows[0].image == rows[2].image and default_storage.open(str(rows[0].image)).read() == JPEG
    assert [row.remote_url for row in rows] == [same, webp, same, same]
    assert Revision.objects.filter(entity="image", action="changed", run_id=done.run.pk).count() == 4
    asked = len(host.asked)
    assert run_import(connection, shop).run.counts == {"unchanged": 2} and len(host.asked) == asked
    shop.products["1"]["name"] = "Renamed"
    run_import(connection, shop)
    assert len(host.asked) == asked and ProductImage.objects.exclude(image="").count() == 4


def test_another_picture_replaces_the_copy(connection, shop, host):
    shop.put(1, images=[host.serve("/1.jpg", JPEG)])
    run_import(connection, shop)
    first = str(ProductImage.objects.get().image)
    shop.products["1"]["images"] = [host.serve("/2.png", picture_bytes("PNG", (640, 480)))]
    run_import(connection, shop)
    assert str(ProductImage.objects.get().image) not in ("", first)


def test_pictures_stay_where_they_are_unless_copies_are_wanted(tenant, shop, host):
    connection = connect(tenant)
    shop.put(1, images=[host.serve("/1.jpg", JPEG)])
    run_import(connection, shop)
    assert host.asked == [] and not ProductImage.objects.get().image
    connection.download_images = True
    connection.save()
    Import(connection, shop, dry_run=True).all()
    assert host.asked == []
    run_import(connection, shop)
    assert ProductImage.objects.get().image


def test_what_cannot_be_copied_is_told_and_tried_again_later(connection, shop, host):
    shop.put(1, "Torn", images=[host.serve("/gone.jpg", status=404)])
    shop.put(2, "Page", images=[host.serve("/page.jpg", b"<html>")])
    shop.put(3, "Huge", images=[host.act("/huge.jpg", endless)])
    shop.put(4, "Fine", images=[host.serve("/fine.jpg", JPEG)])
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 4, "images": 1}
    assert [(subject, code) for subject, code, _ in told(done)] == [(name, "not_copied") for name in ("Torn", "Page", "Huge")]
    assert "404" in told(done)[0][2] and "web page" in told(done)[1][2] and "8 MB" in told(done)[2][2]
    assert Product.objects.filter(images__image="").count() == 3
    asked = len(host.asked)
    assert told(run_import(connection, shop)) == [] and len(host.asked) == asked  # Not every quarter of an hour.
    host.serve("/gone.jpg", JPEG)
    PictureFacts.objects.update(next_check_at=database_now() - timedelta(minutes=1))
    assert run_import(connection, shop).run.counts["images"] == 1
    facts = PictureFacts.objects.get(source__endswith="/page.jpg")
    assert (facts.status, facts.failures, facts.reason != "") == (PictureStatus.NOT_A_PICTURE, 2, True)


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest/meta-data", "http://[::1]:1/a.jpg", "http://nowhere.invalid/a.jpg"])
def test_addresses_that_must_not_be_opened_are_not(connection, shop, address):
    shop.put(1, images=[address])
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 1} and [code for _, code, _ in told(done)] == ["not_copied"]


def test_a_host_that_is_down_does_not_hold_up_the_others(connection, shop, host):
    for number in range(1, 31):
        shop.put(number, images=[host.serve(f"/{number}.jpg", status=503)])
    shop.put(40, images=[host.serve("/fine.jpg", JPEG).replace("127.0.0.1", "localhost")])
    done = run_import(connection, shop)
    assert len(host.asked) == 9 and done.run.counts["images"] == 1
    assert told(done)[-1][1:] == ("host_out", pictures.OUT)


def test_a_storage_that_is_full_is_an_issue(connection, shop, host, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(pictures, "keep_picture", full)
    shop.put(1, images=[host.serve("/1.jpg", JPEG)])
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 1} and pictures.NOT_STORED in told(done)[0][2]


def test_a_picture_that_changed_while_it_was_fetched_keeps_its_address(connection, shop, host, monkeypatch):
    fetch = pictures.fetch_picture

    def change(url):
        ProductImage.objects.update(remote_url="https://other.example/1.jpg")
        return fetch(url)

    shop.put(1, images=[host.serve("/1.jpg", JPEG)])
    monkeypatch.setattr(pictures, "ThreadPoolExecutor", AtOnce)
    monkeypatch.setattr(pictures, "fetch_picture", change)
    done = run_import(connection, shop)
    assert done.run.counts == {"created": 1} and not ProductImage.objects.get().image


class AtOnce:
    """A pool without threads: theirs would not see the test's transaction."""

    def __init__(self, **_):
        self.map = map

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Nothing to end."""


def test_only_the_named_products_pictures_are_copied(connection, shop, host):
    for number in (1, 2):
        shop.put(number, images=[host.serve(f"/{number}.jpg", JPEG)])
    Import(connection, shop, only_ids=["1", "2"]).all()
    ProductImage.objects.update(image="")
    Import(connection, shop, only_ids=["2"]).all()
    assert [bool(row.image) for row in ProductImage.objects.order_by("pk")] == [False, True]


def test_pictures_are_never_larger_than_uploads_may_be(connection, shop, host):
    shop.put(1, images=[host.serve("/1.jpg", JPEG + b"\0" * (MAX_PICTURE_BYTES - len(JPEG)))])
    shop.put(2, images=[host.serve("/2.jpg", JPEG + b"\0" * MAX_PICTURE_BYTES)])
    assert run_import(connection, shop).run.counts == {"created": 2, "images": 1}
