from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tenants.login import MOST_PER_NAME, TOO_MANY
from tenants.models import AuditEvent
from tenants.tests.factories import make_member, make_tenant

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def ada():
    user = make_member(make_tenant())
    user.set_password("correct horse")
    user.save()
    return user


def attempt(client, username, password):
    return client.post(LOGIN, {"username": username, "password": password, "next": "/admin/"})


def test_guessing_is_stopped_and_forgiven_after_a_while(client, ada):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for _ in range(MOST_PER_NAME):
            assert attempt(client, ada.username, "wrong").status_code == 200
        refused = attempt(client, ada.username, "correct horse")
        assert TOO_MANY in refused.content.decode()
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        assert attempt(client, ada.username, "correct horse").status_code == 302


def test_other_people_still_get_in(client, ada):
    for _ in range(MOST_PER_NAME):
        attempt(client, "nobody", "wrong")
    assert attempt(client, ada.username, "correct horse").status_code == 302


def test_what_is_typed_is_not_stored_unless_it_is_a_name(client, ada):
    attempt(client, "my secret password", "oops")
    attempt(client, ada.username, "oops secret")
    assert list(AuditEvent.objects.order_by("id").values_list("subject", flat=True)) == ["", ada.username]
    assert "secret" not in str(list(AuditEvent.objects.values()))
