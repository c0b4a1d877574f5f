import re

import pytest
from django.contrib.auth import get_user_model
from django.utils.html import escape

from tenants.models import AuditEvent, Membership, Tenant, TenantApiKey
from tenants.services import create_api_key, record_audit
from tenants.tests.factories import logged_in, make_member, make_superuser, make_tenant

pytestmark = pytest.mark.django_db
KEYS = "/admin/tenants/tenantapikey/"
TENANTS = "/admin/tenants/tenant/"
MARKUP = "<script>alert('x')</script>"


@pytest.fixture
def solar():
    return make_tenant("Solar")


@pytest.fixture
def owner(solar):
    return logged_in(make_member(solar))


# --- keys ---------------------------------------------------------------------------------------------------------------------


def test_a_new_key_is_shown_exactly_once(owner, solar, client):
    answer = owner.post(f"{KEYS}add/", {"name": "till", "scopes": ["catalog:view"]})
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    plain = re.search(r'id="plain-key">(\S+)</p>', answer.content.decode())[1]
    key = TenantApiKey.objects.get()
    assert key.tenant == solar and key.scopes == ["catalog:view"]
    assert client.get("/v1/runs/", headers={"X-TENANT-ID": str(solar.pk), "X-TENANT-API-KEY": plain}).status_code == 200
    secret = plain.partition(".")[2]
    for address in (KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}{key.pk}/history/", "/admin/tenants/auditevent/", "/admin/"):
        page = owner.get(address).content.decode()
        assert secret not in page and key.key_hash not in page
    assert secret not in str(owner.session.items()) and secret not in str(owner.cookies)


def test_keys_are_revoked_not_deleted(owner, solar, client):
    key, plain = create_api_key(solar, "till", ["catalog:view"])
    other, _plain = create_api_key(solar, "export", ["catalog:view"])
    headers = {"X-TENANT-ID": str(solar.pk), "X-TENANT-API-KEY": plain}
    assert owner.post(f"{KEYS}{key.pk}/delete/", {"post": "yes"}).status_code == 403
    assert owner.get(f"{KEYS}{key.pk}/revoke/").status_code == 404
    assert client.get("/v1/runs/", headers=headers).status_code == 200
    assert owner.post(f"{KEYS}{key.pk}/revoke/").status_code == 302
    assert client.get("/v1/runs/", headers=headers).status_code == 401
    page = owner.post(KEYS, {"action": "revoke", "_selected_action": [key.pk, other.pk]}, follow=True).content.decode()
    assert "1 revoked, 1 were revoked before" in page


def test_a_key_needs_a_scope(owner):
    page = owner.post(f"{KEYS}add/", {"name": "till"}).content.decode()
    assert "This field is required" in page
    assert not TenantApiKey.objects.exists()


def test_a_superuser_who_sees_all_names_the_business(solar):
    pizza = make_tenant("Pizza")
    client = logged_in(make_superuser())
    assert 'name="tenant"' in client.get(f"{KEYS}add/").content.decode()
    client.post(f"{KEYS}add/", {"tenant": str(pizza.pk), "name": "till", "scopes": ["catalog:view"]})
    assert TenantApiKey.objects.get().tenant == pizza


# --- businesses -----------------------------------------------------------------------------------------------------------------


def form(**changes):
    return {"name": "Solar", "currency": "USD", "timezone": "UTC", "languages": "en, es", **changes}


def test_an_owner_changes_settings_but_not_the_address(owner, solar):
    answer = owner.post(f"{TENANTS}{solar.pk}/change/", form(name="Solar Two", sub_domain="stolen", is_active=""))
    assert answer.status_code == 302
    before = solar.sub_domain
    solar.refresh_from_db()
    assert (solar.name, solar.sub_domain, solar.is_active, solar.languages) == ("Solar Two", before, True, ["en", "es"])
    assert AuditEvent.objects.get(action="tenant_changed").metadata == {"fields": ["name", "languages"]}


@pytest.mark.parametrize(
    ("field", "value", "words"), [("currency", "QQQ", "ISO 4217"), ("timezone", "Mars", "IANA"), ("languages", "xx-nope", "language code")]
)
def test_settings_are_checked(owner, solar, field, value, words):
    page = owner.post(f"{TENANTS}{solar.pk}/change/", form(**{field: value})).content.decode()
    assert words in page


def test_managers_see_the_business_and_cannot_change_it(solar):
    client = logged_in(make_member(solar, "manager"))
    assert client.get(f"{TENANTS}{solar.pk}/change/").status_code == 200
    assert client.post(f"{TENANTS}{solar.pk}/change/", form(name="Mine")).status_code == 403


def test_only_superusers_add_a_business_and_nobody_deletes_one(owner, solar):
    assert owner.get(f"{TENANTS}add/").status_code == 403
    root = logged_in(make_superuser())
    assert root.post(f"{TENANTS}add/", form(name="New", sub_domain="new", is_active="on")).status_code == 302
    assert Tenant.objects.filter(sub_domain="new").exists()
    assert root.post(f"{TENANTS}{solar.pk}/delete/", {"post": "yes"}).status_code == 403


# --- people -----------------------------------------------------------------------------------------------------------------------


def test_adding_a_member_opens_the_admin_for_them(solar):
    user = get_user_model().objects.create_user("newcomer")
    root = logged_in(make_superuser(), solar)
    assert root.post("/admin/tenants/membership/add/", {"user": user.pk, "role": "staff"}).status_code == 302
    user.refresh_from_db()
    assert user.is_staff
    assert Membership.objects.get(user=user).tenant == solar


def test_a_second_membership_in_the_same_business_is_a_form_error(solar):
    ada = make_member(solar)
    answer = logged_in(make_superuser(), solar).post("/admin/tenants/membership/add/", {"user": ada.pk, "role": "staff"})
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()


def test_an_owner_changes_roles_but_cannot_look_for_users(owner, solar):
    bob = make_member(solar, "staff")
    membership = Membership.objects.get(user=bob)
    assert owner.post(f"/admin/tenants/membership/{membership.pk}/change/", {"role": "manager"}).status_code == 302
    membership.refresh_from_db()
    assert membership.role == "manager"
    assert owner.get("/admin/tenants/membership/add/").status_code == 403
    assert owner.get("/admin/auth/user/").status_code == 403


def test_superusers_manage_users():
    root = logged_in(make_superuser())
    answer = root.post("/admin/auth/user/add/", {"username": "eve", "usable_password": "false", "password1": "", "password2": ""})
    assert answer.status_code == 302
    eve = get_user_model().objects.get(username="eve")
    assert root.get(f"/admin/auth/user/{eve.pk}/change/").status_code == 200
    assert root.get(f"/admin/auth/user/{eve.pk}/password/").status_code == 200


# --- escaping and the trail -----------------------------------------------------------------------------------------------------------


def test_markup_in_names_stays_text(solar):
    Tenant.objects.filter(pk=solar.pk).update(name=MARKUP)
    create_api_key(solar, MARKUP, ["catalog:view"])
    record_audit(MARKUP, solar, subject=MARKUP, metadata={"note": MARKUP})
    root = logged_in(make_superuser())
    event = AuditEvent.objects.filter(action=MARKUP).get()
    trail = "/admin/tenants/auditevent/"
    for address in ("/admin/", TENANTS, f"{TENANTS}{solar.pk}/change/", KEYS, trail, f"{trail}{event.pk}/change/"):
        page = root.get(address).content.decode()
        assert MARKUP not in page, address
    assert escape(MARKUP) in root.get(KEYS).content.decode()


def test_the_trail_is_read_only(owner, solar):
    event = record_audit("something", solar)
    assert owner.get(f"/admin/tenants/auditevent/{event.pk}/change/").status_code == 200
    for action in ("change", "delete"):
        assert owner.post(f"/admin/tenants/auditevent/{event.pk}/{action}/", {"post": "yes", "action": "x"}).status_code == 403
