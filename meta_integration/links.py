"""Addresses of the lists behind a number: products by status at Meta, by what they need, or by what Meta says."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

STATUS_PARAMETER = "meta_sync_status"
NEED_PARAMETER = "meta_need"
OURS_PARAMETER = "our_side"
VERDICT_PARAMETER = "at_meta"


def products_url(*, status: str = "", need: str = "", verdict: str = "") -> str:
    """The product list in the admin, filtered; "" while products have no admin page."""
    try:
        address = reverse("admin:products_and_services_product_changelist")
    except NoReverseMatch:
        return ""
    parameters = ((STATUS_PARAMETER, status), (NEED_PARAMETER, need), (VERDICT_PARAMETER, verdict))
    chosen = {name: value for name, value in parameters if value}
    return f"{address}?{urlencode(chosen)}" if chosen else address
