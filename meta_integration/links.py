"""Addresses of the lists behind a number: products by status at Meta, or by what they need."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

STATUS_PARAMETER = "meta_sync_status"
NEED_PARAMETER = "meta_need"


def products_url(*, status: str = "", need: str = "") -> str:
    """The product list in the admin, filtered; "" while products have no admin page."""
    try:
        address = reverse("admin:products_and_services_product_changelist")
    except NoReverseMatch:
        return ""
    chosen = {name: value for name, value in ((STATUS_PARAMETER, status), (NEED_PARAMETER, need)) if value}
    return f"{address}?{urlencode(chosen)}" if chosen else address
