"""One business of one test: its products here, its catalog at Meta, and ways to wait for the sync without sleeping through its pauses."""

import secrets
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.test import Client

from common.clock import database_now
from meta_integration.models import Catalog, CatalogBatch, CatalogChange, CatalogItem, MetaAppConfig
from products_and_services.models import Product
from products_and_services.services import change_products
from products_and_services.tests.factories import ImageFactory, ProductFactory
from tenants.models import Tenant
from tenants.scopes import SCOPES
from tenants.services import create_api_key
from whatsappcrm_backend.tests.realprocess.browser import Visitor
from whatsappcrm_backend.tests.realprocess.processes import wait_until
from whatsappcrm_backend.tests.realprocess.stage import Stage

HURRY_SECONDS = 0.5


class Shop:
    """A business that is connected to its own catalog."""

    def __init__(self, stage: Stage, token: str = "", app_secret: str = "") -> None:
        self.stage, self.meta = stage, stage.meta
        number = str(secrets.randbelow(10**9) + 10**9)
        self.token, self.app_secret = token or f"EAAREAL{number}", app_secret or f"secret{number * 2}"
        self.catalog_id = f"2000{number}"
        self.meta.add_account(token=self.token, app_secret=self.app_secret, business_id=f"1000{number}", catalog_ids=[self.catalog_id])
        self.tenant = Tenant.objects.create(sub_domain=f"shop-{number}", name=f"Shop {number}", currency="USD")
        self.config = MetaAppConfig.objects.create(
            tenant=self.tenant, access_token=self.token, app_secret=self.app_secret, catalog_id=self.catalog_id,
            business_id=f"1000{number}", check_pictures=False,
        )  # fmt: skip
        self.catalog = Catalog.objects.get(tenant=self.tenant)
        self._hurried = 0.0

    def close(self) -> None:
        """Nobody works for this shop any more."""
        Tenant.objects.filter(pk=self.tenant.pk).update(is_active=False)

    # --- this side ------------------------------------------------------------------------------------------------------

    def product(self, sku: str, price: str = "10.00", **values: Any) -> Product:
        """A product that is fit for Meta."""
        product = ProductFactory(tenant=self.tenant, sku=sku, name=f"Product {sku}", price=Decimal(price), **values)
        ImageFactory(product=product, image="", remote_url=f"https://shop.example/{sku}.jpg")
        return product

    def products(self, count: int, prefix: str) -> list[Product]:
        """Many at once, due at the same moment however slow the machine: more than five go to Meta as a batch."""
        with transaction.atomic():
            made = [self.product(f"{prefix}-{number}") for number in range(count)]
            CatalogChange.objects.filter(tenant=self.tenant).update(due_at=database_now())
        return made

    def reprice_all(self, products: list[Product], price: str) -> None:
        """A bulk edit."""
        change_products(self.tenant.pk, [product.pk for product in products], {"price": Decimal(price)})

    def reprice(self, product: Product, price: str) -> None:
        product.price = Decimal(price)
        product.save()

    def item(self, sku: str) -> CatalogItem:
        return CatalogItem.objects.get(catalog=self.catalog, retailer_id=sku)

    def items(self) -> Any:
        return CatalogItem.objects.filter(catalog=self.catalog)

    def changes(self) -> int:
        return CatalogChange.objects.filter(tenant=self.tenant).count()

    def api(self, url: str = "") -> Visitor:
        """A program with an API key of this business."""
        _, key = create_api_key(self.tenant, "real process", sorted(SCOPES))
        return Visitor(url or self.stage.shared_web(), {"X-TENANT-ID": str(self.tenant.pk), "X-TENANT-API-KEY": key})

    def owner(self, url: str = "") -> Visitor:
        """A person who is signed in to the admin and may do everything."""
        users = get_user_model().objects
        person = users.filter(username="boss").first() or users.create_superuser("boss", "boss@example.com", "correct horse battery")
        browser = Client()
        browser.force_login(person)
        return Visitor(url or self.stage.shared_web(), session_key=browser.cookies["sessionid"].value)

    # --- Meta's side ------------------------------------------------------------------------------------------------------

    def at_meta(self) -> dict[str, dict[str, Any]]:
        return self.meta.items(self.catalog_id)

    def prices(self) -> dict[str, str]:
        """{retailer_id: price} of every item Meta has."""
        return {sku: item["price"] for sku, item in self.at_meta().items()}

    def truth(self) -> dict[str, str]:
        """What `prices` should be: every product of these tests is fit for Meta."""
        rows = Product.objects.for_tenant(self.tenant).exclude(sku=None)
        return {product.sku: f"{product.price:.2f} USD" for product in rows}

    def calls(self, *edges: str) -> list[dict[str, Any]]:
        return self.meta.calls(self.catalog_id, *edges)

    def writes(self) -> list[dict[str, Any]]:
        """Calls that changed, or tried to change, something at Meta."""
        return self.calls("write")

    def sent(self, sku: str) -> int:
        """In how many writes this item was."""
        return sum(call["retailer_ids"].count(sku) for call in self.writes())

    def fault(self, kind: str, **options: Any) -> None:
        self.meta.fault(kind, self.catalog_id, **options)

    # --- waiting ----------------------------------------------------------------------------------------------------------

    def wait(self, condition: Any, what: str, *, hurrying: bool = False) -> Any:
        """Waits; hurrying: brings due times forward meanwhile."""
        return wait_until(condition, lambda: f"{what}; {self._story()}", each=self.hurry if hurrying else None)

    def converge(self) -> None:
        """Waits until nothing is left to do, bringing due times forward, and checks that Meta has the truth, each item once."""
        wait_until(self._is_quiet, lambda: f"the sync is quiet; {self._story()}", each=self.hurry)
        assert self.prices() == self.truth(), self._story()
        names = {sku: item["name"] for sku, item in self.at_meta().items()}
        assert names == dict(Product.objects.for_tenant(self.tenant).exclude(sku=None).values_list("sku", "name"))

    def hurry(self) -> None:
        """What waits for its time is due now; the sweep, which runs every minute, runs now. Twice a second at most."""
        if time.monotonic() < self._hurried + HURRY_SECONDS:
            return
        self._hurried = time.monotonic()
        now = database_now()
        self.items().filter(ask_at__gt=now).update(ask_at=now)
        self.items().filter(next_attempt_at__gt=now, in_flight=False).update(next_attempt_at=now)
        CatalogBatch.objects.filter(catalog=self.catalog, poll_at__gt=now).update(poll_at=now)
        Catalog.objects.filter(pk=self.catalog.pk).update(resting_until=None)
        self.stage.sweep()

    def let_the_lease_expire(self) -> None:
        """As if its 60 seconds had passed."""
        Catalog.objects.filter(pk=self.catalog.pk).exclude(lease_token="").update(lease_expires_at=database_now() - timedelta(seconds=1))

    def is_leased(self) -> bool:
        return Catalog.objects.filter(pk=self.catalog.pk).exclude(lease_token="").exists()

    def _is_quiet(self) -> bool:
        waiting = self.items().filter(~Q(mark=F("done")) | Q(ask_at__isnull=False) | Q(in_flight=True) | Q(batch__isnull=False))
        open_batches = CatalogBatch.objects.filter(catalog=self.catalog, poll_at__isnull=False)
        return not (self.changes() or waiting.exists() or open_batches.exists() or self.is_leased())

    def _story(self) -> str:
        """For the message of a failed test."""
        columns = ("retailer_id", "state", "mark", "done", "attempts", "live_hash", "in_flight", "batch_id", "ask_at", "next_attempt_at")
        rows = list(self.items().values(*columns, "last_error")[:10])
        calls = [(call["edge"], call["retailer_ids"][:3], call["outcome"]) for call in self.calls()][-20:]
        catalog = Catalog.objects.filter(pk=self.catalog.pk).values("lease_token", "lease_expires_at", "paused_at", "resting_until").first()
        log = self.stage.worker.log[-3000:] if self.stage.worker else ""
        return f"changes {self.changes()}, items {rows}, catalog {catalog}, calls {calls}, at Meta {self.prices()}, worker: {log}"
