"""Products of a shop that were changed here since the last import are compared again, whatever the shop says: what it owns, it keeps.

The history tells which: saves, bulk edits, undo and deleted parts all write it (products_and_services/revisions.py). Imports themselves do
not count.
"""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from common.bulk import chunks
from integrations.models import ExternalRef, RefKind, StoreConnection
from operations.models import Run, RunKind
from products_and_services.models import Revision

LONGEST_TRANSACTION = timedelta(minutes=10)  # Notes get their numbers before they can be seen; older ones are all there.


def look_again_at_edited(connection: StoreConnection, now: datetime) -> None:
    """In the caller's transaction. Reads the history since the last time, up to `now` (UTC)."""
    since = Revision.objects.for_tenant(connection.tenant_id).filter(pk__gt=connection.history_seen)
    imports = Run.objects.for_tenant(connection.tenant_id).filter(kind__in=(RunKind.IMPORT, RunKind.IN_STEP)).values("pk")
    edited = since.filter(Q(run_id__isnull=True) | ~Q(run_id__in=imports)).order_by().values_list("product_id", flat=True)
    refs = ExternalRef.objects.filter(connection=connection, kind=RefKind.PRODUCT)
    # Not as a subquery: PostgreSQL, which knows nothing yet of rows just imported, would read the history once per product.
    for ids in chunks(edited.distinct()):
        mine = refs.filter(product__among=ids)
        mine.exclude(content_hash="").update(content_hash="")
        mine.filter(gone_at__isnull=False, product__is_active=True).update(gone_at=None)  # Switched on again here: is it still gone?
    settled = since.filter(created_at__lt=now - LONGEST_TRANSACTION).aggregate(last=Max("pk"))["last"]
    if settled is not None:
        StoreConnection.objects.filter(pk=connection.pk).update(history_seen=settled)
        connection.history_seen = settled
