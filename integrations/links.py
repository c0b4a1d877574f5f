"""Where in the admin a shop and its runs are looked after."""

from uuid import UUID

from django.urls import reverse


def connection_url(connection_pk: int) -> str:
    """The shop's page."""
    return f"{reverse('admin:index')}integrations/storeconnection/{connection_pk}/change/"


def run_url(run_pk: UUID) -> str:
    """The run's page."""
    return reverse("admin:operations_run_change", args=[run_pk])


def orders_url(connection_pk: int) -> str:
    """The list of orders for this shop."""
    return f"{reverse('admin:integrations_orderwriteback_changelist')}?connection__id__exact={connection_pk}"
