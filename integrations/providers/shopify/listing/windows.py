"""Windows of a shop's products as they come in: as large as Shopify manages, and never more variants than memory should hold."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from time import sleep
from typing import TypeVar

from django.utils import timezone

from common.errors import RemoteError
from integrations.providers.base import Raw
from integrations.providers.shopify.listing.lists import MOST_VARIANTS, Client, Place, Window, product_window
from integrations.providers.shopify.listing.whole import whole
from integrations.providers.shopify.queries import GLANCE_LIST, GLANCES, PAGE, PRODUCTS
from integrations.providers.shopify.reading.shape import Node, counted_variants

SMALLEST = 10  # products
SMALLER_HELPS = frozenset({"timeout", "too_large", "shop_error", "too_costly"})
LOOK_SECONDS = 5.0  # before each further look behind the end of a list that is too short: counts and lists are not of one moment
Answer = TypeVar("Answer")


class Windows:
    """One shop's. rows: products of one answer; fewer once Shopify did not manage so many. pause: waits for seconds.

    is_hurried: a question that takes too long is not asked again, and nothing is waited for.
    """

    def __init__(self, client: Client, pause: Callable[[float], None] | None = None) -> None:
        self.client, self.pause, self.rows, self.is_hurried = client, pause or sleep, PAGE, False
        self._fitting = PAGE

    def products(self, place: Place, since: datetime | None = None) -> Window:
        """The next products at this place, all or those changed since then. Raises one of the four errors.

        Where they have very many variants it is asked for again with fewer: none of theirs beyond the first hundred has come so far.
        """
        query = None if since is None else f"updated_at:>='{since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z'"
        while True:
            most = self._fitting
            window = self.patiently(lambda rows: product_window(self.client, PRODUCTS, min(rows, most), place, query))  # noqa: B023
            fit = fitting([counted_variants(node) for node in window.nodes])
            if fit >= len(window.nodes):
                self._fitting = min(self._fitting * 2, PAGE)
                return self._waited(window)
            self._fitting = fit

    def glances(self, place: Place) -> Window:
        """The next products at this place with what is cheap to know of them. Raises one of the four errors."""
        return self._waited(product_window(self.client, GLANCE_LIST, GLANCES, place))

    def patiently(self, ask: Callable[[int], Answer]) -> Answer:
        """Asks for fewer products at a time where Shopify does not manage as many: its cursors do not mind."""
        while True:
            try:
                return ask(self.rows)
            except RemoteError as error:
                if error.kind not in SMALLER_HELPS or error.retry_after is not None or self.rows // 2 < SMALLEST:
                    raise
                self.rows //= 2
                if self.is_hurried and error.kind == "timeout":
                    raise

    def whole(self, nodes: Sequence[Node]) -> list[Raw]:
        """The products with all that belongs to them. Raises one of the four errors."""
        now = timezone.now()
        return [whole(self.client, node, now) for node in nodes]

    def _waited(self, window: Window) -> Window:
        if window.following and window.following.looks and not self.is_hurried:
            self.pause(LOOK_SECONDS)
        return window


def fitting(sizes: Sequence[int]) -> int:
    """How many products, from the first on, may be held at once; at least one. sizes: how many variants each has."""
    for place, variants in enumerate(accumulate(sizes)):
        if place and variants > MOST_VARIANTS:
            return place
    return len(sizes)
