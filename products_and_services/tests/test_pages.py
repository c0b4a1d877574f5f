"""The public product page over HTTP."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from products_and_services import contact
from products_and_services.links import product_page_path
from products_and_services.pages import script_json
from products_and_services.tests.factories import ImageFactory, ProductFactory, VariantFactory, picture_file

pytestmark = pytest.mark.django_db
EVIL = "</script><script>alert(1)</script><!--\u2028&\"'"


@pytest.fixture
def number():
    contact.use(lambda tenant: "+263 77-123 4567" if tenant.sub_domain == "solar" else None)
    yield
    contact.use(None)


def get(client, sku, shop="solar"):
    return client.get(product_page_path(shop, sku))


def test_shows_what_a_customer_wants_to_know(tenant, client, number):
    product = ProductFactory(tenant=tenant, sku="5784935", name="MUST 3kva Inverter", price=Decimal("450"), description="Pure sine wave")
    product.sale_price, product.sale_ends_at = Decimal("400"), timezone.now() + timedelta(days=1)
    product.save()
    ImageFactory(product=product, image=picture_file())
    VariantFactory(product=product, name="With cables")
    response = get(client, "5784935")
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("MUST 3kva Inverter", "$400.00", "$450.00", "Pure sine wave", "With cables", "Solar Shop", "/media/products/solar/"):
        assert words in page
    assert "https://wa.me/263771234567?text=Hello%21%20I%20am%20interested" in page


def test_without_a_known_number_there_is_no_button(tenant, other_tenant, client, number):
    ProductFactory(tenant=other_tenant, sku="A")
    assert "wa.me" not in get(client, "A", "pizzeria").content.decode()


def test_is_cached_for_a_minute_and_asks_nobody_else(tenant, client):
    ProductFactory(tenant=tenant, sku="A")
    response = get(client, "A")
    assert "max-age=60" in response["Cache-Control"]
    assert "public" in response["Cache-Control"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    page = response.content.decode()
    assert not re.search(r"<(link(?! rel=\"(canonical|icon\" href=\"data:,)\")|iframe|script src)", page)


@pytest.mark.parametrize("sku", ["a/b", "a//b/", "ü ñ 日本", "50% off?", "x#y&z=1", "+1+", "a;b,c", "<b>", "%41", "A"])
def test_odd_skus_have_a_page(tenant, client, sku):
    ProductFactory(tenant=tenant, sku=sku, name="Odd one")
    response = get(client, sku)
    assert response.status_code == 200
    assert "Odd one" in response.content.decode()


def test_a_slash_added_on_the_way_does_no_harm(tenant, client):
    ProductFactory(tenant=tenant, sku="A")
    assert client.get("/p/solar/A/").status_code == 200


def test_a_variant_with_sku_has_its_own_page(tenant, client):
    variant = VariantFactory(product=ProductFactory(tenant=tenant, sku="A", name="Shirt"), sku="A-red", name="Red", price=Decimal("7"))
    assert "Shirt – Red" in get(client, "A-red").content.decode()
    variant.is_active = False
    variant.save()
    assert get(client, "A-red").status_code == 404


def test_every_text_is_escaped(tenant, client, number):
    tenant.name = f"Shop {EVIL}"
    tenant.save()
    product = ProductFactory(tenant=tenant, sku="A<x>&\"'", name=f"Name {EVIL}", brand=EVIL, description="1 < 2 " + EVIL)
    VariantFactory(product=product, name=EVIL)
    ImageFactory(product=product, remote_url="https://x.example/a.jpg?a=1&b='")
    page = get(client, "A<x>&\"'").content.decode()
    assert page.count("<script") == 1
    assert page.count("</script>") == 1
    assert "alert(1)</" not in page
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert data["name"] == f"Name {EVIL}"
    assert data["sku"] == "A<x>&\"'"


def test_script_json_cannot_end_the_element():
    text = script_json({"a": EVIL})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"a": EVIL}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda product: setattr(product, "is_active", False),
        lambda product: setattr(product, "sku", "B"),
        lambda product: setattr(product, "sku", None),
    ],
)
def test_what_is_not_sold_is_a_friendly_404(tenant, client, spoil):
    product = ProductFactory(tenant=tenant, sku="A", name="Secret")
    spoil(product)
    product.save()
    response = get(client, "A")
    assert response.status_code == 404
    page = response.content.decode()
    assert "not for sale" in page
    assert "Ask Solar Shop" in page
    assert "Secret" not in page


def test_inactive_and_unknown_businesses_have_no_pages(tenant, client):
    ProductFactory(tenant=tenant, sku="A")
    assert get(client, "A", "nobody").status_code == 404
    tenant.is_active = False
    tenant.save()
    response = get(client, "A")
    assert response.status_code == 404
    assert client.get("/p/solar/%00").status_code == 404


def test_another_business_cannot_be_reached_through_the_wrong_address(tenant, other_tenant, client):
    ProductFactory(tenant=other_tenant, sku="A")
    assert get(client, "A", "solar").status_code == 404


def test_number_of_queries_does_not_grow_with_the_product(tenant, client, django_assert_max_num_queries):
    product = ProductFactory(tenant=tenant, sku="A")
    for _ in range(10):
        VariantFactory(product=product)
        ImageFactory(product=product)
    with django_assert_max_num_queries(9):
        get(client, "A")


def test_only_reading(tenant, client):
    ProductFactory(tenant=tenant, sku="A")
    assert client.post("/p/solar/A").status_code == 405
    assert client.head("/p/solar/A").status_code == 200
