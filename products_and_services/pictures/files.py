"""Looking at uploaded pictures: from the storage (a folder or a bucket), without HTTP. Makes the JPEG copy of WebP and GIF uploads."""

import io
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from products_and_services.models.pictures import PictureStatus
from products_and_services.models.uploads import picture_path
from products_and_services.pictures.found import Found
from products_and_services.pictures.look import look_at

AS_IT_IS = frozenset({"JPEG", "PNG"})  # What every receiver of a catalog takes.
MOST_DECODED_PIXELS = 50_000_000
JPEG_QUALITY = 90
LONGEST_SIDE, LEAST_SIDE = 4_096, 1_000  # pixels of a copy; a long strip is not made narrower
GONE = "The stored file is missing. Upload the picture again."


def look_at_stored(name: str) -> Found:
    """What the stored file is; a picture in another format gets its JPEG copy here. Raises nothing."""
    try:
        with default_storage.open(name) as file:
            return _look(name, file)
    except OSError:
        return Found(PictureStatus.UNREACHABLE, reason=GONE)


def look_at_upload(file: Any) -> Found | None:
    """What a fresh upload is, while it is still in memory; None when that takes more than a look (see look_at_stored)."""
    file.seek(0)
    sight = look_at(getattr(file, "file", file), is_whole=True)
    file.seek(0)
    if sight is None or sight.format not in AS_IT_IS:
        return None
    return Found(PictureStatus.OK, None, sight.format, sight.width, sight.height, file.size)


def keep_picture(sub_domain: str, data: bytes) -> str:
    """Stores a picture of a product; returns its name in the storage. One that is there already is not stored again."""
    file = ContentFile(data)
    name = picture_path(sub_domain, file)
    return name if default_storage.exists(name) else default_storage.save(name, file)


def _look(name: str, file: Any) -> Found:
    sight = look_at(file, is_whole=True)
    if sight is None or not sight.format:
        return Found(PictureStatus.NOT_A_PICTURE, bytes=file.size, reason=sight.reason if sight else "The picture is damaged.")
    copy = "" if sight.format in AS_IT_IS else store_jpeg_copy(name, file)
    return Found(PictureStatus.OK, None, sight.format, sight.width, sight.height, file.size, copy)


def store_jpeg_copy(name: str, file: Any) -> str:
    """Stores the picture as JPEG beside itself; returns the copy's name, "" when it cannot be decoded. The same name each time."""
    copy = f"{name.rpartition('.')[0]}.as.jpg"
    if default_storage.exists(copy):
        return copy
    try:
        data = to_jpeg(file)
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for broken or hostile files; each means the same here
        return ""
    return default_storage.save(copy, ContentFile(data))


def to_jpeg(file: Any) -> bytes:
    """The (first) picture as JPEG, upright, see-through parts white. Raises ValueError for one with too many pixels."""
    file.seek(0)
    with Image.open(file) as picture:
        if picture.width * picture.height > MOST_DECODED_PIXELS:
            raise ValueError("more pixels than are decoded here")
        picture.seek(0)
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        if LEAST_SIDE * max(upright.size) <= LONGEST_SIDE * min(upright.size):
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        ground = Image.new("RGB", upright.size, "white")
        ground.paste(upright, mask=upright.getchannel("A"))
        data = io.BytesIO()
        ground.save(data, "JPEG", quality=JPEG_QUALITY, optimize=True)
        return data.getvalue()
