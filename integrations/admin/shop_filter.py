"""The filter of products by the shop they come from."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from common.admin import SimpleListFilter
from common.admin.access import scoped
from integrations.admin.links import SHOP_PARAMETER
from integrations.models import ExternalRef, RefKind, StoreConnection

OWN, GONE = "own", "gone"


class ShopFilter(SimpleListFilter):
    """One shop's products, those entered here, or those that their shop does not have any more."""

    title = "shop"
    parameter_name = SHOP_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        shops = scoped(request, StoreConnection.objects.defer("credentials"), "tenant")
        found = [(str(shop.pk), str(shop)) for shop in shops]
        return [*found, (OWN, "Entered here"), (GONE, "No longer in its shop")] if found else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        refs = ExternalRef.objects.filter(kind=RefKind.PRODUCT, product=OuterRef("pk"))
        if value == OWN:
            return queryset.filter(~Exists(refs))
        if value == GONE:
            return queryset.filter(Exists(refs.filter(gone_at__isnull=False)))
        return queryset.filter(Exists(refs.filter(connection=value))) if value and value.isdecimal() else queryset
