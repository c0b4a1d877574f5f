"""The history of one product in words: what changed, from what to what, by whom or which run."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator, capfirst

from products_and_services.models import Product, ProductCategory, ProductImage, ProductVariant, Revision

PER_PAGE = 50
LONGEST_VALUE = 300
MODELS: dict[str, type[Model]] = {"product": Product, "variant": ProductVariant, "image": ProductImage}
DULL = {"tenant_id", "product_id"}


def history_page(model_admin: Any, request: HttpRequest, object_id: int) -> HttpResponse:
    """One page of revisions, newest first."""
    product = model_admin.get_object(request, str(object_id))
    if product is None or not model_admin.has_view_permission(request, product):
        raise Http404("No such product.")
    rows = Revision.objects.for_tenant(product.tenant_id).filter(product_id=product.pk)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("p"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"History of {product.name}",
        "opts": model_admin.opts,
        "product": product,
        "product_url": model_admin.object_url(product),
        "page": page,
        "entries": describe(list(page.object_list)),
    }
    return TemplateResponse(request, "products_and_services/history.html", context)


def describe(revisions: list[Revision]) -> list[dict[str, Any]]:
    """The revisions as a template draws them: {"revision", "what", "run_url", "lines": [(field, old, new)]}. One query in all."""
    categories = _category_names(revisions)
    return [
        {
            "revision": revision,
            "what": f"{capfirst(revision.entity)} {revision.action}",
            "run_url": _run_url(revision),
            "lines": [
                (_label(revision.entity, name), *(_words(name, value, categories) for value in pair))
                for name, pair in revision.changes.items()
                if name not in DULL
            ],
        }
        for revision in revisions
    ]


def _category_names(revisions: list[Revision]) -> dict[int, str]:
    ids = set()
    for revision in revisions:
        for name in ("category_id", "categories"):
            for value in revision.changes.get(name, ()):
                ids.update(value if isinstance(value, list) else [value])
    rows = ProductCategory.objects.with_path().filter(pk__in=ids - {None}) if ids - {None} else []
    return {row.pk: str(row) for row in rows}


def _label(entity: str, name: str) -> str:
    for field in MODELS.get(entity, Product)._meta.get_fields():
        if name in (field.name, getattr(field, "attname", "")):
            return capfirst(str(getattr(field, "verbose_name", name)))
    return name


def _words(name: str, value: Any, categories: dict[int, str]) -> str:
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in ("category_id", "categories"):
        ids = value if isinstance(value, list) else [value]
        return ", ".join(categories.get(pk, f"deleted category {pk}") for pk in ids)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    return Truncator(str(value)).chars(LONGEST_VALUE)


def _run_url(revision: Revision) -> str:
    try:
        return reverse("admin:operations_run_change", args=[revision.run_id]) if revision.run_id else ""
    except NoReverseMatch:
        return ""
