"""Configurations come, go and collide: what becomes of catalogs and products."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.errors import PermanentError
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.graph.client import appsecret_proof
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.tasks import drain_tenant
from meta_integration.tests.world import ACCOUNTS


def test_a_deleted_configuration_leaves_meta_as_it_is_and_no_badge_turning(world, tenant, catalog):
    product = world.product(tenant, "C-1")
    world.settle(catalog)
    MetaAppConfig.objects.get().delete()
    product.name = "Edited without a connection"
    product.save()
    world.pass_time(seconds=2)
    drain_tenant(str(tenant.pk))
    product.refresh_from_db()
    assert product.meta_sync_status == "not_synced"
    assert not Catalog.objects.get(pk=catalog.pk).is_current
    assert world.at_meta(catalog)["C-1"]["name"] != product.name


def test_one_catalog_belongs_to_one_business(world, tenant, catalog, other_tenant):
    twin = MetaAppConfig(tenant=other_tenant, access_token="EAATWIN", catalog_id=catalog.catalog_id)
    with pytest.raises(ValidationError, match="another business"):
        twin.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_product_whose_sizes_are_all_inactive_is_hidden_and_comes_back(world, tenant, catalog):
    product = world.product(tenant, "C-2")
    size = product.variants.create(name="Large", price=12)
    world.settle(catalog)
    size.is_active = False
    size.save()
    world.settle(catalog)
    assert world.at_meta(catalog)["C-2"]["visibility"] == "staging"
    size.is_active = True
    size.save()
    world.settle(catalog)
    assert world.at_meta(catalog)["C-2"]["visibility"] == "published"


def test_the_payload_of_a_variant_is_its_own_or_an_error(world, tenant, catalog):
    product = world.product(tenant, "C-3")
    red = product.variants.create(name="Red", sku="C-3-R")
    blue = product.variants.create(name="Blue", sort_order=1)
    service = MetaCatalogService(MetaAppConfig.objects.get())
    assert service._get_product_data(product, red)["retailer_id"] == "C-3-R"
    with pytest.raises(PermanentError, match="SKU"):
        service._get_product_data(product, blue)
    sized = world.product(tenant, "C-4")
    large = sized.variants.create(name="Large", price=12)
    assert service._get_product_data(sized, large)["retailer_id"] == "C-4"


def test_the_installations_app_secret_signs_for_configurations_without_one(world, tenant, settings):
    token, secret, business, catalog_id = ACCOUNTS["solar"]
    world.standin.add_account(token, secret, business_id=business, catalog_ids=[catalog_id], require_proof=True)
    settings.META_APP_SECRET = secret
    config = MetaAppConfig.objects.create(tenant=tenant, access_token=token, catalog_id=catalog_id)
    assert MetaCatalogService(config).describe_catalog()["id"] == catalog_id
    assert len(appsecret_proof(secret, token)) == 64
