"""A shop behind a requests.Session: requests in, responses and network errors out, no socket involved.

`session_for(shop)` is the short way; `session.mount(origin, ShopAdapter(shop.handle))` the long one.
"""

from collections.abc import Callable
from typing import Protocol

import requests

from sandbox.shops.messages import ShopAnswer, ShopRequest
from sandbox.wire import WireAdapter, body_of

Handler = Callable[[ShopRequest], ShopAnswer]


class Shop(Protocol):
    """Any kind of shop."""

    def handle(self, request: ShopRequest) -> ShopAnswer:
        """Answer one request."""


def session_for(shop: Shop, sleep: Callable[[float], None] | None = None) -> requests.Session:
    """A session in which every address leads to this shop."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, ShopAdapter(shop.handle, sleep))
    return session


class ShopAdapter(WireAdapter):
    """`sleep` is called with the seconds that a slow answer takes (never more than the read timeout); None waits not at all."""

    def __init__(self, handle: Handler, sleep: Callable[[float], None] | None = None) -> None:
        super().__init__()
        self.handle, self.sleep = handle, sleep

    def ask(self, request: requests.PreparedRequest) -> ShopAnswer:
        """Hand the request to the shop."""
        return self.handle(ShopRequest(request.method or "GET", request.url or "", dict(request.headers), body_of(request)))

    def wait(self, seconds: float) -> None:
        """As the caller of the constructor wishes."""
        if self.sleep:
            self.sleep(seconds)
