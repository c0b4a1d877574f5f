"""A Shopify shop's domain in what people type or copy, and the addresses of its API. Pure.

Only <name>.myshopify.com is an address of the API: keys go nowhere else. The shop's own domain (brand.com) is none.
https://shopify.dev/docs/api/admin-graphql
"""

import re
from urllib.parse import urlsplit

API_VERSION = "2026-10"  # Supported until 2027-10-01; to be raised once a year, with the schema that the tests check queries against.
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,98}\.myshopify\.com")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,98}")
NO_DOMAIN = (
    "This is no address of a Shopify shop. Enter the one that ends in .myshopify.com; in Shopify it stands under Settings → Domains. The "
    "shop's own domain does not do."
)


def shop_domain(typed: str) -> str:
    """The domain in what somebody has typed or copied (a page of the shop or of its admin, or the bare name), lower case.

    What is no Shopify address comes back as its host, or as it was: `is_shop_domain` judges. A name counts only by itself: "http" in
    "http//tea.myshopify.com" would be another's shop.
    """
    text = typed.strip().lower()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, path = parts.hostname or "", [part for part in parts.path.split("/") if part]
    except ValueError:
        return text
    name = text
    if host == "admin.shopify.com" and len(path) > 1 and path[0] == "store":
        name = host = path[1]
    return f"{name}.myshopify.com" if _NAME.fullmatch(name) else host or text


def is_shop_domain(domain: str) -> bool:
    """Whether it is a shop's domain at Shopify, as `shop_domain` writes it."""
    return bool(_DOMAIN.fullmatch(domain))


def base_url(template: str, domain: str) -> str:
    """Where a shop is reached. template: with {domain} in it, usually https://{domain}."""
    return template.replace("{domain}", domain).rstrip("/")


def moved_to(location: str) -> str:
    """The domain of the shop that a redirect leads to; "" when it leads to no shop of Shopify's."""
    host = shop_domain(location) if "://" in location else ""
    return host if is_shop_domain(host) else ""
