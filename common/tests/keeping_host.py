"""A web server on this machine, with or without TLS, that answers as a test tells it; it keeps connections open and counts them."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import orjson
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from common.tests.listening import listening


@dataclass
class Asked:
    """One request. query: decoded; headers: lower-case names; body: as long as its Content-Length says."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: str
    body: bytes = b""


@dataclass
class Said:
    """body: bytes, or anything that becomes JSON; talk: does the whole talking instead."""

    status: int = 200
    body: object = b""
    headers: dict[str, str] = field(default_factory=dict)
    talk: Callable[[socket.socket], None] | None = None


class KeepingHost:
    """answer: what it does with a request; asked: every request so far; connections: how many were opened."""

    def __init__(self, scheme: str) -> None:
        self.port = 0
        self.scheme = scheme
        self.answer: Callable[[Asked], Said] = lambda asked: Said(404)
        self.asked: list[Asked] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [one.path for one in self.asked]


@contextmanager
def keeping(context: ssl.SSLContext | None = None) -> Iterator[KeepingHost]:
    """The server, until the end of the block."""
    host = KeepingHost("https" if context else "http")
    with listening(lambda peer: _serve(peer, host, context)) as host.port:
        yield host


def _serve(peer: socket.socket, host: KeepingHost, context: ssl.SSLContext | None) -> None:
    host.connections += 1
    with suppress(OSError):
        peer.settimeout(10)
        if context:
            peer = context.wrap_socket(peer, server_side=True)
        with peer:
            while _one(peer, host):
                pass


def _one(peer: socket.socket, host: KeepingHost) -> bool:
    """One request of a connection; False when it is to end."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = peer.recv(65536)
        if not more or more[:1] == b"\x16":  # The end, or a TLS greeting where none is understood.
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" if more else b"")
            return False
        head += more
    head, _, body = head.partition(b"\r\n\r\n")
    asked = _parsed(head.decode("latin-1"))
    while len(body) < int(asked.headers.get("content-length", 0)):
        body += peer.recv(65536)
    asked.body = body
    host.asked.append(asked)
    said = host.answer(asked)
    if said.talk:
        said.talk(peer)
        return False
    body = said.body if isinstance(said.body, bytes) else orjson.dumps(said.body)
    headers = {"Content-Type": "application/json; charset=UTF-8", "Content-Length": str(len(body)), **said.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    peer.sendall(f"HTTP/1.1 {said.status} Said\r\n{lines}\r\n".encode() + body)
    return headers.get("Connection", "") != "close"


def _parsed(head: str) -> Asked:
    first, *lines = head.split("\r\n")
    target = first.split(" ")[1]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    parts = urlsplit(target)
    return Asked(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, head)


def certificate(folder: Path, *, name: str = "127.0.0.1", days: int = 2) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context with a certificate that it signed itself, and the file by which a client may trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.IPAddress(ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    paper = folder / f"{name}-{days}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paper.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper)
    return context, str(paper)
