"""What a bulk operation's file may cost this machine: memory for a page of it, whatever its size, and a place on the disk."""

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.providers.shopify.listing.spool import SET_UP, Spool
from integrations.providers.shopify.reading.shape import number_of
from integrations.tests.shopify_bulk_world import all_of, large_shop, numbers, rich
from integrations.tests.shopify_double import ShopDouble

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SPOOL = "integrations.providers.shopify.listing.spool"


def test_the_memory_for_a_file_does_not_grow_with_it() -> None:
    """Ten times the products, about the same peak: lines go to disk, products come out a page at a time."""

    def peak(products: int) -> int:
        shop = ShopDouble(rich(1))
        (first, *others) = shop.bulk_file()

        def lines() -> Any:
            for number in range(1, products + 1):
                yield first.replace(b"Product\\/1\"", b"Product\\/%d\"" % number)
                yield from (
                    other.replace(b"Product\\/1\"", b"Product\\/%d\"" % number).replace(b"Variant\\/100", b"Variant\\/%d" % (number * 1000))
                    for other in others
                )

        spool = Spool()
        tracemalloc.start()
        spool.fill(lambda start: lines(), (products * (1 + len(others)), products))
        after, seen = 0, 0
        while part := spool.raws(after, 100, NOW):
            after, seen = int(number_of(part[-1]["id"])), seen + len(part)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert seen == products
        return found

    small = peak(500)
    assert peak(5_000) < small * 1.2


def test_a_file_for_which_this_machine_has_no_room_leads_to_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = large_shop(200)
    monkeypatch.setattr(f"{SPOOL}.SET_UP", f"{SET_UP} PRAGMA max_page_count = 8;")
    assert numbers(all_of(shop)) == list(range(1, 201))
