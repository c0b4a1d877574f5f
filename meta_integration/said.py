"""What Meta says about products and items, ready to be shown: state, Meta's words, what to do, and when it was asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from meta_integration.catalog.verdict import ItemError, Verdict
from meta_integration.models import CatalogItem, MetaState
from meta_integration.standing import WORST_FIRST, is_about_this_version, meta_state_of, shown_items, verdict_of, worst_of
from meta_integration.verdict_words import Advice, advice_on
from products_and_services.models import Product

WAITING = Advice(
    "Meta has not said anything about this version yet.", "Nothing to do: we ask again and again by ourselves. “Ask Meta” asks at once."
)
NEVER_ASKED = Advice("We have not asked Meta about it yet.", "Press “Ask Meta”, or wait for the nightly comparison.")
CONTENT = ("review_status", "rejection_reasons", "image_fetch_status", "whatsapp", "errors")


@dataclass(frozen=True)
class Said:
    """Meta's side of one item. state None: Meta has nothing of it that customers could see. verdict: about the version Meta has now."""

    state: MetaState | None = None
    verdict: Verdict | None = None
    asked_at: datetime | None = None
    changed_at: datetime | None = None
    advice: list[Advice] = field(default_factory=list)

    @property
    def grave(self) -> list[Advice]:
        """What is more than a hint."""
        return [one for one in self.advice if one.grave]

    @property
    def note(self) -> str:
        """The first reason, for a list; "" while all is well or nothing has been said."""
        told = self.state in (MetaState.REJECTED, MetaState.WARNING, MetaState.PROCESSING) and self.verdict is not None
        return next((one.short for one in self.grave), "") if told else ""

    @property
    def reasons(self) -> list[str]:
        """Meta's words where it has any, ours otherwise; hints included."""
        return [one.short for one in self.advice]

    @property
    def what_to_do(self) -> str:
        """In words; "" when there is nothing to do or to know."""
        return " ".join(dict.fromkeys(f"{one.meaning} {one.to_do}" for one in self.grave or self.advice))


NOTHING = Said()


def said_about(item: CatalogItem | None) -> Said:
    """One item, loaded with select_related("verdict")."""
    state = meta_state_of(item) if item else None
    if item is None or state is None:
        return NOTHING
    stored = verdict_of(item)
    if stored is None or not is_about_this_version(stored, item):
        return Said(state, advice=[WAITING if stored else NEVER_ASKED])
    verdict = _verdict({name: getattr(stored, name) for name in ("state", *CONTENT)})
    return Said(state, verdict, stored.asked_at, stored.changed_at, advice_on(verdict))


def items_of(product: Product) -> QuerySet[CatalogItem]:
    """The product's items in current catalogs, with their verdicts."""
    rows = CatalogItem.objects.filter(product_id=product.pk, catalog__tenant=product.tenant_id, catalog__is_current=True)
    return rows.select_related("catalog__config", "verdict")


def with_said(products: QuerySet[Product]) -> QuerySet[Product]:
    """Adds meta_said: the worst of each product's items, in one query for the whole page."""
    order = Case(*(When(meta_state=state, then=Value(place)) for place, state in enumerate(WORST_FIRST)), output_field=IntegerField())
    items = shown_items(CatalogItem.objects.filter(product_id=OuterRef("pk"), catalog__tenant=OuterRef("tenant")))
    columns = {name: F(f"verdict__{name}") for name in ("asked_at", "changed_at", *CONTENT)}
    content = JSONObject(state=F("meta_state"), known=F("verdict__id"), rev=F("rev"), verdict_rev=F("verdict__rev"), **columns)
    worst = items.exclude(meta_state=None).order_by(order, "sort_order", "id").values(content=content)
    return products.annotate(meta_said=Subquery(worst[:1]))


def said_of(product: Product) -> Said:
    """A product shows the worst of its items. No query for products that came through `with_said`."""
    if not hasattr(product, "meta_said"):
        return said_about(worst_of(list(items_of(product))))
    found = product.meta_said
    found = json.loads(found) if isinstance(found, str) else found
    if not found:
        return NOTHING
    state = MetaState(found["state"])
    if found["known"] is None or found["asked_at"] is None or found["rev"] != found["verdict_rev"]:
        return Said(state, advice=[WAITING if found["known"] is not None else NEVER_ASKED])
    verdict = _verdict(found)
    return Said(state, verdict, _moment(found["asked_at"]), _moment(found["changed_at"]), advice_on(verdict))


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    """The stored columns as the judge's record."""
    errors = [ItemError(**{name: str(error.get(name) or "") for name in ItemError.__slots__}) for error in _list(stored["errors"])]
    return Verdict(
        stored["state"], stored["review_status"] or "", tuple(_list(stored["rejection_reasons"])), stored["image_fetch_status"] or "",
        stored["whatsapp"] or "", tuple(errors),
    )  # fmt: skip


def _list(value: Any) -> list[Any]:
    """SQLite hands JSON inside JSON over as text."""
    return json.loads(value) if isinstance(value, str) else list(value or [])


def _moment(value: Any) -> datetime | None:
    """Databases write moments inside JSON as text; without an offset they are UTC."""
    moment = parse_datetime(str(value)) if value else None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
