"""What the tests do behind the pages: rows to look at, a retry brought forward. Runs inside the project (`python -m e2e.steps NAME ..`).

Each step answers something that fits into JSON, printed as the last line. The tests call it through Project.run_step.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any


def plant(*shops: str) -> dict[str, str]:
    """An empty business, those named (with six products, two of them not ready), and rows for every list. Answers {sub-domain: id}."""
    from tenants.models import Tenant
    from tenants.services import create_tenant

    create_tenant("empty", "Corner Books", currency="EUR", timezone="Europe/Paris")
    for name in shops:
        _plant_shop(create_tenant(name, f"{name.capitalize()} at the Corner", currency="EUR", timezone="Europe/Paris"))
    _plant_evidence(Tenant.objects.get(sub_domain="solar"))
    return {tenant.sub_domain: str(tenant.pk) for tenant in Tenant.objects.all()}


def _plant_shop(tenant: Any) -> None:
    from django.core.files.base import ContentFile

    from console.demo.drawing import draw_picture
    from products_and_services.models import Product, ProductImage

    for place, (sku, name, price) in enumerate(
        (("BUN", "Cinnamon Bun", "2.40"), ("PIE", "Apple Pie", "14.00"), ("TART", "Lemon Tart", "4.20"), ("CAKE", "Carrot Cake", "21.00"),
         (None, "Tasting Box", "9.00"), ("WED", "Wedding Cake", None))
    ):  # fmt: skip
        product = Product.objects.create(tenant=tenant, name=name, sku=sku, price=price, stock_quantity=9, sort_order=place)
        picture = ContentFile(draw_picture("dessert", name), name="dessert.jpg")
        ProductImage.objects.create(product=product, image=picture, alt=name)


def _plant_evidence(tenant: Any) -> None:
    from django_celery_beat.models import ClockedSchedule, CrontabSchedule, SolarSchedule

    from common.clock import database_now
    from operations.models import Alert, AlertDelivery, RunIssue
    from operations.services import advance_run, finish_run, raise_alert, start_run
    from products_and_services.models import ModifierGroup
    from tenants.services import create_api_key

    ModifierGroup.objects.create(tenant=tenant, name="Mounting?", max_selected=1)
    create_api_key(tenant, "Till in the shop", ["catalog:view"])
    raise_alert(tenant, kind="demo", key="demo", title="The token ends in seven days.", remedy="Make a new one.", link="/admin/")
    raise_alert(tenant, kind="demo", key="disk", title="The disk is almost full", remedy="Make room.", severity="critical")
    told = {"alert": Alert.objects.get(tenant=tenant, key="demo"), "event": "opened"}
    AlertDelivery.objects.create(channel="email", recipient="owner@solar.example", delivered_at=database_now(), attempts=1, **told)
    AlertDelivery.objects.create(channel="webhook", attempts=5, last_error="The webhook answered HTTP 503.", **told)
    run = start_run(tenant, "push", total=40)
    advance_run(run, done=40, counts={"synced": 38, "failed": 2})
    RunIssue.objects.create(run=run, subject="Imported Regulator", field="origin_country", code="100", message="Invalid parameter.")
    finish_run(run)
    _plant_edit(tenant)
    _plant_findings(tenant)
    _plant_upload(tenant)
    _plant_imports(tenant)
    _plant_order(tenant)
    CrontabSchedule.objects.get_or_create(minute="5")
    ClockedSchedule.objects.get_or_create(clocked_time=database_now())
    SolarSchedule.objects.get_or_create(event="sunrise", latitude=-17.8, longitude=31)


def _plant_edit(tenant: Any) -> None:
    """A bulk edit that can be rolled back."""
    from products_and_services.edits import as_run
    from products_and_services.models import Product
    from products_and_services.services import change_products

    lamps = ("SOL-LGT-FLOOD", "SOL-LGT-STREET", "SOL-LGT-TORCH")
    ids = list(Product.objects.filter(tenant=tenant, sku__in=lamps).values_list("pk", flat=True))
    with as_run(tenant, total=len(ids), what="given a brand"):
        change_products(tenant.pk, ids, {"brand": "Sunny Side"})


def _plant_findings(tenant: Any) -> None:
    from meta_integration.models import Catalog, CatalogFinding
    from operations.services import advance_run, finish_run, start_run
    from products_and_services.models import Product

    catalog = Catalog.objects.filter(tenant=tenant, is_current=True).order_by("pk").first()
    if catalog is None:
        return
    run = start_run(tenant, "reconcile", total=36, params={"catalog": catalog.catalog_id, "catalog_pk": catalog.pk, "dry_run": True})
    shown: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("different", "5784935", {"fields": {"price": ["350.00 USD", "$299.00"], "description": ["Pure sine wave. " * 20, ""]}}),
        ("missing", "SOL-PNL-20", {"note": "Not in Meta's catalog."}),
        ("duplicate", "5784935_77", {"like": "5784935", "note": "Its id or its page names our SKU 5784935."}),
        ("adoptable", "SOL-LGT-SPOT", {"note": "Made by another tool, and equal."}),
        ("not_ours", "SOL-OLD-1", {"state": "ignored"}),
    )
    ours = dict(Product.objects.filter(tenant=tenant).values_list("sku", "pk"))
    for kind, retailer_id, values in shown:
        named = {"retailer_id": retailer_id, "name": f"Item {retailer_id}", "meta_id": "7112345678901234"}
        named["product_id"] = ours.get(retailer_id)
        CatalogFinding.objects.create(run=run, catalog=catalog, kind=kind, **named, **values)
    counts = {"listed": 36, "different": 1, "missing": 1, "duplicate": 1, "adoptable": 1, "not_ours": 1}
    advance_run(run, done=36, counts=counts)
    finish_run(run, message="Nothing was changed (dry run).")


def _plant_upload(tenant: Any) -> None:
    """A file that waits for somebody to confirm its import."""
    from products_and_services.spreadsheets.imports import Upload, start_import

    lines = (
        "SKU;Name;Price;Stock;Category;Colour;Description",
        "5784935;MUST 3kva Inverter;379,00;12;Inverters;;Pure sine wave, 24 V",
        "NEW-1;Solar Lantern;24,50;40;Lights > Outdoor;yellow;Charges by day, shines all night",
        "NEW-2;;9,90;;;;",
        "NEW-3;Cable clip;cheap;100;Mounting;;",
    )
    data = "\r\n".join(lines).encode("cp1252")
    start_import(tenant, Upload("spring-prices.csv", len(data), [data]))


def _plant_imports(tenant: Any) -> None:
    """A look at the demo's online shop, and another shop whose import waits for an answer."""
    from integrations.models import StoreConnection, StoreDelivery
    from operations.models import Run
    from products_and_services.models import Product

    shop = StoreConnection.objects.get(tenant=tenant)
    StoreDelivery.objects.create(
        tenant=tenant, connection=shop, topic="product.updated", delivery_id="planted", news="products", external_ids=["901"],
        content={"id": 901, "type": "simple", "status": "publish", "sku": "BSK-1"},
    )  # fmt: skip
    rows = [
        ["new", "901", "Wicker Basket", [["SKU", None, "BSK-1"], ["Price", None, "19.50"]]],
        ["changed", "902", "Hand Cream", [["Price", "13.50", "12.90"], ["Name", "Cream", "Hand Cream"]]],
        ["linked", "903", "Desk Lamp", [["Description", "Our own words. " * 12, "The shop's words. " * 12]]],
        ["asked", "904", "Wool Socks", [["", None, "Its SKUs belong to several products here. Which of them is it?"]]],
        ["inactive", "905", "Wall Calendar, last year's", [["Active", True, False]]],
    ]
    kinds = {"new": 12, "changed": 3, "linked": 5, "asked": 2, "inactive": 1, "unchanged": 310}
    done = {"tenant": tenant, "kind": "import", "started_by": "person solar-owner"}
    params = {"connection": shop.pk, "task_id": "planted", "dry_run": True, "preview": rows}
    figures = {"run": {"kinds": kinds, "fields": {"price": 3, "name": 1}}}
    Run.objects.create(status="completed", subject=f"store {shop.pk}", total=333, done=333, params=params, cursor=figures, **done)
    old = StoreConnection.objects.create(tenant=tenant, name="Outlet", store_url="https://outlet.example", is_active=False)
    gone = list(Product.objects.filter(tenant=tenant).order_by("pk").values_list("pk", flat=True)[:30])
    Run.objects.create(
        status="needs_confirmation", subject=f"store {old.pk}", total=60, done=60, params={"connection": old.pk, "task_id": "planted"},
        cursor={"phase": "missing", "stage": "ask", "gone": [[gone[0], gone[-1]]], "seen": []},
        message="30 of 60 products are no longer in the shop and would become inactive here.", **done,
    )  # fmt: skip


def _plant_order(tenant: Any) -> None:
    """An order that holds something, and that the shop has refused. Of a product that is there before the shop's first import."""
    from decimal import Decimal

    from integrations.models import OrderWriteBack, StoreConnection
    from integrations.orders.payload import dump_order
    from integrations.providers.orders import StoreAddress, StoreCustomer, StoreOrder, StoreOrderLine
    from products_and_services.models import Product, StockReservation

    shop = StoreConnection.objects.filter(tenant=tenant, is_active=True).earliest("pk")
    product = Product.objects.filter(tenant=tenant, variants=None, stock_quantity__gt=5).earliest("pk")
    customer = StoreCustomer("Ada Lovelace", "+201001234567", address=StoreAddress("1 Nile Street", city="Cairo", country="EG"))
    line = StoreOrderLine(product.pk, None, 1, product.price or Decimal(1), product.name)
    StockReservation.objects.create(tenant=tenant, product=product, order_number="ORD00012", quantity=1, what=product.name)
    OrderWriteBack.objects.create(
        tenant=tenant, connection=shop, shop=str(shop), order_number="ORD00012", state="refused",
        payload=dump_order(StoreOrder("ORD00012", "USD", (line,), customer, "Ring twice", reference="planted")),
        error="The shop does not take this order.", remedy="Enter the order in the shop by hand, and cancel it here.",
    )  # fmt: skip


def samples(sub_domain: str) -> dict[str, str]:
    """{model: primary key} of one row of every registered model, of this business where rows belong to one."""
    from django.contrib import admin
    from django.urls import reverse

    from common.admin.access import tenant_path
    from operations.models import Run
    from tenants.models import Tenant

    reverse("admin:index")  # registers every page
    tenant = Tenant.objects.get(sub_domain=sub_domain)
    found = {}
    for model in admin.site._registry:
        path = tenant_path(model)
        row = model._default_manager.filter(**({path: tenant.pk} if path else {})).order_by("pk").first()
        if row is not None:
            found[model._meta.label] = str(row.pk)
    found["products_and_services.Product"] = product_key("5784935")
    found["PushRun"] = str(Run.objects.filter(tenant=tenant, kind="push").earliest("created_at").pk)
    found["EditRun"] = str(Run.objects.filter(tenant=tenant, kind="edit").latest("created_at").pk)
    found["Rejected"] = product_key("SOL-LGT-TRAP")
    imports = Run.objects.filter(tenant=tenant, kind="import")
    found["LookRun"] = str(imports.filter(params__has_key="preview").earliest("created_at").pk)
    found["AskingRun"] = str(imports.get(status="needs_confirmation").pk)
    found["ShopRun"] = str(imports.filter(started_by="command seed_demo").earliest("created_at").pk)
    found["FromShop"] = product_key("KIT-MUG")
    found["ImportRun"] = str(Run.objects.get(tenant=tenant, kind="csv").pk)
    return found


def product_key(sku: str) -> str:
    """The primary key of the product with this SKU."""
    from products_and_services.models import Product

    return str(Product.objects.get(sku=sku).pk)


def retry_now(sku: str) -> int:
    """The planned attempt of an item is due now, as if the minutes had passed, and the sweep is rung. Answers how many items."""
    from common.clock import database_now
    from meta_integration.models import CatalogItem
    from meta_integration.tasks import sweep

    moved = CatalogItem.objects.filter(retailer_id=sku, next_attempt_at__isnull=False).update(next_attempt_at=database_now())
    sweep.delay()
    return moved


def ask_meta(sub_domain: str) -> str:
    """Has Meta asked about every product now, and waits (at most 20 s) until one that its review rejects is known as such."""
    import time

    from meta_integration.ask_meta import ask_about
    from meta_integration.models import ItemVerdict, MetaState
    from products_and_services.models import Product
    from tenants.models import Tenant

    tenant = Tenant.objects.get(sub_domain=sub_domain)
    asked = ask_about(tenant, Product.objects.for_tenant(tenant).values_list("pk", flat=True))
    rejected = ItemVerdict.objects.filter(item__catalog__tenant=tenant, state=MetaState.REJECTED)
    deadline = time.monotonic() + 20
    while not rejected.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    return asked.sentence()


def wait_for_shop(sub_domain: str) -> str:
    """Waits (at most 60 s) until the business's online shop was read for the first time. Answers the state of that import."""
    import time

    from integrations.models import StoreConnection

    shop = StoreConnection.objects.filter(tenant__sub_domain=sub_domain).earliest("pk")
    deadline = time.monotonic() + 55
    while shop.imported_at is None and time.monotonic() < deadline:
        time.sleep(0.2)
        shop.refresh_from_db()
    return str(shop.last_import.status if shop.last_import else "")


def make_backup() -> str:
    """As `make backup` does. Answers the file's name."""
    from django.core.management import call_command

    from operations.models import Backup

    call_command("backup", stdout=sys.stderr)
    return Backup.objects.latest("started_at").file.rpartition("/")[2]


def arrange(*skus: str) -> int:
    """These products first in the list, in this order: for the pictures."""
    from products_and_services.models import Product

    Product.objects.filter(tenant__sub_domain="solar").update(sort_order=500)
    return sum(Product.objects.filter(sku=sku).update(sort_order=place) for place, sku in enumerate(skus))


STEPS: dict[str, Callable[..., Any]] = {
    step.__name__: step for step in (plant, samples, product_key, retry_now, ask_meta, wait_for_shop, make_backup, arrange)
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "whatsappcrm_backend.settings")
    import django

    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
