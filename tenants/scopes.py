"""What may be allowed: the scopes of API keys and of roles. Pure. "edit" implies "view", "manage" implies "view"."""

from collections.abc import Iterable

SCOPES = {
    "catalog:view": "See products and their status at Meta",
    "catalog:edit": "Change products, send them again",
    "orders:view": "See orders",
    "orders:edit": "Change orders",
    "conversations:view": "Read conversations",
    "conversations:edit": "Answer customers",
    "integrations:view": "See connections to Meta and shops",
    "integrations:manage": "Change connections and credentials, start synchronisations",
}
_STAFF = frozenset({"catalog:edit", "orders:edit", "conversations:edit"})
_MANAGER = _STAFF | {"integrations:view"}
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "owner": frozenset(SCOPES),
    "manager": frozenset(_MANAGER),
    "staff": _STAFF,
}


def expanded(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes and what they imply; unknown ones are dropped."""
    known = {scope for scope in scopes if scope in SCOPES}
    return frozenset(known | {f"{scope.partition(':')[0]}:view" for scope in known})


def allows(granted: Iterable[str], needed: str) -> bool:
    """True when the granted scopes cover the needed one."""
    return needed in SCOPES and needed in expanded(granted)


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    """The entries that are no scope at all."""
    return [scope for scope in scopes if scope not in SCOPES]
