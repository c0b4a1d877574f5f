"""Looking at a picture that another site hosts. Reads its first bytes only where those suffice; never more than 8 MB and a bit."""

import time

from common.outbound_guard import FetchFailed, PublicAnswer, TooLarge, fetch_public
from common.public_addresses import AddressRefused
from products_and_services.models.pictures import PictureStatus
from products_and_services.models.uploads import MAX_PICTURE_BYTES
from products_and_services.pictures.found import Found
from products_and_services.pictures.look import FIRST_BYTES, look_at

DEADLINE_SECONDS, DOWNLOAD_SECONDS = 5.0, 20.0
# Picture hosts that negotiate give a JPEG or PNG to whoever names no other format; some turn away visitors without a name.
HEADERS = {"Accept": "image/jpeg, image/png;q=0.9, image/*;q=0.5", "User-Agent": "Mozilla/5.0 (compatible; whatsappcrm; picture check)"}
WORDS = {
    401: "Its host asks for a login.", 403: "Its host refuses to show it (403).", 404: "There is nothing at this address (404).",
    410: "It was removed from this address (410).", 429: "Its host asks us to come later (429).",
}  # fmt: skip


def look_at_address(url: str, *, deadline: float = DEADLINE_SECONDS) -> Found:
    """What is at the address. deadline: seconds for everything. Raises nothing."""
    try:
        return _look(url, time.monotonic() + deadline)
    except AddressRefused as refused:
        return Found(PictureStatus.REFUSED, reason=str(refused))
    except TooLarge:
        return Found(PictureStatus.OK, bytes=MAX_PICTURE_BYTES + 1)
    except FetchFailed as failed:
        return Found(PictureStatus.UNREACHABLE, reason=str(failed))


def fetch_picture(url: str, *, deadline: float = DOWNLOAD_SECONDS) -> bytes | Found:
    """The whole picture, or why there is none of a kind and size that we keep. deadline: seconds for everything. Raises nothing."""
    try:
        answer = _fetch(url, time.monotonic() + deadline, head_only=False)
    except AddressRefused as refused:
        return Found(PictureStatus.REFUSED, reason=str(refused))
    except TooLarge:
        return Found(PictureStatus.OK, bytes=MAX_PICTURE_BYTES + 1, reason="The picture has more than 8 MB.")
    except FetchFailed as failed:
        return Found(PictureStatus.UNREACHABLE, reason=str(failed))
    if answer.status != 200:
        return _answered(answer.status)
    found = _found(answer, len(answer.body))
    return answer.body if found.status == PictureStatus.OK and found.format else found


def _answered(status: int) -> Found:
    return Found(PictureStatus.UNREACHABLE, status, reason=WORDS.get(status, f"Its host answers with {status}."))


def _look(url: str, ends: float) -> Found:
    answer = _fetch(url, ends, head_only=True)
    if answer.status not in (200, 206):
        return _answered(answer.status)
    size = _size(answer)
    if size is not None and size > MAX_PICTURE_BYTES:
        return _found(answer, size)
    if size is None or look_at(answer.body, is_whole=answer.is_whole and size <= len(answer.body)) is None:
        answer = _fetch(url, ends, head_only=False)  # Nobody says how long it is, or its dimensions come late: all of it.
        size = len(answer.body)
    return _found(answer, size)


def _fetch(url: str, ends: float, *, head_only: bool) -> PublicAnswer:
    headers = HEADERS | {"Range": f"bytes=0-{FIRST_BYTES - 1}"} if head_only else HEADERS
    return fetch_public(
        url, max_bytes=MAX_PICTURE_BYTES, deadline=max(ends - time.monotonic(), 0.05), headers=headers, schemes=("https", "http"),
        first_bytes=FIRST_BYTES if head_only else None,
    )  # fmt: skip


def _found(answer: PublicAnswer, size: int) -> Found:
    sight = look_at(answer.body, is_whole=True)
    if sight is None or not sight.format:
        if size > MAX_PICTURE_BYTES:
            return Found(PictureStatus.OK, answer.status, bytes=size)
        return Found(PictureStatus.NOT_A_PICTURE, answer.status, bytes=size, reason=sight.reason if sight else "The picture is damaged.")
    return Found(PictureStatus.OK, answer.status, sight.format, sight.width, sight.height, size)


def _size(answer: PublicAnswer) -> int | None:
    """Bytes of the whole picture as its host announces them; None when it does not (or packs them)."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return len(answer.body) if answer.is_whole and answer.status == 200 else None
    if answer.status == 206:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
        return int(total) if total.isdigit() else None
    if answer.is_whole:
        return len(answer.body)
    length = answer.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else None
