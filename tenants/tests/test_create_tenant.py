import io
import re

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Tenant, TenantApiKey

pytestmark = pytest.mark.django_db


def run(*words):
    out, err = io.StringIO(), io.StringIO()
    call_command("create_tenant", *words, stdout=out, stderr=err)
    return out.getvalue()


def test_prints_the_id_and_once_the_key(client):
    place = ("--currency", "zar", "--timezone", "Africa/Harare")
    out = run("solar", "--name", "Solar Shop", *place, "--api-key-scopes", "catalog:view, catalog:edit")
    tenant = Tenant.objects.get()
    assert (tenant.name, tenant.currency, tenant.timezone) == ("Solar Shop", "ZAR", "Africa/Harare")
    assert str(tenant.pk) in out
    key = re.search(r"X-TENANT-API-KEY: (\S+)", out)[1]
    assert client.get("/v1/runs/", headers={"X-TENANT-ID": str(tenant.pk), "X-TENANT-API-KEY": key}).status_code == 200
    assert TenantApiKey.objects.get().scopes == ["catalog:edit", "catalog:view"]


def test_no_key_unless_asked():
    assert "API-KEY" not in run("solar", "--name", "Solar")
    assert not TenantApiKey.objects.exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("solar", "--name", "S", "--currency", "QQQ"), "--currency"),
        (("solar", "--name", "S", "--timezone", "Nowhere"), "--timezone"),
        (("so lar", "--name", "S"), "SUB_DOMAIN"),
        (("solar", "--name", "S", "--api-key-scopes", "catalog:view,root"), "--api-key-scopes"),
        (("taken", "--name", "S"), "SUB_DOMAIN"),
    ],
)
def test_usage_errors_name_the_option_and_leave_nothing(words, named):
    Tenant.objects.create(name="Old", sub_domain="taken")
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert named in str(caught.value)
    assert caught.value.returncode == 2
    assert Tenant.objects.count() == 1


def test_a_missing_name_is_usage():
    with pytest.raises(CommandError):
        run("solar")
