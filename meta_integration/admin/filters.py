"""List filters over products: status at Meta as shown now, and what keeps a product away."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import DropdownFilter
from common.admin.access import active_tenant
from meta_integration.links import NEED_PARAMETER, STATUS_PARAMETER
from meta_integration.needs import WORDS, with_need
from meta_integration.status import having_live_status
from products_and_services.models import SyncStatus


class MetaStatusFilter(DropdownFilter):
    """The eight statuses; agrees with the badge, also for changes that wait."""

    title = "Meta sync status"
    parameter_name = STATUS_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in SyncStatus.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return having_live_status(queryset, self.value()) if self.value() in SyncStatus.values else queryset


class MetaNeedFilter(DropdownFilter):
    """What is missing before a product may go to Meta."""

    title = "needed for Meta"
    parameter_name = NEED_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ready", "Nothing: ready"), *((code, words[0]) for code, words in WORDS.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value != "ready" and value not in WORDS:
            return queryset
        tenant = active_tenant(request)
        return with_need(queryset, tenant.pk if tenant else None).filter(meta_need="" if value == "ready" else value)
