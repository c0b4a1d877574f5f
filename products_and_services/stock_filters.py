"""Products by what can be had of them, as SQL: the rules of terms.py for lists of any length. Each is one condition, no extra query."""

from django.db.models import BooleanField, Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from products_and_services.models import Product, ProductVariant, StockReservation


def in_stock(rows: QuerySet[Product]) -> QuerySet[Product]:
    """At least one counted choice has some left. Choices are the active variants, or the product itself where there are none."""
    return _with_own_left(rows).filter(Exists(_choices(counted=True, left__gt=0)) | _itself(track_stock=True, own_left__gt=0))


def out_of_stock(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Every choice is counted, and none has any left (back-orders or not)."""
    sold_out = Exists(_active()) & ~Exists(_choices(counted=False)) & ~Exists(_choices(counted=True, left__gt=0))
    return _with_own_left(rows).filter(sold_out | _itself(track_stock=True, own_left__lte=0))


def partly_out(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Some choices are sold out while others can be had."""
    gone = _choices(counted=True, left__lte=0)
    there = Exists(_choices(counted=False)) | Exists(_choices(counted=True, left__gt=0))
    return rows.filter(Exists(gone), there)


def not_counted(rows: QuerySet[Product]) -> QuerySet[Product]:
    """At least one choice is sold without counting."""
    return rows.filter(Exists(_choices(counted=False)) | _itself(track_stock=False))


def with_reserved(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Open orders hold some of it."""
    return rows.filter(Exists(StockReservation.objects.open().filter(product=OuterRef("pk"))))


def _itself(**conditions: object) -> Q:
    return Q(~Exists(_active())) & Q(**conditions)


def _active() -> QuerySet[ProductVariant]:
    return ProductVariant.objects.filter(product=OuterRef("pk"), is_active=True).order_by()


def _choices(*, counted: bool, **conditions: int) -> QuerySet[ProductVariant]:
    """Active variants that are counted (or not). conditions: on `left`, what is left of each."""
    is_counted = Coalesce("track_stock", "product__track_stock", output_field=BooleanField())
    rows = _active().annotate(is_counted=is_counted).filter(is_counted=counted)
    own = F("stock_quantity") - _summed(StockReservation.objects.open().filter(variant=OuterRef("pk")))
    shared = F("product__stock_quantity") - _summed(_of_own_count("product_id"))
    left = Case(When(stock_quantity__isnull=True, then=shared), default=own, output_field=IntegerField())
    return rows.annotate(left=left).filter(**conditions) if conditions else rows


def _with_own_left(rows: QuerySet[Product]) -> QuerySet[Product]:
    return rows.annotate(own_left=F("stock_quantity") - _summed(_of_own_count("pk")))


def _of_own_count(product: str) -> QuerySet[StockReservation]:
    """What is reserved of a product's own count (terms.reserved_of_product)."""
    sharing = ProductVariant.objects.filter(product=OuterRef("product"), stock_quantity__isnull=True).order_by()
    counted = Coalesce("track_stock", "product__track_stock", output_field=BooleanField())
    shared = sharing.annotate(is_counted=counted).filter(is_counted=True).values("pk")
    unchosen = Q(variant__isnull=True, product__track_stock=True)
    return StockReservation.objects.open().filter(unchosen | Q(variant__in=shared), product=OuterRef(product))


def _summed(rows: QuerySet[StockReservation]) -> Coalesce:
    total = rows.order_by().values("product").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total), 0, output_field=IntegerField())
