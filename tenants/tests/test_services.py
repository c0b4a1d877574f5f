import pytest
from django.core.exceptions import ValidationError

from tenants.actor import Actor, acting_as
from tenants.models import AuditEvent, Membership
from tenants.services import create_api_key, create_tenant, record_audit, revoke_api_key
from tenants.tests.factories import make_member, make_tenant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"currency": "XXQ"}, "currency"), ({"timezone": "Mars"}, "timezone"), ({"name": ""}, "name"), ({"sub_domain": "ä b"}, "sub_domain")],
)
def test_a_business_is_checked_before_it_is_made(fields, field):
    with pytest.raises(ValidationError) as caught:
        create_tenant(**{"sub_domain": "solar", "name": "Solar", **fields})
    assert field in caught.value.message_dict


def test_keys_need_known_scopes():
    tenant = make_tenant()
    for scopes in ([], ["catalog:view", "root"]):
        with pytest.raises(ValidationError) as caught:
            create_api_key(tenant, "k", scopes)
        assert "scopes" in caught.value.message_dict


def test_revoking_twice_is_told():
    key, _plain = create_api_key(make_tenant(), "k", ["catalog:view"])
    assert revoke_api_key(key) and not revoke_api_key(key)
    assert AuditEvent.objects.filter(action="api_key_revoked").count() == 1


def test_the_trail_names_the_actor_and_masks_secrets():
    tenant = make_tenant()
    with acting_as(Actor("person ada", request_id="r-1", ip_address="10.0.0.1")):
        secrets = {"access_token": "EAAcanary0000001", "note": "token EAAcanary0000001"}
        event = record_audit("token_changed", tenant, subject="Meta", metadata=secrets)
    event.refresh_from_db()
    assert (event.actor, event.request_id, event.ip_address) == ("person ada", "r-1", "10.0.0.1")
    assert "canary" not in str(event.metadata)


def test_who_joins_a_business_may_open_the_admin():
    user = make_member(make_tenant())
    assert user.is_staff
    assert Membership.objects.get(user=user).role == "owner"
