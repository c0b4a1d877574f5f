"""HTML that comes where JSON was expected: WordPress's error pages, a firewall's, a gateway's, and the shop's own home page."""

from html import escape

from sandbox.shops.messages import ShopAnswer
from sandbox.shops.woocommerce.answering import HTML_TYPE, NO_CACHE, answer_html


def _page(title: str, body: str, head: str = "") -> str:
    return f'<!DOCTYPE html>\n<html lang="en-US">\n<head>{head}<title>{title}</title></head>\n<body>{body}</body>\n</html>\n'


def home_page(title: str) -> str:
    """The shop's home page for anything that is no browser."""
    return _page(escape(title), f"<h1>{escape(title)}</h1>", '<meta charset="UTF-8">')


def error_page(title: str, text: str) -> str:
    """What WordPress shows where it cannot go on."""
    return _page(title, f'<div id="error-page" class="wp-die-message">{text}</div>')


def fatal() -> ShopAnswer:
    """A plugin has broken PHP."""
    page = error_page("WordPress &rsaquo; Error", "<p>There has been a critical error on this website.</p>")
    return answer_html(page, 500, **NO_CACHE)


def database_down() -> ShopAnswer:
    """No database."""
    return answer_html(error_page("Database Error", "<h1>Error establishing a database connection</h1>"), 500, **NO_CACHE)


def maintenance(seconds: float | None) -> ShopAnswer:
    """An update is running."""
    page = error_page("Maintenance", "Briefly unavailable for scheduled maintenance. Check back in a minute.")
    return answer_html(page, 503, **{"Retry-After": f"{seconds or 600:.0f}"}, **NO_CACHE)


def gateway_timeout() -> ShopAnswer:
    """The web server in front of PHP has lost patience."""
    page = _page("504 Gateway Time-out", "<center><h1>504 Gateway Time-out</h1></center>")
    return ShopAnswer(504, {"Content-Type": "text/html", "Server": "nginx"}, page.encode())


def firewall() -> ShopAnswer:
    """A security plugin or the host does not like the caller."""
    page = _page("403 Forbidden", "<h1>Forbidden</h1><p>Access to this site has been limited by its owner.</p>")
    return ShopAnswer(403, {"Content-Type": "text/html; charset=iso-8859-1", "Server": "Apache"}, page.encode())


def challenge() -> ShopAnswer:
    """A page that only a browser can pass."""
    page = _page("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>")
    headers = {"Content-Type": HTML_TYPE, "Server": "cloudflare", "CF-RAY": "8f0000000000abcd-FRA", "cf-mitigated": "challenge"}
    return ShopAnswer(403, headers, page.encode())


def notice(path: str) -> bytes:
    """What PHP prints in front of an answer."""
    where = f"<b>/home/shop/public_html{path}</b> on line <b>12</b>"
    return f"<br />\n<b>Warning</b>:  Undefined variable $x in {where}<br />\n".encode()
