"""What to do about the hooks in a shop, from what is there and what is wanted. Pure. Hooks of others are not touched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from integrations.providers.hooks import Hook


@dataclass(frozen=True, slots=True)
class Wanted:
    """topics: one hook each, all leading to `address`; path: the end of each address of ours, whatever stood before it."""

    topics: Sequence[str]
    address: str
    path: str


@dataclass(slots=True)
class Plan:
    """fine: to be left; mend: off, or with a secret that we do not know; create: topics; delete: doubles, and those for an old address."""

    fine: list[Hook] = field(default_factory=list)
    mend: list[Hook] = field(default_factory=list)
    create: list[str] = field(default_factory=list)
    delete: list[Hook] = field(default_factory=list)


def plan_for(found: Sequence[Hook], wanted: Wanted, known: Collection[str]) -> Plan:
    """found: all in the shop; known: ids of those that we have entered, so that their secret is ours.

    Another address with our path is an old one of ours only where we have entered it: a copy of this installation has its own.
    """
    plan, left = Plan(), [hook for hook in found if _is_ours(hook, wanted, known)]
    for topic in wanted.topics:
        fitting = [hook for hook in left if hook.topic == topic and hook.address == wanted.address]
        best = min(fitting, key=lambda hook: (hook.id not in known, not hook.is_on), default=None)
        if best is None:
            plan.create.append(topic)
            continue
        left.remove(best)
        (plan.fine if best.is_on and best.id in known else plan.mend).append(best)
    plan.delete = left
    return plan


def _is_ours(hook: Hook, wanted: Wanted, known: Collection[str]) -> bool:
    return hook.address == wanted.address or (hook.id in known and hook.address.rstrip("/").endswith(wanted.path))
