"""What some bytes are: pure. Only the head of a picture is read, nothing is decoded: neither size nor a hostile file costs memory."""

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from products_and_services.models.uploads import SAME_AS, SUFFIXES

FIRST_BYTES = 64 * 1024  # Holds the dimensions of nearly every picture; of a JPEG with long notes in front it may not.
MOST_PIXELS = 100_000_000
WORDS_FOR_OTHERS = {
    b"<": "The address shows a web page, not a picture.",
    b"{": "The address shows data, not a picture.",
    b"%PDF": "This is a PDF, not a picture.",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """format: Pillow's name ("JPEG"), "" when it is no picture, then reason says what it is; width, height: pixels."""

    format: str
    width: int | None = None
    height: int | None = None
    reason: str = ""


def look_at(head: bytes | Any, *, is_whole: bool) -> Sight | None:
    """What a file, or its first bytes, shows. None: more bytes are needed (never when it is whole)."""
    source = io.BytesIO(head) if isinstance(head, bytes) else head
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source, formats=list(SUFFIXES)) as picture:
                width, height = picture.size
                found = SAME_AS.get(picture.format or "", picture.format or "")
    except Image.DecompressionBombError:
        return Sight("", reason="The picture has more than 100 million pixels.")
    except UnidentifiedImageError:
        return _no_picture(head) if is_whole or not _may_go_on(head) else None
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for broken or hostile files; each means the same here
        return Sight("", reason="The picture is damaged.") if is_whole else None
    if width * height > MOST_PIXELS:
        return Sight("", reason="The picture has more than 100 million pixels.")
    return Sight(found, width, height)


def _may_go_on(head: Any) -> bool:
    """A JPEG whose dimensions come later."""
    return isinstance(head, bytes) and head.startswith(b"\xff\xd8")


def _no_picture(head: Any) -> Sight:
    if not isinstance(head, bytes):
        head.seek(0)
        head = head.read(512)
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    words = next((text for sign, text in WORDS_FOR_OTHERS.items() if start.startswith(sign)), "")
    return Sight("", reason=words or ("It is empty." if not start else "It is no JPEG, PNG, WebP or GIF picture."))
