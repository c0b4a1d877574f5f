"""A shop with a busy day, for the tests that roll one back: runs that end, rollbacks carried out, and what they left as it is."""

from decimal import Decimal

from operations.models import RunIssue, RunKind
from operations.services import finish_run, start_run
from products_and_services.models import Product
from products_and_services.services import change_products, rename_skus
from products_and_services.tests.factories import CategoryFactory, ImageFactory, ProductFactory, VariantFactory
from products_and_services.tests.shop_days import whole_state
from products_and_services.undo.rollback import start_rollback
from products_and_services.undo.rollback_work import work_on_rollback
from tenants.actor import Actor, acting_as


def doing(run, name="person ada"):
    return acting_as(Actor(name, run_id=str(run.pk)))


def ended_run(tenant, work, kind=RunKind.CSV):
    """A run that did `work`."""
    run = start_run(tenant, kind)
    with doing(run):
        work()
    finish_run(run)
    return run


def roll_back(run, **options):
    rollback = start_rollback(run, **options)
    work_on_rollback(str(rollback.pk))
    rollback.refresh_from_db()
    return rollback


def issues(rollback):
    return [(issue.field, issue.code, issue.message) for issue in RunIssue.objects.filter(run=rollback)]


class BusyShop:
    """Five products with variants, pictures and categories."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.categories = [CategoryFactory(tenant=tenant) for _ in range(3)]
        self.products = [ProductFactory(tenant=tenant, sku=f"P{number}", category=self.categories[0]) for number in range(5)]
        for product in self.products[:3]:
            product.categories.set(self.categories[1:])
            variant = VariantFactory(product=product, sku=f"{product.sku}-V", is_default=True)
            ImageFactory(product=product, variant=variant)

    def busy_day(self):
        """Of everything something: changes, a ring of SKUs, moves, deletions, creations."""
        first, second, third, fourth, fifth = self.products
        change_products(self.tenant.pk, [first.pk, second.pk], {"price": Decimal("77"), "category_id": None})
        rename_skus({first: "P1", second: "P3", fourth: "P0"})
        first.categories.set([])
        second.variants.get().delete()
        VariantFactory(product=first, name="New default", is_default=True, sku="FRESH")
        third.delete()
        made = ProductFactory(tenant=self.tenant, sku="P2", name="Takes the deleted one's SKU")
        ImageFactory(product=made)
        VariantFactory(product=made, sku="P2-V")
        fifth.images.create(remote_url="https://img.example/fifth.jpg")
        ProductFactory(tenant=self.tenant, name="Comes and goes").delete()


def everything():
    return whole_state(*Product.objects.values_list("pk", flat=True))
