"""The catalog's admin as a browser uses it: a page's form posted back as it was shown, what a page and its messages say."""

import re
from decimal import Decimal
from html import unescape

from django.contrib.messages import get_messages
from django.forms import NullBooleanField
from django.urls import reverse

from products_and_services.tests.factories import (
    CategoryFactory,
    ImageFactory,
    ModifierFactory,
    ModifierGroupFactory,
    ProductFactory,
    VariantFactory,
)

LIST = "/admin/products_and_services/product/"


def page_of(product, name="change"):
    return reverse(f"admin:products_and_services_product_{name}", args=[product.pk])


def form_data(response):
    """What a browser would post back untouched, from the rendered form."""
    form = response.context["adminform"].form
    data = {}
    for source in [form, *(row for inline in response.context["inline_admin_formsets"] for row in inline.formset.forms)]:
        for bound in source:
            value = bound.value()
            if isinstance(bound.field, NullBooleanField):
                data[bound.html_name] = bound.field.widget.format_value(value)
                continue
            if hasattr(bound.field, "clean") and bound.field.__class__.__name__ in ("ImageField", "FileField"):
                continue
            if value is True:
                value = "on"
            if value is None or value is False:
                continue
            if bound.field.__class__.__name__ == "SplitDateTimeField":
                day, hour = bound.field.widget.decompress(value)
                data[f"{bound.html_name}_0"], data[f"{bound.html_name}_1"] = day or "", hour or ""
                continue
            data[bound.html_name] = value
    for inline in response.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        data |= {bound.html_name: bound.value() for bound in management}
    return data


def post(client, product, **changes):
    data = form_data(client.get(page_of(product))) | {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(page_of(product), data)


def words(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def text(response):
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))


def fill(tenant, count):
    for number in range(count):
        category = CategoryFactory(tenant=tenant, parent=CategoryFactory(tenant=tenant, parent=CategoryFactory(tenant=tenant)))
        product = ProductFactory(tenant=tenant, category=category, stock_quantity=number % 2, sale_price=Decimal("1"))
        VariantFactory(product=product, sku=f"V-{product.pk}")
        ImageFactory(product=product)
        ModifierFactory(group=ModifierGroupFactory(tenant=tenant)).group.products.add(product)
