"""Reading what a stranger's server answers, with limits on size and time, packed or not. Nothing of an answer is ever part of an error."""

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

PORTION = 16 * 1024
TOO_SLOW = "The server took too long to answer."
Unpack = Callable[[bytes, int], bytes]


class Why(Enum):
    """What went wrong, for callers with words of their own."""

    SLOW = auto()
    NO_SUCH_NAME = auto()
    CERTIFICATE = auto()
    NO_TLS = auto()
    UNREACHABLE = auto()
    BROKE_OFF = auto()
    DAMAGED = auto()
    TOO_LARGE = auto()


class FetchFailed(Exception):
    """The address may be opened, but did not answer usefully. The text says why in words. was_sent: the request had left by then."""

    def __init__(self, message: str, why: Why = Why.UNREACHABLE, *, was_sent: bool = False) -> None:
        super().__init__(message)
        self.why = why
        self.was_sent = was_sent

    @property
    def may_be_done(self) -> bool:
        """Whether a request that changes something may have been carried out: then it is not simply sent again."""
        return self.was_sent or self.why in (Why.SLOW, Why.BROKE_OFF, Why.DAMAGED, Why.TOO_LARGE)


class TooLarge(FetchFailed):
    """The answer is longer than the caller takes."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Why.TOO_LARGE)


@dataclass(frozen=True)
class PublicAnswer:
    """status: HTTP status of the last hop; body: unpacked bytes; is_whole: False when reading stopped at first_bytes."""

    status: int
    headers: "CaseInsensitiveDict[str]"
    body: bytes
    is_whole: bool


@dataclass(frozen=True)
class Limits:
    """max_bytes: the most the unpacked body may have; first_bytes: enough for the caller, reading stops there, however long the rest."""

    max_bytes: int
    first_bytes: int | None = None


def read_body(response: requests.Response, limits: Limits, ends: float, watch: Any) -> PublicAnswer:
    """The whole answer. ends: when time is up, on the monotonic clock. Raises TooLarge and FetchFailed."""
    received = bytearray()
    for portion in read_portions(response, limits.max_bytes, ends, watch):
        received += portion
        if limits.first_bytes is not None and len(received) >= limits.first_bytes:
            return _answer(response, received[: limits.first_bytes], is_whole=False)
    return _answer(response, received, is_whole=True)


def read_portions(response: requests.Response, max_bytes: int, ends: float, watch: Any) -> Iterator[bytes]:
    """The unpacked answer, piece by piece. The arguments and what it raises as in read_body."""
    unpack, is_packed_whole = _unpacker(response.headers.get("Content-Encoding", ""))
    received = 0
    while True:
        packed = _portion(response, ends, watch)
        portion = unpack(packed, max_bytes + 1 - received)
        received += len(portion)
        yield portion
        if received > max_bytes:
            raise TooLarge(f"The answer is larger than {max_bytes / 1024 / 1024:.0f} MB.")
        if not packed:
            if received and not is_packed_whole():
                raise FetchFailed("The answer broke off.", Why.BROKE_OFF)
            return


def _portion(response: requests.Response, ends: float, watch: Any) -> bytes:
    """The next bytes as they came, b"" at the end."""
    try:
        packed: bytes = response.raw.read(PORTION, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        late = _is_late(watch, ends)
        raise FetchFailed(TOO_SLOW if late else "The answer broke off.", Why.SLOW if late else Why.BROKE_OFF) from None
    if _is_late(watch, ends):  # A connection that was cut looks like the end of the answer.
        raise FetchFailed(TOO_SLOW, Why.SLOW)
    return packed


def _is_late(watch: Any, ends: float) -> bool:
    return bool(watch.cut) or time.monotonic() > ends


def _answer(response: requests.Response, body: bytearray, *, is_whole: bool) -> PublicAnswer:
    return PublicAnswer(response.status_code, response.headers, bytes(body), is_whole)


def _unpacker(encoding: str) -> tuple[Unpack, Callable[[], bool]]:
    """(packed bytes, most) -> at most `most` unpacked bytes and a few: a small parcel with a gigabyte in it stays small here.

    With it: whether the parcel has come to its end.
    """
    kind = encoding.strip().lower()
    if kind in ("", "identity"):
        return lambda packed, most: packed, lambda: True
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed("The answer is packed in a way we did not ask for.", Why.DAMAGED)
    parcel = _Parcel()
    return parcel.unpack, lambda: parcel.is_whole


class _Parcel:
    """gzip, of which several may follow each other, or zlib."""

    def __init__(self) -> None:
        self._packer = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._ended = False

    @property
    def is_whole(self) -> bool:
        return self._packer.eof or self._ended

    def unpack(self, packed: bytes, most: int) -> bytes:
        """The next part. What follows the end and is no further parcel is left out. Raises FetchFailed."""
        received = b""
        while packed and len(received) < max(most, 1) and not self._ended:
            is_next, self._packer = self._packer.eof, zlib.decompressobj(zlib.MAX_WBITS | 32) if self._packer.eof else self._packer
            try:
                received += self._packer.decompress(packed, max(most, 1) - len(received))
            except zlib.error:
                if not is_next:
                    raise FetchFailed("The answer is damaged.", Why.DAMAGED) from None
                self._ended = True
            packed = self._packer.unused_data
        return received
