"""The parts that products and variations of WooCommerce share: numbers, SKUs, pictures, and names in lists. Pure."""

from typing import Any

from integrations.providers.fields import LONGEST_TAG, MOST_IMAGES, dicts_in, note_no_picture, note_too_many, read_code, read_picture
from integrations.providers.reading import Problems, read_line, shown
from integrations.records import StoreImage


def read_id(value: Any) -> str | None:
    """The shop's number of something as text; None for what is none. Zero and below is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 < value < 10**18 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return value.lstrip("0") or None
    return None


def read_sku(raw: dict[str, Any], problems: Problems) -> str | None:
    """The SKU without outer spaces and invisible characters; None where there is none."""
    return read_code(raw.get("sku"), problems)


def read_image(value: Any, problems: Problems) -> StoreImage | None:
    """One picture; None for what is none (noted)."""
    if not isinstance(value, dict):
        note_no_picture(value, problems)
        return None
    return read_picture(value.get("src"), value.get("alt"), problems)


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
    note_too_many(len(value), problems)
    return tuple(found.values())


def read_names(value: Any, field: str, problems: Problems) -> tuple[str, ...]:
    """Names of a list of terms, entities decoded, each once."""
    names = [read_line(term.get("name"), field, problems, LONGEST_TAG) for term in dicts_in(value)]
    return tuple(dict.fromkeys(filter(None, names)))


def read_ids(value: Any) -> tuple[str, ...]:
    """Numbers of a list of terms, each once."""
    return tuple(dict.fromkeys(number for term in dicts_in(value) if (number := read_id(term.get("id")))))
