"""Rows for tests of every app. Defaults make a product that is fit for Meta; say in the test only what the test is about."""

import io
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from rest_framework.test import APIClient

from products_and_services.models import SUMMARY_COLUMNS, Modifier, ModifierGroup, Product, ProductCategory, ProductImage, ProductVariant
from tenants.models import Membership, Tenant, TenantApiKey
from tenants.scopes import SCOPES
from tenants.services import create_api_key


class TenantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tenant
        django_get_or_create = ["sub_domain"]

    sub_domain = factory.Sequence(lambda number: f"shop-{number}")
    name = factory.LazyAttribute(lambda shop: shop.sub_domain.title())


class UserFactory(factory.django.DjangoModelFactory):
    """A person; give them a business with `member` or make them `is_superuser=True`."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"person{number}")
    is_staff = True


class ApiKeyFactory(factory.django.DjangoModelFactory):
    """A key whose plain text is in `.plain_key`."""

    class Meta:
        model = TenantApiKey

    tenant = factory.SubFactory(TenantFactory)
    name = "test key"
    scopes = factory.LazyFunction(lambda: sorted(SCOPES))

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> TenantApiKey:
        key, key.plain_key = create_api_key(kwargs["tenant"], kwargs["name"], kwargs["scopes"])
        return key


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductCategory

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda number: f"Category {number}")


class ProductFactory(factory.django.DjangoModelFactory):
    """Saleable, without an image (see ImageFactory). Summary columns may be given: they are written as the sync writes them."""

    class Meta:
        model = Product

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda number: f"Product {number}")
    sku = factory.Sequence(lambda number: f"SKU-{number}")
    price = Decimal("9.99")
    stock_quantity = 5

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Product:
        summary = {name: kwargs.pop(name) for name in list(kwargs) if name in SUMMARY_COLUMNS}
        product = super()._create(model_class, *args, **kwargs)
        if summary:
            Product.objects.filter(pk=product.pk).update(**summary)
            product.refresh_from_db()
        return product


class VariantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductVariant

    product = factory.SubFactory(ProductFactory)
    name = factory.Sequence(lambda number: f"Variant {number}")


class ImageFactory(factory.django.DjangoModelFactory):
    """A picture that a shop hosts; `image=picture_file()` makes it an upload."""

    class Meta:
        model = ProductImage

    product = factory.SubFactory(ProductFactory)
    remote_url = factory.LazyAttributeSequence(lambda image, number: "" if getattr(image, "image", "") else f"https://img.example/{number}.jpg")


class ModifierGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ModifierGroup

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda number: f"Extras {number}")


class ModifierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Modifier

    group = factory.SubFactory(ModifierGroupFactory)
    name = factory.Sequence(lambda number: f"Extra {number}")
    price = Decimal("1.50")


def picture_bytes(kind: str = "PNG", size: tuple[int, int] = (600, 600), colour: str = "orange") -> bytes:
    """A real picture file of this Pillow format."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def picture_file(name: str = "picture.png", kind: str = "PNG", **options: Any) -> SimpleUploadedFile:
    """An upload as forms and the API receive it."""
    return SimpleUploadedFile(name, picture_bytes(kind, **options), content_type=f"image/{kind.lower()}")


def api_client(tenant: Tenant, *scopes: str) -> APIClient:
    """A client with a fresh key of this business; without scopes it has all of them."""
    key = ApiKeyFactory(tenant=tenant, scopes=list(scopes) or sorted(SCOPES))
    client = APIClient()
    client.credentials(HTTP_X_TENANT_ID=str(tenant.pk), HTTP_X_TENANT_API_KEY=key.plain_key)
    return client


def member(tenant: Tenant, role: str = "owner", **fields: Any) -> Any:
    """A person with this role in the business."""
    user = UserFactory(**fields)
    Membership.objects.create(tenant=tenant, user=user, role=role)
    return user


def admin_client(user: Any) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client
