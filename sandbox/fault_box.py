"""Which faults of a stand-in are on. Every kind of stand-in says itself what its faults are and which calls they concern."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar


class AnyFault(Protocol):
    """What all faults have: `skip` lets that many matching calls pass first, `remaining` ends the fault after so many (None: never)."""

    kind: str
    id: int
    skip: int
    remaining: int | None


@dataclass(slots=True)
class AimedFault:
    """A fault of a shop: it hits calls of `endpoints` (empty: all that the kind concerns) and knows by itself which these are.

    until: seconds since 1970, when it ends by the clock. seconds, rows, status: what they mean, the kind says. KINDS: {kind: its words}.
    """

    KINDS: ClassVar[Mapping[str, str]] = {}

    kind: str
    endpoints: tuple[str, ...] = ()
    skip: int = 0
    remaining: int | None = None
    until: float | None = None
    seconds: float | None = None
    rows: int | None = None
    status: int | None = None
    id: int = 0

    def __post_init__(self) -> None:
        if self.kind not in self.KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(self.KINDS)}")
        self.endpoints = tuple(self.endpoints)

    def fits(self, call: Any) -> bool:
        """Whether it concerns the call."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form; the same class makes a fault of it again."""
        return asdict(self)


Some = TypeVar("Some", bound=AnyFault)
Aimed = TypeVar("Aimed", bound=AimedFault)


class FaultBox(Generic[Some]):
    """The active faults. Callers hold the stand-in's lock. Hooks: `changed` after every change, `on_add` before it, `on_clear` likewise."""

    def __init__(self) -> None:
        self._faults: list[Some] = []
        self._ids = itertools.count(1)
        self.changed: Callable[[], None] = lambda: None
        self.on_add: Callable[[Some], None] = lambda fault: None
        self.on_clear: Callable[[], None] = lambda: None

    def __iter__(self) -> Iterator[Some]:
        return iter(self.active())

    def put(self, fault: Some) -> Some:
        """Switch a fault on; returns it with its id set."""
        fault.id = next(self._ids)
        self._faults = [*self._faults, fault]
        self.on_add(fault)
        self.changed()
        return fault

    def remove(self, fault_id: int) -> None:
        """Switch one fault off; unknown ids are ignored."""
        self._keep([fault for fault in self._faults if fault.id != fault_id])

    def clear(self, kind: str | None = None) -> None:
        """Switch off all faults, or all of one kind."""
        self._keep([fault for fault in self._faults if kind and fault.kind != kind])

    def active(self, kind: str | None = None) -> list[Some]:
        """The faults that are on."""
        return [fault for fault in self._faults if kind in (None, fault.kind) and self.is_on(fault)]

    def is_on(self, fault: Some) -> bool:
        """Whether a fault in the box still works."""
        return True

    def use(self, fault: Some) -> bool:
        """A call matches: whether the fault hits it, counted as used once."""
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.remaining is not None:
            fault.remaining -= 1
            if fault.remaining <= 0:
                self._faults = [other for other in self._faults if other.id != fault.id]
            self.changed()
        return True

    def _keep(self, faults: list[Some]) -> None:
        self._faults = faults
        self.on_clear()
        self.changed()


class AimedFaults(FaultBox[Aimed]):
    """Faults of a shop: made from their kind and options, perhaps for some minutes, each aimed at calls by itself."""

    def __init__(self, make: Callable[..., Aimed], now: Callable[[], float]) -> None:
        super().__init__()
        self._make, self._now = make, now

    def add(self, fault: Aimed | str, *, minutes: float | None = None, **options: Any) -> Aimed:
        """Switch a fault on: `add("throttled", seconds=5, remaining=2)`; `minutes`: for so long. Returns it with its id set."""
        made = self._make(fault, **options) if isinstance(fault, str) else fault
        if minutes is not None:
            made.until = self._now() + minutes * 60
        return self.put(made)

    def is_on(self, fault: Aimed) -> bool:
        """Until its time is over."""
        return fault.until is None or self._now() < fault.until

    def take(self, call: Any) -> Iterator[Aimed]:
        """The active faults that hit the call, each counted as used; the caller stops where one of them decides the answer."""
        for fault in self.active():
            if fault.fits(call) and self.use(fault):
                yield fault
