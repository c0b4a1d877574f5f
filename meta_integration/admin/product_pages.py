"""The pages about one product at Meta: why it is not live, what would be sent; and the two buttons that send it again."""

import json
from dataclasses import replace
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse

from common.admin import ConsoleAdmin, TenantModelAdmin, Tool, site
from common.admin.access import active_tenant, allows
from common.redaction import redact
from meta_integration.admin.pause_banner import pause_banners
from meta_integration.admin.words import show_badge, show_meta_state, show_moment
from meta_integration.ask_meta import ask_about
from meta_integration.catalog.looks import look_again
from meta_integration.diagnosis import Diagnosis, ItemView, diagnose, next_attempt_of
from meta_integration.models import MetaAppConfig, MetaState
from meta_integration.payload_preview import ItemPayload, preview_payloads
from meta_integration.resend import resend_products
from products_and_services.models import Product, SyncStatus


def page_of(model: type[Model]) -> Any:
    """The registered admin page of a model."""
    return site._registry[model]


def config_in_sight(request: HttpRequest) -> MetaAppConfig | None:
    """The active configuration of the business in the switcher."""
    tenant = active_tenant(request)
    return MetaAppConfig.objects.get_active_config(tenant) if tenant else None


def product_tools(request: HttpRequest, product: Product, leave_out: str = "") -> list[Tool]:
    """The buttons of a product's pages."""
    page = page_of(Product)
    tools = {
        "why": Tool("Why is it not live?", page.object_url(product, "why"), "help"),
        "payload": Tool("Preview payload", page.object_url(product, "payload"), "data_object"),
    }
    tools["ask_meta"] = Tool("Ask Meta", page.object_url(product, "ask_meta"), "forum", post=True)
    if page.has_edit_permission(request, product):
        tools["sync_now"] = Tool("Sync now", page.object_url(product, "sync_now"), "sync", post=True)
        tools["check_pictures"] = Tool("Check pictures again", page.object_url(product, "check_pictures"), "image_search", post=True)
        tools["reset_sync"] = Tool("Reset Meta sync attempts", page.object_url(product, "reset_sync"), "restart_alt", post=True)
    return [tool for name, tool in tools.items() if name != leave_out]


def _product(page: ConsoleAdmin, request: HttpRequest, object_id: str) -> Product:
    product = page.get_object(request, object_id)
    if product is None or not page.has_view_permission(request, product):
        raise Http404
    return product


def why_view(page: ConsoleAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Why is it not live? Checks, pause, last call and answer, what to do, next attempt."""
    product = _product(page, request, object_id)
    found = diagnose(product)
    tools = [Tool("Back to the product", page.object_url(product), "arrow_back"), *product_tools(request, product, "why")]
    config = MetaAppConfig.objects.get_active_config(product.tenant)
    if config is not None and allows(request, "integrations:view"):
        tools.append(Tool("Open Meta App Config", page_of(MetaAppConfig).object_url(config), "settings"))
    return page.own_page(
        request,
        "meta_integration/why.html",
        "Why is it not live?",
        product=product,
        found=found,
        badge=show_badge(found.status, product.meta_sync_attempts),
        at_meta=show_meta_state(found.said.state) if found.said.state else "",
        headline=_headline(found),
        next_attempt=show_moment(next_attempt_of(found), product.tenant, "None planned"),
        last_success=show_moment(product.meta_sync_last_success, product.tenant, "Never"),
        items=[_item_context(view, product) for view in found.items],
        page_banners=pause_banners(request, product.tenant),
        page_tools=tools,
    )


def _headline(found: Diagnosis) -> str:
    if found.status == SyncStatus.SYNCED:
        return _verdict_line(found) + (" Parts of it are not sent, see below." if found.reasons else "")
    return {
        SyncStatus.SYNCING: "It is on its way to Meta.",
        SyncStatus.PAUSED: "It waits, because sending to Meta is paused.",
        SyncStatus.RETRY: "Meta did not take it yet. It is tried again by itself.",
        SyncStatus.FAILED: "Five attempts failed. It needs you.",
        SyncStatus.REJECTED: "Meta refuses it as it is. It needs you.",
        SyncStatus.HIDDEN: "Meta has it, but does not show it, because it may not be sold now.",
        SyncStatus.NOT_SYNCED: "It was not sent to Meta.",
    }[found.status]


def _verdict_line(found: Diagnosis) -> str:
    """Sent is not yet live: that depends on what Meta says about it."""
    whole = all(view.said.state == MetaState.REJECTED for view in found.items)
    one = "It" if whole else "Part of it"
    return {
        MetaState.REJECTED: f"Meta has exactly this version, but has rejected it. {one} is not shown to customers, and needs you.",
        MetaState.WARNING: "Meta has exactly this version and shows it, with a warning.",
        MetaState.PROCESSING: "Meta has exactly this version and is still looking at it. It may not be visible yet.",
        MetaState.NOT_ASKED: "Meta has exactly this version. We have not asked yet what it thinks of it.",
        MetaState.LIVE: "It is live: Meta has exactly this version.",
        None: "Meta has exactly this version.",
    }[found.said.state]


def _item_context(view: ItemView, product: Product) -> dict[str, Any]:
    return {
        "view": view,
        "badge": show_badge(view.status, view.item.attempts),
        "at_meta": show_meta_state(view.said.state),
        "asked": show_moment(view.said.asked_at, product.tenant, "Not yet about this version"),
        "since": show_moment(view.said.changed_at, product.tenant, "—"),
        "attempted": show_moment(view.item.last_attempt_at, product.tenant, "Never"),
        "next": show_moment(view.item.next_attempt_at if view.item.is_waiting else None, product.tenant, "None planned"),
        "picture": view.said.verdict.image_fetch_status.lower().replace("_", " ") if view.said.verdict else "",
        "request": pretty(view.request) if view.request else "",
        "answer": pretty(view.answer) if view.answer else "",
    }


def pretty(data: Any) -> str:
    """JSON for people, secrets masked."""
    return json.dumps(redact(data), indent=2, ensure_ascii=False, default=str)


def payload_view(page: ConsoleAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """What would be sent for one product."""
    return payload_page(page, request, [_product(page, request, object_id)])


def payload_page(page: ConsoleAdmin, request: HttpRequest, products: list[Product]) -> HttpResponse:
    """What would be sent for these products, in both dialects."""
    by_tenant: dict[Any, list[int]] = {}
    for product in products:
        by_tenant.setdefault(product.tenant, []).append(product.pk)
    shown = [entry for tenant, ids in by_tenant.items() for entry in preview_payloads(tenant, ids)]
    context = [{"entry": entry, "items": [_as_text(item) for item in entry.items]} for entry in shown]
    tools = [Tool("Back to the products", page.list_url(), "arrow_back")]
    if len(products) == 1:
        back = Tool("Back to the product", page.object_url(products[0]), "arrow_back")
        tools = [back, *product_tools(request, products[0], "payload")]
    return page.own_page(request, "meta_integration/payload.html", "Preview payload", products=context, page_tools=tools)


def _as_text(item: ItemPayload) -> ItemPayload:
    """The payloads as JSON text."""
    single = pretty(item.single) if item.single is not None else None
    return replace(item, single=single, batch=pretty(item.batch) if item.batch else None)  # type: ignore[arg-type]


def ask_view(page: ConsoleAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST from a button: asks Meta what it thinks of one product. Reading only, so whoever may see the product may ask."""
    product = page.get_object(request, object_id)
    if product is None or request.method != "POST" or not page.has_view_permission(request, product):
        raise Http404
    page.message_user(request, ask_about(product.tenant, [product.pk]).sentence())
    return page.came_from(request, product)


def resend_view(page: TenantModelAdmin, reset: bool, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST from a button: sends one product again."""
    product = page.posted(request, object_id)
    page.message_user(request, resend_products(product.tenant, [product.pk], reset=reset).sentence())
    return page.came_from(request, product)


def check_pictures_view(page: TenantModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """POST from a button: looks at one product's pictures again, whatever is known of them."""
    product = page.posted(request, object_id)
    page.message_user(request, look_again_words(look_again(product.tenant, [product.pk])))
    return page.came_from(request, product)


def look_again_words(number: int | None) -> str:
    """ "3 pictures are looked at again. .." """
    if number is None:
        return "Pictures are not checked: the business is not connected to Meta, or “check pictures” is off in its Meta App Config."
    if not number:
        return "There is no picture to look at."
    counted = "1 picture is" if number == 1 else f"{number} pictures are"
    return f"{counted} looked at again. What is found shows on “Why is it not live?” within seconds."
