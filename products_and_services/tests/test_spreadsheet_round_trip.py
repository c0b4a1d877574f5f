"""What is exported comes back unchanged: any script, amounts, times, lists, line breaks, quotes, and cells that look like formulas."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.models import Run
from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision
from products_and_services.tests.factories import TenantFactory
from products_and_services.tests.sheets import checked, exported, imported

pytestmark = pytest.mark.django_db
ODD = "=+-@'\"\t\r\n,;|>#{}[]:()"
# What a database can hold: no NUL, no halves of characters.
characters = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")
texts = st.one_of(
    st.text(characters, max_size=30),
    st.text(st.sampled_from(ODD + "a1 ж字"), max_size=12),
    st.sampled_from(["(empty)", "'(Empty)", "'=1+1", "=cmd|' /C calc'!A0", "-5", "+49 30", "1,234", "yes"]),
    st.sampled_from(["_x0041_", "x005F_", "ÄÖ", "שלום", "न", "#12", "A > B"]),
)
names = texts.filter(str.strip)
amounts = st.one_of(st.none(), st.decimals(0, Decimal("9999999999.9999"), places=4))
moments = st.one_of(st.none(), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))
flags = st.sampled_from([None, True, False])
words = st.lists(texts.filter(bool), max_size=3, unique=True)
skus = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Nd", "Lo")), min_size=1, max_size=8)


@st.composite
def products(draw):
    return {
        "name": draw(names), "description": draw(texts), "brand": draw(texts)[:100], "importer_address": draw(texts),
        "custom_label_0": draw(texts), "meta_title": draw(texts), "price": draw(amounts), "sale_starts_at": draw(moments),
        "tags": draw(words), "stock_quantity": draw(st.integers(-2**31, 2**31 - 1)), "sort_order": draw(st.integers(-99, 99)),
        "is_active": draw(st.booleans()), "track_stock": draw(st.booleans()), "origin_country": draw(st.sampled_from(["", "IN"])),
        "condition": draw(st.sampled_from(["new", "used"])),
    }  # fmt: skip


@st.composite
def shops(draw):
    return {
        "products": draw(st.lists(products(), min_size=1, max_size=3)),
        "skus": draw(st.lists(skus, min_size=6, max_size=6, unique_by=str)),
        "attributes": draw(st.dictionaries(texts, texts, max_size=3)),
        "variant": draw(names),
        "rules": {"track_stock": draw(flags), "allow_backorder": draw(flags), "sale_ends_at": draw(moments)},
        "categories": draw(st.lists(names, min_size=2, max_size=2)),
        "zone": draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])),
    }


def fill(shop):
    tenant = TenantFactory(timezone=shop["zone"])
    top = ProductCategory.objects.create(tenant=tenant, name=shop["categories"][0][:100])
    below = ProductCategory.objects.create(tenant=tenant, name=shop["categories"][1][:100], parent=top)
    for values, sku in zip(shop["products"], shop["skus"], strict=False):
        product = Product.objects.create(tenant=tenant, sku=sku, category=below, **values)
        product.categories.set([top, below])
        ProductImage.objects.create(product=product, remote_url="https://img.example/a,b.jpg")
        ProductVariant.objects.create(
            product=product, name=shop["variant"], sku=f"{sku}-v", attributes=shop["attributes"], price=values["price"], **shop["rules"]
        )
        ProductVariant.objects.create(product=product, name="plain")
    Product.objects.create(tenant=tenant, name="without anything")
    return tenant


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(shop=shops())
def test_an_exported_file_changes_nothing(kind, shop):
    tenant = fill(shop)
    content = exported(tenant, kind)
    revisions, stamps = Revision.objects.count(), list(Product.objects.order_by("pk").values_list("updated_at", flat=True))
    run = checked(tenant, content)
    assert list(run.issues.values_list("subject", "field", "message")) == []
    total = len(shop["products"]) * 3 + 1
    assert (run.status, run.counts) == ("needs_confirmation", {"unchanged": total})
    assert imported(tenant, content).counts == {"unchanged": total}
    assert Revision.objects.count() == revisions
    assert list(Product.objects.order_by("pk").values_list("updated_at", flat=True)) == stamps
    for model in (Run, Product, ProductCategory):  # One example must not be met by the next.
        model.objects.all().delete()


@given(shop=shops())
def test_no_cell_of_a_file_starts_a_formula(shop):
    tenant = fill(shop)
    for row in csv.reader(io.StringIO(exported(tenant).decode("utf-8-sig"))):
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\r")), cell
            assert not cell.startswith("-") or cell[1:].isdigit(), cell
    Product.objects.all().delete()
    ProductCategory.objects.all().delete()
