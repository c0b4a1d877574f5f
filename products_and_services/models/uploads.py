"""Uploaded pictures: which are accepted, and where they are stored.

Each path contains the picture's digest: Meta caches by URL, so a changed picture gets a new one. The suffix comes from the picture
itself, never from the uploaded name, because the suffix decides the type a file is served with.
"""

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from PIL import Image

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
SAME_AS = {"MPO": "JPEG"}  # A JPEG with a second picture behind it, as some phones make them.
MAX_PICTURE_BYTES = 8 * 1024 * 1024


def product_image_path(instance: Any, filename: str) -> str:
    """Storage path of a ProductImage's or ProductVariant's picture."""
    return _digest_path("products", instance.product.tenant.sub_domain, instance.image, filename)


def category_image_path(instance: Any, filename: str) -> str:
    """Storage path of a category's picture."""
    return _digest_path("categories", instance.tenant.sub_domain, instance.image, filename)


def validate_picture(file: Any) -> None:
    """Raises ValidationError unless a new upload is a JPEG, PNG, WebP or GIF of at most 8 MB. Stored files pass: they were checked."""
    if getattr(file, "_committed", False):
        return
    if file.size > MAX_PICTURE_BYTES:
        raise ValidationError(
            f"The picture has {file.size / 1024 / 1024:.1f} MB; the largest allowed is 8 MB. "
            "Make it smaller, for example 2000 pixels wide.",
            code="too_large",
        )
    if picture_format(file) not in SUFFIXES:
        words = "Upload a JPEG, PNG, WebP or GIF picture. Other files (SVG, PDF, HEIC ..) are not accepted."
        raise ValidationError(words, code="not_a_picture")


def picture_format(file: Any) -> str:
    """Pillow's name of the picture's format ("JPEG"), "" when it is no complete picture of the accepted formats."""
    try:
        file.seek(0)
        with Image.open(getattr(file, "file", file), formats=list(SUFFIXES)) as picture:
            found = SAME_AS.get(picture.format or "", picture.format or "")
            picture.verify()
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for broken or hostile files; each means the same here
        return ""
    finally:
        if not file.closed:
            file.seek(0)
    return found


def picture_path(sub_domain: str, file: Any) -> str:
    """Storage path of a picture that a product of this business shows: the same for the same picture."""
    return _digest_path("products", sub_domain, file, "")


def _digest_path(folder: str, sub_domain: str, file: Any, filename: str) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    suffix = SUFFIXES.get(picture_format(file)) or PurePath(filename).suffix.lower()[:8]
    return f"{folder}/{sub_domain}/{digest.hexdigest()[:20]}{suffix}"
