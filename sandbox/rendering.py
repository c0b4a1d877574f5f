"""Templates and static files of the pages for people. Plain templates, everything escaped; nothing is loaded from anywhere else."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.serving import Page

HTML, JSON = "text/html; charset=utf-8", "application/json"
_HERE = Path(__file__).resolve().parent
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def html_page(template: str, context: dict[str, Any], pictures_from: str = "") -> Page:
    """A whole page; pictures may also come from the origin `pictures_from`."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' {pictures_from}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Page(200, HTML, render(template, context).encode(), headers)


def static_file(name: str) -> Page:
    """A script, a style or the icon; 404 for anything else."""
    path = _HERE / "static" / Path(name).name
    if path.suffix not in _TYPES or not path.is_file():
        return Page(404, "text/plain; charset=utf-8", b"not found")
    return Page(200, _TYPES[path.suffix], path.read_bytes(), {"X-Content-Type-Options": "nosniff"})


def admin_origin() -> str:
    """Where the project itself answers, for example "http://127.0.0.1:8000"."""
    from django.conf import settings

    parts = urlsplit(settings.PUBLIC_BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def render(name: str, context: dict[str, Any]) -> str:
    """One template as text."""
    from django.template import Context

    return _engine().get_template(name).render(Context(context))


@lru_cache(maxsize=1)
def _engine() -> Any:
    from django.template import Engine

    return Engine(dirs=[str(_HERE / "templates")], autoescape=True)
