"""What shops add to the product pages: where a product comes from, what the shop owns, locks, and “Look at it again now”."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.admin import Banner, Extension, Tool, action, display, extend, render_moment, site
from common.admin.access import allows
from integrations.admin import product_pages
from integrations.admin.lock_words import LOCKS_HELP, LocksField, name_words
from integrations.admin.shop_filter import ShopFilter
from integrations.deciding.locks import fields_of_shop, overwritten_fields
from integrations.links import connection_url
from integrations.models import ExternalRef
from integrations.records import LOCKABLE
from products_and_services.models import Product

PREFETCHED = "shop_refs"


def ref_of(product: Any) -> ExternalRef | None:
    """The product's identity at its shop; None when it was entered here. From the prefetched rows where there are some."""
    found = getattr(product, PREFETCHED, None)
    if found is None:
        found = product_pages.refs_with_shop().filter(product=product)
    return next(iter(found), None)


class FromShop(Extension):
    """Added to Product: which shop a product comes from, and who may change what."""

    media = Media(css={"all": ["integrations/shops.css"]})
    list_filter = (ShopFilter,)
    actions = ("choose_locks",)
    shown = ("comes_from", "shop_owns")
    readonly_fields = shown
    fieldsets = (("Where it comes from, and what imports may change", {"fields": (*shown, "locked_fields")}),)

    def get_queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.prefetch_related(Prefetch("external_refs", product_pages.refs_with_shop(), to_attr=PREFETCHED))

    def get_form(self, request: HttpRequest, obj: Any, form: Any) -> type:
        """A tick for each field instead of names to type."""
        if "locked_fields" in form.base_fields:
            form.base_fields["locked_fields"] = LocksField(
                also=obj.locked_fields if obj is not None else (), label="Locked: stays as it is here", help_text=LOCKS_HELP
            )
        return form  # type: ignore[no-any-return]

    # --- list and section -------------------------------------------------------------------------------------------------------
    def second_line(self, obj: Any) -> str:
        """Its shop's name, or that the shop does not have it any more; a column of its own would not fit on a laptop's screen."""
        ref = ref_of(obj)
        if ref is None:
            return ""
        return f"no longer in {ref.connection}" if ref.gone_at else str(ref.connection)

    @display(description="Comes from")
    def comes_from(self, product: Product) -> SafeString:
        """The shop with a way to it, the product's number there, and when the shop was last imported."""
        ref = ref_of(product)
        if ref is None:
            kind = product.get_external_source_display() if product.external_source else ""
            words = f"A {kind} shop that was removed here; its number there was {product.external_id}." if kind else "It was entered here."
            return format_html("{}", words)
        shop = ref.connection
        there = format_html(' · <a href="{}">See it in the shop</a>', product.website_url) if product.website_url else ""
        when = render_moment(shop.imported_at, "not yet")
        gone = format_html(" The shop does not have it any more since {}.", render_moment(ref.gone_at)) if ref.gone_at else ""
        note = format_html("number {} there, last whole import {}.{}", ref.external_id, when, gone)
        return format_html('<a href="{}">{}</a>{} <span class="shop-note">{}</span>', connection_url(shop.pk), shop, there, note)

    @display(description="The shop's")
    def shop_owns(self, product: Product) -> str:
        """What the next import may change."""
        ref = ref_of(product)
        if ref is None:
            return "Nothing: only people, files and programs change it."
        return name_words(fields_of_shop(product, ref.connection.provider)) or "Nothing: everything is locked."

    # --- after a save -----------------------------------------------------------------------------------------------------------
    def saved(self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool) -> None:
        """Tells what the shop will overwrite, with one click to keep it."""
        product = form.instance
        ref = ref_of(product)
        if not change or ref is None or ref.gone_at is not None:
            return
        names = overwritten_fields(product, ref.connection.provider, [*form.changed_data, *_changed_inlines(formsets)])
        if names:
            messages.warning(request, _keep_mine(request, product, names))

    # --- actions, buttons, pages --------------------------------------------------------------------------------------------------
    @action(description="Lock or unlock fields…", permissions=["edit"])
    def choose_locks(self, model_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Asks which fields, then does it for all selected products."""
        return product_pages.choose_locks(model_admin, request, queryset)

    def banners(self, request: HttpRequest, obj: Any | None = None) -> list[Banner]:
        ref = ref_of(obj) if obj is not None else None
        if ref is None or obj is None:
            return []
        kept = name_words(obj.locked_fields)
        yours = f"Locked, so yours: {kept}." if kept else "Lock below what is to stay yours."
        text = f"What the shop changes is taken over by itself. {yours}"
        return [Banner("blue", f"Comes from the shop {ref.connection}.", text)]

    def tools(self, request: HttpRequest, obj: Product) -> list[Tool]:
        if ref_of(obj) is None or not allows(request, "integrations:manage"):
            return []
        address = site._registry[Product].object_url(obj, "look_again")
        return [Tool("Look at it again now", address, "refresh", post=True)]

    def get_urls(self, model_admin: Any) -> list[Any]:
        return [
            model_admin.page("<path:object_id>/look-again/", partial(product_pages.look_again_view, model_admin), "look_again"),
            model_admin.page("<path:object_id>/keep/", partial(product_pages.keep_view, model_admin), "keep"),
        ]


def _changed_inlines(formsets: Sequence[Any]) -> list[str]:
    """Names of what was changed in the tables below the form: a variant's price is a price, anything else is pictures or variants."""
    names = []
    for formset in formsets:
        part = {"productimage": "images", "productvariant": "variants"}.get(formset.model._meta.model_name, "")
        if part and (formset.new_objects or formset.deleted_objects):
            names.append(part)
        for _, fields in formset.changed_objects if part else ():
            names += [name if part == "variants" and name in LOCKABLE else part for name in fields]
    return names


def _keep_mine(request: HttpRequest, product: Product, names: list[str]) -> SafeString:
    """The warning with its button: a form of its own, as locking changes something."""
    hidden = format_html_join("", '<input type="hidden" name="names" value="{}">', ((name,) for name in names))
    return format_html(
        'The next import will overwrite {} of “{}”: the shop owns that. <form method="post" action="{}" class="shop-keep">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}<button type="submit" class="tool">Keep mine</button></form>',
        name_words(names), product.name, reverse("admin:products_and_services_product_keep", args=[product.pk]), get_token(request), hidden,
    )  # fmt: skip


extend(Product, FromShop)
