"""The `.env` file: written once with fresh secrets, then only read. What each variable means: docs/configuration.md."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from supervisor.errors import Refusal

DEFAULT_PORT = 8000
DEFAULT_SANDBOX_PORT = 8001

ASSIGNMENT = re.compile(r"""^\s*(?:export\s+)?(?P<name>\w+)\s*=\s*(?:(?P<mark>["'])(?P<quoted>.*)(?P=mark)|(?P<plain>.*?))\s*(?:\s#.*)?$""")

TEMPLATE = """\
# Written once by `make up` for this machine. Never overwritten, never committed. Every variable: docs/configuration.md
DEBUG=true
SECRET_KEY={secret_key}
ENCRYPTION_SECRET={encryption_secret}
METRICS_TOKEN={metrics_token}
META_WEBHOOK_VERIFY_TOKEN={verify_token}
DEMO_ADMIN_PASSWORD={admin_password}
PORT={port}
SANDBOX_PORT={sandbox_port}
# The stand-in for Meta that `make up` starts. Remove this line to talk to the real Graph API.
META_GRAPH_BASE_URL=http://127.0.0.1:{sandbox_port}
# The demo shop is on this machine, too. Remove this line where people you do not know may connect shops.
ALLOW_PRIVATE_STORE_URLS=true
# The stand-in for Shopify. Remove this line to read real Shopify shops.
SHOPIFY_BASE_URL=http://127.0.0.1:{sandbox_port}/shopify/{{domain}}
"""


def write_once(path: Path, environ: Mapping[str, str]) -> bool:
    """Creates `.env` with generated secrets, readable by its owner only. True when it was written, False when one was there."""
    if path.exists():
        return False
    text = TEMPLATE.format(
        secret_key=secrets.token_urlsafe(48),
        encryption_secret=secrets.token_urlsafe(48),
        metrics_token=secrets.token_urlsafe(32),
        verify_token=secrets.token_urlsafe(32),
        admin_password=secrets.token_urlsafe(12),
        port=environ.get("PORT") or DEFAULT_PORT,
        sandbox_port=environ.get("SANDBOX_PORT") or DEFAULT_SANDBOX_PORT,
    )
    # Complete under another name first: a kill in between must not leave half a file that is then kept for ever.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    return True


def read(path: Path) -> dict[str, str]:
    """The variables of a `.env` file; an absent file has none. Understands comments, `export` and simple quotes."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {match["name"]: match["quoted"] or match["plain"] or "" for line in lines if (match := ASSIGNMENT.match(line))}


def merged(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """`.env` below the environment, as settings.py sees them. An empty variable counts as absent."""
    return {**read(path), **{name: value for name, value in environ.items() if value}}


def port_from(values: Mapping[str, str], name: str, default: int) -> int:
    """A port number. Raises Refusal naming the variable when it is no number between 1 and 65535."""
    text = values.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refusal(f"{name} is {text!r}, which is no port. Set {name} to a number from 1024 to 65535 in .env or in the environment.")
    return int(text)
