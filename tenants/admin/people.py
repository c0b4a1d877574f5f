"""People and their roles. Only superusers make users; owners change roles within their business."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import (
    AdminPasswordChangeForm,
    Badge,
    ConsoleAdmin,
    NotRegistered,
    TenantInline,
    TenantModelAdmin,
    UserChangeForm,
    UserCreationForm,
    display,
    register,
    render_badge,
    site,
)
from tenants.models import Membership, Role
from tenants.services import record_audit

User = get_user_model()
ROLE_TONES = {Role.OWNER: "green", Role.MANAGER: "blue", Role.STAFF: "grey"}
for _model in (User, Group):  # Roles replace Django's groups; users get our look.
    try:
        site.unregister(_model)
    except NotRegistered:
        pass


class MembershipInline(TenantInline):
    """A user's businesses, on the user's page."""

    model = Membership
    fields = ("tenant", "role", "alert_emails")


@register(User)
class UserAdmin(DjangoUserAdmin, ConsoleAdmin):
    """Logins. Superusers only: a user may belong to several businesses."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    nav_group, nav_icon, nav_order = "Access", "person", 40
    list_display = ("username", "email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_superuser", "is_staff")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type]:
        return list(super().get_inlines(request, obj)) if obj is not None else []

    def _is_superuser(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_superuser(request)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._is_superuser(request)


@register(Membership)
class MembershipAdmin(TenantModelAdmin):
    """Who works here, and as what."""

    view_scope = edit_scope = "integrations:manage"
    nav_group, nav_icon, nav_order = "Access", "group", 20
    list_display = ("user", "role_badge", "alert_emails")
    list_select_related = ("user", "tenant")
    list_filter = ("role",)
    search_fields = ("user__username", "user__email")
    autocomplete_fields = ("user",)
    fieldsets = ((None, {"fields": ("user", "role", "alert_emails")}),)
    empty_hint = "Add the people who work for this business and give each a role."

    @display(description="Role", ordering="role")
    def role_badge(self, membership: Membership) -> str:
        """The role as a badge."""
        return render_badge(Badge(ROLE_TONES[Role(membership.role)], membership.get_role_display()))  # type: ignore[arg-type]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An owner must not search through the users of other businesses, so superusers add people."""
        return bool(request.user.is_superuser and request.user.is_active)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, "user"]

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record_audit("role_changed" if change else "member_added", obj.tenant, subject=str(obj.user), metadata={"role": obj.role})

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        record_audit("member_removed", obj.tenant, subject=str(obj.user))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for membership in queryset.select_related("tenant", "user"):
            self.delete_model(request, membership)
