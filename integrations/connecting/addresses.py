"""A shop's address: how it is kept, and whether two of them lead to the same shop. What people copy, only the provider can tell apart."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from integrations.models import StoreConnection
from integrations.providers import adapter_class
from products_and_services.models.addresses import validate_web_address

TAKEN = "This shop is connected already. Open it in the list of shops, and change it there."
_USUAL_PORT = re.compile(r"^(https?://[^/]+?):(80|443)(?=/|$)")


def kept_address(provider: str, typed: str) -> str:
    """The address as it is stored: the same for one shop however it was typed or copied; "" stays empty.

    Raises ValidationError, about the column that this kind of shop's address is in, for what no shop can have, or when there are keys or a
    password in it.
    """
    typed, adapter = typed.strip(), adapter_class(provider)
    if not typed:
        return ""
    try:
        address = _judged(adapter.store_address, typed)
    except ValidationError as error:
        raise ValidationError({adapter.address_column: error.messages}) from None
    if problem := adapter.address_problem(address):
        raise ValidationError({adapter.address_column: [problem]})
    return address


def no_address(provider: str) -> str:
    """What is said where the address is missing."""
    return f"Enter the shop's address, for example {adapter_class(provider).address_example}."


def put_address(connection: StoreConnection, address: str) -> None:
    """Puts an address (as it is kept) into the column where this kind of shop has it."""
    connection.store_url = connection.shop_domain = ""
    setattr(connection, adapter_class(connection.provider).address_column, address)


def _judged(store_address: Callable[[str], str], typed: str) -> str:
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        secret = "@" in parts.netloc or "consumer_" in f"{parts.query}{parts.fragment}".lower()
    except ValueError:
        raise ValidationError("This is no address. It looks like https://shop.example.") from None
    if secret:
        raise ValidationError("Enter only the shop's address here; keys have fields of their own.")
    validate_web_address(parts.geturl())
    return store_address(typed)


def leads_elsewhere(stored: StoreConnection, typed: str) -> bool:
    """Whether an address is not the one of a connection, however both were written: with or without www, by http or https."""
    own = adapter_class(stored.provider).store_address
    return _place(own(stored.address)) != _place(own(typed))


def site_of(url: str) -> str:
    """Host and port, without www. url: also a bare domain."""
    return urlsplit(_with_scheme(url)).netloc.lower().removeprefix("www.")


def connected_already(connection: StoreConnection) -> StoreConnection | None:
    """Another connection of the business to the shop that this one is about to lead to: from both, every product would come in twice."""
    shops = StoreConnection.objects.for_tenant(connection.tenant_id).filter(provider=connection.provider).defer("credentials")
    there = [shop for shop in shops if not leads_elsewhere(shop, connection.address)]
    return None if connection.pk in [shop.pk for shop in there] else next(iter(there), None)


def _place(url: str) -> tuple[str, str]:
    url = _with_scheme(url)
    return site_of(_USUAL_PORT.sub(r"\1", url)), urlsplit(url).path.rstrip("/")


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"https://{url}"
