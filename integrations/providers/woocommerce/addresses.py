"""What people type as a shop's address, and what a redirect says of where the shop lives. Pure."""

import re
from urllib.parse import unquote, urljoin, urlsplit

# Where an address stops being the shop's and begins to be a page of it.
_INSIDE = re.compile(r"(?i)/(wp-json|wp-admin|wp-content|wp-includes|wp-login\.php|index\.php|xmlrpc\.php|wc-api)(?=/|$).*|/wc/v\d.*")
_LOGIN = re.compile(r"(?i)wp-login\.php|/(login|log-in|signin|sign-in|my-account|coming-soon|maintenance|password)(/|$)")


def store_address(typed: str) -> str:
    """The shop's address in what somebody has typed or copied: without pages, query and final slash, with https where no scheme is given.

    Does not judge: what is no address at all comes back more or less as it was.
    """
    text = typed.strip()
    if not re.match(r"(?i)https?://", text):
        text = f"https://{text.lstrip('/')}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    path = _INSIDE.sub("", re.sub(r"/{2,}", "/", parts.path))
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{path.rstrip('/')}"


def without_scheme(typed: str) -> bool:
    """True when nothing was said about http or https."""
    return not re.match(r"(?i)https?://", typed.strip())


def origin(url: str) -> str:
    """Scheme, host and port; "" for what has none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme and parts.netloc else ""


def under_another_name(url: str, scheme: str, home: str) -> str:
    """The address with the scheme given and the host (and port) of `home`."""
    return f"{scheme}://{home.partition('://')[2].partition('/')[0]}{url[len(origin(url)) :]}"


def without_usual_port(url: str) -> str:
    """As a shop mostly writes itself."""
    return re.sub(r"^(http://[^/]+?):80(?=/|$)|^(https://[^/]+?):443(?=/|$)", r"\1\2", url)


def host(url: str) -> str:
    """The name alone."""
    return (urlsplit(url).hostname or "").lower()


def is_this_machine(url: str) -> bool:
    """True for a shop that nothing lies between."""
    return host(url) in ("localhost", "::1") or host(url).startswith("127.")


def path_of(url: str) -> str:
    """The path without final slash."""
    return urlsplit(url).path.rstrip("/")


def joined(asked: str, location: str) -> str:
    """The whole address of a link or redirect found at `asked`; "" for what is none."""
    try:
        target = urljoin(asked, location.strip())
        parts = urlsplit(target)
        return target if parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc else ""
    except ValueError:
        return ""


def address_to_type(target: str) -> str:
    """The shop's address in the (whole) address that a redirect leads to. Never with a query."""
    parts = urlsplit(target)
    return store_address(f"{parts.scheme}://{parts.netloc}{parts.path}")


def is_login(target: str) -> bool:
    """True when a redirect leads to a page for people."""
    return bool(_LOGIN.search(unquote(urlsplit(target).path)))


def only_a_slash_more(asked: str, target: str) -> bool:
    """True when a redirect leads to the same address with a slash behind it."""
    return bool(target) and origin(target) == origin(asked) and urlsplit(target).path == f"{urlsplit(asked).path}/"


def api_link(headers_link: str, page: str = "") -> str:
    """The address of the API that WordPress announces in its Link header, or in the head of a page; "" without."""
    for part in re.split(r",(?=\s*<)", headers_link):
        found = re.match(r"""\s*<([^>]*)>\s*;.*\brel=["']?https://api\.w\.org/""", part)
        if found:
            return found[1].strip()
    for tag in re.findall(r"(?i)<link\b[^>]{0,1000}>", page):
        if "https://api.w.org/" in tag:
            found = re.search(r"""(?i)\bhref=["']([^"']+)""", tag)
            return found[1].replace("&#038;", "&").replace("&amp;", "&") if found else ""
    return ""
