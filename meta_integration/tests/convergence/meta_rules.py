"""What Meta, the network and strangers do."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from sandbox.graph import Fault

TIMES = st.sampled_from([1, 1, 2, 5])
ANYWHERE = ("outage", "throttle", "error", "lost_before", "lost_after", "timeout_after", "html", "html_after", "cut", "broken_json", "hang")
ON_WRITES = ("lost_after", "lost_after", "timeout_after", "lands_late", "html_after", "empty_handles", "reverse_handles", "hidden_errors")
LISTING = ("listing_incomplete", "listing_stale", "listing_repeats", "listing_loops")


class MetaRules:
    """Faults go by themselves after some calls, or when `faults_off` comes."""

    stage: Any
    world: Any
    standin: Any
    foreign: dict[str, dict[str, Any]]
    unheard: bool

    @rule(kind=st.sampled_from(ANYWHERE), times=TIMES)
    def fault(self, kind: str, times: int) -> None:
        self.standin.faults.add(Fault(kind, remaining=times, minutes=7))

    @rule(kind=st.sampled_from(ON_WRITES), times=TIMES, seconds=st.sampled_from([30, 100, 1000]))
    def fault_on_writes(self, kind: str, times: int, seconds: float) -> None:
        self.standin.faults.add(Fault(kind, remaining=times, seconds=seconds, edges=("write",)))
        self.unheard = self.unheard or kind == "lands_late"

    @rule(kind=st.sampled_from(LISTING), times=TIMES)
    def listing_lies(self, kind: str, times: int) -> None:
        self.standin.faults.add(Fault(kind, remaining=times))

    @rule(kind=st.sampled_from(["reject_item", "poison_400", "poison_500"]), times=st.sampled_from([1, 3, 9]), who=st.sampled_from("SP"),
          number=st.integers(0, 5))  # fmt: skip
    def one_item_is_bad(self, kind: str, times: int, who: str, number: int) -> None:
        self.standin.faults.add(Fault(kind, remaining=times, retailer_ids=(f"{who}-{number}",)))

    @rule(rows=st.integers(1, 3), times=TIMES)
    def batches_are_too_large(self, rows: int, times: int) -> None:
        self.standin.faults.add(Fault("too_large", remaining=times, rows=rows))

    @rule(applied=st.booleans())
    def a_handle_never_ends(self, applied: bool) -> None:
        self.standin.faults.add(Fault("endless_handle", remaining=1, applied=applied))

    @rule(status=st.sampled_from(["finished", "error", "canceled"]))
    def handles_end(self, status: str) -> None:
        for handle in self.standin.handles()[:1]:
            self.standin.settle(handle, status)

    @rule()
    def faults_off(self) -> None:
        self.standin.faults.clear()

    @rule()
    def late_calls_land(self) -> None:
        if self.standin.land_late():
            self.unheard = True

    @rule(which=st.integers(0, 2), index=st.integers(0, 5), remove=st.booleans())
    def by_hand(self, which: int, index: int, remove: bool) -> None:
        catalogs = self.stage.catalogs()
        catalog_id = catalogs[which % len(catalogs)].catalog_id
        ours = sorted(set(self.standin.items(catalog_id)) - set(self.foreign))
        if not ours:
            return
        sku = ours[index % len(ours)]
        if remove:
            self.standin.delete_item(catalog_id, sku)
        else:
            self.standin.edit_item(catalog_id, sku, name="Edited by hand", price="99.00 USD", visibility="published")
        self.unheard = True

    @rule(which=st.integers(0, 2))
    def a_stranger_adds_an_item(self, which: int) -> None:
        catalogs = self.stage.catalogs()
        catalog_id = catalogs[which % len(catalogs)].catalog_id
        sku = f"FOREIGN-{len(self.foreign)}"
        self.standin.add_item(catalog_id, sku)
        self.foreign[sku] = {"catalog": catalog_id, "fields": self.standin.item(catalog_id, sku)}
