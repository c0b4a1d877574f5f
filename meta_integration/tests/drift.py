"""What tests of comparisons share: changes that nobody announces, findings by kind, mending as a worker does it."""

from meta_integration import tasks
from meta_integration.comparisons import mend_findings
from meta_integration.models import CatalogChange, CatalogFinding, FindingState
from operations.models import Run
from products_and_services.models import Product


def vanish(*products):
    """Bulk SQL: nobody announces it."""
    Product.objects.filter(pk__in=[product.pk for product in products]).delete()
    CatalogChange.objects.all().delete()


def kinds(catalog, **filters):
    rows = CatalogFinding.objects.filter(catalog=catalog, **filters).order_by("retailer_id")
    return {finding.retailer_id: finding.kind for finding in rows}


def mend(world, catalog, findings, **options):
    """As a worker does it, and the sending after it."""
    runs = mend_findings(findings, **options)
    for run in runs:
        tasks.compare(str(run.pk))
    world.settle(catalog)
    return [Run.objects.get(pk=run.pk) for run in runs]


def open_findings(catalog, **filters):
    return CatalogFinding.objects.filter(catalog=catalog, state=FindingState.OPEN, **filters)
