import pytest

from tenants.models import AuditEvent, Membership, TenantApiKey
from tenants.services import create_api_key
from tenants.tests.factories import logged_in, make_member, make_superuser, make_tenant

pytestmark = pytest.mark.django_db
SWITCH = "/admin/tenants/tenant/switch/"
KEYS = "/admin/tenants/tenantapikey/"


@pytest.fixture
def shops():
    shops = make_tenant("Solar"), make_tenant("Pizza")
    for shop in shops:
        create_api_key(shop, f"key of {shop.name}", ["catalog:view"])
    return shops


def test_a_member_of_two_businesses_works_in_one_at_a_time(shops):
    solar, pizza = shops
    ada = make_member(solar)
    Membership.objects.create(tenant=pizza, user=ada, role="owner")
    client = logged_in(ada, solar)
    assert "key of Solar" in (page := client.get(KEYS).content.decode()) and "key of Pizza" not in page
    answer = client.post(SWITCH, {"tenant": str(pizza.pk), "next": KEYS})
    assert (answer.status_code, answer["Location"]) == (302, KEYS)
    assert "key of Pizza" in (page := client.get(KEYS).content.decode()) and "key of Solar" not in page


def test_the_choice_is_remembered_after_logging_in_again(shops):
    solar, pizza = shops
    ada = make_member(solar)
    Membership.objects.create(tenant=pizza, user=ada, role="owner")
    client = logged_in(ada)
    client.post(SWITCH, {"tenant": str(solar.pk)})
    client.session.flush()
    client.force_login(ada)
    assert "key of Solar" in client.get(KEYS).content.decode()


def test_nobody_switches_to_a_business_of_others(shops):
    solar, pizza = shops
    client = logged_in(make_member(solar))
    for wanted in (str(pizza.pk), "all", "garbage", ""):
        client.post(SWITCH, {"tenant": wanted}, follow=True)
        assert "key of Pizza" not in client.get(KEYS).content.decode()
    client.cookies["tenant"] = str(pizza.pk)
    assert "key of Pizza" not in client.get(KEYS).content.decode()
    assert client.get(SWITCH).status_code == 405


def test_switching_needs_the_csrf_token(shops):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_superuser())
    assert client.post(SWITCH, {"tenant": "all"}).status_code == 403


def test_switching_on_an_object_page_leads_to_its_list(shops):
    solar, pizza = shops
    client = logged_in(make_superuser(), solar)
    key = TenantApiKey.objects.get(tenant=solar)
    answer = client.post(SWITCH, {"tenant": str(pizza.pk), "next": f"{KEYS}{key.pk}/change/"})
    assert answer["Location"] == KEYS
    for evil in ("https://evil.example/", "//evil.example/admin/", "/nowhere/"):
        assert client.post(SWITCH, {"tenant": "all", "next": evil})["Location"] == "/admin/"


def test_a_superuser_sees_all_or_one(shops):
    solar, _pizza = shops
    client = logged_in(make_superuser())
    page = client.get(KEYS).content.decode()
    assert "key of Solar" in page and "key of Pizza" in page and "All businesses" in page
    client.post(SWITCH, {"tenant": str(solar.pk)})
    assert "key of Pizza" not in client.get(KEYS).content.decode()
    client.post(SWITCH, {"tenant": "all"})
    assert "key of Pizza" in client.get(KEYS).content.decode()


def test_without_a_business_there_is_nothing_but_an_explanation(shops):
    ada = make_member(shops[0])
    client = logged_in(ada)
    Membership.objects.all().delete()
    assert "You do not belong to a business yet" in client.get("/admin/").content.decode()
    assert client.get(KEYS).status_code == 403


def test_a_deactivated_person_is_out_at_once(shops):
    ada = make_member(shops[0])
    client = logged_in(ada)
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get(KEYS).status_code == 302


def test_what_a_person_does_carries_their_name(shops):
    ada = make_member(shops[0])
    logged_in(ada).post(f"{KEYS}add/", {"name": "till", "scopes": ["catalog:view"]})
    event = AuditEvent.objects.filter(action="api_key_created").first()
    assert event.actor == f"person {ada.username}"
    assert event.request_id and event.ip_address == "127.0.0.1"
