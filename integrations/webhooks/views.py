"""`POST /webhooks/{provider}/{connection}`: from a shop's server, to be answered at once. Outside the API and without a session.

200 taken (or taken before, or asked whether somebody is there), 401 not signed by this shop, 404 no such shop, 413 too long. Only what
is signed leaves a row; the rest is counted, and wrong signatures that come again and again have the shop asked (doubts.py).
"""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from common import metering
from common.clock import database_now
from common.encrypted_field import DecryptionError
from common.log_context import note
from integrations.models import Provider, StoreConnection
from integrations.providers import webhook_module
from integrations.webhooks import doubts
from integrations.webhooks.intake import take
from tenants.actor import name_actor

LONGEST_BODY = 4 * 1024 * 1024
COUNTER = "store_deliveries"


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str, connection_pk: str) -> HttpResponse:
    """Verifies the raw bytes, writes one row and its hints in one transaction, and answers."""
    started = time.monotonic()
    body = _body(request)
    if body is None:
        return _refused("too_long", 413)
    connection = _connection(provider, int(connection_pk))
    if connection is None:
        return _refused("unknown", 404)
    shop: Any = webhook_module(connection.provider)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if shop.is_ping(headers, body):
        return _answered(connection, "ping")
    secrets = _secrets(connection, shop.SIGNED_WITH)
    if not shop.verify(body, headers, secrets):
        if secrets and shop.signature(headers):
            doubts.refused(connection)
        return _refused("not_signed", 401, connection.provider)
    doubts.taken(connection)
    note(tenant=connection.tenant.sub_domain, connection=connection.pk)
    name_actor(f"shop {connection}")
    is_new = take(connection, shop.parse(headers, body), started)
    return _answered(connection, "taken" if is_new else "repeated")


def _body(request: HttpRequest) -> bytes | None:
    """The raw bytes; None when there are more than we take. Django's own limit is lower and answers 400."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            return None
        body = request.read(LONGEST_BODY + 1)
    except (UnreadablePostError, ValueError):  # The shop hung up; whatever came is not what it signed.
        return b""
    return body if len(body) <= LONGEST_BODY else None


def _connection(provider: str, pk: int) -> StoreConnection | None:
    shops = StoreConnection.objects.select_related("tenant").defer("credentials")
    return shops.filter(pk=pk, provider=provider).first() if provider in Provider.values else None


def _secrets(connection: StoreConnection, signed_with: tuple[str, ...]) -> list[str]:
    """What this shop may sign with: our secret, or its credentials and the one before; none where they cannot be decrypted any more."""
    try:
        hooks = getattr(connection, "hooks", None)
        if not signed_with:
            return [hooks.secret] if hooks else []
        found = [connection.credential(name) for name in signed_with]
        if hooks and hooks.old_secret_until and hooks.old_secret_until > database_now():
            found.append(hooks.old_secret)
    except DecryptionError:
        return []
    return [secret for secret in found if secret]


def _answered(connection: StoreConnection, outcome: str) -> HttpResponse:
    metering.observe(COUNTER, str(connection.provider), outcome)
    return HttpResponse(status=200)


def _refused(outcome: str, status: int, provider: str = "") -> HttpResponse:
    metering.observe(COUNTER, provider, outcome)
    return HttpResponse(status=status)
