"""List filters over products: status as shown now, what keeps a product away, and the two sides (ours, Meta's)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import DropdownFilter
from common.admin.access import active_tenant
from meta_integration.links import NEED_PARAMETER, OURS_PARAMETER, STATUS_PARAMETER, VERDICT_PARAMETER
from meta_integration.models import MetaState
from meta_integration.needs import WORDS, with_need
from meta_integration.standing import OURS, having_meta_state, having_our_state, shown_items
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


class OurStateFilter(DropdownFilter):
    """Our side: what has been done here."""

    title = "our side"
    parameter_name = OURS_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(OURS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return having_our_state(queryset, self.value()) if self.value() in OURS else queryset


class MetaStateFilter(DropdownFilter):
    """Meta's side: products with an item in this state."""

    title = "Meta's side"
    parameter_name = VERDICT_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in MetaState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return having_meta_state(queryset, self.value()) if self.value() in MetaState.values else queryset


class ItemMetaStateFilter(MetaStateFilter):
    """The same for items."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return shown_items(queryset).filter(meta_state=self.value()) if self.value() in MetaState.values else queryset
