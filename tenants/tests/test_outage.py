import pytest
from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError
from django.test import Client

from tenants.models import Membership
from tenants.tests.factories import make_superuser, make_tenant

pytestmark = pytest.mark.django_db


def test_a_form_hit_by_an_outage_half_way_saves_nothing(monkeypatch):
    """The user is saved before the memberships on the same page: both go or none."""
    tenant, eve = make_tenant(), get_user_model().objects.create_user("eve")
    client = Client(raise_request_exception=False)
    client.force_login(make_superuser())
    monkeypatch.setattr("common.database_outage.is_outage", lambda error: isinstance(error, (OperationalError, InterfaceError)))

    def refuse(self, *args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Membership, "save", refuse)
    data = {"username": "eve-renamed", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-MIN_NUM_FORMS": "0",
            "memberships-MAX_NUM_FORMS": "1000", "memberships-0-tenant": str(tenant.pk), "memberships-0-role": "staff"}  # fmt: skip
    answer = client.post(f"/admin/auth/user/{eve.pk}/change/", data)
    assert answer.status_code == 503
    eve.refresh_from_db()
    assert eve.username == "eve"
