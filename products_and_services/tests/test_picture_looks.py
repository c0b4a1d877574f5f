"""Looking at pictures: what strangers' servers may answer, and what uploads are."""

import gzip
import io
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from common.tests.picture_host import drip, endless, hosting
from operations.backups.media import named_files
from products_and_services.models import PictureFacts, PictureStatus, ProductImage
from products_and_services.pictures.checks import check_pictures
from products_and_services.pictures.client import look_at_address
from products_and_services.pictures.files import look_at_stored
from products_and_services.pictures.links import has_unseen
from products_and_services.pictures.look import look_at
from products_and_services.tests.factories import ImageFactory, ProductFactory, VariantFactory, picture_bytes, picture_file

OK, UNREACHABLE, NOT_A_PICTURE, REFUSED = PictureStatus.OK, PictureStatus.UNREACHABLE, PictureStatus.NOT_A_PICTURE, PictureStatus.REFUSED
JPEG = picture_bytes("JPEG", (640, 480))


def noisy(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A picture that does not pack well."""
    buffer = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


# --- pictures elsewhere -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_told_by_its_first_bytes(host, kind):
    body = picture_bytes(kind, (640, 480)) + b"\0" * 300_000
    found = look_at_address(host.serve_ranges("/a", body))
    assert (found.status, found.http_status, found.format, found.width, found.height, found.bytes) == (OK, 206, kind, 640, 480, len(body))
    assert len(host.asked) == 1


def test_a_host_that_ignores_ranges_is_read_no_further_than_needed(host):
    body = noisy((1500, 1500))
    found = look_at_address(host.serve("/a.png", body))
    assert len(body) > 2_000_000
    assert (found.status, found.width, found.bytes, len(host.asked)) == (OK, 1500, len(body), 1)


def test_without_a_length_the_whole_picture_is_counted(host):
    body = noisy((400, 400))
    found = look_at_address(host.serve("/a.png", body, length=False))
    assert (found.status, found.width, found.bytes) == (OK, 400, len(body))


def test_dimensions_behind_long_notes_are_found(host):
    buffer = io.BytesIO()
    notes = Image.Exif()
    notes[0x010E] = "n" * 60_000
    Image.new("RGB", (900, 700)).save(buffer, "JPEG", exif=notes, comment=b"c" * 60_000)
    found = look_at_address(host.serve_ranges("/a.jpg", buffer.getvalue()))
    assert (found.status, found.width, found.height, len(host.asked)) == (OK, 900, 700, 2)


def test_a_packed_answer_is_a_picture_too(host):
    found = look_at_address(host.serve("/a.jpg", gzip.compress(JPEG), Content_Encoding="gzip"))
    assert (found.status, found.width, found.bytes) == (OK, 640, len(JPEG))


BOMB = gzip.compress(b"\0" * 50_000_000)


@pytest.mark.parametrize(
    ("page", "status", "words"),
    [
        ({"body": b"<html><body>Log in"}, NOT_A_PICTURE, "web page"), ({"body": b"\n <!DOCTYPE html>"}, NOT_A_PICTURE, "web page"),
        ({"body": b'{"error": 1}'}, NOT_A_PICTURE, "data"), ({"body": b"%PDF-1.7"}, NOT_A_PICTURE, "PDF"),
        ({"body": b""}, NOT_A_PICTURE, "empty"), ({"body": JPEG[:100]}, NOT_A_PICTURE, "damaged"),
        ({"body": b"x" * 99}, NOT_A_PICTURE, "no JPEG"),
        ({"body": BOMB, "Content_Encoding": "gzip"}, OK, ""), ({"body": b"", "status": 403}, UNREACHABLE, "403"),
        ({"body": JPEG, "status": 404}, UNREACHABLE, "404"), ({"body": b"", "status": 503}, UNREACHABLE, "503"),
        ({"body": b"", "status": 302, "Location": "http://169.254.169.254/latest/meta-data"}, REFUSED, "public internet"),
        ({"body": b"", "status": 302, "Location": "/page"}, UNREACHABLE, "on and on"),
    ],
)  # fmt: skip
def test_what_is_no_fit_picture_is_said_in_words(host, page, status, words):
    found = look_at_address(host.serve("/page", **page))
    assert found.status == status
    assert words in found.reason
    assert "Log in" not in found.reason


def test_a_picture_with_too_many_pixels_or_bytes_is_never_decoded(host):
    head = Image.new("1", (20_000, 20_000))
    buffer = io.BytesIO()
    head.save(buffer, "PNG")
    found = look_at_address(host.serve("/pixels", buffer.getvalue()))
    assert (found.status, found.reason) == (NOT_A_PICTURE, "The picture has more than 100 million pixels.")
    large = look_at_address(host.serve("/large", JPEG + b"\0" * (9 * 1024 * 1024)))
    assert (large.status, large.bytes) == (OK, len(JPEG) + 9 * 1024 * 1024)


@pytest.mark.parametrize("talk", [drip, lambda peer, _: time.sleep(4)])
def test_slow_hosts_are_left_after_the_deadline(host, talk):
    found = look_at_address(host.act("/slow", talk), deadline=0.4)
    assert (found.status, found.reason) == (UNREACHABLE, "The server took too long to answer.")


def test_an_endless_answer_counts_as_too_large(host):
    found = look_at_address(host.act("/endless", endless))
    assert found.status == OK and (found.bytes or 0) > 8 * 1024 * 1024


def test_addresses_of_ones_own_network_are_refused():
    with hosting() as server:
        found = look_at_address(server.serve("/a.jpg", JPEG))
    assert (found.status, server.asked) == (REFUSED, [])


def test_nobody_there():
    assert look_at_address("https://nobody.invalid/a.jpg", deadline=2).status == UNREACHABLE


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 "]))
def test_any_bytes_are_judged(data, start):
    sight = look_at(start + data, is_whole=True)
    assert sight is not None and (sight.format or sight.reason)


# --- uploads -----------------------------------------------------------------------------------------------------------------------


def test_an_upload_is_known_when_it_is_saved(tenant):
    image = ImageFactory(product=ProductFactory(tenant=tenant), image=picture_file("a.png"))
    facts = image.facts
    assert (facts.status, facts.format, facts.width, facts.is_file, facts.source) == (OK, "PNG", 600, True, str(image.image))
    assert not has_unseen(tenant.pk, [image.product_id])
    variant = VariantFactory(product=image.product, image=picture_file("b.jpg", "JPEG", size=(50, 40)))
    assert (variant.facts.format, variant.facts.width, variant.facts.height) == ("JPEG", 50, 40)


def test_a_webp_upload_gets_a_jpeg_copy_from_the_check(tenant):
    buffer = io.BytesIO()
    Image.new("RGBA", (700, 600), (255, 0, 0, 0)).save(buffer, "WEBP")
    product = ProductFactory(tenant=tenant)
    image = ProductImage.objects.create(product=product, image=ContentFile(buffer.getvalue(), "see-through.webp"))
    assert has_unseen(tenant.pk, [product.pk])
    check_pictures(tenant.pk, [product.pk])
    facts = PictureFacts.objects.get(source=str(image.image))
    with Image.open(default_storage.open(facts.jpeg_name.name)) as copy:
        assert (copy.format, copy.size, copy.convert("RGB").getpixel((10, 10))) == ("JPEG", (700, 600), (255, 255, 255))
    assert look_at_stored(str(image.image)).jpeg_name == facts.jpeg_name  # Made once.
    assert facts.jpeg_name in set(named_files([PictureFacts], "default"))  # A backup takes it along: its facts will say that it is there.


def test_a_lost_or_broken_file_is_said_in_words(tenant):
    assert look_at_stored("products/none.jpg").reason == "The stored file is missing. Upload the picture again."
    name = default_storage.save("products/text.jpg", ContentFile(b"<html>"))
    assert look_at_stored(name).status == NOT_A_PICTURE
