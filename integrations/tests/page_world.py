"""For tests of the pages about shops: a shop in memory behind the real importer, workers that the test sends, and browsers by role."""

from typing import Any

import pytest
from django.urls import reverse

from integrations import providers
from integrations.models import Provider, StoreConnection
from integrations.runs import work_on_import
from integrations.tests.fake_shop import FakeShop
from integrations.tests.run_world import QuietAdapter
from operations.models import Run, RunStatus


class TheShop(FakeShop):
    """Every connection of the test reads this one shop."""

    credential_fields = QuietAdapter.credential_fields
    current: FakeShop

    def __new__(cls, connection: StoreConnection) -> Any:
        return cls.current


def open_shop(monkeypatch: pytest.MonkeyPatch) -> FakeShop:
    """An empty shop with pages of a hundred, which adapters read from now on."""
    TheShop.current = FakeShop(page_size=100)
    monkeypatch.setitem(providers.ADAPTERS, Provider.WOOCOMMERCE, f"{__name__}.TheShop")
    return TheShop.current


def work() -> None:
    """Workers answer every doorbell there is."""
    while runs := list(Run.objects.filter(status=RunStatus.QUEUED, not_before__isnull=True)):
        for run in runs:
            work_on_import(str(run.pk))


def page(name: str, obj: Any) -> str:
    """ "storeconnection_change" -> the address of an object's page"""
    app = {"run": "operations", "product": "products_and_services"}.get(name.partition("_")[0], "integrations")
    return reverse(f"admin:{app}_{name}", args=[obj.pk])
