"""Fields that every kind of shop has, in our records' words: SKUs, pictures, descriptions, prices with a sale, stock. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.providers.markup import LONGEST, clean_markup
from integrations.providers.reading import Problems, read_address, read_line, read_text, shown
from integrations.records import StoreImage

LONGEST_TAG = 200
LONGEST_ATTRIBUTE, LONGEST_CHOICE = 100, 200
MOST_IMAGES = 100


@dataclass(frozen=True, slots=True)
class Prices:
    """Major units; times: UTC. A sale without times goes on until the shop ends it."""

    price: Decimal | None = None
    sale_price: Decimal | None = None
    sale_starts_at: datetime | None = None
    sale_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """In the words of our columns. Sold without being counted: track is False."""

    track: bool = False
    quantity: int = 0
    backorder: bool = False


def read_code(value: Any, problems: Problems) -> str | None:
    """A SKU without outer spaces and invisible characters; None where there is none."""
    text = read_text(value, "sku", problems)
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in text)
    return text.strip() or None


def read_picture(address: Any, alt: Any, problems: Problems) -> StoreImage | None:
    """One picture; None for what is none (noted)."""
    try:
        return StoreImage(read_address(address), read_line(alt, "images", problems))
    except ValueError:
        note_no_picture(address, problems)
        return None


def note_no_picture(value: Any, problems: Problems) -> None:
    """Said of what stands where a picture belongs."""
    problems.note("images", "no_web_address", f"A picture was left out: “{shown(value)}” is no web address. Add it anew in the shop.")


def note_too_many(pictures: int, problems: Problems) -> None:
    """Said where a product has more pictures than we take."""
    if pictures > MOST_IMAGES:
        problems.note("images", "too_many", f"The shop has {pictures} pictures of it; the first {MOST_IMAGES} were taken.")


def read_markup(value: Any, field: str, problems: Problems) -> str:
    """A description: harmless HTML, cut where it is very long (noted)."""
    text, cut = clean_markup(read_text(value, field, problems))
    if cut:
        problems.note(field, "too_long", f"The text is very long; its first {LONGEST:,} characters were taken.")
    return text


def read_page(value: Any, problems: Problems) -> str:
    """The address of the product's page in the shop; "" for none, and for what is none (noted)."""
    if not value:
        return ""
    try:
        return read_address(value)
    except ValueError:
        problems.note("website_url", "no_web_address", f"The address of its page, “{shown(value)}”, is no web address.")
        return ""


def dicts_in(value: Any) -> Iterator[dict[str, Any]]:
    """What is a dict in what may be a list."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())
