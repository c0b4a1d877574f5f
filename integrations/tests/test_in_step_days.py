"""Random days of two businesses' shops, kept in step: hints are lost, late and doubled, imports run in between, shops do not answer.

Once it is quiet our products are the shops', though nobody started anything by hand.
"""

from typing import Any

import pytest
import time_machine
from hypothesis import example, given
from hypothesis import strategies as st

from common.errors import PermanentError, RemoteError, TransientError
from integrations import hints
from integrations.models import StoreConnection, StoreHint, StoreWatch
from integrations.tests.fake_shop import Import
from integrations.tests.run_world import START
from integrations.tests.shop_oracle import DAYS, FEWER, assert_equal_to, imported_once
from integrations.tests.step_world import StepWorld
from products_and_services.models import Revision

pytestmark = pytest.mark.django_db
SILENT = ("price", "active", "trash", "put", "restore")  # What shows at a glance, so that it may also be written behind the shop's back.
LATE = "told late"
NEWS = ("told", "told twice", "told late", "dated", "silent", "silent")
FAULTS = [TransientError("down"), TransientError("busy", retry_after=120), PermanentError("strange")]
OURS_OR_THEIRS = st.integers(0, 1)
EDITS = st.tuples(st.just("edit"), OURS_OR_THEIRS, DAYS.filter(lambda day: not day[0].startswith("shelf ")), st.sampled_from(NEWS))
EVENTS = st.one_of(
    EDITS,
    EDITS,
    EDITS,
    st.tuples(st.just("later"), OURS_OR_THEIRS, DAYS.filter(lambda day: not day[0].startswith("shelf ")), st.integers(0, 2)),
    st.tuples(st.just("import"), OURS_OR_THEIRS, st.integers(1, 4), st.none()),
    st.tuples(st.just("work"), OURS_OR_THEIRS, st.none(), st.none()),
    st.tuples(st.just("pass"), OURS_OR_THEIRS, st.sampled_from([0.05, 1, 6, 70]), st.none()),
    st.tuples(st.just("fault"), OURS_OR_THEIRS, st.integers(0, 2), st.sampled_from(FAULTS)),
    st.tuples(st.just("late hints"), OURS_OR_THEIRS, st.none(), st.none()),
)


class Side:
    """One business's shop, and what is under way there. plans: {calls from now: what happens right before that one}."""

    def __init__(self, world: StepWorld) -> None:
        self.world = world
        self.connection, self.shop, self.owner = imported_once(2)
        world.shops[self.connection.pk] = self.shop
        StoreConnection.objects.filter(pk=self.connection.pk).update(imported_at=world.now)
        StoreWatch.objects.filter(connection=self.connection).update(begun_at=world.now)
        self.late: list[str] = []
        self.plans: dict[int, Any] = {}
        self.imported: Import | None = None
        self.shop.before = self.happens

    def happens(self, name: str, number: int) -> None:
        plans, self.plans = self.plans, {}
        for calls, what in plans.items():
            if calls:
                self.plans[calls - 1] = what
            elif isinstance(what, RemoteError):
                raise what
            else:
                self.edit(what, "dated")

    def edit(self, day: tuple[str, Any, Any], news: str) -> None:
        kind, number, what = day
        self.owner.edit(day)
        if news == "silent" and kind in SILENT:
            return
        ids = [str(number), str(what)] if kind == "swap" else [str(number)]
        for one in ids:
            self.shop.touch(one, self.world.now)
        if news == "told late":
            self.late += ids
        elif news.startswith("told"):
            for _ in range(2 if news == "told twice" else 1):
                hints.note(self.connection.pk, ids, "test")

    def step_import(self, steps: int) -> None:
        """Some steps of an import that goes on beside all the rest."""
        self.imported = self.imported or Import(self.connection, self.shop, allow_removals=True)
        job = self.imported.job()
        for _ in range(steps):
            try:
                if not self.imported.step(job):
                    self.imported = None
                    return
            except RemoteError:
                job = self.imported.job()


@FEWER
@given(st.lists(EVENTS, max_size=25))
@example([("edit", 0, ("price", 3, 4), "silent"), ("edit", 1, ("trash", 2, None), "silent"), ("edit", 1, ("put", 8, "D"), "silent")])
@example([("fault", 0, 0, FAULTS[0]), ("edit", 0, ("name", 1, 2), "told"), ("work", 0, None, None), ("edit", 1, ("name", 1, 3), LATE)])
@example([("later", 0, ("price", 3, 2), 2), ("import", 0, 4, None), ("edit", 0, ("price", 3, 4), "told"), ("pass", 0, 1, None)])
def test_once_it_is_quiet_our_products_are_the_shops(events):
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(START, tick=False) as traveller:
        StoreConnection.objects.update(is_active=False)
        StoreHint.objects.all().delete()
        world = StepWorld(patch, traveller)
        sides = [Side(world), Side(world)]
        for event in events:
            world.pass_time(seconds=1)
            happen(world, sides[event[1]], *event)
        for side in sides:
            side.plans.clear()
            side.imported = None
            side.owner.edit(("put", 9, None))  # A shop that shows nothing at all is for a person.
        for _ in range(12):
            world.minute(31)
        for side in sides:
            assert not StoreHint.objects.filter(connection=side.connection).exists()
            assert_equal_to(side.shop, side.connection, with_skus=False)
            Import(side.connection, side.shop, allow_removals=True).all()
            assert_equal_to(side.shop, side.connection)
        assert_quiet(world)


def happen(world: StepWorld, side: Side, kind: str, _side: int, what: Any, more: Any) -> None:
    if kind == "edit":
        side.edit(what, more)
    elif kind == "later":
        side.plans[more] = what
    elif kind == "fault":
        side.plans[what] = more
    elif kind == "import":
        side.step_import(what)
    elif kind == "work":
        world.work()
    elif kind == "pass":
        world.minute(what)
    elif kind == "late hints":
        hints.note(side.connection.pk, side.late, "late")
        side.late.clear()


def assert_quiet(world: StepWorld) -> None:
    """From now on nothing is written any more."""
    notes = Revision.objects.count()
    for _ in range(4):
        world.minute(31)
    assert Revision.objects.count() == notes

