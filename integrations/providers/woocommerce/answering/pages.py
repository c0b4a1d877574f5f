"""Which trouble a web page means that came where JSON should be. Pure. By marks that WordPress and the protections put into their pages."""

import html
import re
from collections.abc import Mapping

LOOKED_AT = 64 * 1024  # Bytes of a page; what we look for stands at its top, or the page is short.
_CHALLENGE = re.compile(
    r"(?i)cf-chl|challenge-platform|just a moment\.\.\.|sgcaptcha|sucuri_cloudproxy|one moment, please|imunify360|"
    r"verify you are (a )?human|are you a robot|g-recaptcha|h-captcha|ddos-guard|checking your browser"
)
_FIREWALL = re.compile(
    r"(?i)wordfence|sucuri website firewall|mod_?security|attention required|access denied|request (was )?(blocked|rejected)|"
    r"you have been blocked|not acceptable|web application firewall|incapsula|sorry, you have been blocked"
)
_SUSPENDED = re.compile(r"(?i)account (has been )?suspended|suspendedpage\.cgi|bandwidth limit exceeded|hosting.{0,40}(expired|suspended)")
_MAINTENANCE = re.compile(r"(?i)briefly unavailable for scheduled maintenance")
_DATABASE = re.compile(r"(?i)error establishing a database connection")
_PHP = re.compile(
    r"(?i)there has been a critical error on (this|your) website|<b>(fatal|parse) error</b>|php (fatal|parse) error|allowed memory size of"
)
_PLAIN_LINKS = re.compile(r"""(?i)["'][^"']*\?(feed=(comments-)?rss2|rest_route=)""")
_HTTPS_PORT = re.compile(r"(?i)plain http request was sent to https port|speaking plain http to an ssl-enabled server port")
_WORDPRESS = re.compile(r"(?i)/wp-(content|includes|json)/|wp-die-message|name=[\"']generator[\"'] content=[\"']WordPress")
_BY_MARK = (
    ("https_needed", _HTTPS_PORT), ("maintenance", _MAINTENANCE), ("database_down", _DATABASE), ("php_error", _PHP),
    ("challenge", _CHALLENGE), ("suspended", _SUSPENDED),
)  # fmt: skip
_BY_STATUS = {
    401: "site_password", 402: "suspended", 403: "firewall", 406: "firewall", 408: "timeout", 413: "too_long", 414: "too_long",
    418: "firewall", 431: "too_long", 451: "firewall", 501: "firewall", 504: "timeout", 522: "timeout", 524: "timeout",
    500: "php_error",
}  # fmt: skip


def text_of(body: bytes) -> str:
    """The top of a page as text, whatever its character set."""
    return body[:LOOKED_AT].decode("utf-8", "replace")


def kind_of_page(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """The code of troubles/ for a page (or a text, or nothing) with this status. headers: lower-case names."""
    text = text_of(body)
    if "challenge" in (headers.get("cf-mitigated", ""), headers.get("sg-captcha", "")) or (status == 202 and "sgcaptcha" in text):
        return "challenge"
    if status == 429:
        return "throttled"
    found = next((kind for kind, mark in _BY_MARK if mark.search(text)), "")
    if found:
        return found
    if status < 300:
        return _kind_of_success(text)
    if status == 404:
        return "plain_permalinks" if _PLAIN_LINKS.search(text) else "html"
    if status == 503 and _FIREWALL.search(text):
        return "firewall"
    return _BY_STATUS.get(status) or ("overloaded" if status >= 500 else "firewall" if _FIREWALL.search(text) else "unexpected")


def _kind_of_success(text: str) -> str:
    if _PLAIN_LINKS.search(text):
        return "plain_permalinks"
    return "firewall" if _FIREWALL.search(text) and not is_wordpress(text) else "html"


def is_fatal(body: bytes) -> bool:
    """True where PHP broke off with an error and said so."""
    return bool(_PHP.search(body[:4000].decode("utf-8", "replace")))


def is_wordpress(text: str) -> bool:
    """True when a page comes from WordPress."""
    return bool(_WORDPRESS.search(text))


def title_of(body: bytes) -> str:
    """The title of a page, as it says it, at most 80 characters."""
    found = re.search(r"(?is)<title[^>]{0,200}>(.{0,300}?)</title", text_of(body))
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", found[1])).split())[:80] if found else ""
