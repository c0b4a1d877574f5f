"""The only base for API views over business data: rows, choices and writes stay inside the key's business."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.relations import PrimaryKeyRelatedField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import SimpleRateThrottle

from common.admin.access import tenant_path
from tenants.auth import tenant_of
from tenants.idempotency import once


class KeyThrottle(SimpleRateThrottle):
    """A bound per key and web process, against loops gone wild rather than attackers."""

    rate = "1200/min"
    scope = "key"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"throttle-{request.auth.prefix}" if request.auth else None


class TenantPrimaryKeyRelatedField(PrimaryKeyRelatedField):
    """An id of another row of the same business; ids of other businesses do not exist. tenant_lookup: found by itself."""

    def __init__(self, tenant_lookup: str | None = None, **kwargs: Any) -> None:
        self.tenant_lookup = tenant_lookup
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet | None:
        rows = super().get_queryset()
        if rows is None:
            return None
        path = self.tenant_lookup or tenant_path(rows.model)
        request = self.context.get("request")
        return rows.filter(**{path: tenant_of(request).pk}) if path and request is not None and request.auth else rows.none()


class TenantViewMixin:
    """For views that are no viewsets: `self.tenant`, throttling, idempotent writes. Declare `required_scopes`."""

    required_scopes: dict[str, str | tuple[str, ...]] = {}
    throttle_classes = [KeyThrottle]

    @property
    def tenant(self) -> Any:
        """The business of the calling key."""
        return tenant_of(self.request)  # type: ignore[attr-defined]

    def check_permissions(self, request: Request) -> None:
        """A method that the address does not have is 405 to every key. DRF would ask for its scope first, and nobody has one for it."""
        if request.auth and request.method not in self.allowed_methods:  # type: ignore[attr-defined]
            raise MethodNotAllowed(str(request.method))
        super().check_permissions(request)  # type: ignore[misc]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get("Idempotency-Key", "")
        method = (request.method or "").lower()
        if key and method in ("post", "put", "patch", "delete") and hasattr(self, method):
            setattr(self, method, partial(self._once, getattr(self, method), key))

    def _once(self, handler: Any, key: str, request: Request, *args: Any, **kwargs: Any) -> Response:
        return once(self.tenant, key, request, partial(handler, request, *args, **kwargs))


class TenantScopedViewSet(TenantViewMixin, viewsets.GenericViewSet):
    """tenant_lookup: path from the model to its business. Mix in DRF's List/Create/... mixins as needed.

    Foreign ids answer 404. Writes are one transaction. Serializers derive from TenantModelSerializer (serializers.py).
    """

    tenant_lookup = "tenant"

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.filter(**{self.tenant_lookup: self.tenant.pk})

    def perform_create(self, serializer: BaseSerializer) -> None:
        with transaction.atomic():
            serializer.save(**({"tenant": self.tenant} if self.tenant_lookup == "tenant" else {}))

    def perform_update(self, serializer: BaseSerializer) -> None:
        with transaction.atomic():
            serializer.save()

    def perform_destroy(self, instance: Any) -> None:
        with transaction.atomic():
            instance.delete()


class TenantCrudViewSet(
    TenantScopedViewSet,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
):
    """List, read, create, change and delete rows of the key's business."""
