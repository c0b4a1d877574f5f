"""List filters over relations that offer and accept only what the person may see."""

from functools import lru_cache
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import get_model_from_relation
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import access


class ScopedChoices:
    """Mixed in front of a RelatedFieldListFilter: scoped choices, and a value from outside is refused before its name is shown."""

    def __init__(self, field: Any, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)  # type: ignore[call-arg]
        self._refuse_foreign(field, request)

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        if access.sees_all(request) or access.tenant_path(get_model_from_relation(field)) is None:
            return super().field_choices(field, request, model_admin)  # type: ignore[misc]
        ordering = self.field_admin_ordering(field, request, model_admin)  # type: ignore[attr-defined]
        rows = _visible(field, request)
        return [(row.pk, str(row)) for row in (rows.order_by(*ordering) if ordering else rows)]

    def _refuse_foreign(self, field: Any, request: HttpRequest) -> None:
        given = getattr(self, "lookup_val", None)
        if not given or access.sees_all(request):
            return
        values = {str(value) for value in (given if isinstance(given, (list, tuple)) else [given]) if value}
        try:
            seen = _visible(field, request).filter(pk__in=values).count()
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(error) from error
        if seen != len(values):
            raise IncorrectLookupParameters("not in sight")


def _visible(field: Any, request: HttpRequest) -> QuerySet:
    model = get_model_from_relation(field)
    path = access.tenant_path(model)
    rows = model._default_manager.all()
    return rows if path is None else access.scoped(request, rows, path)


@lru_cache(maxsize=64)
def scoped_filter(filter_class: type) -> type:
    """The filter class with scoped choices, where it offers rows of another table; any other class as it is."""
    if not isinstance(filter_class, type) or issubclass(filter_class, ScopedChoices):
        return filter_class
    if issubclass(filter_class, AllValuesFieldListFilter):
        raise ImproperlyConfigured(f"{filter_class.__name__} reads all rows of a table; use a filter with choices.")
    if issubclass(filter_class, RelatedFieldListFilter):
        return type(f"Scoped{filter_class.__name__}", (ScopedChoices, filter_class), {})
    return filter_class
