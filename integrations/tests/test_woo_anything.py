"""Anything anywhere in an answer: nothing makes the transform raise, and what comes of it fits our columns."""

import copy
import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.fitting import fit
from integrations.providers.woocommerce.transform import transform_product, transform_variations
from integrations.records import StoreProduct
from integrations.tests.woo_recordings import old_store, recorded, recorded_names, sample_products
from products_and_services.models import Product, ProductImage, ProductVariant

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)

absurd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(10**400), st.just(-(10**5000)), st.floats(), st.text(max_size=40), st.just("x" * 5000),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5), st.dictionaries(st.text(max_size=5), st.integers())), max_size=3),
    st.dictionaries(st.sampled_from(["id", "name", "src", "option", "x"]), st.one_of(st.none(), st.integers(), st.text(max_size=8))),
    st.sampled_from(["parent", "<![", "<b", "&#x110000;", "\ud800", "\0", "0000-00-00T00:00:00", "1e999", "١٢", "//", "http://["]),
)  # fmt: skip
BASES = [recorded(name) for name in recorded_names() if name != "variable-120-variations"]
BASES += [old_store("variable"), old_store("simple"), *sample_products()]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in an answer that could hold something else."""
    found = [path] if path else []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(inner, (*path, key))
    return found


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    raw = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(places(raw)))
        holder = raw
        for key in path[:-1]:
            holder = holder[key]
        if draw(st.booleans()) or isinstance(holder, list):
            holder[path[-1]] = draw(absurd)
        else:
            del holder[path[-1]]
        if not raw:
            break
    return raw


@given(mutated())
def test_nothing_in_an_answer_makes_it_raise_and_every_value_fits_its_column(raw: dict[str, Any]) -> None:
    product = transform_product(raw, currency="SAR", now=NOW)
    fits(product)
    assert transform_product(raw, currency="SAR", now=NOW) == product
    assert list(product.variants) == transform_variations(raw, now=NOW) or not product.variants
    json.dumps([[getattr(problem, field.name) for field in fields(problem)] for problem in product.problems]).encode()


@pytest.mark.parametrize("raw", [None, [], {}, {"id": "x"}, {"id": True, "type": [], "variations": {}}])
def test_what_is_no_product_at_all_does_not_raise_either(raw: Any) -> None:
    product = transform_product(raw)
    assert (product.external_id, product.is_active) == ("", False)
    assert transform_variations(raw) == []


def fits(product: StoreProduct) -> None:
    """Our columns take what becomes of it, on any database, and prices and sales make sense."""
    fitted = fit(product)
    rows: list[Any] = [Product(**fitted.values, sku=fitted.sku)]
    rows += [ProductVariant(**one.values, sku=one.sku, external_id=one.external_id) for one in fitted.variants]
    images = [*fitted.images, *(one.image for one in fitted.variants if one.image)]
    for row in [*rows, *(ProductImage(remote_url=url, alt=alt) for url, alt in images)]:
        row.clean_fields(exclude=["tenant", "product"])
    for row in rows:
        assert row.sale_price is None or row.price is None or row.sale_price < row.price
        assert not (row.sale_starts_at and row.sale_ends_at) or row.sale_starts_at < row.sale_ends_at
        json.dumps([row.name, row.sku, getattr(row, "description", "")], ensure_ascii=False).encode()
    # What has no price is not sold at the product's.
    assert all(row.price is not None or not row.is_active for row in rows[1:])
    assert len({one.external_id for one in product.variants}) == len(product.variants)
