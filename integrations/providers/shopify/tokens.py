"""The access token of a shop: the one a person has entered, or one of 24 hours that we fetch by client id and secret when we need it.

A fetched one is kept encrypted beside the connection, for all processes, and only one of them fetches at a time. It goes with the keys it
was fetched with: with other keys, or another address, it is as if there was none.
https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from common.clock import database_now
from common.encrypted_field import DecryptionError
from common.lease import Lease, claim
from integrations.models import StoreConnection
from integrations.models.tokens import StoreToken
from integrations.providers.shopify.answering.answers import NewToken
from integrations.providers.shopify.domains import shop_domain

EARLY = timedelta(minutes=5)
LOOK_AGAIN = 0.25  # seconds between two looks for the token that somebody else is fetching
PATIENCE = 40.0  # seconds; longer than fetching one may take


class TokenBusy(Exception):
    """Somebody else has been fetching the shop's token for too long."""


@dataclass(frozen=True)
class _Held:
    token: str
    until: datetime


class Tokens:
    """The tokens of one connection (saved or not)."""

    def __init__(self, connection: StoreConnection) -> None:
        self._connection_pk = connection.pk
        self._entered = connection.credential("access_token").strip()
        self._made_for = _digest(connection)
        self._held: _Held | None = None

    @property
    def can_renew(self) -> bool:
        """Whether another token can be had when the shop refuses one."""
        return not self._entered

    def current(self, fetch: Callable[[], NewToken], refused: str = "") -> str:
        """A token that should be good. fetch: asks the shop for a new one; refused: the one that the shop has just refused.

        Network where a new one is needed. Raises TokenBusy, and what `fetch` raises: one of the four errors.
        """
        if self._entered:
            return self._entered
        held = self._held
        if held is None or held.token == refused or held.until <= timezone.now():
            held = self._held = self._stored(refused) or self._renewed(fetch, refused)
        return held.token

    def _stored(self, refused: str) -> _Held | None:
        """The token that all processes share, while it is good."""
        try:
            row = StoreToken.objects.filter(connection=self._connection_pk).first()
        except DecryptionError:  # Written with a secret that is no longer known; it is only a copy.
            return None
        if row is None or row.expires_at is None or row.expires_at <= database_now():
            return None
        value: Any = row.value
        token = str(value.get("token") or "")
        return _Held(token, row.expires_at) if token not in ("", refused) and value.get("made_for") == self._made_for else None

    def _renewed(self, fetch: Callable[[], NewToken], refused: str) -> _Held:
        """Fetches one, or waits for whoever is at it."""
        row = self._row()
        if row is None:
            return self._fetched(fetch(), None)
        patient_until = time.monotonic() + PATIENCE
        while True:
            lease = claim(StoreToken, row, database_now())
            if lease is not None:
                try:
                    return self._stored(refused) or self._fetched(fetch(), lease)
                finally:
                    lease.release()
            if time.monotonic() > patient_until:
                raise TokenBusy
            time.sleep(LOOK_AGAIN)
            if (stored := self._stored(refused)) is not None:
                return stored

    def _row(self) -> int | None:
        """The key of the shared row; None for a connection that is not saved, or removed meanwhile."""
        if self._connection_pk is None:
            return None
        try:
            StoreToken.objects.bulk_create([StoreToken(connection_id=self._connection_pk)], ignore_conflicts=True)
        except IntegrityError:
            return None
        return StoreToken.objects.filter(connection=self._connection_pk).values_list("pk", flat=True).first()

    def _fetched(self, new: NewToken, lease: Lease | None) -> _Held:
        life = timedelta(seconds=new.seconds)
        until = database_now() + life - min(EARLY, life / 2)
        if lease is not None:
            ours = StoreToken.objects.filter(pk=lease.pk, lease_token=lease.token)
            ours.update(value={"token": new.token, "made_for": self._made_for}, expires_at=until)
        return _Held(new.token, until)


def _digest(connection: StoreConnection) -> str:
    keys = (shop_domain(connection.address), connection.credential("client_id").strip(), connection.credential("client_secret").strip())
    return hashlib.sha256("\0".join(keys).encode()).hexdigest()
