"""Uploaded pictures are served with DEBUG off; nothing else is."""

from pathlib import Path

import pytest

from products_and_services.tests.factories import picture_bytes


@pytest.fixture
def media(settings):
    settings.DEBUG = False
    root = Path(settings.MEDIA_ROOT)
    (root / "products" / "solar").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp"), ("a.GIF", "image/gif")]
)
def test_pictures_with_debug_off(media, client, name, kind):
    (media / "products/solar" / name).write_bytes(picture_bytes())
    response = client.get(f"/media/products/solar/{name}")
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert b"".join(response.streaming_content) == picture_bytes()


@pytest.mark.parametrize("path", ["", "products/", "products/solar", "products/solar/", "a.png/", "gone.png", "%00.png", "a%00.png"])
def test_folders_are_not_listed_and_missing_files_not_found(media, client, path):
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "notes.txt", "script.js", "noending", "picture.png.html"])
def test_other_kinds_are_not_served_even_if_they_lie_there(media, client, name):
    (media / name).write_text("<script>alert(1)</script>")
    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("path", ["../secret.png", "..%2Fsecret.png", "products/../../secret.png", "%2e%2e/secret.png", "//secret.png"])
def test_nothing_outside_the_folder(media, client, path):
    (media.parent / "secret.png").write_bytes(picture_bytes())
    assert client.get(f"/media/{path}").status_code in (301, 404)


def test_a_html_file_named_as_a_picture_stays_a_picture(media, client):
    (media / "evil.png").write_text("<script>alert(1)</script>")
    response = client.get("/media/evil.png")
    assert response["Content-Type"] == "image/png"
    assert "sandbox" in response["Content-Security-Policy"]
