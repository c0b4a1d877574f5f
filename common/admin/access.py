"""Which business a request is about and what it may do: asked from the tenants app, which this app must not import.

The tenants app hands itself in with `use` when Django starts. Without a provider nobody but a superuser sees anything.
"""

from functools import lru_cache
from typing import Any, Protocol

from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest

DEEPEST_PATH = 4


class TenantAccess(Protocol):
    """What the tenants app answers."""

    def tenant_model(self) -> type[Model]:
        """The model every business row hangs on."""

    def active_tenant(self, request: HttpRequest) -> Any:
        """The business chosen in the switcher, or None."""

    def sees_all(self, request: HttpRequest) -> bool:
        """True for a superuser who chose "All businesses"."""

    def allows(self, request: HttpRequest, scope: str) -> bool:
        """May this person do what the scope names, in the active business?"""


_provider: TenantAccess | None = None


def use(provider: TenantAccess) -> None:
    """Names the provider; called once, from the tenants app's `ready`."""
    global _provider
    _provider = provider


def active_tenant(request: HttpRequest) -> Any:
    """The business this request works in, or None."""
    return _provider.active_tenant(request) if _provider else None


def sees_all(request: HttpRequest) -> bool:
    """True when the request may look across businesses."""
    return _provider.sees_all(request) if _provider else bool(request.user.is_superuser)


def allows(request: HttpRequest, scope: str) -> bool:
    """May this request do what the scope names?"""
    return _provider.allows(request, scope) if _provider else bool(request.user.is_superuser)


def is_tenant_model(model: type[Model]) -> bool:
    """True for the business model itself."""
    return _provider is not None and model is _provider.tenant_model()


def scoped(request: HttpRequest, rows: QuerySet, path: str) -> QuerySet:
    """The rows this request may see. path: look-up from the rows to their business ("tenant", "product__tenant", "pk")."""
    if sees_all(request):
        return rows
    tenant = active_tenant(request)
    return rows.none() if tenant is None else rows.filter(**{path: tenant.pk})


@lru_cache(maxsize=256)
def tenant_path(model: type[Model]) -> str | None:
    """The shortest look-up from a model to its business, required relations first; None when there is none (a shared table)."""
    if is_tenant_model(model):
        return "pk"
    for required_only in (True, False):
        found = _search(model, required_only)
        if found:
            return found
    return None


def _search(model: type[Model], required_only: bool) -> str | None:
    level: list[tuple[str, type[Model]]] = [("", model)]
    for _ in range(DEEPEST_PATH):
        deeper: list[tuple[str, type[Model]]] = []
        for prefix, current in level:
            for field in _links(current, required_only):
                path = f"{prefix}{field.name}"
                if is_tenant_model(field.related_model):
                    return path
                deeper.append((f"{path}__", field.related_model))
        level = deeper
    return None


def _links(model: type[Model], required_only: bool) -> list[Any]:
    links = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey) and field.related_model is not model]
    return [field for field in links if not (required_only and field.null)]


def tenant_id_of(obj: Model, path: str) -> Any:
    """The business id of one object along a look-up path; None while a link on the way is empty."""
    if path == "pk":
        return obj.pk
    *links, last = path.split("__")
    current: Any = obj
    for name in links:
        current = getattr(current, name, None) if getattr(current, f"{name}_id", None) else None
        if current is None:
            return None
    return getattr(current, f"{last}_id", None)
