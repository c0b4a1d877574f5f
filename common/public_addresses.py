"""Which addresses that people give us may be fetched: pure judgement, no socket and no look-up. outbound_guard.py obeys it.

A shop owner types addresses of pictures and shops; the server must not become their door to our own network, to this machine or to a
cloud's metadata service. Judged are the address as written (this module: parse_target) and each IP address that its name has
(may_connect).
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

USUAL_PORTS = {"http": 80, "https": 443}
ALLOWED_PORTS = frozenset({80, 443, 8080, 8443})
LONGEST_ADDRESS = 2_000
NOT_PUBLIC = "The address does not lead to the public internet, so it is not opened."

# Everything that is somebody's own network, or has a meaning of its own (IANA special-purpose registries; 168.63.129.16 is Azure's host).
_RESERVED_V4 = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
        "240.0.0.0/4",
    )
]  # fmt: skip
# IPv6 the other way round: the one block that is handed out, less what tunnels (Teredo, 6to4), benchmarks and documents take of it.
_GLOBAL_V6 = IPv6Network("2000::/3")
_RESERVED_V6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")
# What ALLOW_PRIVATE_STORE_URLS opens: a network of one's own and this machine; never link-local addresses, where metadata services live.
_OWN = [
    ip_network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "::1/128")
]  # fmt: skip


class AddressRefused(Exception):
    """The address must not be opened; the text says why, in words for whoever typed it, and names no internal address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed address. host: ASCII, lower case, without brackets; url: written anew from the parts, so that nobody reads it otherwise."""

    scheme: str
    host: str
    port: int
    url: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Credentials may be sent to one origin only."""
        return self.scheme, self.host, self.port


def parse_target(url: str, *, schemes: tuple[str, ...] = ("https",), any_port: bool = False) -> Target:
    """The address in its parts. Raises AddressRefused."""
    if len(url) > LONGEST_ADDRESS or re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressRefused("The address contains blanks or signs that no address has, or is too long.")
    try:
        parts = urlsplit(url)
        port, written = parts.port, parts.hostname or ""
    except ValueError:
        raise AddressRefused("This is no complete web address.") from None
    if parts.scheme.lower() not in schemes:
        raise AddressRefused(f"The address must begin with {' or '.join(f'{name}://' for name in schemes)}.")
    if "@" in parts.netloc:
        raise AddressRefused("The address must not contain a user name or password.")
    host = _plain_host(written)
    scheme = parts.scheme.lower()
    port = USUAL_PORTS[scheme] if port is None else port
    if port not in ALLOWED_PORTS and not any_port:
        raise AddressRefused(f"Port {port} is not a web server's usual one. Use {', '.join(str(one) for one in sorted(ALLOWED_PORTS))}.")
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == USUAL_PORTS[scheme] else f"{shown}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return Target(scheme, host, port, f"{scheme}://{netloc}{parts.path or '/'}{query}")


def _plain_host(written: str) -> str:
    """Refuses numbers that only a lenient reader takes for an IP address (2130706433, 0x7f.1, 0177.0.0.1), zones and empty labels."""
    if not written or "%" in written:
        raise AddressRefused("This is no complete web address.")
    if ":" in written:
        try:
            return str(IPv6Address(written))
        except ValueError:
            raise AddressRefused("This is no complete web address.") from None
    try:
        host = written.rstrip(".").encode("idna").decode("ascii").lower()  # Also maps full-width and circled digits and dots.
    except UnicodeError:
        raise AddressRefused("The name in the address is not a valid one.") from None
    if re.fullmatch(r"(0x[0-9a-f]*|\d+)", host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise AddressRefused("Write the server's name, or its number in the usual form (four numbers with dots).") from None
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", host) or len(host) > 253:
        raise AddressRefused("The name in the address is not a valid one.")
    return host


def may_connect(address: str, *, own_network: bool = False) -> bool:
    """True for an IP address on the public internet; own_network: also for private ones and this machine (never link-local)."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        embedded = found.ipv4_mapped or (IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        if embedded is not None:
            return may_connect(str(embedded), own_network=own_network)
    if own_network and any(found in network for network in _OWN):
        return True
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _RESERVED_V4)
    return found in _GLOBAL_V6 and not any(found in network for network in _RESERVED_V6)
