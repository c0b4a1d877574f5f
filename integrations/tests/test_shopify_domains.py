"""Addresses of Shopify shops: what people copy becomes the one domain, and nothing else ever gets a key."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from integrations.connecting.addresses import kept_address, leads_elsewhere
from integrations.models import Provider, StoreConnection
from integrations.providers.shopify.domains import base_url, is_shop_domain, moved_to, shop_domain

SAME = (
    "demo.myshopify.com", "Demo.MyShopify.com", " https://demo.myshopify.com/ ", "http://demo.myshopify.com/admin/products?x=1#top",
    "https://admin.shopify.com/store/demo", "admin.shopify.com/store/demo/products/1", "demo", "DEMO",
)  # fmt: skip
NONE = (
    "brand.example", "https://www.brand.example/", "demo.myshopify.com.evil.example", "demo.myshopify.com@evil.example",
    "-demo.myshopify.com", "a.b.myshopify.com", "demo.shopify.com", "admin.shopify.com", "admin.shopify.com/store/", "demo_x.myshopify.com",
    "demo.myshopify.com\n.x", "127.0.0.1", "http://[::1]/", "http://[", "démo.myshopify.com", "", "https://admin.shopify.com/store/a.b",
    "http//demo.myshopify.com", "https:demo.myshopify.com", "https:/demo.myshopify.com", "store/demo", "localhost:8000", "http://demo/",
)  # fmt: skip


@pytest.mark.parametrize("typed", SAME)
def test_what_people_copy_is_one_domain(typed):
    assert shop_domain(typed) == "demo.myshopify.com"
    assert kept_address("shopify", typed) == "demo.myshopify.com"


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_domain_of_a_shop_is_none(typed):
    assert not is_shop_domain(typed) and not is_shop_domain(shop_domain(typed))
    if typed:
        with pytest.raises(ValidationError) as refused:
            kept_address("shopify", typed)
        assert list(refused.value.message_dict) == ["shop_domain"]


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_domain_or_none(typed):
    domain = shop_domain(typed)
    assert shop_domain(domain) == domain or not is_shop_domain(domain)
    if is_shop_domain(domain):
        assert base_url("https://{domain}", domain) == f"https://{domain}"
        assert domain.endswith(".myshopify.com") and domain.isascii() and "/" not in domain and "@" not in domain


def test_two_domains_are_two_shops_and_one_is_one():
    shop = StoreConnection(provider=Provider.SHOPIFY, shop_domain="demo.myshopify.com")
    assert not leads_elsewhere(shop, "https://admin.shopify.com/store/demo/settings")
    assert leads_elsewhere(shop, "demo2.myshopify.com")


def test_a_redirect_leads_to_a_shop_only_with_its_whole_address():
    assert moved_to("https://renamed.myshopify.com/admin/api") == "renamed.myshopify.com"
    for elsewhere in ("/admin", "renamed", "https://brand.example/", "https://x.myshopify.com.evil.example/", "", "http://["):
        assert moved_to(elsewhere) == ""
