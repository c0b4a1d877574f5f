"""ConsoleAdmin: what every admin page of ours has. Tenancy is scoped.py's."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import DatabaseError, IntegrityError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.admin import ModelAdmin

from common.admin.badges import Banner, Tool
from common.admin.extensions import Extension, extensions_of
from common.admin.live import live_answer

GONE = "Somebody else deleted this %s while it was open here. Nothing was saved."
CLASHED = "Something this page refers to was changed or deleted meanwhile. Nothing was saved; please try again."


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turns a write that met a row deleted meanwhile into a message. Outages (OperationalError) pass through to the 503 page."""

    @wraps(view)
    def inner(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except IntegrityError:
            messages.error(request, CLASHED)
            return HttpResponseRedirect(request.get_full_path())
        except DatabaseError as error:
            # Django raises the bare class for "update did not affect any rows"; a page that only reads has another fault, to be seen.
            if type(error) is not DatabaseError or request.method != "POST":
                raise
            messages.error(request, GONE % self.opts.verbose_name)
            return HttpResponseRedirect(self.list_url())

    return inner


class ConsoleAdmin(ModelAdmin):
    """Base of every admin page: navigation entry, empty state, banners, tools, extensions, live cells.

    nav_group: heading in the sidebar ("" = no entry); nav_icon: Material Symbols name; nav_order: place inside the group.
    empty_hint: what to do next when the list has no rows at all.
    """

    nav_group = ""
    nav_icon = "label"
    nav_order = 50
    empty_hint = ""
    list_before_template = "common/list_before.html"
    change_form_outer_before_template = "common/form_before.html"
    list_filter_submit = True
    list_per_page = 50

    def nav_badge(self, request: HttpRequest) -> int:
        """The number beside the sidebar's entry: what waits for a person. On every page, so it costs one query at the most; 0 = none."""
        return 0

    @property
    def extensions(self) -> list[Extension]:
        """What upper apps added to this model."""
        return extensions_of(self.model)

    # --- addresses ----------------------------------------------------------------------------------------------------
    def url_name(self, name: str) -> str:
        """ "live" -> "admin:app_model_live"."""
        return f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{name}"

    def list_url(self) -> str:
        """Address of the list."""
        return reverse(self.url_name("changelist"))

    def object_url(self, obj: Model, name: str = "change") -> str:
        """Address of one object's page, or of another page about it."""
        return reverse(self.url_name(name), args=[obj.pk])

    def came_from(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Back to the page of ours that the button was on; where the browser does not say which, to the object's."""
        address = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
        return HttpResponseRedirect(address if safe else self.object_url(obj))

    def own_page(self, request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
        """One of our pages inside the admin's frame (common/own_page.html); never cached, as it shows the present."""
        frame = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, template, {**frame, **context}, headers={"Cache-Control": "no-store"})

    def page(self, route: str, view: Callable[..., HttpResponse], name: str) -> Any:
        """A path of an extra page, behind the login; `view(request, ...)` must fetch through `self.get_object` to stay scoped."""
        return path(route, self.admin_site.admin_view(view), name=self.url_name(name).split(":")[1])

    def get_urls(self) -> list[Any]:
        extra = [url for extension in self.extensions for url in extension.get_urls(self)]
        return [self.page("live/", self.live_view, "live"), *extra, *super().get_urls()]

    def live_view(self, request: HttpRequest) -> JsonResponse:
        """The live cells of this model; see common/admin/live.py."""
        if not self.has_view_permission(request):
            return JsonResponse({"items": {}}, status=403)
        return live_answer(request, self.get_queryset(request), [self, *self.extensions])

    # --- what extensions add ------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        for extension in self.extensions:
            rows = extension.get_queryset(request, rows)
        return rows

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns = list(super().get_list_display(request))
        for extension in self.extensions:
            place = len(columns) if extension.list_position is None else extension.list_position
            columns[place:place] = extension.resolve(extension.list_display)
        return columns

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        return [*super().get_list_filter(request), *(item for extension in self.extensions for item in extension.list_filter)]

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return [*super().get_search_fields(request), *(name for extension in self.extensions for name in extension.search_fields)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        fields = list(super().get_readonly_fields(request, obj))
        for extension in self.extensions:
            fields += extension.resolve(extension.readonly_fields)
        return fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        for extension in self.extensions if obj is not None else ():
            if extension.fieldsets and extension.concerns(obj):
                place = len(fieldsets) if extension.fieldset_position is None else extension.fieldset_position
                fieldsets[place:place] = extension.resolved_fieldsets()
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for extension in self.extensions:
            form = extension.get_form(request, obj, form)
        return form

    def get_inlines(self, request: HttpRequest, obj: Any) -> Sequence[type]:
        return [*super().get_inlines(request, obj), *(inline for extension in self.extensions for inline in extension.inlines)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        added = [self._action(method) for extension in self.extensions for method in extension.resolve(extension.actions)]
        for method, name, description in self._filter_actions_by_permissions(request, added):
            actions[name] = (method, name, description)
        return actions

    def _action(self, method: Any) -> tuple[Any, str, str]:
        return method, method.__name__, self._get_action_description(method, method.__name__)

    @property
    def media(self) -> Any:
        media = super().media
        for extension in self.extensions:
            media += getattr(extension, "media", media.__class__())
        return media

    # --- notices and buttons ------------------------------------------------------------------------------------------
    def banners(self, request: HttpRequest, obj: Any | None = None) -> list[Banner]:
        """Notices above the list (obj None) or one object's page."""
        return []

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Buttons of one object's page."""
        return []

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        """Buttons of the list."""
        return []

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context.get("original")
        if obj is not None:
            owners = [self, *self.extensions]
            context["page_banners"] = [banner for owner in owners for banner in owner.banners(request, obj)]
            context["page_tools"] = [tool for owner in owners for tool in owner.tools(request, obj)]
        return super().render_change_form(request, context, *args, **kwargs)

    def _list_context(self, request: HttpRequest) -> dict[str, Any]:
        owners = [self, *self.extensions]
        return {
            "page_banners": [banner for owner in owners for banner in owner.banners(request)],
            "page_tools": [tool for owner in owners for tool in owner.list_tools(request)],
        }

    # --- guarded views ------------------------------------------------------------------------------------------------
    @guarded
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {**self._list_context(request), **(extra_context or {})} if self.has_view_or_change_permission(request) else extra_context
        return super().changelist_view(request, context)

    @guarded
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    @guarded
    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().delete_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            self.hold(obj)
        super().save_model(request, obj, form, change)

    @staticmethod
    def hold(obj: Model) -> None:
        """Before an object that was loaded earlier is saved: a plain save() of a row deleted meanwhile would insert it again.

        Locked, so that it stays until the transaction ends. Raises the DatabaseError that `guarded` puts into words.
        """
        if not type(obj)._base_manager.select_for_update(of=("self",)).filter(pk=obj.pk).exists():
            raise DatabaseError("The row was deleted meanwhile.")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for extension in self.extensions:
            extension.saved(request, form, formsets, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What hangs on a row goes with it: the permission for the row itself was asked for already."""
        listed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected
