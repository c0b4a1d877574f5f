"""Fixtures for every app: two businesses, an API client, media in a temporary folder, and the hypothesis profiles.

Rows come from products_and_services/tests/factories.py; the environment (secrets, DEBUG) from pytest_environment.py.
"""

import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from common import metering
from common.tests.picture_host import Host, hosting
from operations import tallies
from products_and_services.signals import catalog_changed
from products_and_services.tests import factories
from tenants.models import Tenant

# Choose with HYPOTHESIS_PROFILE; thorough is for nights and for the engine's state machine.
SLOW_DATABASE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
# The default one is the same in every run: a landing must not hang on a throw of dice. New ground is found by the thorough one.
hypothesis_settings.register_profile("default", max_examples=30, deadline=None, derandomize=True, suppress_health_check=SLOW_DATABASE)
hypothesis_settings.register_profile("thorough", max_examples=500, deadline=None, suppress_health_check=SLOW_DATABASE)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def _delete_what_is_there(operations: Any, _style: Any, tables: list[str], **_: Any) -> list[str]:
    """In the place of DatabaseOperations.sql_flush: empties the tables that have rows. The order does not matter, as PostgreSQL looks at
    Django's foreign keys at the end of the transaction."""
    names = [operations.quote_name(table) for table in tables]
    with operations.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
        return [f"DELETE FROM {name}" for (name,) in cursor]


@pytest.fixture(scope="session", autouse=True)
def _cheap_postgres() -> Iterator[None]:
    """A test that commits fills a few tables. Django's TRUNCATE makes new files for every one of them and takes up to two seconds.
    And no test cuts the server's power, so that a commit need not wait for the disk (said here: our own options hide PGOPTIONS)."""
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", _delete_what_is_there)
            given = connection.settings_dict["OPTIONS"]
            patch.setitem(given, "options", f"{given['options']} -c synchronous_commit=off")
        yield


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Any, settings: Any) -> Iterator[None]:
    """Uploads of a test end with it, and nothing cached (throttles, pages) or counted reaches the next one."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    metering.take()
    yield


@pytest.fixture(autouse=True)
def _counts_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted is written down when a test says so. By itself a request writes it every ten seconds: now and then a query more."""
    monkeypatch.setattr(tallies, "_next_flush", math.inf)


@pytest.fixture
def tenant(db: None) -> Tenant:
    """Business A, in whose name a test acts."""
    return factories.TenantFactory(sub_domain="solar", name="Solar Shop", currency="USD")


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    """Business B, which must neither see nor be touched."""
    return factories.TenantFactory(sub_domain="pizzeria", name="Pizzeria", currency="EUR")


@pytest.fixture
def nobody_above(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rooms above, which would write rows of their own when the catalog changes, are unplugged."""
    monkeypatch.setattr(catalog_changed, "receivers", [])
    catalog_changed.sender_receivers_cache.clear()
    yield
    catalog_changed.sender_receivers_cache.clear()


@pytest.fixture
def host(settings: Any) -> Iterator[Host]:
    """A server on this machine whose answers the test writes by hand, reachable because the test allows its own network."""
    settings.ALLOW_PRIVATE_STORE_URLS = True
    with hosting() as server:
        yield server


@pytest.fixture
def api(tenant: Tenant) -> APIClient:
    """An API client of business A with every scope."""
    return factories.api_client(tenant)


@pytest.fixture
def api_of() -> Callable[..., APIClient]:
    """`api_of(tenant, "catalog:view")`: a client with a key of that business and those scopes (none given: every scope)."""
    return factories.api_client
