"""The public product page: what a customer sees behind a product's link. No login, no scripts, nothing from elsewhere but pictures."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from products_and_services.contact import whatsapp_link
from products_and_services.links import product_page_url
from products_and_services.load_snapshots import load_snapshots
from products_and_services.models import Sku
from products_and_services.page_content import build_page, structured_data
from tenants.models import Tenant

POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@require_safe
@cache_control(public=True, max_age=60)
def product_page(request: HttpRequest, sub_domain: str, sku: str) -> HttpResponse:
    """The page of an active product (or variant) of an active business; a friendly 404 for everything else."""
    tenant = Tenant.objects.filter(sub_domain=sub_domain, is_active=True).first()
    owner = _find(tenant, sku) if tenant is not None else None
    response = _draw(request, tenant, owner) if tenant is not None and owner is not None else None
    if response is None:
        response = render(request, "products_and_services/product_gone.html", {"shop": tenant.name if tenant else ""}, status=404)
    response["Content-Security-Policy"] = POLICY
    return response


def _find(tenant: Tenant, sku: str) -> Sku | None:
    """By the SKU as it is, else without a slash that somebody's browser or mail program added."""
    if "\0" in sku:
        return None
    rows = Sku.objects.filter(tenant=tenant).select_related("variant")
    return rows.filter(value=sku).first() or rows.filter(value=sku.rstrip("/")).first()


def _draw(request: HttpRequest, tenant: Tenant, owner: Sku) -> HttpResponse | None:
    product_id = owner.product_id or (owner.variant.product_id if owner.variant else 0)
    product = load_snapshots(tenant, [product_id]).get(product_id)
    if product is None or not product.is_active or (owner.variant is not None and not owner.variant.is_active):
        return None
    language = str(next(iter(tenant.languages), "en"))
    content = build_page(product, owner.variant_id, language, timezone.now())
    url = product_page_url(tenant.sub_domain, owner.value)
    context = {
        "shop": tenant.name,
        "page": content,
        "url": url,
        "language": language,
        "whatsapp_link": whatsapp_link(tenant, f"Hello! I am interested in {content.name} ({owner.value}). {url}"),
        "structured_data": script_json(structured_data(content, url=url, sku=owner.value, currency=product.currency)),
    }
    return render(request, "products_and_services/product_page.html", context)


def script_json(data: object) -> SafeString:
    r"""JSON for inside a script element. Every <, > and & is written as \u003C .., so that no text can end the element."""
    text = json.dumps(data, ensure_ascii=True)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04X}")
    return mark_safe(text)  # noqa: S308 - the three characters that mean something to HTML are gone
