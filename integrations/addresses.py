"""A shop's address: how it is kept, and whether two of them lead to the same shop. What people copy, only the provider can tell apart."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from integrations.models import StoreConnection
from integrations.providers import adapter_class
from products_and_services.models.addresses import validate_web_address

TAKEN = "This shop is connected already. Open it in the list of shops, and change it there."
NO_ADDRESS = "Enter the shop's address, for example https://shop.example."
_USUAL_PORT = re.compile(r"^(https?://[^/]+?):(80|443)(?=/|$)")


def kept_address(provider: str, typed: str) -> str:
    """The address as it is stored: the same for one shop however it was typed or copied; "" stays empty.

    Raises ValidationError for what no shop can have, or when there are keys or a password in it.
    """
    typed = typed.strip()
    if not typed:
        return ""
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        secret = "@" in parts.netloc or "consumer_" in f"{parts.query}{parts.fragment}".lower()
    except ValueError:
        raise ValidationError({"store_url": ["This is no address. It looks like https://shop.example."]}) from None
    if secret:
        raise ValidationError({"store_url": ["Enter only the shop's address here; keys have fields of their own."]})
    try:
        validate_web_address(parts.geturl())
    except ValidationError as error:
        raise ValidationError({"store_url": error.messages}) from None
    return adapter_class(provider).store_address(typed)


def leads_elsewhere(stored: StoreConnection, typed: str) -> bool:
    """Whether an address is not the one of a connection, however both were written: with or without www, by http or https."""
    own = adapter_class(stored.provider).store_address
    return _place(own(stored.address)) != _place(own(typed))


def site_of(url: str) -> str:
    """Host and port, without www."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def connected_already(connection: StoreConnection) -> StoreConnection | None:
    """Another connection of the business to the shop that this one is about to lead to: from both, every product would come in twice."""
    shops = StoreConnection.objects.for_tenant(connection.tenant_id).filter(provider=connection.provider).defer("credentials")
    there = [shop for shop in shops if not leads_elsewhere(shop, connection.address)]
    return None if connection.pk in [shop.pk for shop in there] else next(iter(there), None)


def _place(url: str) -> tuple[str, str]:
    return site_of(_USUAL_PORT.sub(r"\1", url)), urlsplit(url).path.rstrip("/")
