"""Questions that only a person can answer: is this product of a shop one that was entered here? Both side by side, and three answers."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, SimpleListFilter, TenantModelAdmin, action, display, register, render_badge, render_moment
from common.admin.access import scoped
from common.money import amount_with_code
from integrations.admin.links import run_page
from integrations.deciding.questions import answer_alike, answer_question
from integrations.links import connection_url
from integrations.models import Answer, ExternalRef, LinkQuestion, RefKind
from operations.models import Run
from products_and_services.admin.pictures import main_picture_url
from products_and_services.models import Product

BADGES = {
    Answer.OPEN: Badge("orange", "? To answer"),
    Answer.SAME: Badge("green", "✓ Same product"),
    Answer.SEPARATE: Badge("blue", "✓ Another product"),
    Answer.SKIP: Badge("grey", "○ Left out"),
}
LATER = "The shop's next import does it."
ALIKE = {Answer.SAME: "as the same product", Answer.SEPARATE: "as another product", Answer.SKIP: "to be left out"}


@dataclass(frozen=True)
class Side:
    """One of the two products, as the page shows it."""

    name: str
    sku: str
    price: str
    picture: str
    url: str = ""
    pk: int = 0


class AnsweredFilter(SimpleListFilter):
    """Open or answered."""

    title = "state"
    parameter_name = "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "To answer"), ("yes", "Answered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(answer=Answer.OPEN) if self.value() == "no" else queryset.exclude(answer=Answer.OPEN)


@register(LinkQuestion)
class LinkQuestionAdmin(TenantModelAdmin):
    """Who manages shops answers; an answer starts an import of just that product."""

    view_scope, edit_scope = "integrations:view", "integrations:manage"
    can_add = can_change = can_delete = False
    nav_group, nav_icon, nav_order = "Shops", "help", 20
    list_display = ("product_text", "connection", "why", "state", "asked")
    list_display_links = ("product_text",)
    list_filter = (AnsweredFilter, "connection")
    list_select_related = ("connection",)
    search_fields = ("name", "sku")
    actions = ("same", "separate", "skip")
    fieldsets = (("About this question", {"fields": ("shop", "number", "asked", "state", "answered_by", "answered_at")}),)
    readonly_fields = ("shop", "number", "asked", "state")
    change_form_outer_before_template = "integrations/question_before.html"
    empty_hint = "No questions. One comes when a shop's product has the SKU of a product that was entered here, and it is not clear which."

    @property
    def media(self) -> Any:
        return super().media + Media(css={"all": ["integrations/shops.css"]})

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("connection__credentials")

    def nav_badge(self, request: HttpRequest) -> int:
        """How many wait for an answer."""
        return scoped(request, LinkQuestion.objects.filter(answer=Answer.OPEN), "tenant").order_by().count()

    # --- list -------------------------------------------------------------------------------------------------------------------
    @display(description="In the shop", ordering="name")
    def product_text(self, question: LinkQuestion) -> SafeString:
        """Name and SKU, as the shop has them."""
        return format_html('{}<small class="shop-note">{}</small>', question.name, question.sku or "no SKU")

    @display(description="Answer", ordering="answer")
    def state(self, question: LinkQuestion) -> SafeString:
        """The answer, or that there is none yet."""
        return render_badge(BADGES[Answer(question.answer)])

    @display(description="Asked", ordering="created_at")
    def asked(self, question: LinkQuestion) -> SafeString:
        """How long ago."""
        return render_moment(question.created_at)

    @display(description="Shop")
    def shop(self, question: LinkQuestion) -> SafeString:
        """With the way to it."""
        return format_html('<a href="{}">{}</a>', connection_url(question.connection_id), question.connection)

    @display(description="Number in the shop")
    def number(self, question: LinkQuestion) -> str:
        """The shop's own number of its product."""
        return question.external_id

    # --- bulk answers -----------------------------------------------------------------------------------------------------------
    @action(description="Same product (where only one is meant)", permissions=["edit"])
    def same(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk answer."""
        self._answer_many(request, queryset, Answer.SAME)

    @action(description="Another product", permissions=["edit"])
    def separate(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk answer."""
        self._answer_many(request, queryset, Answer.SEPARATE)

    @action(description="Leave it out", permissions=["edit"])
    def skip(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bulk answer."""
        self._answer_many(request, queryset, Answer.SKIP)

    def _answer_many(self, request: HttpRequest, queryset: QuerySet, answer: Answer) -> None:
        questions = list(queryset.select_related("connection__tenant", "tenant"))
        answered, runs = answer_alike(questions, answer)
        text = f"{answered} answered {ALIKE[answer]}."
        if left := len(questions) - answered:
            text += f" {left} were not: open them one by one, the page says why."
        self.message_user(request, text, messages.SUCCESS if answered else messages.WARNING)
        self._tell_import(request, runs, wanted=bool(answered) and answer != Answer.SKIP)

    def _tell_import(self, request: HttpRequest, runs: list[Run], *, wanted: bool) -> None:
        for run in runs:
            self.message_user(request, format_html('They are imported now. <a class="undo-link" href="{}">Watch</a>', run_page(run)))
        if wanted and not runs:
            self.message_user(request, LATER)

    # --- one question -----------------------------------------------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        return [self.page("<path:object_id>/answer/", self.answer_view, "answer"), *super().get_urls()]

    def answer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST of one answer; then to the next open question."""
        question = self.posted(request, object_id)
        chosen = request.POST.get("product", "")
        answer = request.POST.get("answer", "")
        try:
            run = answer_question(question, answer, int(chosen) if chosen.isdecimal() else None)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(self.object_url(question))
        self.message_user(request, f"“{question.name}”: {Answer(answer).label.lower()}.", messages.SUCCESS)
        self._tell_import(request, [run] if run else [], wanted=answer != Answer.SKIP)
        following = self.get_queryset(request).filter(answer=Answer.OPEN, connection=question.connection_id).order_by("id").first()
        return HttpResponseRedirect(self.object_url(following) if following else self.list_url())

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        question = context.get("original")
        if question is not None:
            context["question"] = question
            context["in_shop"], context["candidates"] = shop_side(question), own_sides(question)
            context["may_answer"] = self.has_edit_permission(request, question) and not _is_done(question)
            context["answer_url"], context["is_done"] = self.object_url(question, "answer"), _is_done(question)
        return super().render_change_form(request, context, *args, **kwargs)


def shop_side(question: LinkQuestion) -> Side:
    """As the shop had it when the question was asked."""
    shown: dict[str, Any] = question.shown or {}  # type: ignore[assignment]
    currency = shown.get("currency") or question.tenant.currency
    price = amount_with_code(Decimal(str(shown["price"])), currency) if shown.get("price") else ""
    return Side(question.name, question.sku, price, shown.get("image") or "", shown.get("link") or "")


def own_sides(question: LinkQuestion) -> list[Side]:
    """The products that were entered here and may be meant, those that still are there."""
    found = Product.objects.for_tenant(question.tenant_id).filter(pk__in=question.candidates).select_related("tenant")
    return [_own_side(product) for product in found.prefetch_related("images").order_by("pk")]


def _own_side(product: Product) -> Side:
    price = amount_with_code(product.price, product.effective_currency) if product.price else ""
    url = reverse("admin:products_and_services_product_change", args=[product.pk])
    return Side(product.name, product.sku or "", price, main_picture_url(product), url, product.pk)


def _is_done(question: LinkQuestion) -> bool:
    """Whether the product has come in, so that there is nothing to decide any more."""
    refs = ExternalRef.objects.filter(connection_id=question.connection_id, kind=RefKind.PRODUCT, external_id=question.external_id)
    return question.answer != Answer.OPEN and refs.exists()
