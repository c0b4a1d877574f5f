"""Product page addresses: pure, absolute, and every SKU survives the way there and back."""

from urllib.parse import unquote, urlsplit

import pytest
from django.urls import resolve
from hypothesis import example, given
from hypothesis import strategies as st

from products_and_services.links import product_page_url
from products_and_services.models.skus import clean_sku


def test_absolute_with_the_public_address(settings):
    settings.PUBLIC_BASE_URL = "https://shop.example"
    assert product_page_url("solar", "5784935") == "https://shop.example/p/solar/5784935"
    assert product_page_url("solar", "a/b c?d#e&ü") == "https://shop.example/p/solar/a%2Fb%20c%3Fd%23e%26%C3%BC"


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
@example("a/b//c/")
@example("../../admin")
@example("%2F")
@example("+")
@example("日本 語")
def test_any_sku_comes_back_from_its_address(sku):
    address = urlsplit(product_page_url("solar", sku))
    assert (address.query, address.fragment) == ("", "")
    match = resolve(unquote(address.path))
    assert match.url_name == "product-page"
    assert match.kwargs == {"sub_domain": "solar", "sku": sku}


@pytest.mark.parametrize(("typed", "kept"), [(" A 1 ", "A 1"), ("", None), (None, None)])
def test_skus_are_trimmed(typed, kept):
    assert clean_sku(typed) == kept
