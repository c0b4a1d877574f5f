"""The buttons and pages of a Meta App Config: test, pause and resume, compare, allow removals, preview of a push."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from common.admin import Tool, TriesConnections
from common.clock import database_now
from common.trial import TrialResult
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.catalog.pause import is_paused
from meta_integration.comparisons import look_of, start_comparison
from meta_integration.connection_test import check_connection
from meta_integration.first_push import preview_push, words_for
from meta_integration.links import products_url
from meta_integration.models import Catalog, MetaAppConfig
from meta_integration.needs import reason_text
from meta_integration.pausing import pause_business, resume_business
from meta_integration.push_runs import start_push


class ConfigPages(TriesConnections):
    """Mixed into the admin page of MetaAppConfig. Every change is a POST of somebody who may manage integrations."""

    asked = "Meta"
    tried = ("access_token", "app_secret", "catalog_id", "api_version")

    def get_urls(self) -> list[Any]:
        views = {
            "pause": self.pause_view,
            "resume": self.resume_view,
            "compare": self.compare_view,
            "dry_run": self.dry_run_view,
            "adopt": self.adopt_view,
            "allow_removals": self.allow_removals_view,
            "preview": self.preview_view,
            "push": self.push_view,
        }
        own = [self.page(f"<path:object_id>/{name.replace('_', '-')}/", view, name) for name, view in views.items()]
        return [*own, *super().get_urls()]

    def config_tools(self, request: HttpRequest, config: MetaAppConfig) -> list[Tool]:
        """The buttons above the form."""
        url = self.object_url
        tools = [Tool("Preview of a push", url(config, "preview"), "visibility")]
        if not self.has_edit_permission(request, config):
            return tools
        tools.insert(0, self.trial_tool(config))
        if not config.is_active:
            return tools
        if not config.paused_at:
            question = "Stop sending to Meta until somebody resumes? Changes are kept meanwhile."
            tools.append(Tool("Pause sending", url(config, "pause"), "pause", post=True, confirm=question))
        if config.paused_at or self._catalogs(config, paused=True):
            tools.append(Tool("Resume sending", url(config, "resume"), "play_arrow", post=True))
        tools.append(Tool("Compare with Meta now", url(config, "compare"), "compare_arrows", post=True))
        tools.append(Tool("Compare only (dry run)", url(config, "dry_run"), "difference", post=True))
        tools.append(Tool("Findings", reverse("admin:meta_integration_catalogfinding_changelist"), "checklist"))
        if config.catalogs.filter(is_current=True, held_removals__gt=0).exists():
            question = "Remove the held items from Meta? They have no product here any more. This cannot be undone."
            tools.append(Tool("Allow removals", url(config, "allow_removals"), "delete_sweep", post=True, confirm=question))
        return tools

    def _back(self, config: MetaAppConfig) -> HttpResponse:
        return HttpResponseRedirect(self.object_url(config))

    @staticmethod
    def _catalogs(config: MetaAppConfig, *, paused: bool | None = None) -> list[Catalog]:
        rows: QuerySet[Catalog] = config.catalogs.filter(is_current=True).select_related("tenant", "config")
        now = database_now()
        return [catalog for catalog in rows if paused is None or is_paused(catalog, now) == paused]

    # --- test -----------------------------------------------------------------------------------------------------------------------
    def try_connection(self, row: MetaAppConfig) -> TrialResult:
        return check_connection(row)

    def typed_row(self, form: Any, row: MetaAppConfig | None) -> MetaAppConfig:
        return MetaAppConfig(**{name: form.cleaned_data[name] for name in self.tried})

    # --- pause, resume, compare ---------------------------------------------------------------------------------------------------
    def pause_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stops sending for the business."""
        config = self.posted(request, object_id)
        pause_business(config, f"Paused by {request.user.get_username()}.")
        self.message_user(request, "Paused. Changes are kept and go when you resume.")
        return self._back(config)

    def resume_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Goes on: the business's own pause and its catalogs' pauses end."""
        config = self.posted(request, object_id)
        resume_business(config)
        self.message_user(request, "Resumed. What waited is sent now; if the cause is still there, Meta's answer pauses it again.")
        return self._back(config)

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compares and mends."""
        return self._compare(request, object_id)

    def dry_run_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compares and only reports."""
        return self._compare(request, object_id, dry_run=True)

    def adopt_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compares, and takes over what other tools made under SKUs of ours."""
        return self._compare(request, object_id, adopt=True)

    def allow_removals_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compares with the brake lifted, for catalogs in which removals are held."""
        return self._compare(request, object_id, allow_removals=True)

    def _compare(self, request: HttpRequest, object_id: str, **options: bool) -> HttpResponse:
        config = self.posted(request, object_id)
        catalogs = [one for one in self._catalogs(config) if not options.get("allow_removals") or one.held_removals]
        if not catalogs:
            self.message_user(request, "There is no catalog to compare with: activate the configuration first.", "warning")
            return self._back(config)
        runs = [start_comparison(catalog, **options) for catalog in catalogs]
        self.message_user(request, "The comparison has started. This page of the run moves by itself.")
        return HttpResponseRedirect(reverse("admin:operations_run_change", args=[runs[0].pk]))

    # --- preview and push -----------------------------------------------------------------------------------------------------------
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """So many ready, so many that need something."""
        config = self.get_object(request, object_id)
        if config is None or not self.has_view_permission(request, config):
            raise Http404
        found = preview_push(config.tenant)
        needs = [
            {
                "number": number,
                "words": words_for(code, number),
                "remedy": reason_text(code),
                "url": products_url(need=code),
                "samples": found.samples[code],
            }
            for code, number in found.needs.most_common()
        ]
        tools = [Tool("Back to the configuration", self.object_url(config), "arrow_back")]
        if self.has_edit_permission(request, config) and config.is_active and found.ready:
            first = "Start the first push" if config.paused_at else "Push everything now"
            tools.insert(0, Tool(first, self.object_url(config, "push"), "rocket_launch", post=True, primary=True))
        look = look_of(config)
        if self.has_edit_permission(request, config) and config.is_active:
            tools.insert(-1, Tool("Look at what the catalog holds", self.object_url(config, "dry_run"), "search", post=True))
        if self.has_edit_permission(request, config) and look and look.adoptable:
            tools.insert(-1, Tool("Take over matching items", self.object_url(config, "adopt"), "move_to_inbox", post=True))
        return self.own_page(
            request,
            "meta_integration/push_preview.html",
            "Preview of a push",
            config=config,
            found=found,
            look=look,
            needs=needs,
            ready_url=products_url(need="ready"),
            product_change="admin:products_and_services_product_change",
            page_banners=[] if config.paused_at else pause_banners(request, config.tenant),
            page_tools=tools,
        )

    def push_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Starts a push of everything, ending a pause that waited for it."""
        config = self.posted(request, object_id)
        if config.paused_at or self._catalogs(config, paused=True):
            resume_business(config)
        run = start_push(config.tenant)
        self.message_user(request, f"The push of {run.total} products has started. This page moves by itself.")
        return HttpResponseRedirect(reverse("admin:operations_run_change", args=[run.pk]))

