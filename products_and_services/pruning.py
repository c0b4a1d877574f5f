"""What goes by age: the history of products (the newest versions of one that exists stay, so that there is always something to undo),
what is known of pictures that nobody shows, and what orders held once."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from common.pruning import Rule, register_rule
from products_and_services.models import (
    PictureFacts,
    Product,
    ProductImage,
    ProductVariant,
    ReservationState,
    Revision,
    StockReservation,
)

ALWAYS_KEPT = 50  # newest changes of each product


def old_revisions(before: datetime) -> QuerySet[Revision]:
    """Of products that are gone: all that is old. Of others: what is old and has at least 50 newer ones."""
    newer = Revision.objects.filter(product_id=OuterRef("product_id"), pk__gt=OuterRef("pk")).order_by("pk")
    product = Product.objects.filter(pk=OuterRef("product_id"))
    may_go = ~Q(Exists(product)) | Q(Exists(newer[ALWAYS_KEPT - 1 : ALWAYS_KEPT]))
    return Revision.objects.filter(may_go, created_at__lt=before)


def unshown_pictures(before: datetime) -> QuerySet[PictureFacts]:
    """What was known of pictures that no product shows any more."""
    shown = [Exists(model.objects.filter(facts=OuterRef("pk"))) for model in (ProductImage, ProductVariant)]
    old = Q(checked_at__lt=before) | Q(checked_at__isnull=True, next_check_at__lt=before)
    return PictureFacts.objects.filter(old, ~shown[0], ~shown[1])


def old_reservations(before: datetime) -> QuerySet[StockReservation]:
    """What was given back. Open ones stay, however old."""
    return StockReservation.objects.filter(state=ReservationState.CLOSED, closed_at__lt=before)


def forget_pictures(rows: QuerySet[Any]) -> None:
    """With their JPEG copies: a picture that comes back (undo) is looked at anew, and gets a copy again."""
    copies = list(rows.exclude(jpeg_name="").values_list("jpeg_name", flat=True))
    rows.delete()
    for name in copies:
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


def register() -> None:
    """Called once, when the app is ready."""
    register_rule(Rule("history of products", "KEEP_HISTORY_DAYS", old_revisions), order=30)
    register_rule(Rule("facts of pictures nobody shows", "KEEP_EVIDENCE_DAYS", unshown_pictures, forget_pictures), order=31)
    register_rule(Rule("stock that orders no longer hold", "KEEP_EVIDENCE_DAYS", old_reservations), order=32)
