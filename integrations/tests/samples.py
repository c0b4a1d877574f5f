"""Rows that the isolation walk (tenants/tests/test_isolation.py) cannot build by itself."""

from typing import Any

from integrations.models import ExternalRef, LinkQuestion, RefKind, StoreConnection, StoreDelivery, StoreHooks, WebhookLog
from products_and_services.models import Product
from tenants.models import Tenant
from tenants.tests.builder import canary


def _connection(tenant: Tenant) -> StoreConnection:
    word = canary(tenant)
    known = StoreConnection.objects.for_tenant(tenant).first()
    return known or StoreConnection.objects.create(
        tenant=tenant, name=word, store_url=f"https://{word}.example", blocked_reason=f"{word} is wrong",
        credentials={"consumer_key": f"ck_{word}", "consumer_secret": f"cs_{word}"},
    )  # fmt: skip


def _product(tenant: Tenant) -> Product:
    return Product.objects.create(tenant=tenant, name=f"{canary(tenant)} of a shop")


def _ref(tenant: Tenant) -> ExternalRef:
    return ExternalRef.objects.create(connection=_connection(tenant), kind=RefKind.PRODUCT, external_id="7", product=_product(tenant))


def _question(tenant: Tenant) -> LinkQuestion:
    word = canary(tenant)
    return LinkQuestion.objects.create(
        tenant=tenant, connection=_connection(tenant), external_id="8", name=word, sku=word, why=word, candidates=[_product(tenant).pk]
    )


def _log(tenant: Tenant) -> WebhookLog:
    word = canary(tenant)
    return WebhookLog.objects.create(
        tenant=tenant,
        connection=_connection(tenant),
        provider="woocommerce",
        event=word,
        payload={"name": word},
        status="error",
        error=word,
    )


def _hooks(tenant: Tenant) -> StoreHooks:
    word = canary(tenant)
    return StoreHooks.objects.create(connection=_connection(tenant), secret=word, problem=f"{word} may only read", address=word)


def _delivery(tenant: Tenant) -> StoreDelivery:
    word = canary(tenant)
    return StoreDelivery.objects.create(
        tenant=tenant, connection=_connection(tenant), topic="product.updated", delivery_id=word, news="products", external_ids=[word],
        content={"name": word}, note=word,
    )  # fmt: skip


SAMPLES: dict[type, Any] = {
    StoreConnection: _connection, ExternalRef: _ref, LinkQuestion: _question, WebhookLog: _log, StoreHooks: _hooks,
    StoreDelivery: _delivery,
}  # fmt: skip
ARGUMENTS: dict[str, Any] = {"connection_pk": lambda builder: str(builder.row(StoreConnection).pk)}
