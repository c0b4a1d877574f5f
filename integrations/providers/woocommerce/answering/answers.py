"""What an answer of a shop means: parsed JSON, or one of the four errors in a merchant's words. Pure: the time comes in.

Which trouble it is say refusals.py (for JSON) and pages.py (for anything else); the words are in troubles/.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from common.errors import RemoteError
from common.retry import http_date, retry_after_seconds
from integrations.providers.said import without_secrets
from integrations.providers.trouble import told
from integrations.providers.woocommerce.addresses import address_to_type, is_login, joined, only_a_slash_more, store_address
from integrations.providers.woocommerce.answering import pages
from integrations.providers.woocommerce.answering.echoes import without_our_key
from integrations.providers.woocommerce.answering.json_body import Parsed, Unreadable, looks_like_html, parse_body
from integrations.providers.woocommerce.answering.refusals import kind_of_refusal
from integrations.providers.woocommerce.answering.words import trouble

CLOCK_SECONDS = 14 * 60  # WooCommerce allows 15 minutes.
THROTTLE_SECONDS = 60.0  # 429 without Retry-After.
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LISTS = re.compile(
    r"products|variations|products/\d+/variations|products/(categories|tags|brands|attributes)|products/attributes/\d+/terms|settings/\w+"
    r"|webhooks|orders"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked. url: without query; path: below wc/v3, "" for other addresses; way: how it was signed; proven: has worked before.

    now: our clock; secrets: what no error may repeat; writes: something was to be changed in the shop.
    """

    url: str
    path: str = ""
    way: str = ""
    proven: bool = False
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    writes: bool = False


@dataclass(frozen=True, slots=True)
class WooAnswer:
    """data: list or dict; total, pages: X-WP-Total and X-WP-TotalPages, None where the shop does not say; headers: lower-case names.

    had_notice: a plugin printed something around the (whole) answer.
    """

    data: Any
    total: int | None = None
    pages: int | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    had_notice: bool = False


def read_answer(status: int, headers: Mapping[str, str], body: bytes, asked: Asked) -> WooAnswer:
    """The answer's data. Raises one of the four errors.

    kind is a code of troubles/, data["remedy"] says what to do, data["said"] holds the shop's own words where there are any.
    """
    lower = {str(name).lower(): str(value) for name, value in headers.items()}
    if status in _REDIRECTS:
        raise _redirected(lower.get("location", ""), asked)
    try:
        parsed = parse_body(body, _charset(lower))
    except Unreadable as found:
        raise _unreadable(status, lower, body, asked, found.kind) from None
    refusal = _refusal(status, parsed.data)
    if refusal is not None:
        raise _refused(refusal, lower, parsed.data, asked)
    data = _of_the_right_kind(parsed, asked, lower)
    if any(secret and secret.encode() in body for secret in asked.secrets):
        data = without_our_key(data, asked.secrets)
    return WooAnswer(data, _number(lower, "x-wp-total"), _number(lower, "x-wp-totalpages"), _harmless(lower), parsed.had_notice)


def error_of(kind: str, asked: Asked, **more: Any) -> RemoteError:
    """The error for a kind of trouble, with nothing secret in it. more: what `told` takes."""
    return told(trouble(kind), asked.secrets, proven=asked.proven, **more)


def _redirected(location: str, asked: Asked) -> RemoteError:
    target = joined(asked.url, location) if location else ""
    if not target:
        return error_of("html", asked)
    if is_login(target):
        return error_of("login_wall", asked)
    if only_a_slash_more(asked.url, target):
        return error_of("plain_permalinks", asked)  # As WordPress does with addresses that mean nothing to it.
    address = without_secrets(address_to_type(target), asked.secrets)
    if address == store_address(asked.url):
        return error_of("html", asked)  # To a page of the same shop.
    return error_of("redirect_elsewhere", asked, about={"address": address}, data={"address": address})


def _unreadable(status: int, headers: dict[str, str], body: bytes, asked: Asked, kind: str) -> RemoteError:
    """Something that is no JSON: by its status and its looks."""
    if status < 300:
        is_page = looks_like_html(body) or (kind == "unreadable" and "html" in headers.get("content-type", ""))
        if not is_page:
            return error_of("php_error" if pages.is_fatal(body) else kind, asked, status=status)
    found = pages.kind_of_page(status, headers, body)
    return error_of(found, asked, status=status, said=pages.title_of(body), retry_after=_retry_after(found, headers, asked))


def _refusal(status: int, data: Any) -> int | None:
    """The status of a refusal; some hosts and caches turn every status into 200, but WordPress also writes it into the body."""
    if status >= 300:
        return status
    if isinstance(data, dict) and isinstance(data.get("code"), str) and isinstance(data.get("message"), str):
        inner = data.get("data")
        said = inner.get("status") if isinstance(inner, dict) else None
        return said if isinstance(said, int) and 300 <= said < 600 else None
    return None


def _refused(status: int, headers: dict[str, str], data: Any, asked: Asked) -> RemoteError:
    code, message, fields = _of_woocommerce(data)
    difference = abs(clock_difference(headers, asked))
    clock_is_off = asked.way.startswith("oauth") and difference > CLOCK_SECONDS
    kind = kind_of_refusal(status, code, message, path=asked.path, clock_is_off=clock_is_off, writes=asked.writes)
    minutes = round(difference / 60) if clock_is_off else "more than 15"
    more = {"fields": [without_secrets(name, asked.secrets) for name in fields]} if fields else {}
    return error_of(
        kind, asked, status=status, said=f"{code}: {message}" if code else message, about={"minutes": minutes},
        data={"code": without_secrets(code, asked.secrets), **more}, retry_after=_retry_after(kind, headers, asked),
    )  # fmt: skip


def _of_woocommerce(data: Any) -> tuple[str, str, list[str]]:
    """Code, message and the names of refused parameters."""
    if not isinstance(data, dict):
        return "", "", []
    inner = data.get("data")
    params = inner.get("params") if isinstance(inner, dict) else None
    fields = [str(name) for name in params][:20] if isinstance(params, (dict, list)) else []
    return str(data.get("code") or ""), str(data.get("message") or ""), fields


def clock_difference(headers: dict[str, str], asked: Asked) -> float:
    """Seconds by which the shop's clock is ahead of ours, as far as its Date header tells."""
    theirs = http_date(headers.get("date", ""))
    return (theirs - asked.now).total_seconds() if theirs else 0.0


def _retry_after(kind: str, headers: dict[str, str], asked: Asked) -> float | None:
    """Seconds the shop wants to be left alone."""
    if kind not in ("throttled", "maintenance", "overloaded", "firewall", "challenge"):
        return None
    written = headers.get("retry-after", "")
    asked_for = retry_after_seconds(written, http_date(headers.get("date", "")) or asked.now) if written else None
    return THROTTLE_SECONDS if asked_for is None and kind == "throttled" else asked_for


def _of_the_right_kind(parsed: Parsed, asked: Asked, headers: dict[str, str]) -> Any:
    """A list where a list was asked for. PHP writes a list with holes (a filter took something out) as an object with numbers for names."""
    data = parsed.data
    if asked.writes or not (_LISTS.fullmatch(asked.path) or "x-wp-total" in headers) or isinstance(data, list):
        return data
    if data and all(name.isascii() and name.isdigit() for name in data):
        return list(data.values())
    raise error_of("unreadable", asked)


def _number(headers: dict[str, str], name: str) -> int | None:
    written = headers.get(name, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 12 else None


def _charset(headers: dict[str, str]) -> str:
    found = re.search(r"charset=([^;,\s]+)", headers.get("content-type", ""))
    return found[1] if found else ""


def _harmless(headers: dict[str, str]) -> dict[str, str]:
    """Link repeats the address with the key in it; cookies are the shop's own business."""
    return {name: value for name, value in headers.items() if name not in ("link", "set-cookie", "location")}

