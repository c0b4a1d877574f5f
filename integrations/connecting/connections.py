"""What people and programs do with a shop's connection, the same for the admin, the API and commands: keep, test, pause, remove it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from common.clock import database_now
from common.encrypted_field import DecryptionError
from common.errors import RemoteError, TransientError
from common.redaction import clean_error_text
from common.trial import TrialResult
from integrations.connecting.addresses import TAKEN, connected_already, kept_address, no_address, put_address
from integrations.connecting.blocking import Access, access_of, block, unblock
from integrations.in_step.watches import wake
from integrations.models import StoreConnection
from integrations.orders.queueing import forget_shop, let_in_again
from integrations.providers import adapter_class, adapter_for, webhook_module
from integrations.providers.base import StoreFacts
from integrations.runs.holding import REMOVED, open_run
from integrations.webhooks.asking import ask_for_a_look, remember_old_secret
from integrations.webhooks.farewell import say_farewell
from operations.services import cancel_run
from tenants.services import record_audit

__all__ = [
    "ConnectionResult",
    "block",
    "check_connection",
    "pause",
    "remove_connection",
    "save_connection",
    "set_credentials",
    "switch_on",
    "unblock",
]


@dataclass(frozen=True)
class ConnectionResult(TrialResult):
    """facts: what the shop told about itself, None when it let us not in."""

    facts: StoreFacts | None = None


def check_connection(connection: StoreConnection) -> ConnectionResult:
    """Asks the shop who it is, with the connection's keys (saved or not). Network: call it outside transactions.

    A success is noted at a saved connection, and unblocks it; one that is saved afterwards keeps what was found.
    """
    try:
        tested = access_of(connection)
        facts = adapter_for(connection).describe()
    except (RemoteError, DecryptionError) as error:
        return _refused(error)
    connection.facts, connection.checked_at = facts.remember, database_now()
    if connection.pk is not None:
        _note_success(connection, tested)
    text = _found(connection, facts)
    if facts.notes:
        return ConnectionResult("orange", text, " ".join(facts.notes), facts=facts)
    return ConnectionResult("green", text, facts=facts)


def _refused(error: RemoteError | DecryptionError) -> ConnectionResult:
    if isinstance(error, DecryptionError):
        return ConnectionResult("red", "The stored keys cannot be read.", str(error))
    to_do = str(error.data.get("remedy") or "")
    if not to_do:
        to_do = "Try again in a few minutes." if isinstance(error, TransientError) else "Check the shop's address and the keys."
    said = str(error.data.get("said") or "")
    return ConnectionResult("red", clean_error_text(error.message), clean_error_text(to_do), clean_error_text(said))


def _note_success(connection: StoreConnection, tested: Access) -> None:
    """Only for the keys that were tested: somebody may have saved others meanwhile."""
    with transaction.atomic():
        fresh = StoreConnection.objects.select_for_update(of=("self",)).select_related("tenant").filter(pk=connection.pk).first()
        if fresh is None or access_of(fresh) != tested:
            return
        StoreConnection.objects.filter(pk=fresh.pk).update(facts=connection.facts, checked_at=connection.checked_at)
        unblock(connection)
        ask_for_a_look(connection)  # What the key may do in the shop may have changed, too.
        wake(connection.pk)
        let_in_again(connection)


def _found(connection: StoreConnection, facts: StoreFacts) -> str:
    name = f"“{facts.name}”" if facts.name else connection.address
    products = "" if facts.products is None else f", {facts.products:,} {'product' if facts.products == 1 else 'products'}"
    details = " ".join(part for part in (connection.get_provider_display(), facts.version) if part)
    currency = f", prices in {facts.currency}" if facts.currency else ""
    return f"Connected to {name} ({details}{products}{currency})."


def save_connection(connection: StoreConnection, credentials: Mapping[str, str] | None = None) -> StoreConnection:
    """Keeps a new or changed connection. credentials: {name: secret} of those that change, as with set_credentials.

    New keys or another address end a block: the shop is asked anew. Raises ValidationError naming the fields (credentials by their names).
    """
    connection.clean_fields(exclude=["credentials", "store_url"])
    adapter = adapter_class(connection.provider)
    put_address(connection, kept_address(connection.provider, connection.address))
    if not connection.address:
        raise ValidationError({adapter.address_column: [no_address(connection.provider)]})
    if connected_already(connection):
        raise ValidationError({adapter.address_column: [TAKEN]})
    connection.full_clean(exclude=["credentials"])
    keys: Any = merged_credentials(connection, credentials or {})
    if wrong := adapter.credential_problems(keys):
        raise ValidationError(wrong)
    connection.credentials = keys
    is_new = connection.pk is None
    with transaction.atomic():
        stored = None if is_new else _locked(connection.pk)
        changed = stored is None or stored.access != access_of(connection)
        if stored is not None and changed and connection.facts == stored.facts:
            connection.facts = {}  # Found out about what was there before.
        connection.save()
        if not is_new and changed:
            unblock(connection)
            let_in_again(connection)
        if stored is not None:
            _keep_old_secret(connection, stored.credentials)
        ask_for_a_look(connection)
        record_audit("shop_connected" if is_new else "shop_changed", connection.tenant, subject=str(connection),
                     metadata={"address": connection.address, "keys_changed": bool(credentials)})  # fmt: skip
    return connection


@dataclass(frozen=True)
class _Stored:
    """access: None where the keys cannot be read any more: whatever is saved now is news."""

    access: Access | None
    facts: Any
    credentials: Mapping[str, str]


def _locked(connection_pk: int) -> _Stored:
    """The connection as the database has it."""
    row = StoreConnection.objects.select_for_update(of=("self",)).defer("credentials").filter(pk=connection_pk).first()
    if row is None:
        raise ValidationError(REMOVED)
    try:
        credentials: Any = row.credentials
        return _Stored(access_of(row), row.facts, credentials)
    except DecryptionError:
        return _Stored(None, row.facts, {})


def _keep_old_secret(connection: StoreConnection, stored: Mapping[str, str]) -> None:
    """Deliveries that are on their way are signed with the key that has just been replaced."""
    for name in webhook_module(connection.provider).SIGNED_WITH:
        if stored.get(name) and stored[name] != connection.credential(name):
            remember_old_secret(connection.pk, stored[name])


def set_credentials(connection: StoreConnection, credentials: Mapping[str, str]) -> StoreConnection:
    """Changes keys: names as the adapter's credential_fields; empty ones stay as they are. Raises ValidationError."""
    return save_connection(connection, credentials)


def merged_credentials(connection: StoreConnection, credentials: Mapping[str, str]) -> dict[str, str]:
    """What would be stored. Raises ValidationError for a name that this kind of shop does not know."""
    adapter = adapter_class(connection.provider)
    known = {field.name for field in adapter.credential_fields}
    if unknown := sorted(set(credentials) - known):
        raise ValidationError({"credentials": [f"Unknown: {', '.join(unknown)}. Known are {', '.join(sorted(known))}."]})
    try:
        kept: Any = connection.credentials
    except DecryptionError:  # Then all of them have to be entered again.
        kept = {}
    return adapter.merged_keys(kept, {name: value.strip() for name, value in credentials.items() if value and value.strip()})


def pause(connection: StoreConnection) -> None:
    """Nothing is read from the shop any more; an import under way stops (it can be gone on with later)."""
    _switch(connection, on=False)
    if (run := open_run(connection)) is not None:
        cancel_run(run)


def switch_on(connection: StoreConnection) -> None:
    """Ends a pause; the schedule goes on."""
    _switch(connection, on=True)


def _switch(connection: StoreConnection, *, on: bool) -> None:
    with transaction.atomic():
        changed = StoreConnection.objects.filter(pk=connection.pk, is_active=not on).update(is_active=on, updated_at=database_now())
        if changed:
            record_audit("shop_resumed" if on else "shop_paused", connection.tenant, subject=str(connection))
            if on:
                ask_for_a_look(connection)
    connection.is_active = on


def remove_connection(connection: StoreConnection) -> None:
    """Forgets the shop, its keys and which of our products are which of its; the products stay as they are."""
    with transaction.atomic():
        if (run := open_run(connection)) is not None:
            cancel_run(run)
        forget_shop(connection)
        record_audit("shop_removed", connection.tenant, subject=str(connection), metadata={"address": connection.address})
        say_farewell(connection)
        connection.delete()
