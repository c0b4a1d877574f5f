"""The shops we can read, one folder each: client (HTTP), transform (pure), adapter (the importer's view of it). Here: who is who.

A new provider is a folder, a face in services/, two named tasks and a line below.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from integrations.models import Provider

if TYPE_CHECKING:
    from integrations.models import StoreConnection
    from integrations.providers.base import StoreAdapter
    from integrations.providers.hooks import WebhookModule

ADAPTERS = {
    Provider.WOOCOMMERCE: "integrations.providers.woocommerce.adapter.WooAdapter",
    Provider.SHOPIFY: "integrations.providers.shopify.adapter.ShopifyAdapter",
}


def adapter_class(provider: str) -> "type[StoreAdapter]":
    """The adapter of a provider, imported when it is needed."""
    module, _, name = ADAPTERS[Provider(provider)].rpartition(".")
    return getattr(import_module(module), name)  # type: ignore[no-any-return]


def webhook_module(provider: str) -> "WebhookModule":
    """What a kind of shop delivers by itself, and how it signs (pure); of one that tells nothing, a module that believes nobody."""
    name = f"{__name__}.{Provider(provider)}.webhook"
    return import_module(name if find_spec(name) else f"{__name__}.silent")  # type: ignore[return-value]


def credentials_in_words() -> str:
    """Which keys each kind of shop needs: "WooCommerce: consumer_key, consumer_secret." """
    return " ".join(f"{kind.label}: {', '.join(one.name for one in adapter_class(kind).credential_fields)}." for kind in Provider)


def credential_variables() -> list[str]:
    """The environment variables that `connect_store` reads keys from, of every kind of shop."""
    return [one.environment for kind in Provider for one in adapter_class(kind).credential_fields if one.environment]


def adapter_for(connection: "StoreConnection") -> "StoreAdapter":
    """A fresh adapter for one connection; one per run or request, never shared between threads that write."""
    return adapter_class(connection.provider)(connection)
