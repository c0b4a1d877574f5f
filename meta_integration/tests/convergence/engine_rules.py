"""What workers, the sweep, the reading back and the clock do."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from meta_integration.catalog.drain import drain_catalog
from meta_integration.catalog.readback import read_back
from meta_integration.catalog.sweep import sweep
from meta_integration.models import Catalog
from meta_integration.tasks import drain_catalog as drain_catalog_task
from meta_integration.tasks import drain_tenant
from meta_integration.tests.convergence.stage import DEATHS
from operations.models import RunStatus

WHICH = st.integers(0, 2)


class EngineRules:
    """Ten workers are one worker in whose call nine others start."""

    stage: Any
    world: Any
    standin: Any
    unheard: bool

    def catalog(self, which: int) -> Catalog:
        catalogs = self.stage.catalogs()
        return catalogs[which % len(catalogs)]

    @rule(which=WHICH, rounds=st.integers(1, 4))
    def worker(self, which: int, rounds: int) -> None:
        for _ in range(rounds):
            self.stage.work(self.catalog(which))

    @rule(who=st.integers(0, 1))
    def drain_task(self, who: int) -> None:
        self.world.pass_time(seconds=1)
        drain_tenant(str(self.stage.tenants[who].pk), "an argument of a newer release")
        for catalog in self.stage.catalogs(self.stage.tenants[who])[1:]:
            drain_catalog_task(catalog.pk)

    def something_to_do(self, who: int, index: int) -> Catalog:
        """An edit that no worker has seen yet, and the catalog it belongs to (mostly)."""
        self.edit(who, index, ("name", f"Before {self.standin.last_call}"))
        return self.stage.catalogs(self.stage.tenants[who])[0]

    @rule(who=st.integers(0, 1), index=st.integers(0, 3), point=st.sampled_from(DEATHS), warm_up=st.booleans())
    def worker_dies(self, who: int, index: int, point: str, warm_up: bool) -> None:
        catalog = self.something_to_do(who, index)
        if warm_up:
            self.stage.work(catalog)
        with self.stage.dying(point):
            self.stage.work(catalog)

    @rule(who=st.integers(0, 1), index=st.integers(0, 3), edit_meanwhile=st.booleans(), seconds=st.sampled_from([0, 70, 70, 200]),
          others=st.sampled_from([1, 9]))  # fmt: skip
    def zombie(self, who: int, index: int, edit_meanwhile: bool, seconds: int, others: int) -> None:
        """A worker stalls in its call while others work; then its call lands and it goes on as if nothing had happened."""
        catalog = self.something_to_do(who, index)

        def meanwhile() -> None:
            self.world.pass_time(seconds=seconds)
            if edit_meanwhile:
                self.edit(who, index, ("name", f"Meanwhile {self.standin.last_call}"))
            for _ in range(others):
                self.stage.work(catalog)

        self.stage.in_call = meanwhile
        self.stage.work(catalog)
        self.stage.in_call = None

    @rule(who=st.integers(0, 1), index=st.integers(0, 3))
    def edit_while_in_call(self, who: int, index: int) -> None:
        catalog = self.something_to_do(who, index)
        self.stage.in_call = lambda: self.edit(who, index, ("name", f"Just now {self.standin.last_call}"))
        self.stage.work(catalog)
        self.stage.in_call = None

    @rule(seconds=st.sampled_from([1, 31, 61, 125, 301, 901, 1801, 8101]))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_time(seconds=seconds)

    @rule(days=st.sampled_from([-1, 1]))
    def clock_jumps(self, days: int) -> None:
        self.world.pass_time(days=days)
        self.unheard = True

    @rule(works=st.booleans())
    def sweep(self, works: bool) -> None:
        for pk in sweep(self.world.now):
            if works:
                drain_catalog(pk)

    @rule(which=WHICH)
    def read_back(self, which: int) -> None:
        read_back(self.catalog(which).pk)

    @rule()
    def read_everything_back(self) -> None:
        """An honest sweep and reading of every catalog: from here on every difference must be known."""
        self.standin.faults.clear()
        sweep(self.world.now)
        runs = [read_back(catalog.pk) for catalog in self.stage.catalogs()]
        if None not in runs and all(run.status == RunStatus.COMPLETED for run in runs) and not self.something_may_land():
            self.unheard = False
