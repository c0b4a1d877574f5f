"""What announcing a change adds to a save: with a broker that answers, refuses, or accepts and never answers."""

import socket
from contextlib import closing
from decimal import Decimal

from benchmarks.environment import broker
from benchmarks.report import heading, median, say, seconds_of
from benchmarks.shop import connected_shop, stock_up

ROUNDS, SAVES = 5, 60


def run() -> None:
    """Interleaved rounds of plain saves and announced ones; the difference of the medians. One save of a round rings."""
    from celery import current_app
    from django.db import transaction

    from common import doorbell
    from meta_integration.models import CatalogChange
    from products_and_services.models import Product
    from products_and_services.signals import catalog_changed

    heading("Cost of a save: added by receivers, outbox row and doorbell; a broker that answers, refuses, or never answers")
    tenant, _ = connected_shop()
    product = Product.objects.get(pk=stock_up(tenant, 1)[0])

    @transaction.atomic
    def save(product: Product) -> None:
        product.save()

    def save_all() -> list[float]:
        seconds = []
        for number in range(SAVES):
            product.price = Decimal(number + 1)
            seconds.append(seconds_of(lambda: save(product)))
        CatalogChange.objects.all().delete()  # So that the next first save finds nothing waiting, and rings.
        return seconds

    def measure(address: str) -> tuple[list[float], list[float]]:
        current_app.conf.broker_url = address
        current_app.pool.force_close_all()
        current_app._pool = current_app.amqp._producer_pool = None
        plain: list[float] = []
        announced: list[float] = []
        for _ in range(ROUNDS):
            receivers, catalog_changed.receivers = catalog_changed.receivers, []
            catalog_changed.sender_receivers_cache.clear()
            plain += save_all()
            catalog_changed.receivers = receivers
            catalog_changed.sender_receivers_cache.clear()
            announced += save_all()
        return plain, announced

    with broker() as url, closing(socket.create_server(("127.0.0.1", 0))) as silent:
        tarpit = silent.getsockname()[1]
        for name, address in (
            ("broker answers", url),
            ("broker refuses", "redis://127.0.0.1:1/0"),
            ("broker hangs", f"redis://127.0.0.1:{tarpit}/0"),
        ):
            doorbell._silent_until = 0.0
            plain, announced = measure(address)
            say(f"{name}: added to a save", (median(announced) - median(plain)) * 1000, "ms", target=1)
            say(f"{name}: the slowest of {len(announced)} saves, it rings", max(announced) * 1000, "ms")
