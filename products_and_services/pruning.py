"""The history of products goes by age; the newest versions of a product that exists stay, so that there is always something to undo."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.pruning import Rule, register_rule
from products_and_services.models import Product, Revision

ALWAYS_KEPT = 50  # newest changes of each product


def old_revisions(before: datetime) -> QuerySet[Revision]:
    """Of products that are gone: all that is old. Of others: what is old and has at least 50 newer ones."""
    newer = Revision.objects.filter(product_id=OuterRef("product_id"), pk__gt=OuterRef("pk")).order_by("pk")
    product = Product.objects.filter(pk=OuterRef("product_id"))
    may_go = ~Q(Exists(product)) | Q(Exists(newer[ALWAYS_KEPT - 1 : ALWAYS_KEPT]))
    return Revision.objects.filter(may_go, created_at__lt=before)


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("history of products", "KEEP_HISTORY_DAYS", old_revisions), order=30)
