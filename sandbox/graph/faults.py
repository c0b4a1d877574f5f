"""Faults on demand: what can go wrong, and which active fault applies to a call. What each fault does lives in mishaps.py and the edges."""

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.fault_box import FaultBox

if TYPE_CHECKING:
    from sandbox.graph.call import Call

KINDS: dict[str, str] = {
    "outage": "Meta is down: HTTP 503, code 2, transient",
    "throttle": "Too many calls: code 80014 for batches, 80009 for the rest, with the minutes in the usage header",
    "bad_token": "The access token has expired: code 190, subcode 463",
    "error": "Every call is refused with a code nobody knows (or the given code, subcode and status)",
    "slow": "Answers arrive late, by the given seconds",
    "lost_before": "The connection breaks before anything is applied",
    "lost_after": "The call is applied, but its answer is lost",
    "hang": "No answer comes and nothing is applied",
    "timeout_after": "The call is applied, but no answer comes",
    "lands_late": "No answer comes; the call is applied later, after the given seconds",
    "html": "An HTML page comes instead of an answer (status 502 unless another is given)",
    "html_after": "The call is applied, an HTML page comes with status 200",
    "cut": "The call is applied, the connection ends in the middle of the answer",
    "broken_json": "The call is applied, the answer is half a JSON document",
    "reject_item": "The given items are refused one by one",
    "poison_400": "A whole call is refused with 400 when one of the given items is in it",
    "poison_500": "A whole call fails with 500 when one of the given items is in it",
    "too_large": "Batches above the given number of rows are refused: code 1, reduce the amount of data",
    "page_too_large": "Listings of more than the given number of rows a page are refused: code 1, reduce the amount of data",
    "empty_handles": "A batch is answered with 200 and no handle: nothing was taken",
    "endless_handle": "A batch is accepted, but never finishes (until the fault is cleared)",
    "reverse_handles": "Batches are applied in reverse order",
    "hidden_errors": "A batch names only one of its failed rows and loads no ids of the others",
    "listing_incomplete": "The listing leaves items out",
    "listing_stale": "The listing shows the catalog as it was when the fault was added",
    "listing_repeats": "Every page of the listing repeats rows of the page before",
    "listing_loops": "The listing gives the first page for ever",
}


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. Empty `catalog_id`, `edges` and `retailer_ids` mean all of them.

    `edges` takes edge names (see routes.py) or "read" / "write". `skip` lets that many matching calls pass first, `remaining` ends the
    fault after so many. `minutes` is for throttle (None: no usage header), `seconds` for slow, hang, lands_late and endless_handle,
    `rows` for too_large and page_too_large, `applied` makes an endless handle apply its rows all the same.
    """

    kind: str
    catalog_id: str | None = None
    retailer_ids: tuple[str, ...] = ()
    remaining: int | None = None
    minutes: int | None = 5
    seconds: float | None = None
    code: int | None = None
    subcode: int | None = None
    status: int | None = None
    edges: tuple[str, ...] = ()
    skip: int = 0
    rows: int = 1
    applied: bool = False
    id: int = 0
    frozen: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")
        self.retailer_ids, self.edges = tuple(self.retailer_ids), tuple(self.edges)

    def fits(self, call: "Call") -> bool:
        """Whether this fault concerns the call's catalog and edge (items are checked where the rows are known)."""
        if self.catalog_id and self.catalog_id != call.catalog_id:
            return False
        return not self.edges or call.edge in self.edges or ("write" if call.writes else "read") in self.edges

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form without the frozen listing; `Fault(**d)` builds it again."""
        body = asdict(self)
        del body["frozen"]
        return body


class GraphFaults(FaultBox[Fault]):
    """The active faults of one stand-in, taken kind by kind. Handles held by `endless_handle` go on when it is switched off."""

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on; returns it with its id set."""
        return self.put(fault)

    def take(self, kind: str, call: "Call", retailer_ids: tuple[str, ...] | None = ()) -> Fault | None:
        """The first active fault of this kind for the call, counted as used once.

        A fault that names items needs one of them among `retailer_ids`; None skips this check.
        """
        for fault in self.active(kind):
            if fault.fits(call) and self._names(fault, retailer_ids) and self.use(fault):
                return fault
        return None

    @staticmethod
    def _names(fault: Fault, retailer_ids: tuple[str, ...] | None) -> bool:
        return retailer_ids is None or not fault.retailer_ids or not set(fault.retailer_ids).isdisjoint(retailer_ids)
