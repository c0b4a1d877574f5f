"""Two businesses with a row of every model, for the isolation walks."""

import pytest
from django.contrib import admin

from common.admin import TenantModelAdmin
from tenants.tests.builder import Builder
from tenants.tests.factories import make_tenant


@pytest.fixture
def world(db):
    """Both businesses with a row of every registered model; `mine` is the one the walker belongs to."""

    class World:
        mine, theirs = Builder(make_tenant("Mine")), Builder(make_tenant("Theirs"))

    for page in admin.site._registry.values():
        if isinstance(page, TenantModelAdmin):
            World.mine.row(page.model)
            World.theirs.row(page.model)
    return World
