"""Ten times the products of a Shopify shop, 2,000 and 20,000 (`large`: 10,000 and 100,000): peak memory, in bulk and page by page."""

import os

from benchmarks.report import LARGE
from benchmarks.shop_side import SHOPIFY
from benchmarks.store_scale import compare

SIZES, LARGE_SIZES = (2_000, 20_000), (10_000, 100_000)


def run() -> None:
    """As store_scale."""
    compare(SHOPIFY, LARGE_SIZES if os.environ.get(LARGE) else SIZES)
