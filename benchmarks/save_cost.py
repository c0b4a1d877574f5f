"""What announcing a change adds to a save: with a broker that answers, refuses, or accepts and never answers."""

import socket
from contextlib import closing
from decimal import Decimal

from benchmarks.report import heading, median, say, seconds_of
from benchmarks.shop import connected_shop, stock_up

ROUNDS, SAVES = 5, 60


def run() -> None:
    """Interleaved rounds of plain saves and announced ones; medians of the differences per save."""
    from celery import current_app
    from django.db import transaction

    from common import doorbell
    from products_and_services.models import Product
    from products_and_services.signals import catalog_changed

    heading("Cost of a save (added by receivers, outbox row and doorbell; target < 1 ms, no failure)")
    tenant, _ = connected_shop()
    product = Product.objects.get(pk=stock_up(tenant, 1)[0])

    def save_all() -> None:
        for number in range(SAVES):
            product.price = Decimal(number + 1)
            with transaction.atomic():
                product.save()

    def measure(address: str) -> float:
        current_app.conf.broker_url = address
        current_app.pool.force_close_all()
        current_app._pool = current_app.amqp._producer_pool = None
        plain, announced = [], []
        for _ in range(ROUNDS):
            receivers, catalog_changed.receivers = catalog_changed.receivers, []
            catalog_changed.sender_receivers_cache.clear()
            plain.append(seconds_of(save_all))
            catalog_changed.receivers = receivers
            catalog_changed.sender_receivers_cache.clear()
            announced.append(seconds_of(save_all))
        return (median(announced) - median(plain)) / SAVES * 1000

    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        tarpit = silent.getsockname()[1]
        for name, address in (
            ("broker answers", "redis://127.0.0.1:6379/15"),
            ("broker refuses", "redis://127.0.0.1:1/0"),
            ("broker hangs", f"redis://127.0.0.1:{tarpit}/0"),
        ):
            doorbell.silent_until = 0.0
            say(f"{name}, per save", f"{measure(address):+.3f} ms", "< 1 ms")
