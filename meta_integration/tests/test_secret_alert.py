"""A stored token that ENCRYPTION_SECRET does not open calls a person."""

from common.clock import database_now
from meta_integration.models import MetaAppConfig
from operations.alerting import own_rules


def test_a_secret_that_opens_nothing_is_named_by_its_column(tenant, other_tenant, settings):
    def found():
        return [(one.tenant_id, one.key, one.severity) for one in own_rules.unreadable_secrets(database_now(), frozenset())]

    MetaAppConfig.objects.create(tenant=tenant, access_token="EAATOKENTOKENTOKEN", catalog_id="100000000000001")
    assert found() == []
    right = settings.ENCRYPTION_SECRET
    settings.ENCRYPTION_SECRET = "another-secret-of-more-than-32-characters"
    assert found() == [(None, "secret-unreadable-meta_integration.MetaAppConfig.access_token", "critical")]
    settings.ENCRYPTION_SECRET = f"another-secret-of-more-than-32-characters,{right}"
    assert found() == []
