"""Leases: one holder, renewal and release by token only, dead ones taken over, clocks that jump."""

from datetime import UTC, datetime, timedelta

import pytest

from common.lease import LEASE_LENGTH, claim
from meta_integration.models import Catalog

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def pk(tenant):
    return Catalog.objects.create(tenant=tenant, catalog_id="200000000000099").pk


def at(**delta):
    return NOW + timedelta(**delta)


def test_one_holder_at_a_time(pk):
    first = claim(Catalog, pk, NOW)
    assert (first is not None, first.taken_over) == (True, False)
    assert claim(Catalog, pk, at(seconds=59)) is None
    first.release()
    assert claim(Catalog, pk, at(seconds=59)).taken_over is False


def test_a_dead_holder_is_taken_over_and_can_neither_renew_nor_release(pk):
    dead = claim(Catalog, pk, NOW)
    living = claim(Catalog, pk, at(seconds=60))
    assert living.taken_over
    assert not dead.renew(at(seconds=61))
    dead.release()
    assert claim(Catalog, pk, at(seconds=62)) is None
    assert living.renew(at(seconds=62))


def test_renewing_extends(pk):
    lease = claim(Catalog, pk, NOW)
    assert lease.renew(at(seconds=50))
    assert claim(Catalog, pk, at(seconds=100)) is None
    assert claim(Catalog, pk, at(seconds=111)) is not None


def test_an_expiry_further_ahead_than_a_lease_is_long_is_a_clock_that_jumped(pk):
    claim(Catalog, pk, at(days=1))
    assert claim(Catalog, pk, NOW).taken_over


def test_who_read_the_clock_a_moment_before_the_holder_takes_nothing_over(pk):
    claim(Catalog, pk, at(seconds=2))
    assert claim(Catalog, pk, NOW) is None


def test_the_longest_honest_lease_is_alive(pk):
    claim(Catalog, pk, NOW)
    assert Catalog.objects.get().lease_expires_at == NOW + LEASE_LENGTH
    assert claim(Catalog, pk, NOW) is None


def test_a_row_that_is_gone_gives_no_lease(db):
    assert claim(Catalog, 404, NOW) is None
