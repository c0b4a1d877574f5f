"""A shop in memory: products that a test edits, also while they are read, and faults at any call. Its raws are its own affair."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.importing.job import ImportJob
from integrations.importing.work import import_step
from integrations.models import StoreConnection
from integrations.providers.base import Glance, GlancePage, Page, StoreAdapter, StoreFacts
from integrations.records import FieldProblem, StoreCategory, StoreImage, StoreProduct, StoreVariant
from operations.models import Run, RunIssue, RunKind, RunStatus
from operations.services import advance_run, start_run
from tenants.actor import Actor, acting_as
from tenants.models import Tenant

PRICES = ("price", "sale_price")


class FakeShop(StoreAdapter):
    """products: {id: values of StoreProduct, "variants": [values of StoreVariant], "images": [address]}, read by id, `page_size` at a time
    by offset (a product that goes moves those behind it, as in real shops); shelves: {id: (name, id of the one above)}.

    modified: {id: when a save was last dated}: `touch` dates one, and what a test edits without it is like a plugin's SQL.
    most: how many products fit into one question about ids; it fails at more.
    before: called with the name of each call and its number, may edit the shop or raise; after: with the name, once the answer of a
    question about ids is made.
    """

    generated_sku = "WC-{external_id}"
    unheeded = frozenset({"modified"})

    def __init__(self, page_size: int = 3) -> None:
        self.modified: dict[str, datetime] = {}
        self.products: dict[str, dict[str, Any]] = {}
        self.shelves: dict[str, tuple[str, str]] = {}
        self.page_size = page_size
        self.most = 100
        self.calls: list[str] = []
        self.before: Callable[[str, int], None] = lambda name, number: None
        self.after: Callable[[str], None] = lambda name: None
        self.notes: tuple[str, ...] = ()

    def put(self, external_id: Any, name: str = "", **values: Any) -> dict[str, Any]:
        """Makes or replaces a product."""
        self.products[str(external_id)] = {"name": name or f"Thing {external_id}", "price": "10", **values}
        return self.products[str(external_id)]

    def touch(self, external_id: Any, moment: datetime) -> None:
        """Dates the product's last change."""
        self.modified[str(external_id)] = moment

    def _call(self, name: str) -> None:
        self.calls.append(name)
        self.before(name, len(self.calls))

    def describe(self) -> StoreFacts:
        self._call("describe")
        return StoreFacts(name="Fake", currency="USD", products=len(self.products), remember={"fake": True}, notes=self.notes)

    def fetch_categories(self) -> Iterator[StoreCategory]:
        self._call("categories")
        return iter([StoreCategory(external_id, name, above) for external_id, (name, above) in self.shelves.items()])

    def fetch_page(self, cursor: Any = None) -> Page:
        self._call("page")
        ids, at = sorted(self.products, key=_order), cursor or 0
        following = at + self.page_size if at + self.page_size < len(ids) else None
        return Page([self.raw(one) for one in ids[at : at + self.page_size]], following, len(ids))

    def at_once(self, external_ids: Sequence[str]) -> int:
        return min(len(external_ids), self.most)

    def fetch_by_ids(self, external_ids: Sequence[str], known: str = "") -> list[dict[str, Any]]:
        self._call("by_ids")
        assert len(external_ids) <= self.most, "more than fit into memory"
        found = [self.raw(one) for one in external_ids if one in self.products]
        self.after("by_ids")
        return found

    def fetch_changed(self, since: datetime, cursor: Any = None) -> Page:
        self._call("changed")
        ids = [one for one in sorted(self.products, key=_order) if one in self.modified and self.modified[one] > since]
        at = cursor or 0
        following = at + self.page_size if at + self.page_size < len(ids) else None
        return Page([self.raw(one) for one in ids[at : at + self.page_size]], following, len(ids))

    def fetch_glances(self, cursor: Any = None) -> GlancePage:
        self._call("glances")
        ids, at = sorted(self.products, key=_order), cursor or 0
        following = at + self.page_size if at + self.page_size < len(ids) else None
        shown = [Glance(one, self.glance(self.raw(one))) for one in ids[at : at + self.page_size]]
        return GlancePage(shown, following, len(ids))

    def glance(self, raw: dict[str, Any]) -> str:
        parts = [(one["id"], one.get("price"), one.get("stock_quantity")) for one in raw.get("variants", ())]
        return str((raw.get("is_active", True), raw.get("price"), raw.get("stock_quantity"), raw["modified"], parts))[:200]

    def raw(self, external_id: str) -> dict[str, Any]:
        """What the shop answers about a product: a copy, as JSON would be."""
        changed = self.modified.get(external_id)
        modified = changed.isoformat() if changed else ""
        return {"id": external_id, "modified": modified, **copy.deepcopy(self.products[external_id])}

    def external_id(self, raw: dict[str, Any]) -> str:
        return str(raw["id"])

    def transform(self, raw: dict[str, Any]) -> StoreProduct:
        if raw.get("breaks"):
            raise RuntimeError("a fault in the transform")
        values = {name: value for name, value in raw.items() if name not in ("id", "modified", "variants", "images", "problems")}
        variants = tuple(_variant(place, one) for place, one in enumerate(raw.get("variants", ())))
        problems = tuple(FieldProblem(*one) for one in raw.get("problems", ()))
        images = tuple(_image(one) for one in raw.get("images", ()))
        return StoreProduct(raw["id"], variants=variants, images=images, problems=problems, **_typed(values))


def _order(external_id: str) -> tuple[int, str]:
    return (int(external_id), "") if external_id.isdigit() else (10**9, external_id)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = {**dict.fromkeys(PRICES, _decimal), "tags": tuple, "category_ids": tuple, "unspoken": frozenset}
    return {name: kinds[name](value) if name in kinds and value is not None else value for name, value in values.items()}


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _image(one: Any) -> StoreImage:
    return StoreImage(one) if isinstance(one, str) else StoreImage(*one)


def _variant(place: int, one: dict[str, Any]) -> StoreVariant:
    values = {"sort_order": place, **one}
    values["external_id"] = values.pop("id")
    if values.get("image"):
        values["image"] = _image(values["image"])
    return StoreVariant(**_typed(values))


def connect(tenant: Tenant, **values: Any) -> StoreConnection:
    """A connection, not asked for its shop: the test hands the adapter to the job."""
    values = {"store_url": f"https://{tenant.sub_domain}.example", "facts": {}, **values}
    return StoreConnection.objects.create(tenant=tenant, **values)


class Import:
    """One import from end to end, step by step; `die_at` kills the worker at that save, the next one goes on from the stored cursor."""

    def __init__(self, connection: StoreConnection, shop: FakeShop, **options: Any) -> None:
        self.connection, self.shop, self.options = connection, shop, options
        self.run = start_run(connection.tenant, RunKind.IMPORT, subject=f"store {connection.pk}")
        self.reports: list[tuple[str, str, str, list[Any]]] = []
        self.counts: dict[str, int] = {}
        self.noted: list[RunIssue] = []
        self.at_save: Callable[[str], bool] = lambda phase: True
        self.cursor: Any = None

    def job(self) -> ImportJob:
        """As a worker that takes the run up builds it."""
        connection = StoreConnection.objects.get(pk=self.connection.pk)
        return ImportJob(
            connection=connection, adapter=self.shop, run=self.run, save=self.save, note=self.noted.append,
            report=lambda *about: self.reports.append(about), counts=dict(self.run.counts), **self.options,
        )  # fmt: skip

    def save(self, *, done: int, total: int, counts: dict[str, int], phase: str, cursor: Any, wrote: bool = True) -> bool:
        """As the run's desk does it."""
        if not self.at_save(phase):
            return False
        place = json.loads(json.dumps(cursor or {"phase": "end"}))
        if not advance_run(self.run, done=done, total=total, counts=counts, phase=phase, cursor=place):
            return False
        for issue in self.noted:
            issue.run = self.run
        RunIssue.objects.bulk_create(self.noted)
        self.noted.clear()
        return True

    def step(self, job: ImportJob | None = None) -> bool:
        """One step from the stored cursor; False behind the last one."""
        self.noted.clear()
        with acting_as(Actor("import", run_id=str(self.run.pk))):
            return import_step(job or self.job(), Run.objects.get(pk=self.run.pk).cursor) is not None

    def all(self) -> "Import":
        """To the end, in one process."""
        job = self.job()
        while self.step(job):
            pass
        Run.objects.filter(pk=self.run.pk).update(status=RunStatus.COMPLETED)  # What else an end means is not the importer's.
        self.run.refresh_from_db()
        return self

    @property
    def issues(self) -> list[tuple[str, str, str]]:
        """(id at the shop, field, code) of each."""
        rows = RunIssue.objects.filter(run=self.run).order_by("pk")
        return [(issue.subject, issue.field, issue.code) for issue in rows]


def run_import(connection: StoreConnection, shop: FakeShop, **options: Any) -> Import:
    """A whole import."""
    return Import(connection, shop, **options).all()
