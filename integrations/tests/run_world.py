"""A small world for tests of runs: two businesses' shops, one clock, doorbells that the test answers, and steps that do as it says.

A product of these shops is counted, never written: what is imported is the importer's business, what becomes of the run is ours.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from common import clock
from integrations import providers
from integrations.importing.job import ImportJob, NeedsConfirmation, Stopped
from integrations.models import Provider, StoreConnection
from integrations.providers.base import CredentialField, GlancePage, Page, StoreAdapter, StoreFacts
from integrations.providers.woocommerce import addresses
from integrations.runs import work_on_import, working
from operations import background
from operations.models import Run, RunIssue

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class QuietAdapter(StoreAdapter):
    """A shop that says who it is, or raises what `refusal` holds."""

    refusal: Exception | None = None
    store_address = staticmethod(addresses.store_address)
    credential_fields = (
        CredentialField("consumer_key", "Consumer key", environment="WOO_CONSUMER_KEY"),
        CredentialField("consumer_secret", "Consumer secret", environment="WOO_CONSUMER_SECRET"),
    )

    def describe(self):
        if QuietAdapter.refusal is not None:
            raise QuietAdapter.refusal
        return StoreFacts(name="Quiet", currency="USD", version="9.9", products=250, remember={"api": "wc/v3"})

    def fetch_categories(self):
        yield from ()

    def fetch_page(self, cursor=None):
        return Page([], None)

    def fetch_by_ids(self, external_ids, known=""):
        return []

    def fetch_changed(self, since, cursor=None):
        return Page([], None)

    def fetch_glances(self, cursor=None):
        return GlancePage([], None)

    def glance(self, raw):
        return ""

    def external_id(self, raw):
        return str(raw["id"])

    def transform(self, raw):
        raise NotImplementedError


class Script:
    """products, page: sizes; before(job, phase, done), inside(..): hooks in a step's network and in its transaction; after(done): when
    it is committed; gone: products that the "missing" phase would deactivate."""

    def __init__(self, products: int = 250, page: int = 100, gone: int = 0) -> None:
        self.products, self.page, self.gone = products, page, gone
        self.before: Callable[..., Any] = lambda *_: None
        self.inside: Callable[..., Any] = lambda *_: None
        self.after: Callable[..., Any] = lambda *_: None
        self.seen: list[tuple[str, int]] = []

    def step(self, job: ImportJob, cursor: dict[str, Any] | None) -> dict[str, Any] | None:
        """One step from a cursor; the same contract as the importer's."""
        phase, done = (cursor["phase"], cursor["done"]) if cursor else ("start", 0)
        self.before(job, phase, done)  # network
        self.seen.append((phase, done))
        counts = dict(job.counts)
        following = self.following(phase, done)
        with transaction.atomic():
            self.inside(job, phase, done)
            if phase == "products":
                number = min(self.page, self.products - done)
                counts["created"] = counts.get("created", 0) + number
                done += number
                self.tell(job, done)
            if phase == "missing" and self.gone:
                if not job.allow_removals and not job.dry_run:
                    raise NeedsConfirmation(gone=self.gone, of=self.products)
                counts["inactive"] = self.gone
            if not job.save(done=done, total=self.products, counts=counts, phase=phase, cursor=following):
                raise Stopped
        job.counts = counts
        self.after(done)
        return following

    def following(self, phase: str, done: int) -> dict[str, Any] | None:
        if phase == "products" and done + self.page < self.products:
            return {"phase": "products", "done": done + self.page}
        order = ["start", "categories", "products", "missing", "pictures", None]
        nextone = order[order.index(phase) + 1]
        done = self.products if phase == "products" else done
        return {"phase": nextone, "done": done} if nextone else None

    def tell(self, job: ImportJob, done: int) -> None:
        """Every page has one product with a problem, and dry runs report."""
        job.note(RunIssue(subject=f"Product {done}", field="sku", code="sku_taken", message="taken", reference=str(done)))
        if job.dry_run:
            job.report("new", str(done), f"Product {done}")
            job.report("changed", f"c{done}", "Changed", [("price", 1, 2)])


def connect(tenant: Any, **values: Any) -> StoreConnection:
    """A connected shop that is imported every hour, and not looked at in between."""
    values = {"schedule": "hourly", "changes_every": 0, "glances_every": 0, **values}
    values = {"store_url": "https://shop.example", "credentials": {"consumer_key": "ck_1", "consumer_secret": "cs_1"}, **values}
    return StoreConnection.objects.create(tenant=tenant, **values)


class RunWorld:
    """Time, doorbells and workers, all in the hands of the test. shop: its adapter, read by the real importer; None: the script's steps."""

    def __init__(self, monkeypatch: Any, traveller: Any, shop: StoreAdapter | None = None) -> None:
        self.traveller, self.now = traveller, START
        self.rung: list[tuple[str, tuple[Any, ...]]] = []
        self.script = Script()
        QuietAdapter.refusal = None
        monkeypatch.setattr(clock, "server_time", lambda: self.now)
        monkeypatch.setattr(background, "ring", lambda name, *args, **named: self.rung.append((name, args)))
        monkeypatch.setitem(providers.ADAPTERS, Provider.WOOCOMMERCE, "integrations.tests.run_world.QuietAdapter")
        if shop is None:
            monkeypatch.setattr(working, "import_step", self.step)
        else:
            monkeypatch.setattr(working, "adapter_for", lambda connection: shop)

    def step(self, job: ImportJob, cursor: dict[str, Any] | None) -> dict[str, Any] | None:
        return self.script.step(job, cursor)

    def pass_time(self, **delta: float) -> None:
        self.now += timedelta(**delta)
        self.traveller.move_to(self.now)

    def work(self, run: Run, *, seconds: float = 120) -> Run:
        """One worker answers one doorbell of this run."""
        work_on_import(str(run.pk), seconds=seconds)
        return fresh(run)

    def sweep(self, **delta: float) -> None:
        """The minute sweep, some time later; workers answer what it rings."""
        self.pass_time(**delta)
        self.rung.clear()
        background.ring_forgotten(self.now)
        for _name, (run_id,) in list(self.rung):
            work_on_import(run_id)


def fresh(run: Run) -> Run:
    """The run as it is in the database."""
    return Run.objects.get(pk=run.pk)
