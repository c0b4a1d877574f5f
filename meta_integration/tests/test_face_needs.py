"""What keeps products away: the SQL of filters and numbers agrees with the engine's rules; the preview's sums; remedies."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meta_integration.catalog.surroundings import surroundings_of
from meta_integration.first_push import preview_push
from meta_integration.models import MetaAppConfig
from meta_integration.needs import WORDS, needs_of, reason_text, with_need
from meta_integration.remedies import BY_CODE, IMAGE, PERMISSION, THROTTLE, TOKEN, UNKNOWN, UNREACHABLE, remedy_for_code
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Product
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory, picture_file


def pictured(product, **values):
    ImageFactory(product=product, **({"remote_url": "https://img.example/x.jpg"} | values))
    return product


@pytest.fixture
def mixed(tenant):
    """One product of each kind we could think of."""
    off = CategoryFactory(tenant=tenant, sync_to_meta=False)
    below = CategoryFactory(tenant=tenant, parent=off)
    make = lambda **values: ProductFactory(tenant=tenant, **values)  # noqa: E731
    pictured(make(name="ready"))
    pictured(make(name="no sku", sku=None))
    pictured(make(name="no price", price=None))
    pictured(make(name="zero price", price=Decimal(0)))
    make(name="no image")
    pictured(make(name="only http"), remote_url="http://img.example/x.jpg")
    pictured(make(name="upload"), image=picture_file(), remote_url="")
    pictured(make(name="inactive", is_active=False))
    pictured(make(name="off", sync_to_meta=False))
    pictured(make(name="in a category that is off", category=below))
    pictured(make(name="also in one")).categories.add(off)
    make(name="inactive and no image", is_active=False)
    sizes = pictured(make(name="sizes", price=None))
    VariantFactory(product=sizes, price=Decimal(5))
    bare_sizes = pictured(make(name="sizes without price", price=None))
    VariantFactory(product=bare_sizes)
    colours = make(name="colours, one pictured", sku=None)
    VariantFactory(product=colours, sku="C-1", image=picture_file())
    VariantFactory(product=colours, sku="C-2")
    sleeping = pictured(make(name="variants asleep"))
    VariantFactory(product=sleeping, sku="S-1", is_active=False)
    VariantFactory(product=sleeping, sku="S-2", is_active=False)
    simple = pictured(make(name="default asleep"))
    VariantFactory(product=simple, is_default=True, is_active=False)
    return tenant


@pytest.mark.parametrize("graph", ["https://graph.facebook.com", "http://127.0.0.1:8001"])
@pytest.mark.parametrize("public", ["https://shop.example", "http://127.0.0.1:8000"])
@pytest.mark.parametrize("placeholder", ["", "https://img.example/placeholder.png"])
def test_the_filters_agree_with_the_rules(mixed, settings, graph, public, placeholder):
    settings.META_GRAPH_BASE_URL, settings.PUBLIC_BASE_URL = graph, public
    config = MetaAppConfig.objects.create(tenant=mixed, access_token="EAAX", catalog_id="2000000001", placeholder_image_url=placeholder)
    around = surroundings_of(mixed, config)
    by_sql = dict(with_need(Product.objects.all(), mixed.pk).values_list("name", "meta_need"))
    snapshots = load_snapshots(mixed, Product.objects.values_list("pk", flat=True)).values()
    by_rule = {product.name: (reason.code if reason else "") for product in snapshots for reason, _ in [needs_of(product, around)]}
    assert by_sql == by_rule
    assert dict(with_need(Product.objects.all(), None).values_list("name", "meta_need")) == by_rule


def test_the_previews_sum(mixed, settings):
    settings.META_GRAPH_BASE_URL, settings.PUBLIC_BASE_URL = "https://graph.facebook.com", "https://shop.example"
    found = preview_push(mixed)
    assert (found.total, found.ready, found.partly) == (17, 4, 1)
    assert sum(found.needs.values()) == 13
    assert found.sentence().startswith("4 ready, 3 need a price, ")
    assert "1 has no SKU" in found.sentence() and "1 needs an image" in found.sentence()


def test_the_preview_takes_few_queries(tenant):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P {number}", sku=f"S-{number}", price=1) for number in range(4_500))
    with CaptureQueriesContext(connection) as seen:
        found = preview_push(tenant)
    assert found.needs == {"no_image": 4_500}
    assert len(seen) <= 25
    assert all(len(samples) <= 5 for samples in found.samples.values())


def test_every_reason_has_words():
    for code in WORDS:
        assert reason_text(code)
        assert all(WORDS[code])


def test_codes_have_remedies():
    assert [remedy_for_code(code) for code in (190, 10801, 80014, 4, 200, 10, None, 424242)] == [
        TOKEN, IMAGE, THROTTLE, THROTTLE, PERMISSION, PERMISSION, UNREACHABLE, UNKNOWN,
    ]  # fmt: skip
    for code in BY_CODE:
        assert remedy_for_code(code).to_do
