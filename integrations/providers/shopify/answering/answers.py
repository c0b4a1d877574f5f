"""What an answer of Shopify's means: its data, or one of the four errors in a merchant's words. Pure: the time comes in.

An answer with status 200 may be a refusal, and may hold data and errors at once: then it is incomplete, and none of it is used. Which
trouble it is says refusals.py; the words are in troubles/.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common.errors import RemoteError
from common.parsed_json import breaks_off, parse_json
from common.retry import http_date, retry_after_seconds
from integrations.providers.said import without_secrets
from integrations.providers.shopify.answering.refusals import (
    Refusal,
    kind_of_status,
    refusal_of,
    refusal_of_token,
    search_warnings,
)
from integrations.providers.shopify.answering.troubles import BY_KIND
from integrations.providers.shopify.costs import UNKNOWN_WAIT, Cost, read_cost
from integrations.providers.shopify.domains import moved_to
from integrations.providers.trouble import told

THROTTLE_SECONDS = 10.0  # 429 without Retry-After
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """proven: the shop has worked with these settings before; now: our clock; secrets: what no error may repeat."""

    proven: bool = False
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ShopifyAnswer:
    """data: of the question; cost: None where the answer tells none; version: of the API that has answered, "" where it does not say."""

    data: dict[str, Any]
    cost: Cost | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class NewToken:
    """seconds: how long it lives from now on; scopes: what the app may do."""

    token: str = field(repr=False)
    seconds: float
    scopes: str = ""


def read_answer(status: int, headers: Mapping[str, str], body: bytes, asked: Asked) -> ShopifyAnswer:
    """The answer to a question. Raises one of the four errors: kind is a code of troubles/, data["remedy"] says what to do, data["said"]
    holds Shopify's own words. "throttled" brings in retry_after how many seconds it takes until there are enough points.
    """
    lower = _lower(headers)
    parsed = _parsed(status, lower, body, asked)
    if status != 200:
        raise _refused_by_status(status, lower, parsed, asked)
    extensions, refusal = parsed.get("extensions"), refusal_of(parsed.get("errors"))
    cost = read_cost(extensions)
    if refusal is not None:
        raise _refused(refusal, cost, asked)
    data = parsed.get("data")
    if not isinstance(data, dict) or not data:
        raise error_of("empty", asked)
    if warnings := search_warnings(extensions):
        raise error_of("bad_filter", asked, said=warnings)
    return ShopifyAnswer(_with_safe_words(data, asked), cost, lower.get("x-shopify-api-version", ""))


def read_token(status: int, headers: Mapping[str, str], body: bytes, asked: Asked) -> NewToken:
    """The token in an answer of the token endpoint. Raises one of the four errors."""
    lower = _lower(headers)
    if status in _REDIRECTS:
        raise _redirected(lower, asked)
    if status != 200:
        refusal = refusal_of_token(status, _words_of(body))
        raise error_of(refusal.kind, asked, said=refusal.said, status=status, retry_after=_retry_after(refusal.kind, lower, asked))
    parsed = _parsed(status, lower, body, asked)
    token, seconds = parsed.get("access_token"), parsed.get("expires_in")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{8,500}", token):
        raise error_of("unreadable", asked)
    lives = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 3600.0
    return NewToken(token, lives, str(parsed.get("scope") or ""))


def error_of(kind: str, asked: Asked, **more: Any) -> RemoteError:
    """The error for a kind of trouble, with nothing secret in it. more: what `told` takes."""
    return told(BY_KIND[kind], asked.secrets, proven=asked.proven, **more)


def _with_safe_words(data: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """What Shopify objects to a change is shown to people as well: in userErrors, which are data."""
    for made in data.values():
        for objection in (made.get("userErrors") or ()) if isinstance(made, dict) else ():
            if isinstance(objection, dict) and objection.get("message"):
                objection["message"] = without_secrets(str(objection["message"]), asked.secrets)
    return data


def _refused(refusal: Refusal, cost: Cost | None, asked: Asked) -> RemoteError:
    kind, wait = refusal.kind, None
    if kind == "throttled":
        kind = "too_costly" if cost is not None and cost.can_never_be_paid else kind
        wait = UNKNOWN_WAIT if cost is None else max(cost.seconds_until(cost.requested), UNKNOWN_WAIT / 10)
    about = {"scopes": " and ".join(refusal.scopes)} if refusal.scopes else {}
    return error_of(
        kind, asked, said=f"{refusal.code}: {refusal.said}" if refusal.code else refusal.said, status=200, about=about,
        data={"code": without_secrets(refusal.code, asked.secrets), "scopes": list(refusal.scopes)},
        retry_after=wait if kind == "throttled" else None,
    )  # fmt: skip


def _refused_by_status(status: int, headers: dict[str, str], parsed: dict[str, Any], asked: Asked) -> RemoteError:
    kind = kind_of_status(status)
    found = refusal_of(parsed.get("errors")) or Refusal(kind, said=str(parsed.get("error") or parsed.get("message") or ""))
    if kind == "forbidden" and found.kind == "missing_scope":
        return _refused(found, None, asked)
    if kind == "unexpected" and found.kind == "bad_query":
        kind = found.kind
    return error_of(kind, asked, said=found.said, status=status, retry_after=_retry_after(kind, headers, asked))


def _redirected(headers: dict[str, str], asked: Asked) -> RemoteError:
    address = moved_to(headers.get("location", ""))
    if not address or without_secrets(address, asked.secrets) != address:
        return error_of("redirected", asked)
    return error_of("shop_moved", asked, about={"address": address}, data={"address": address})


def _parsed(status: int, headers: dict[str, str], body: bytes, asked: Asked) -> dict[str, Any]:
    """The JSON object in a body. Raises for anything else, by its status and its looks."""
    if status in _REDIRECTS:
        raise _redirected(headers, asked)
    try:
        parsed = parse_json(body)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    if status != 200:
        kind = kind_of_status(status)
        raise error_of(kind, asked, status=status, said=_title_of(body), retry_after=_retry_after(kind, headers, asked))
    is_page = body.lstrip()[:1] == b"<" or "html" in headers.get("content-type", "")
    kind = "html" if is_page else "empty" if not body.strip() else "truncated" if breaks_off(body) else "unreadable"
    raise error_of(kind, asked, status=status, said=_title_of(body) if is_page else "")


def _retry_after(kind: str, headers: dict[str, str], asked: Asked) -> float | None:
    """Seconds for which Shopify wants to be left alone."""
    if kind not in ("throttled", "overloaded", "security"):
        return None
    written = headers.get("retry-after", "").partition(".")[0]  # Shopify writes 2.0
    asked_for = retry_after_seconds(written, http_date(headers.get("date", "")) or asked.now) if written else None
    return THROTTLE_SECONDS if asked_for is None and kind == "throttled" else asked_for


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _words_of(body: bytes) -> str:
    """A page's text without tags, scripts and styles."""
    text = re.sub(r"(?is)<(script|style)\b.{0,20000}?</\1\s*>", " ", body[:_PAGE].decode("utf-8", "replace"))
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def _title_of(body: bytes) -> str:
    found = re.search(r"(?is)<title[^>]{0,200}>(.{0,300}?)</title", body[:_PAGE].decode("utf-8", "replace"))
    return " ".join(html.unescape(found[1]).split())[:80] if found else ""
