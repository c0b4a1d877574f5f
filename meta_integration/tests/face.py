"""Helpers for tests of the admin and the API: browsers by role, addresses, texts."""

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from products_and_services.tests.factories import admin_client, member
from tenants.models import Tenant

LIST = "admin:products_and_services_product_changelist"


def browser(tenant: Tenant, role: str = "owner") -> Client:
    """Signed in as a member with this role."""
    return admin_client(member(tenant, role))


def product_url(product: Any, name: str = "change") -> str:
    """Address of a page about a product."""
    return reverse(f"admin:products_and_services_product_{name}", args=[product.pk])


def config_url(config: Any, name: str = "change") -> str:
    """Address of a page about a configuration."""
    return reverse(f"admin:meta_integration_metaappconfig_{name}", args=[config.pk])


def text_of(answer: Any) -> str:
    """What a person reads: tags away, entities resolved, white space made plain."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def messages_of(answer: Any) -> list[str]:
    """What a page said; the answer must have been followed to it."""
    return [str(message) for message in answer.context["messages"]]


def act(client: Client, name: str, *products: Any) -> list[str]:
    """Runs a list action on products; returns its messages."""
    chosen = {"action": name, "_selected_action": [str(product.pk) for product in products]}
    return messages_of(client.post(reverse(LIST), chosen, follow=True))
