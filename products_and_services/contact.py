"""How a customer reaches a business. The rooms above know its numbers and hand themselves in; without them there is no button."""

import re
from collections.abc import Callable
from urllib.parse import quote

from tenants.models import Tenant

NumberSource = Callable[[Tenant], str | None]
_source: NumberSource | None = None


def use(source: NumberSource | None) -> None:
    """Names the function that knows a business's WhatsApp display number ("+263 77 123 4567"); called once from an app's `ready`."""
    global _source
    _source = source


def whatsapp_link(tenant: Tenant, text: str) -> str:
    """A wa.me address that opens a chat with the business and this text in the input line; "" when no number is known."""
    digits = re.sub(r"\D", "", (_source(tenant) if _source else None) or "")
    return f"https://wa.me/{digits}?text={quote(text, safe='')}" if digits else ""
