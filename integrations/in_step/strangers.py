"""Products that a look over the shop finds there and not among ours. Each is asked for; one that does not come in (it cannot be read, or
the shop lists it and does not have it) would be asked for, and told of, with every look again.

So a row remembers how it looked. It is asked for once more when it looks different in the shop, and after a day; whole imports and what
the shop tells by itself ask anyway.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from integrations.models import ExternalRef, RefKind, StoreConnection, StoreStranger

ASKED_AGAIN_AFTER = timedelta(days=1)


def forget_strangers(connection: StoreConnection, now: datetime) -> None:
    """Before a look: those that have come in meanwhile, and those that may be asked for once more. One query."""
    ours = ExternalRef.objects.filter(connection=OuterRef("connection"), kind=RefKind.PRODUCT, external_id=OuterRef("external_id"))
    is_old = Q(asked_at__lte=now - ASKED_AGAIN_AFTER) | Q(asked_at__gt=now + ASKED_AGAIN_AFTER)  # Or of a clock that had jumped.
    StoreStranger.objects.filter(is_old | Exists(ours.filter(gone_at__isnull=True)), connection=connection).delete()


def new_strangers(connection: StoreConnection, glances: Mapping[str, str], now: datetime) -> list[str]:
    """Ids of those that are to be asked for now, and remembers them. glances: {id at the shop: text} of what is not ours. Two queries."""
    if not glances:
        return []
    rows = StoreStranger.objects.filter(connection=connection, external_id__among=set(glances))
    known = dict(rows.values_list("external_id", "glance"))
    new = [external_id for external_id, text in glances.items() if known.get(external_id) != text]
    StoreStranger.objects.bulk_create(
        [StoreStranger(connection=connection, external_id=one, glance=glances[one], asked_at=now) for one in new],
        update_conflicts=True, unique_fields=["connection", "external_id"], update_fields=["glance", "asked_at"],
    )  # fmt: skip
    return new
