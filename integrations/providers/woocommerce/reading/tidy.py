"""The shop's rows with only what we read of them: smaller in memory, and not "changed" by what nobody here looks at. Pure.

Pictures come with seven addresses each and dates that move; a page's password is no business of ours, only that there is one.
"""

from typing import Any

from integrations.providers.woocommerce.reading.parts import read_id

KEPT = {
    "images": ("src", "alt"),
    "categories": ("id",),
    "tags": ("name",),
    "brands": ("name",),
    "attributes": ("name", "option", "options", "variation"),
}
NOT_OFFERED = frozenset({"trash", "auto-draft", "inherit"})


def is_product(row: dict[str, Any]) -> bool:
    """False for what some shops mix into the list: things in the trash, and variations that have lost their product."""
    status = row.get("status")
    return row.get("type") != "variation" and not (isinstance(status, str) and status in NOT_OFFERED)


def tidy(row: dict[str, Any]) -> dict[str, Any]:
    """A product or a variation. What is not of the usual form stays as it is: transform.py has words for it."""
    kept = {name: _parts(value, KEPT[name]) if name in KEPT else value for name, value in row.items() if name != "_links"}
    if "post_password" in kept:
        kept["post_password"] = bool(kept["post_password"])
    if isinstance(kept.get("image"), dict):
        kept["image"] = _only(kept["image"], KEPT["images"])
    return kept


def number_of(row: Any) -> int | None:
    """The shop's number of a row; None for what is no row of a shop."""
    number = read_id(row.get("id")) if isinstance(row, dict) else None
    return None if number is None else int(number)


def _parts(value: Any, names: tuple[str, ...]) -> Any:
    return [_only(part, names) if isinstance(part, dict) else part for part in value] if isinstance(value, list) else value


def _only(part: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: part[name] for name in names if name in part}
