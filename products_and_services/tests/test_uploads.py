"""Which pictures are accepted, and under which name they are kept."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from products_and_services.models import ProductImage
from products_and_services.models.uploads import MAX_PICTURE_BYTES, validate_picture
from products_and_services.tests.factories import ImageFactory, ProductFactory, picture_bytes, picture_file

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_four_kinds_are_accepted(kind):
    validate_picture(picture_file(kind=kind))


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"<html><script>alert(1)</script></html>",
        b"",
        b"GIF89a",
        picture_bytes("BMP"),
        picture_bytes("TIFF"),
        picture_bytes("PNG")[:60],
    ],
    ids=["svg", "html", "empty", "cut gif", "bmp", "tiff", "cut png"],
)
def test_everything_else_is_refused_whatever_its_name(content):
    with pytest.raises(ValidationError, match="JPEG, PNG, WebP or GIF"):
        validate_picture(SimpleUploadedFile("innocent.png", content, content_type="image/png"))


def test_the_size_limit_says_what_to_do():
    with pytest.raises(ValidationError, match=r"has 8\.0 MB; the largest allowed is 8 MB\. Make it smaller"):
        validate_picture(SimpleUploadedFile("big.png", b"\0" * (MAX_PICTURE_BYTES + 1)))


def test_a_picture_that_unpacks_to_gigabytes_is_refused():
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(ValidationError):
        validate_picture(SimpleUploadedFile("bomb.png", bomb.getvalue()))


@pytest.mark.django_db
def test_the_stored_name_is_the_digest_and_the_true_suffix(tenant):
    product = ProductFactory(tenant=tenant)
    image = ImageFactory(product=product, image=picture_file("../../evil.html", kind="JPEG"))
    assert image.image.name.startswith("products/solar/")
    assert image.image.name.endswith(".jpg")
    assert "evil" not in image.image.name
    image.full_clean()


@pytest.mark.django_db
def test_another_picture_gets_another_address(tenant):
    image = ImageFactory(product=ProductFactory(tenant=tenant), image=picture_file())
    before = image.image.name
    image.image = picture_file(colour="blue")
    image.save()
    assert image.image.name != before


@pytest.mark.django_db
def test_a_stored_picture_whose_file_is_gone_does_not_block_other_edits(tenant):
    image = ImageFactory(product=ProductFactory(tenant=tenant), image=picture_file())
    image.image.storage.delete(image.image.name)
    again = ProductImage.objects.get(pk=image.pk)
    again.alt = "Front"
    again.full_clean()
    again.save()
