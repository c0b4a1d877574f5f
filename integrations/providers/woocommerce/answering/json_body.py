"""From the bytes of an answer to parsed JSON, forgiving what does no harm (BOM, notices around a whole answer), nothing else. Pure."""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from dataclasses import dataclass
from typing import Any

import orjson

from common.parsed_json import breaks_off, parse_json

_BOMS = (
    (BOM_UTF8, "utf-8"), (BOM_UTF32_LE, "utf-32-le"), (BOM_UTF32_BE, "utf-32-be"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")
)  # fmt: skip
_START = re.compile(rb"(?:^|[\n>\]};])(?:\s|\xef\xbb\xbf){0,9}(?=[\[{])")
_AFTER = re.compile(rb"\s*(<[^\[{]*)?")
_CHARSET = re.compile(r"(utf|iso|windows|cp|latin|koi8|gb|big5|euc|shift)[a-z0-9_-]{0,20}")  # Python knows others, which are no such thing.
MOST_STARTS = 20  # Places in a notice that may be where the answer begins.
LONGEST_NOTICE = 64 * 1024
# Values in one answer. A page of products has some ten thousand; empty ones are two bytes on the way and sixty-four in memory.
MOST_VALUES = 500_000


class Unreadable(Exception):
    """kind: the code of troubles/ that says why."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Parsed:
    """data: list or dict; had_notice: something stood before or behind it."""

    data: Any
    had_notice: bool = False


def parse_body(body: bytes, charset: str = "") -> Parsed:
    """The JSON in a body. charset: as the Content-Type names it. Raises Unreadable."""
    body = _as_utf8(body, charset).lstrip(BOM_UTF8 + b" \t\r\n").rstrip()  # Each PHP file that was saved with a BOM prints one.
    if not body:
        raise Unreadable("empty")
    if sum(map(body.count, (b"[", b"{", b","))) > MOST_VALUES:
        raise Unreadable("too_large")
    data = _parsed(body)
    if isinstance(data, (list, dict)):
        return Parsed(data)
    if data is not None or body in (b"null", b"true", b"false"):
        raise Unreadable("unreadable")
    return Parsed(_inside(body), had_notice=True)


def looks_like_html(body: bytes) -> bool:
    """True for a web page."""
    start = body[:2000].lstrip(BOM_UTF8 + b" \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<head", b"<body")) or b"<html" in start


def _parsed(body: bytes) -> Any:
    """None where it is not JSON, or JSON that nobody could store."""
    try:
        data = parse_json(body)
        orjson.dumps(data)  # Nested so deeply that it could be read but not written.
    except (ValueError, TypeError):
        return _with_odd_numbers(body)
    return data


def _with_odd_numbers(body: bytes) -> Any:
    """NaN and Infinity are no JSON but some plugins write them; they become texts, so that only the value they stand for is in doubt."""
    if b"NaN" not in body and b"Infinity" not in body:
        return None
    try:
        data = json.loads(body, parse_constant=str)
        return orjson.loads(orjson.dumps(data))
    except (ValueError, TypeError, RecursionError):
        return None


def _inside(body: bytes) -> Any:
    """The whole answer between what a plugin printed before and a cache behind it. Raises Unreadable.

    It reaches to the very last bracket, so that no part of an answer is ever taken for all of it.
    """
    if looks_like_html(body):
        raise Unreadable("html")
    end = max(body.rfind(b"]"), body.rfind(b"}")) + 1
    starts = [found.end() for found in _START.finditer(body, 0, LONGEST_NOTICE)][:MOST_STARTS]
    if _AFTER.fullmatch(body, end):
        for start in starts:
            data = _parsed(body[start:end])
            if isinstance(data, (list, dict)):
                return data
    if body[:1] in b"[{":
        raise Unreadable("truncated" if breaks_off(body) else "unreadable")
    raise Unreadable("html_before_json" if starts else "unreadable")


def _as_utf8(body: bytes, charset: str) -> bytes:
    for mark, name in _BOMS:
        if body.startswith(mark):
            body, charset = body[len(mark) :], name
            break
    name = charset.strip().strip("\"'").lower()
    try:
        if name in ("", "utf-8", "utf8", "us-ascii", "ascii"):
            body.decode("utf-8")
            return body
        return body.decode(name if _CHARSET.fullmatch(name) else "unknown").encode()
    except (UnicodeError, LookupError) as error:
        cut = isinstance(error, UnicodeDecodeError) and error.end >= len(body) and error.reason == "unexpected end of data"
        raise Unreadable("truncated" if cut else "wrong_charset") from None
