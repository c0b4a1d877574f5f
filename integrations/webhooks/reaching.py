"""Where a shop delivers to, and whether that can work. Pure."""

from ipaddress import ip_address
from urllib.parse import urlsplit

NO_HTTPS = (
    "This installation has no public https address ({address}), so shops cannot reach it. Set PUBLIC_BASE_URL to the https address under "
    "which it is reached from the internet."
)


def path_to(provider: str, connection_pk: int) -> str:
    """The path of a connection's deliveries; by it we know hooks of ours."""
    return f"/webhooks/{provider}/{connection_pk}"


def why_not(base_url: str, *, shop_url: str) -> str:
    """Why a shop cannot deliver to an address below base_url, in words; "" when it can. shop_url: where the shop itself is: one on this
    machine (a stand-in) reaches us on this machine."""
    host = _host(base_url)
    if _is_this_machine(host):
        return "" if _is_this_machine(_host(shop_url)) else NO_HTTPS.format(address=base_url)
    return "" if base_url.startswith("https://") and not _is_private(host) else NO_HTTPS.format(address=base_url)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _is_private(host: str) -> bool:
    """Names without a dot, and addresses of one's own network, mean nothing to a shop."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan"))
