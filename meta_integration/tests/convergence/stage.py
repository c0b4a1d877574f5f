"""What the convergence machine stands on: the world, two businesses (one with two catalogs), deaths at named points, the attempt count."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from common.errors import NeedsConfigurationError, PermanentError, RemoteError
from meta_integration.catalog import asks, batches, drain, expand, polls, singles
from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog_service import MetaCatalogService
from meta_integration.models import Catalog, CatalogItem, CategoryCatalog, MetaAppConfig
from meta_integration.tests.world import ACCOUNTS, World
from products_and_services.models import ProductCategory
from products_and_services.tests.factories import CategoryFactory, TenantFactory
from tenants.models import Tenant

SECOND = "200000000000095"  # Solar's second catalog, for the products of one category.
OTHER = "200000000000096"  # What the pizzeria's catalog_id is changed to and back.
GOOD = ("synced", "hidden", "gone", "skipped")
DEATHS = (
    "before claim", "after claim, before call", "during call", "after call, before settle", "after settle",
    "expansion, before the change row goes", "look-up, before settle", "poll, before settle",
)  # fmt: skip


class SimulatedDeath(BaseException):
    """kill -9: nothing that tidies up may run, so it is no Exception."""


class AttemptCount:
    """Counts calls per item and payload, as ENGINE.md defines attempts, independently of the engine's own columns.

    A call counts from its claim on (so a death before the call counts), for one payload; a success, another payload and a restart start
    anew; throttled calls, calls refused for the configuration, and batches refused as a whole (each half is tried again at once) do not
    count.
    """

    def __init__(self) -> None:
        self.payload: dict[tuple[str, str], str] = {}
        self.count: dict[tuple[str, str], int] = defaultdict(int)
        self.to_give_back: set[tuple[int, int]] = set()  # (item id, rev): given back once the failure is settled.

    def begin(self, catalog_id: str, rows: list[Any]) -> None:
        for row in rows:
            key = catalog_id, row.retailer_id
            if self.payload.get(key) != row.wanted.hash:
                self.payload[key], self.count[key] = row.wanted.hash, 0
            self.count[key] += 1

    def failed(self, rows: list[Any], error: RemoteError) -> None:
        not_its_own = isinstance(error, PermanentError) and len(rows) > 1
        if isinstance(error, NeedsConfigurationError) or error.retry_after is not None or not_its_own:
            self.to_give_back |= {(row.id, row.rev) for row in rows}

    def settled(self, catalog_id: str, row: Any) -> None:
        key = catalog_id, row.retailer_id
        if row.state in GOOD:
            self.count[key] = 0
        elif (row.id, row.rev) in self.to_give_back:
            self.to_give_back.discard((row.id, row.rev))
            self.count[key] -= 1

    def anew(self, catalog_id: str, retailer_id: str) -> None:
        self.count[catalog_id, retailer_id] = 0


class Stage:
    """The world of one example."""

    def __init__(self, world: World, monkeypatch: Any, *, singles_at_most: int, batch_delay: float) -> None:
        self.world = world
        self.standin = self.world.standin
        self.standin.batch_delay = batch_delay
        self.attempts = AttemptCount()
        self.death: str | None = None
        self.in_call: Callable[[], None] | None = None
        monkeypatch.setattr(drain, "AT_MOST", singles_at_most)
        self._wire(monkeypatch)
        self.solar = TenantFactory(sub_domain="solar", name="Solar Shop", currency="USD")
        self.pizzeria = TenantFactory(sub_domain="pizzeria", name="Pizzeria", currency="EUR")
        self.tenants = [self.solar, self.pizzeria]
        self.tokens = {tenant.pk: ACCOUNTS[tenant.sub_domain][0] for tenant in self.tenants}
        for tenant in self.tenants:
            self.world.connect(tenant)
        self.owners = {SECOND: "S", OTHER: "P"}  # Of every business and catalog at Meta, by id: the prefix of its SKUs.
        for tenant in self.tenants:
            self.owners |= dict.fromkeys(ACCOUNTS[tenant.sub_domain][2:], self.prefix(tenant))
        self._add_second_catalogs()
        self.shelves = [None, *self._shelves()]

    def _add_second_catalogs(self) -> None:
        for tenant, catalog_id in ((self.solar, SECOND), (self.pizzeria, OTHER)):
            token, secret, business, _ = ACCOUNTS[tenant.sub_domain]
            self.standin.add_account(token, secret, business_id=business, catalog_ids=[catalog_id])

    def _shelves(self) -> list[ProductCategory]:
        """Solar's shelves: an ordinary one, one with a catalog of its own and a shelf below that, and one that may be switched off."""
        config = self.config(self.solar)
        plain, outdoor, secret = (CategoryFactory(tenant=self.solar, name=name) for name in ("Plain", "Outdoor", "Secret"))
        below = CategoryFactory(tenant=self.solar, name="Below", parent=outdoor)
        second = Catalog.objects.create(tenant=self.solar, config=config, catalog_id=SECOND)
        CategoryCatalog.objects.create(tenant=self.solar, category=outdoor, catalog=second)
        return [plain, outdoor, below, secret]

    def config(self, tenant: Tenant) -> MetaAppConfig:
        return MetaAppConfig.objects.get(tenant=tenant)

    def prefix(self, tenant: Tenant) -> str:
        return "S" if tenant.pk == self.solar.pk else "P"

    def catalogs(self, tenant: Tenant | None = None) -> list[Catalog]:
        found = Catalog.objects.filter(is_current=True).select_related("tenant", "config").order_by("pk")
        return list(found.filter(tenant=tenant) if tenant else found)

    # --- deaths and zombies ---------------------------------------------------------------------------------------------

    def _wire(self, monkeypatch: Any) -> None:
        self.standin.before_apply = self._before_apply
        for module in (singles, batches):
            monkeypatch.setattr(module, "claim_rows", self._dying_claim(module.claim_rows))
        call = "after call, before settle"
        points = {singles: call, batches: call, asks: "look-up, before settle", polls: "poll, before settle"}
        for module, point in points.items():
            settle = self._noted(module.settle_rows)
            monkeypatch.setattr(module, "settle_rows", self._dying(settle, before=point, after="after settle"))
        monkeypatch.setattr(expand, "_remove", self._dying(expand._remove, before="expansion, before the change row goes"))
        monkeypatch.setattr(expand, "_restart", self._noted_restart(expand._restart))
        for name in ("publish_item", "hide_item", "delete_item", "send_batch"):
            monkeypatch.setattr(MetaCatalogService, name, self._counted(getattr(MetaCatalogService, name)))

    def _die_at(self, point: str) -> None:
        if self.death == point:
            self.death = None
            raise SimulatedDeath(point)

    def _dying(self, function: Any, *, before: str = "", after: str = "") -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self._die_at(before)
            result = function(*args, **kwargs)
            self._die_at(after)
            return result

        return wrapped

    def _dying_claim(self, function: Any) -> Any:
        def wrapped(rows: Any, lease: Any, now: Any) -> Any:
            self._die_at("before claim")
            ours = function(rows, lease, now)
            if ours:
                catalog_id = Catalog.objects.values_list("catalog_id", flat=True).get(pk=lease.pk)
                self.attempts.begin(catalog_id, ours)
                self.claimed = ours
                self._die_at("after claim, before call")
            return ours

        return wrapped

    def _counted(self, function: Any) -> Any:
        def wrapped(service: MetaCatalogService, *args: Any, **kwargs: Any) -> Any:
            rows = self.claimed
            try:
                return function(service, *args, **kwargs)
            except RemoteError as error:
                self.attempts.failed(rows, error)
                raise

        return wrapped

    def _noted(self, function: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            settled = function(*args, **kwargs)
            homes = dict(CatalogItem.objects.filter(pk__in=[row.id for row in settled]).values_list("pk", "catalog__catalog_id"))
            for row in settled:
                self.attempts.settled(homes[row.id], row)
            return settled

        return wrapped

    def _noted_restart(self, function: Any) -> Any:
        def wrapped(item_ids: list[int], now: Any) -> Any:
            for item in CatalogItem.objects.filter(pk__in=item_ids).select_related("catalog"):
                self.attempts.anew(item.catalog.catalog_id, item.retailer_id)
            return function(item_ids, now)

        return wrapped

    def _before_apply(self, call: Any) -> None:
        if call.method == "GET":
            return
        self._die_at("during call")
        if self.in_call is not None:
            meanwhile, self.in_call = self.in_call, None
            claimed = self.claimed
            meanwhile()
            self.claimed = claimed

    @contextmanager
    def dying(self, point: str) -> Iterator[None]:
        self.death = point
        try:
            yield
        except SimulatedDeath:
            pass
        finally:
            self.death = None

    def work(self, catalog: Catalog) -> Any:
        """One round, a second later."""
        self.world.pass_time(seconds=1)
        return drain_catalog(catalog.pk)
