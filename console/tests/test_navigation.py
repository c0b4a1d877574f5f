import pytest

from operations.services import raise_alert
from tenants.models import Tenant
from tenants.tests.factories import logged_in, make_member, make_superuser, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def solar():
    return make_tenant("Solar")


def test_the_sidebar_shows_what_the_role_may_open(solar):
    def sidebar(client):
        return client.get("/admin/").content.decode()

    owner, staff, root = (sidebar(logged_in(user, solar)) for user in (make_member(solar), make_member(solar, "staff"), make_superuser()))
    for address in ("/admin/operations/run/", "/admin/operations/alert/", "/admin/tenants/tenant/"):
        assert f'href="{address}"' in owner and f'href="{address}"' in staff
    assert 'href="/admin/tenants/tenantapikey/"' in owner and 'href="/admin/tenants/tenantapikey/"' not in staff
    assert 'href="/admin/auth/user/"' in root and 'href="/admin/auth/user/"' not in owner


def test_every_page_names_the_business_it_is_about(solar):
    assert "Solar" in logged_in(make_member(solar)).get("/admin/operations/run/").content.decode()
    root = logged_in(make_superuser())
    make_tenant("Pizza")
    page = root.get("/admin/operations/run/").content.decode()
    assert "All businesses" in page and "Pizza" in page
    Tenant.objects.filter(pk=solar.pk).update(is_active=False)
    assert "Solar (switched off)" in logged_in(make_member(solar)).get("/admin/").content.decode()


def test_the_login_page_needs_nobody(client):
    assert client.get("/admin/login/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_the_start_page_of_all_businesses(solar):
    raise_alert(solar, kind="k", key="k", title="Solar needs you")
    raise_alert(make_tenant("Pizza"), kind="k", key="k", title="Pizza needs you")
    page = logged_in(make_superuser()).get("/admin/").content.decode()
    assert "Solar needs you" in page and "Pizza needs you" in page
