"""Addresses of the admin's pages that pages about shops lead to."""

from urllib.parse import urlencode

from django.urls import reverse

from integrations.models import StoreConnection
from operations.models import Run

SHOP_PARAMETER = "shop"


def products_of(connection: StoreConnection) -> str:
    """The products that came from a shop."""
    return f"{reverse('admin:products_and_services_product_changelist')}?{urlencode({SHOP_PARAMETER: connection.pk})}"


def questions_of(connection: StoreConnection) -> str:
    """A shop's questions that nobody has answered yet."""
    wanted = {"connection__id__exact": connection.pk, "answered": "no"}
    return f"{reverse('admin:integrations_linkquestion_changelist')}?{urlencode(wanted)}"


def deliveries_of(connection: StoreConnection) -> str:
    """What a shop told us by itself."""
    return f"{reverse('admin:integrations_storedelivery_changelist')}?{urlencode({'connection__id__exact': connection.pk})}"


def run_page(run: Run, name: str = "change") -> str:
    """A page of a run."""
    return reverse(f"admin:operations_run_{name}", args=[run.pk])
