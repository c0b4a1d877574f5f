"""Claims on a row by conditional UPDATE: the same on SQLite and PostgreSQL, no row locks, no ghosts.

A model that is leased has `lease_token` (text, empty = free) and `lease_expires_at`. The token fences: who holds an old one can neither
renew nor release. Times are the database clock's.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

LEASE_LENGTH = timedelta(seconds=60)


@dataclass(frozen=True)
class Lease:
    """A held claim. `taken_over`: the previous holder never released it and may still be in a call."""

    model: type[models.Model]
    pk: int
    token: str
    taken_over: bool

    def renew(self, now: datetime) -> bool:
        """Extends the claim to now + 60 s; False when somebody else has taken it over."""
        held = self.model._default_manager.filter(pk=self.pk, lease_token=self.token)
        return bool(held.update(lease_expires_at=now + LEASE_LENGTH))

    def release(self) -> None:
        """Gives the row back; harmless when it is no longer ours."""
        self.model._default_manager.filter(pk=self.pk, lease_token=self.token).update(lease_token="", lease_expires_at=None)


def free_at(now: datetime) -> Q:
    """Rows that nobody holds, or whose holder is dead: for `filter`. An expiry further ahead than two leases is a clock that jumped: dead.

    Two, because whoever asks may have read the clock a moment before the holder did, and has to take nothing over for that.
    """
    return Q(lease_token="") | dead_at(now)


def dead_at(now: datetime) -> Q:
    """Rows whose holder has not renewed its lease in time."""
    return Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=now) | Q(lease_expires_at__gt=now + 2 * LEASE_LENGTH)


def claim(model: type[models.Model], pk: int, now: datetime) -> Lease | None:
    """The lease, or None while another holder's is alive."""
    row = model._default_manager.filter(pk=pk)
    token = secrets.token_hex(16)
    values = {"lease_token": token, "lease_expires_at": now + LEASE_LENGTH}
    if row.filter(lease_token="").update(**values):
        return Lease(model, pk, token, taken_over=False)
    if row.filter(dead_at(now)).update(**values):
        return Lease(model, pk, token, taken_over=True)
    return None
