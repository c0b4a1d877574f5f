"""Admin pages over one business's rows: lists, choices, filters and permissions never reach beyond it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet, URLField
from django.http import Http404, HttpRequest
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import display

from common.admin import access
from common.admin.filters import scoped_filter
from common.admin.pages import ConsoleAdmin


class TenantFormMixin:
    """A form that knows its business before validating, so that "unique per business" is an error message and not a crash."""

    tenant_id: Any = None
    tenant_lookup = "tenant"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.tenant_lookup == "tenant" and self.tenant_id and not self.instance.tenant_id:  # type: ignore[attr-defined]
            self.instance.tenant_id = self.tenant_id  # type: ignore[attr-defined]

    def _get_validation_exclusions(self) -> set[str]:
        exclusions = set(super()._get_validation_exclusions())  # type: ignore[misc]
        return exclusions - {"tenant"} if getattr(self.instance, "tenant_id", None) else exclusions  # type: ignore[attr-defined]

    def _update_errors(self, errors: ValidationError) -> None:
        if hasattr(errors, "error_dict"):
            for name in [name for name in errors.error_dict if name not in self.fields and name != NON_FIELD_ERRORS]:  # type: ignore[attr-defined]
                errors.error_dict.setdefault(NON_FIELD_ERRORS, []).extend(errors.error_dict.pop(name))
        super()._update_errors(errors)  # type: ignore[misc]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        own = access.tenant_id_of(self.instance, self.tenant_lookup)  # type: ignore[attr-defined]
        if own is not None:
            for name, value in self.cleaned_data.items():  # type: ignore[attr-defined]
                if _has_foreign(value, own):
                    self.add_error(name, "This belongs to another business.")  # type: ignore[attr-defined]


def _has_foreign(value: Any, tenant_id: Any) -> bool:
    """True when a chosen object, or one of several, belongs to another business."""
    if isinstance(value, Model):
        path = access.tenant_path(type(value))
        return path is not None and access.tenant_id_of(value, path) not in (None, tenant_id)
    if isinstance(value, QuerySet):
        path = access.tenant_path(value.model)
        return path is not None and value.exclude(**{path: tenant_id}).exists()
    return False


class ScopedChoicesMixin:
    """Limits the choices of relations to the form's business. An address typed without "https://" means https."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if access.is_tenant_model(db_field.remote_field.model):
            kwargs.setdefault("label", "Business")
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> QuerySet:
        rows = kwargs.get("queryset")
        if rows is None:
            rows = self.get_field_queryset(kwargs.get("using"), db_field, request)  # type: ignore[attr-defined]
        if rows is None:
            rows = db_field.remote_field.model._default_manager.all()
        path = access.tenant_path(rows.model)
        if path is None:  # A shared table has no owner to check: only superusers choose from it.
            return rows if request.user.is_superuser else rows.none()
        tenant_id = getattr(request, "form_tenant_id", None)
        return rows.filter(**{path: tenant_id}) if tenant_id else access.scoped(request, rows, path)


class BusinessFilter(scoped_filter(RelatedFieldListFilter)):  # type: ignore[misc]
    """For those who see all businesses: narrow the list to one without switching."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "business"


class TenantModelAdmin(ScopedChoicesMixin, ConsoleAdmin):
    """Base of every admin page over business data.

    tenant_lookup: path from the model to its business. view_scope, edit_scope: names from tenants/scopes.py.
    can_add, can_change, can_delete: switch off for evidence that only the system writes.
    """

    tenant_lookup = "tenant"
    view_scope = "catalog:view"
    edit_scope = "catalog:edit"
    can_add = can_change = can_delete = True

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.form = type(self.form.__name__, (TenantFormMixin, self.form), {})

    # --- who ------------------------------------------------------------------------------------------------------------
    def _may(self, request: HttpRequest, scope: str, obj: Any = None) -> bool:
        return access.allows(request, scope) and (obj is None or self.owns(request, obj))

    def owns(self, request: HttpRequest, obj: Model) -> bool:
        """True when the object is in sight of this request. An object of another model is the parent an inline asks about."""
        if access.sees_all(request) or not isinstance(obj, self.model):
            return True
        tenant = access.active_tenant(request)
        return tenant is not None and access.tenant_id_of(obj, self.tenant_lookup) == tenant.pk

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_scope)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.view_scope, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self._may(request, self.edit_scope)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and self._may(request, self.edit_scope, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self._may(request, self.edit_scope, obj)

    def has_edit_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For `@action(permissions=["edit"])`: the edit scope, also where forms are switched off."""
        return self._may(request, self.edit_scope, obj)

    def posted(self, request: HttpRequest, object_id: str) -> Any:
        """For views behind buttons: the row that a POST of somebody who may edit it is about. Raises Http404."""
        obj = self.get_object(request, object_id)
        if obj is None or request.method != "POST" or not self.has_edit_permission(request, obj):
            raise Http404
        return obj

    # --- which rows -------------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return access.scoped(request, super().get_queryset(request), self.tenant_lookup)

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        filters = [self._scoped_item(item) for item in super().get_list_filter(request)]
        return [*filters, ("tenant", BusinessFilter)] if self._shows_tenant(request) else filters

    def _scoped_item(self, item: Any) -> Any:
        if isinstance(item, (list, tuple)):
            return (item[0], scoped_filter(item[1]))
        if isinstance(item, str):
            field = get_fields_from_path(self.model, item)[-1]
            return (item, scoped_filter(RelatedFieldListFilter)) if field.remote_field else item
        return item

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns = list(super().get_list_display(request))
        return [*columns, "business"] if self._shows_tenant(request) else columns

    @display(description="Business", ordering="tenant")
    def business(self, obj: Any) -> str:
        """The column and the read-only field for those who see all businesses."""
        return str(obj.tenant)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        related = super().get_list_select_related(request)
        if not self._shows_tenant(request):
            return related
        return [*related, "tenant"] if isinstance(related, (list, tuple)) else True

    # --- the business of a form -------------------------------------------------------------------------------------------
    def _shows_tenant(self, request: HttpRequest) -> bool:
        return self.tenant_lookup == "tenant" and access.sees_all(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        request.form_tenant_id = self._form_tenant_id(request, obj)  # type: ignore[attr-defined]
        form = super().get_form(request, obj, change=change, **kwargs)
        form.tenant_id = request.form_tenant_id  # type: ignore[attr-defined]
        form.tenant_lookup = self.tenant_lookup
        return form

    def _form_tenant_id(self, request: HttpRequest, obj: Any) -> Any:
        if obj is not None and obj.pk is not None:
            return access.tenant_id_of(obj, self.tenant_lookup)
        if not access.sees_all(request):
            return getattr(access.active_tenant(request), "pk", None)
        try:
            return UUID(request.POST.get("tenant", ""))
        except ValueError:
            return None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return [*fields, "business"] if self._shows_tenant(request) and obj is not None else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """The declared fieldsets with the business field first for those who see all, and without it for everybody else."""
        declared = super().get_fieldsets(request, obj)
        fieldsets = [(title, {**options, "fields": _without_tenant(options["fields"])}) for title, options in declared]
        if self._shows_tenant(request) and fieldsets:
            title, options = fieldsets[0]
            fieldsets[0] = (title, {**options, "fields": ["tenant" if obj is None else "business", *options["fields"]]})
        return fieldsets

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        exclude = list(super().get_exclude(request, obj) or [])
        return exclude if self._shows_tenant(request) or self.tenant_lookup != "tenant" else [*exclude, "tenant"]


def _without_tenant(fields: Sequence[Any]) -> list[Any]:
    kept = [tuple(name for name in field if name != "tenant") if isinstance(field, (list, tuple)) else field for field in fields]
    return [field for field in kept if field not in ("tenant", ())]


class _TenantInlineMixin(ScopedChoicesMixin):
    """An inline follows its parent page: same scopes unless it names its own, same business for its choices."""

    view_scope = ""
    edit_scope = ""
    can_add = can_change = can_delete_rows = True
    extra = 0

    def _may(self, request: HttpRequest, name: str) -> bool:
        parent = self.admin_site._registry.get(self.parent_model)  # type: ignore[attr-defined]
        scope = getattr(self, name) or getattr(parent, name, "")
        return access.allows(request, scope) if scope else bool(request.user.is_superuser)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A table's cells have no labels of their own: each input is named after its column."""
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        for name, form_field in formset.form.base_fields.items():
            widget = getattr(form_field.widget, "widget", form_field.widget)  # inside the wrapper with the plus sign
            widget.attrs.setdefault("aria-label", str(form_field.label or name.replace("_", " ")))
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view_scope")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_add and self._may(request, "edit_scope")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and self._may(request, "edit_scope")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete_rows and self._may(request, "edit_scope")


class TenantInline(_TenantInlineMixin, TabularInline):
    """Rows of a business as a table inside their parent's page."""


class TenantStackedInline(_TenantInlineMixin, StackedInline):
    """Rows of a business as blocks inside their parent's page."""


