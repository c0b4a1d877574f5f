"""The database refuses nonsense even when it comes past forms and API; forms say it in words first."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from products_and_services.models import Modifier, ModifierGroup, Product, ProductCategory, ProductImage, ProductVariant
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ModifierGroupFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "values",
    [
        {"price": Decimal("-0.01")},
        {"sale_price": Decimal("-1")},
        {"sku": ""},
        {"sale_starts_at": LATE, "sale_ends_at": EARLY},
        {"sale_starts_at": EARLY, "sale_ends_at": EARLY},
    ],
)
def test_products(tenant, values):
    product = ProductFactory(tenant=tenant)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"price": Decimal("-1")},
        {"sale_price": Decimal("-1")},
        {"sku": ""},
        {"sale_starts_at": LATE, "sale_ends_at": EARLY},
        {"sale_starts_at": EARLY, "sale_ends_at": EARLY},
    ],
)
def test_variants(tenant, values):
    variant = VariantFactory(product=ProductFactory(tenant=tenant))
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVariant.objects.filter(pk=variant.pk).update(**values)


def test_one_default_variant_per_product(tenant):
    product = ProductFactory(tenant=tenant)
    VariantFactory(product=product, is_default=True)
    second = VariantFactory(product=product)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductVariant.objects.filter(pk=second.pk).update(is_default=True)
    second.is_default = True
    second.full_clean()  # save() takes the mark from the other one.


def test_an_image_has_a_file_or_an_address(tenant):
    image = ImageFactory(product=ProductFactory(tenant=tenant))
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductImage.objects.filter(pk=image.pk).update(remote_url="")
    with pytest.raises(ValidationError) as caught:
        ProductImage(product=image.product).full_clean()
    assert caught.value.message_dict["image"] == ["Upload a picture or give the address of one."]


def test_an_image_shows_only_its_own_products_variant(tenant):
    foreign = VariantFactory(product=ProductFactory(tenant=tenant))
    with pytest.raises(ValidationError) as caught:
        ProductImage(product=ProductFactory(tenant=tenant), remote_url="https://x.example/a.jpg", variant=foreign).full_clean()
    assert "variant" in caught.value.message_dict


def test_modifiers(tenant):
    group = ModifierGroupFactory(tenant=tenant)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModifierGroup.objects.filter(pk=group.pk).update(min_selected=2, max_selected=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Modifier.objects.create(group=group, name="x", price=-1)
    with pytest.raises(ValidationError) as caught:
        ModifierGroup(tenant=tenant, name="x", min_selected=2, max_selected=1).full_clean()
    assert "max_selected" in caught.value.message_dict


def test_categories(tenant, other_tenant):
    category = CategoryFactory(tenant=tenant, name="Food")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductCategory.objects.filter(pk=category.pk).update(parent=category)
    with pytest.raises(IntegrityError), transaction.atomic():
        CategoryFactory(tenant=tenant, slug=category.slug)
    CategoryFactory(tenant=other_tenant, slug=category.slug)


def test_category_forms(tenant, other_tenant):
    top = CategoryFactory(tenant=tenant, name="Food")
    below = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, parent=top))
    for broken, field in (
        ({"parent": top}, "parent"),
        ({"parent": below}, "parent"),
        ({"parent": CategoryFactory(tenant=other_tenant)}, "parent"),
        ({"slug": below.slug}, "slug"),
    ):
        category = ProductCategory.objects.get(pk=top.pk)
        for name, value in broken.items():
            setattr(category, name, value)
        with pytest.raises(ValidationError) as caught:
            category.full_clean()
        assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(("name", "slug"), [("Food", "food"), ("食品", "食品"), ("🍕", "category"), ("  ", "category")])
def test_slugs_make_themselves(tenant, name, slug):
    assert [CategoryFactory(tenant=tenant, name=name).slug for _ in range(3)] == [slug, f"{slug}-2", f"{slug}-3"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"price": Decimal("5"), "sale_price": Decimal("5")}, "sale_price"),
        ({"sale_starts_at": LATE, "sale_ends_at": EARLY}, "sale_ends_at"),
        ({"tags": "solar"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"locked_fields": {"a": 1}}, "locked_fields"),
        ({"currency": "XXQ"}, "currency"),
        ({"website_url": "javascript:alert(1)"}, "website_url"),
        ({"website_url": "ftp://example.org/x"}, "website_url"),
        ({"origin_country": "in"}, "origin_country"),
    ],
)
def test_product_forms_name_the_field(tenant, values, field):
    with pytest.raises(ValidationError) as caught:
        Product(tenant=tenant, name="x", **values).full_clean()
    assert list(caught.value.message_dict) == [field]


def test_a_product_takes_no_foreign_category(tenant, other_tenant):
    with pytest.raises(ValidationError) as caught:
        Product(tenant=tenant, name="x", category=CategoryFactory(tenant=other_tenant)).full_clean()
    assert list(caught.value.message_dict) == ["category"]


@pytest.mark.parametrize("attributes", [["red"], {"size": 4}, {"size": {"eu": "4"}}, "red"])
def test_variant_attributes_are_names_and_words(tenant, attributes):
    with pytest.raises(ValidationError) as caught:
        ProductVariant(product=ProductFactory(tenant=tenant), attributes=attributes).full_clean()
    assert list(caught.value.message_dict) == ["attributes"]


def test_a_variants_sale_price_is_compared_with_the_products_price(tenant):
    product = ProductFactory(tenant=tenant, price=Decimal("10"))
    with pytest.raises(ValidationError) as caught:
        ProductVariant(product=product, sale_price=Decimal("10")).full_clean()
    assert list(caught.value.message_dict) == ["sale_price"]
    ProductVariant(product=product, price=Decimal("12"), sale_price=Decimal("11")).full_clean()


def test_a_variants_sale_ends_after_it_starts(tenant):
    product = ProductFactory(tenant=tenant, sale_starts_at=EARLY, sale_ends_at=LATE)
    with pytest.raises(ValidationError) as caught:
        ProductVariant(product=product, sale_starts_at=LATE, sale_ends_at=LATE).full_clean()
    assert caught.value.message_dict == {"sale_ends_at": ["The sale must end after it starts."]}
    ProductVariant(product=product, sale_ends_at=EARLY).full_clean()  # Its one date is its whole window, whatever the product's.
