"""These tests hear the catalog's news themselves; the rooms above, which would write outbox rows, are unplugged."""

import pytest

from products_and_services.signals import catalog_changed
from products_and_services.tests.factories import admin_client, member
from products_and_services.tests.rollback_shop import BusyShop


@pytest.fixture(autouse=True)
def _nobody_above(nobody_above):
    """In every test of this room."""


@pytest.fixture
def announced(_nobody_above):
    """[(tenant id, product ids, restart)] of every catalog_changed from here on."""
    heard = []

    def listen(tenant_id, product_ids, restart, **_):
        heard.append((tenant_id, product_ids, restart))

    catalog_changed.connect(listen)
    yield heard
    catalog_changed.disconnect(listen)


@pytest.fixture
def owner(tenant):
    """A browser in which an owner of the business is signed in."""
    return admin_client(member(tenant, "owner"))


@pytest.fixture
def shop(tenant):
    return BusyShop(tenant)
