"""Making a shop's values fit our columns: what does not fit is told with its field, and the rest comes in.

Values leave here as Revisions note them (prices and times as text), so that they can be compared, written and noted as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.records import FieldProblem, StoreImage, StoreProduct, StoreVariant
from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.models.skus import clean_sku

VERSION = 1  # Goes up when the same record fits differently: then everything is looked at again.
FITS = "The shop's own text is untouched; shorten it there to have it whole here."
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SPACES = re.compile(r"\s+")
SPOILED = re.compile(r"[\s\x00-\x20\x7f-\x9f\ud800-\udfff\"<>\\^`{|}]")
PLACES, LARGEST_PRICE = Decimal("0.0001"), Decimal(10) ** 10
LEAST, MOST, LAST_PLACE = -(2**31), 2**31 - 1, 1_000_000


def _lengths(model: Any) -> dict[str, int]:
    return {each.attname: each.max_length for each in model._meta.concrete_fields if each.max_length}


PRODUCT_LENGTHS, VARIANT_LENGTHS, IMAGE_LENGTHS = _lengths(Product), _lengths(ProductVariant), _lengths(ProductImage)
ONE_LINE = ("brand", "vendor", "product_type")
WHOLE = {"gtin": "A part of a number would be another number."}


@dataclass(slots=True)
class FittedVariant:
    """values: {column of ProductVariant: noted value} without the SKU; sku: what the shop calls it, None where it has none."""

    external_id: str
    label: str
    values: dict[str, Any]
    sku: str | None
    image: tuple[str, str] | None


@dataclass(slots=True)
class Fitted:
    """values: {column of Product: noted value} without the SKU; images: (address, alternative text); problems: what did not fit."""

    name: str
    values: dict[str, Any]
    sku: str | None
    images: list[tuple[str, str]]
    variants: list[FittedVariant]
    problems: list[FieldProblem] = field(default_factory=list)


def fit(record: StoreProduct) -> Fitted:
    """The record as our columns take it. Raises nothing for any value of the kinds that the record declares."""
    fitter = _Fitter(list(record.problems))
    name = fitter.line("name", record.name, PRODUCT_LENGTHS["name"])
    if not name:
        name = f"Product {record.external_id}"
        fitter.tell("name", "no_name", "It has no name in the shop. Give it one there.")
    values: dict[str, Any] = {
        "name": name,
        "description": clean_text(record.description),
        "short_description": clean_text(record.short_description),
        "website_url": fitter.address("website_url", record.website_url, PRODUCT_LENGTHS["website_url"]),
        "gtin": fitter.line("gtin", record.gtin, PRODUCT_LENGTHS["gtin"]),
        "currency": fitter.currency(record.currency),
        "tags": [tag for tag in map(clean_line, record.tags) if tag],
        "track_stock": bool(record.track_stock),
        "stock_quantity": fitter.number("stock_quantity", record.stock_quantity),
        "allow_backorder": bool(record.allow_backorder),
        "is_active": bool(record.is_active),
    }
    for column in ONE_LINE:
        values[column] = fitter.line(column, getattr(record, column), PRODUCT_LENGTHS[column])
    values |= fitter.terms(record, None)
    sku = fitter.sku(record.sku)
    images = fitter.images(record.images)
    variants = [fitter.variant(one, values["price"]) for one in _once(record.variants)]
    return Fitted(name, values, sku, images, variants, fitter.problems)


def _once(variants: tuple[StoreVariant, ...]) -> list[StoreVariant]:
    """A shop that names a variation twice has one."""
    return list({one.external_id: one for one in variants}.values())


def clean_text(value: str) -> str:
    """Without what no database and no page takes: control characters and halves of surrogate pairs."""
    return CONTROL.sub("", value) if CONTROL.search(value) else value


def clean_line(value: str) -> str:
    """The same on one line."""
    value = clean_text(value).strip()
    return SPACES.sub(" ", value) if SPACES.search(value) else value


class _Fitter:
    """Fits the values of one product and collects what did not."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        self.problems, self.subject = problems, ""

    def tell(self, column: str, code: str, message: str) -> None:
        self.problems.append(FieldProblem(column, code, message, self.subject))

    def line(self, column: str, value: str, most: int) -> str:
        """One line of text, cut where it is too long; what is worth nothing in parts is left out."""
        value = clean_line(value or "")
        if len(value) <= most:
            return value
        if column in WHOLE:
            self.tell(column, "too_long", f"It has {len(value):,} characters; {most} fit, so it was left out. {WHOLE[column]}")
            return ""
        self.tell(column, "too_long", f"It has {len(value):,} characters; {most} fit, the rest was cut off. {FITS}")
        return value[:most].rstrip()

    def sku(self, value: str | None) -> str | None:
        sku = clean_sku(value)
        if sku is None:
            return None
        if not sku.isprintable():
            self.tell("sku", "sku_invisible", "The SKU contains an invisible character (for example a tab). Type it anew in the shop.")
            return None
        if len(sku) > PRODUCT_LENGTHS["sku"]:
            most = PRODUCT_LENGTHS["sku"]
            self.tell("sku", "too_long", f"The SKU has {len(sku):,} characters; {most} fit, so it was left out. Shorten it in the shop.")
            return None
        return sku

    def address(self, column: str, value: str, most: int) -> str:
        value = (value or "").strip()
        if not value:
            return ""
        if not value.lower().startswith(("http://", "https://")) or SPOILED.search(value):
            self.tell(column, "no_address", f"“{clean_line(value)[:100]}” is no address that can be opened, so it was left out.")
            return ""
        if len(value) > most:
            self.tell(column, "too_long", f"The address has {len(value):,} characters; {most:,} fit, so it was left out.")
            return ""
        return value

    def currency(self, value: str) -> str:
        value = (value or "").strip().upper()
        if not value or (len(value) == 3 and value.isascii() and value.isalpha()):
            return value
        self.tell("currency", "no_currency", f"“{clean_line(value)[:20]}” is no currency code; the currency of the business is used.")
        return ""

    def number(self, column: str, value: Any) -> int:
        try:
            number = int(value or 0)
        except (OverflowError, ValueError):
            self.tell(column, "no_number", "This is no number that a stock can have; 0 was taken.")
            return 0
        if LEAST <= number <= MOST:
            return number
        nearest = min(max(number, LEAST), MOST)
        self.tell(column, "out_of_range", f"The number lies beyond what a stock can be; {nearest:,} was taken.")
        return nearest

    def price(self, column: str, value: Decimal | None) -> str | None:
        if value is None:
            return None
        if not value.is_finite() or value < 0:
            self.tell(column, "no_price", f"“{_short(value)}” is no price, so it was left out. Correct it in the shop.")
            return None
        rounded = value.quantize(PLACES, ROUND_HALF_UP) if value < LARGEST_PRICE else LARGEST_PRICE
        if rounded >= LARGEST_PRICE:
            words = "A price may have ten digits before the point; this one has more, so it was left out. Correct it in the shop."
            self.tell(column, "out_of_range", words)
            return None
        return format(rounded.normalize() + 0, "f")

    def moment(self, column: str, value: datetime | None) -> str | None:
        if value is None:
            return None
        try:
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        except (OverflowError, ValueError):
            self.tell(column, "out_of_range", "The time lies outside the calendar, so it was left out.")
            return None

    def terms(self, record: Any, usual_price: str | None) -> dict[str, Any]:
        """Price and sale, as far as they make sense together. usual_price: the product's, where a variation has none of its own."""
        price = self.price("price", record.price)
        sale_price = self.price("sale_price", record.sale_price)
        starts, ends = self.moment("sale_starts_at", record.sale_starts_at), self.moment("sale_ends_at", record.sale_ends_at)
        if starts is not None and ends is not None and datetime.fromisoformat(ends) <= datetime.fromisoformat(starts):
            words = "The sale ends before it starts, so it was left out. Correct its dates in the shop."
            self.tell("sale_ends_at", "sale_ends_first", words)
            sale_price = starts = ends = None
        full = usual_price if price is None else price
        if sale_price is not None and full is not None and Decimal(sale_price) >= Decimal(full):
            if Decimal(sale_price) > Decimal(full):
                words = f"The sale price {sale_price} is above the price {full}, so it was left out. Correct it in the shop."
                self.tell("sale_price", "sale_above_price", words)
            sale_price = None
        return {"price": price, "sale_price": sale_price, "sale_starts_at": starts, "sale_ends_at": ends}

    def images(self, images: tuple[StoreImage, ...]) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for image in images:
            pair = self.image(image)
            if pair is not None:
                found.setdefault(*pair)
        return list(found.items())

    def image(self, image: StoreImage) -> tuple[str, str] | None:
        url = self.address("images", image.url, IMAGE_LENGTHS["remote_url"])
        return (url, self.line("images", image.alt, IMAGE_LENGTHS["alt"])) if url else None

    def variant(self, one: StoreVariant, usual_price: str | None) -> FittedVariant:
        self.subject = label = clean_line(one.name) or clean_line(one.sku or "") or one.external_id
        values = {
            "name": self.line("name", one.name, VARIANT_LENGTHS["name"]),
            "track_stock": one.track_stock,
            "stock_quantity": None if one.stock_quantity is None else self.number("stock_quantity", one.stock_quantity),
            "allow_backorder": one.allow_backorder,
            "is_active": bool(one.is_active),
            "attributes": _attributes(one.attributes),
            "sort_order": min(max(int(one.sort_order), 0), LAST_PLACE),
            **self.terms(one, usual_price),
        }
        fitted = FittedVariant(one.external_id, label, values, self.sku(one.sku), self.image(one.image) if one.image else None)
        self.subject = ""
        return fitted


def _attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_line(str(value)) for key, value in attributes.items() if (name := clean_line(str(key)))}


def _short(number: Any) -> str:
    text = str(number)
    return text if len(text) <= 24 else f"{text[:20]}… ({len(text)} digits)"
