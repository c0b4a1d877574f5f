"""What comparisons with Meta found: a list to filter, to mend by choice and to ignore; and the way there from a run."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import (
    Badge,
    ChoicesDropdownFilter,
    Extension,
    RelatedDropdownFilter,
    TenantModelAdmin,
    Tool,
    action,
    display,
    extend,
    live_cell,
    register,
    render_badge,
    render_moment,
    site,
)
from meta_integration.comparisons import ignore_findings, mend_findings, reopen_findings, use_their_id
from meta_integration.finding_words import field_words, words_of
from meta_integration.models import CatalogFinding, FindingKind, FindingState
from operations.models import Run, RunKind
from products_and_services.models import Product

KIND_BADGES = {
    FindingKind.MISSING: Badge("red", "Missing at Meta"),
    FindingKind.DIFFERENT: Badge("orange", "Different at Meta"),
    FindingKind.EXTRA: Badge("orange", "Deleted here, still at Meta"),
    FindingKind.DUPLICATE: Badge("orange", "Duplicate"),
    FindingKind.NOT_OURS: Badge("grey", "Not ours"),
    FindingKind.ADOPTABLE: Badge("blue", "Made elsewhere, same SKU"),
}
STATE_BADGES = {
    FindingState.OPEN: Badge("orange", "○ Open"),
    FindingState.MENDED: Badge("green", "✓ Mended", hint="Right at Meta, or on its way there."),
    FindingState.IGNORED: Badge("grey", "Ignored"),
    FindingState.GONE: Badge("grey", "No longer so"),
}
MOST_AT_ONCE = 100
WHAT_MENDING_DOES = {
    FindingKind.MISSING: "Sends the item again.",
    FindingKind.DIFFERENT: "Sends our values; what was changed by hand at Meta is overwritten.",
    FindingKind.EXTRA: "Removes the item from Meta: nothing here has its SKU any more.",
    FindingKind.DUPLICATE: "Removes this item from Meta once ours is live there. To keep this item instead, use its id as your SKU.",
    FindingKind.NOT_OURS: "Removes this item from Meta, although this system never sent it. If you want to keep it, ignore it instead.",
    FindingKind.ADOPTABLE: "Takes the item over: it is updated from here on, never created a second time.",
}


@register(CatalogFinding)
class CatalogFindingAdmin(TenantModelAdmin):
    """One line per item that is not as it should be."""

    tenant_lookup = "run__tenant"
    edit_scope = "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Meta", "difference", 25
    list_display = ("retailer_id", "name", "shown_kind", "what", "shown_state", "found")
    list_filter = (("kind", ChoicesDropdownFilter), ("state", ChoicesDropdownFilter), ("catalog", RelatedDropdownFilter))
    search_fields = ("retailer_id", "name", "meta_id", "like")
    list_select_related = ("catalog__tenant", "run__tenant")
    actions = ("mend", "mend_with_removals", "use_id", "ignore", "reopen")
    readonly_fields = ("shown_kind", "shown_state", "note", "values", "mending", "product", "found", "comparison")
    fieldsets = (
        (None, {"fields": ("retailer_id", "name", "shown_kind", "shown_state", "note", "values", "mending")}),
        ("What it is about", {"fields": ("product", "like", "catalog", "meta_id", "comparison", "found")}),
    )
    empty_hint = "Nothing differs. “Compare with Meta now” on the Meta App Config looks again; every night it happens by itself."

    @display(description="Finding", ordering="kind")
    def shown_kind(self, finding: CatalogFinding) -> SafeString:
        """What kind it is."""
        return render_badge(KIND_BADGES[FindingKind(finding.kind)])

    @display(description="State", ordering="state")
    @live_cell
    def shown_state(self, finding: CatalogFinding) -> SafeString:
        """Live: open, mended, ignored."""
        return render_badge(STATE_BADGES[FindingState(finding.state)])

    @display(description="What is wrong")
    def what(self, finding: CatalogFinding) -> SafeString:
        """Field by field, in words."""
        return format_html('<span class="meta-note">{}</span>', words_of(finding) or "—")

    @display(description="Here and at Meta")
    def values(self, finding: CatalogFinding) -> SafeString:
        """A table of the fields that differ."""
        if not finding.fields:
            return format_html("{}", "—")
        cells = ((field_words(name), here or "—", there or "—") for name, (here, there) in finding.fields.items())
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td><td>{}</td></tr>", cells)
        return format_html('<table class="meta-table"><tr><th>Field</th><th>Here</th><th>At Meta</th></tr>{}</table>', rows)

    @display(description="Mending it")
    def mending(self, finding: CatalogFinding) -> str:
        """What the action would do."""
        return WHAT_MENDING_DOES[FindingKind(finding.kind)]

    @display(description="Product")
    def product(self, finding: CatalogFinding) -> SafeString | str:
        """The way to our product, while there is one."""
        product = Product.objects.filter(pk=finding.product_id, tenant=finding.catalog.tenant_id).first() if finding.product_id else None
        if product is None:
            return "None of ours" if finding.product_id is None else "Gone"
        return format_html('<a href="{}">{}</a>', site._registry[Product].object_url(product), product.name)

    @display(description="Found", ordering="created_at")
    def found(self, finding: CatalogFinding) -> SafeString:
        """How long ago."""
        return render_moment(finding.created_at)

    @display(description="Comparison")
    def comparison(self, finding: CatalogFinding) -> SafeString:
        """The run that found it."""
        return format_html('<a href="{}">{}</a>', reverse("admin:operations_run_change", args=[finding.run_id]), "The run that found it")

    @property
    def media(self) -> Media:
        return super().media + Media(css={"all": ["meta_integration/meta.css"]})

    # --- one finding's own page ---------------------------------------------------------------------------------------------
    def tools(self, request: HttpRequest, obj: CatalogFinding) -> list[Tool]:
        """What can be done about it: as long as it is open, or ignored."""
        if not self.has_edit_permission(request, obj):
            return []
        if obj.state == FindingState.IGNORED:
            return [Tool("Count again", self.object_url(obj, "reopen"), "undo", post=True)]
        if obj.state != FindingState.OPEN:
            return []
        question = f"{WHAT_MENDING_DOES[FindingKind(obj.kind)]} It is looked up at Meta once more before."
        mend = Tool("Mend", self.object_url(obj, "mend"), "build", post=True, primary=True, confirm=question)
        return [mend, Tool("Ignore", self.object_url(obj, "ignore"), "visibility_off", post=True)]

    def get_urls(self) -> list[Any]:
        own = {"mend": self.mend, "ignore": self.ignore, "reopen": self.reopen}
        return [
            *(self.page(f"<path:object_id>/{name}/", self._alone(act), name) for name, act in own.items()),
            *super().get_urls(),
        ]

    def _alone(self, act: Callable[[HttpRequest, QuerySet], None]) -> Callable[..., HttpResponse]:
        """A POST that does to one finding what the list's action does to many."""

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            finding = self.posted(request, object_id)
            act(request, self.get_queryset(request).filter(pk=finding.pk))
            return HttpResponseRedirect(self.object_url(finding))

        return view

    # --- mend, ignore ---------------------------------------------------------------------------------------------------------
    @action(description="Mend selected", permissions=["edit"])
    def mend(self, request: HttpRequest, queryset: QuerySet) -> None:
        """By a worker; each is looked up once more before anything is done."""
        self._mend(request, queryset)

    @action(description="Mend selected, allowing many removals", permissions=["edit"])
    def mend_with_removals(self, request: HttpRequest, queryset: QuerySet) -> None:
        """The same with the brake lifted."""
        self._mend(request, queryset, allow_removals=True)

    def _mend(self, request: HttpRequest, queryset: QuerySet, **options: bool) -> None:
        runs = mend_findings(CatalogFinding.objects.filter(pk__in=queryset.values("pk")), **options)
        if not runs:
            self.message_user(request, "None of these is open: there is nothing to mend.", messages.WARNING)
            return
        url = reverse("admin:operations_run_change", args=[runs[0].pk])
        total = sum(run.total for run in runs)
        text = '{} being mended; each is looked up at Meta once more before. <a href="{}">Watch the run</a>'
        self.message_user(request, format_html(text, "1 finding is" if total == 1 else f"{total} findings are", url))

    @action(description="Duplicates: use their id as our SKU", permissions=["edit"])
    def use_id(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Their item stays and is updated from here on; ours under the old SKU goes."""
        used = 0
        for finding in queryset.select_related("catalog__tenant")[:MOST_AT_ONCE]:
            try:
                use_their_id(finding)
                used += 1
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.WARNING)
        if used:
            self.message_user(request, f"{used} products have the other item's id as their SKU now; Meta's item is taken over.")
        if (left := queryset.count() - MOST_AT_ONCE) > 0:
            self.message_user(request, f"{left} more were chosen: at most {MOST_AT_ONCE} at a time.", messages.WARNING)

    @action(description="Ignore selected", permissions=["edit"])
    def ignore(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Left alone, in later comparisons too."""
        chosen = queryset.count()
        ignored = ignore_findings(CatalogFinding.objects.filter(pk__in=queryset.values("pk")))
        text = f"{ignored} ignored, in later comparisons too."
        if chosen > ignored:
            text += f" {chosen - ignored} were not: what this system sends itself is mended by every comparison, and only open ones count."
        self.message_user(request, text, messages.SUCCESS if ignored else messages.WARNING)

    @action(description="Count again", permissions=["edit"])
    def reopen(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Takes “ignore” back."""
        opened = reopen_findings(CatalogFinding.objects.filter(pk__in=queryset.values("pk")))
        self.message_user(request, f"{opened} open again.", messages.SUCCESS if opened else messages.WARNING)


class RunFindings(Extension):
    """The findings of a comparison, one click from its run."""

    def tools(self, request: HttpRequest, obj: Run) -> list[Tool]:
        """A button where there is something to show."""
        if obj.kind != RunKind.RECONCILE:
            return []
        column = "chosen" if obj.params.get("chosen") else "run"
        if not CatalogFinding.objects.filter(**{column: obj}).exists():
            return []
        return [Tool("Findings", f"{reverse('admin:meta_integration_catalogfinding_changelist')}?{column}={obj.pk}", "difference")]


extend(Run, RunFindings)
