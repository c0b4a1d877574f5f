"""The parts that products and variations of WooCommerce share: numbers, SKUs, pictures, and names in lists. Pure."""

from collections.abc import Iterator
from typing import Any

from integrations.providers.reading import Problems, read_address, read_line, read_text, shown
from integrations.records import StoreImage

LONGEST_TAG = 200
MOST_IMAGES = 100


def read_id(value: Any) -> str | None:
    """The shop's number of something as text; None for what is none. Zero and below is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < 10**18 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return value.lstrip("0") or None
    return None


def read_sku(raw: dict[str, Any], problems: Problems) -> str | None:
    """The SKU without outer spaces and invisible characters; None where there is none."""
    text = read_text(raw.get("sku"), "sku", problems)
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)
    return text.strip() or None


def read_image(value: Any, problems: Problems) -> StoreImage | None:
    """One picture; None for what is none (noted)."""
    source = value.get("src") if isinstance(value, dict) else value
    try:
        return StoreImage(read_address(source), read_line(value.get("alt"), "images", problems))
    except (ValueError, AttributeError):
        problems.note("images", "no_web_address", f"A picture was left out: “{shown(source)}” is no web address. Add it anew in the shop.")
        return None


def read_images(value: Any, problems: Problems) -> tuple[StoreImage, ...]:
    """Each address once, in the shop's order: the main one first."""
    if not isinstance(value, list):
        if value:
            problems.note("images", "not_a_list", f"The shop sent {shown(value)} where pictures belong, so they were left out.")
        return ()
    found: dict[str, StoreImage] = {}
    for one in value[:MOST_IMAGES]:
        image = read_image(one, problems)
        if image:
            found.setdefault(image.url, image)
    if len(value) > MOST_IMAGES:
        problems.note("images", "too_many", f"The shop has {len(value)} pictures of it; the first {MOST_IMAGES} were taken.")
    return tuple(found.values())


def read_names(value: Any, field: str, problems: Problems) -> tuple[str, ...]:
    """Names of a list of terms, entities decoded, each once."""
    names = [read_line(term.get("name"), field, problems, LONGEST_TAG) for term in dicts_in(value)]
    return tuple(dict.fromkeys(filter(None, names)))


def read_ids(value: Any) -> tuple[str, ...]:
    """Numbers of a list of terms, each once."""
    return tuple(dict.fromkeys(number for term in dicts_in(value) if (number := read_id(term.get("id")))))


def dicts_in(value: Any) -> Iterator[dict[str, Any]]:
    """What is a dict in what may be a list."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())
