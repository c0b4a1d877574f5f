"""Public addresses of products. Pure but for PUBLIC_BASE_URL; the page behind them lives in pages.py."""

from urllib.parse import quote

from django.conf import settings


def product_page_path(sub_domain: str, sku: str) -> str:
    """The path of a product's (or variant's) public page; every character of the SKU survives, slashes included."""
    return f"/p/{quote(sub_domain, safe='')}/{quote(sku, safe='')}"


def product_page_url(sub_domain: str, sku: str) -> str:
    """The absolute address of a product's (or variant's) public page."""
    return f"{settings.PUBLIC_BASE_URL}{product_page_path(sub_domain, sku)}"
