"""The face that every kind of shop has: its products imported here and now, or looked at as the shop has them and as we would."""

from functools import cached_property
from typing import Any, Self

from integrations.models import Provider, StoreConnection
from integrations.providers import adapter_for
from integrations.providers.base import Raw, StoreAdapter
from integrations.records import StoreProduct, StoreVariant
from integrations.runs import result_of, run_now
from operations.models import Run, RunStatus
from tenants.models import Tenant

SYNCED = (RunStatus.COMPLETED, RunStatus.NEEDS_CONFIRMATION)


class SyncFailed(Exception):
    """The import failed or was stopped; the text says why, `run` has the issues and can be gone on with (runs.resume_now)."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.message)
        self.run = run


class StoreService:
    """One connected shop."""

    provider: Provider

    def __init__(self, connection: StoreConnection) -> None:
        self.connection = connection

    @classmethod
    def for_tenant(cls, tenant: Tenant, connection: StoreConnection | None = None) -> Self:
        """The service of a business's shop of this kind; connection: which, where there are several.

        Raises ValueError when it has none, several and none was named, or the named one is another's.
        """
        shops = StoreConnection.objects.for_tenant(tenant).select_related("tenant").filter(provider=cls.provider, is_active=True)
        if connection is not None:
            shops = shops.filter(pk=connection.pk)
        found = list(shops.defer("credentials")[:2])
        if not found:
            raise ValueError(f"“{tenant.sub_domain}” has no such active {cls.provider.label} shop. Connect one first.")
        if len(found) > 1:
            raise ValueError(f"“{tenant.sub_domain}” has several {cls.provider.label} shops: say which (connection=..).")
        return cls(found[0])

    @cached_property
    def adapter(self) -> StoreAdapter:
        """The shop as the importer sees it."""
        return adapter_for(self.connection)

    def sync_products(self, tenant: Tenant | None = None, *, full: bool = False) -> dict[str, Any]:
        """Imports everything, to the end, in this process, as a run like every other.

        Returns {"synced", "created", "updated", "unchanged", "errors", "inactive", "duration"} (seconds). Where so many products are gone
        that a person is asked first, everything else is imported and these wait. tenant: must be the connection's own. Raises ValueError,
        SyncFailed, runs.AlreadyRunning, runs.NotReady.
        """
        if tenant is not None and tenant.pk != self.connection.tenant_id:
            raise ValueError(f"The shop “{self.connection}” belongs to another business than “{tenant.sub_domain}”.")
        run = run_now(self.connection, full=full)
        if run.status not in SYNCED:
            raise SyncFailed(run)
        return result_of(run)

    def fetch_products_batch(self, cursor: Any = None) -> tuple[list[Raw], Any]:
        """Up to a hundred products as the shop has them, variations included, and where the next batch begins (None: nowhere). A batch may
        be empty though it is not the last.

        cursor: None for the first batch. Raises the four errors of common/errors.py.
        """
        if cursor is None and not self.connection.facts:  # Nobody was ever there: the shop is asked first who it is.
            self.adapter.describe()
        page = self.adapter.fetch_page(cursor)
        return [raw for raw in page.raws if not self.adapter.withheld(raw)], page.next_cursor

    def transform_product(self, raw: Raw) -> StoreProduct:
        """One of them in the words of our columns. Asks nobody, writes nothing, never raises for what a shop may write into a field."""
        return self.adapter.transform(raw)

    def transform_variations(self, raw: Raw) -> list[StoreVariant]:
        """Its variations; none for a simple product, whose one default variant is the product itself. Writes nothing."""
        return list(self.transform_product(raw).variants)
