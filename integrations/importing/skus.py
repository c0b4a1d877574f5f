"""Which product or variation of a page gets which SKU. Pure: nobody has one twice, whoever has a right to one keeps it, swaps just work.

First come those whose SKU is locked here, then those that have and want the same, then those that want another, in the shop's order; last
those for which the shop knows none: they keep what they have, or get a number of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from integrations.importing.linking import Holder

Key = tuple[str, int]


@dataclass(slots=True)
class Owner:
    """A row of the page that may have a SKU. held: the one it has; wanted: the shop's; numbers: made-up ones, best first."""

    key: Key
    held: str | None
    wanted: str | None
    numbers: tuple[str, ...] = ()
    is_locked: bool = False


@dataclass(slots=True)
class Shared:
    """given: {key: SKU or None}; refused: {key: who has the SKU it wants, in words}; robbed: {SKU: row outside that loses it}."""

    given: dict[Key, str | None] = field(default_factory=dict)
    refused: dict[Key, str] = field(default_factory=dict)
    robbed: dict[str, Holder] = field(default_factory=dict)
    taken: dict[str, Key] = field(default_factory=dict)

    def give(self, owner: Owner, sku: str | None) -> None:
        self.given[owner.key] = sku
        if sku is not None:
            self.taken[sku] = owner.key


def share_out(owners: Sequence[Owner], holders: Mapping[str, Holder], yielding: Collection[Key], names: Mapping[Key, str]) -> Shared:
    """holders: who has the wanted SKUs and numbers now; yielding: rows that the shop no longer has, they give theirs to whoever wants it;
    names: what the page's rows are called.
    """
    shared, movable = Shared(), {owner.key for owner in owners if not owner.is_locked}
    for owner in owners:
        if owner.is_locked or (owner.wanted is not None and owner.wanted == owner.held and owner.wanted not in shared.taken):
            shared.give(owner, owner.held)

    def in_the_way(sku: str) -> str | None:
        """Who has it and keeps it, in words."""
        if sku in shared.taken:
            return names.get(shared.taken[sku], "another product")
        holder = holders.get(sku)
        if holder is None or holder.key in movable or holder.key in yielding:
            return None
        return holder.words

    def take(owner: Owner, sku: str) -> None:
        shared.give(owner, sku)
        holder = holders.get(sku)
        if holder is not None and holder.key not in movable:
            shared.robbed[sku] = holder

    open_ones = [owner for owner in owners if owner.key not in shared.given]
    for owner in open_ones:
        if owner.wanted is None:
            continue
        refusal = in_the_way(owner.wanted)
        if refusal is None:
            take(owner, owner.wanted)
        else:
            shared.refused[owner.key] = refusal
            shared.give(owner, None)
    left = [owner for owner in open_ones if owner.wanted is None]
    for owner in left:
        if owner.held is not None and owner.held not in shared.taken:
            shared.give(owner, owner.held)
    for owner in left:
        if owner.key not in shared.given:
            number = next((number for number in owner.numbers if in_the_way(number) is None), None)
            if number is None:
                shared.give(owner, None)
            else:
                take(owner, number)
    return shared
