"""Variants of a product of Shopify: raw -> StoreVariant. Pure. They are told apart by their numbers: SKUs may be blank, or there twice."""

from collections.abc import Iterator
from typing import Any

from integrations.providers.fields import LONGEST_ATTRIBUTE, LONGEST_CHOICE, Stock, dicts_in, read_code
from integrations.providers.reading import Problems, read_line
from integrations.providers.shopify.reading.media import read_own_image
from integrations.providers.shopify.reading.offers import read_prices, read_stock
from integrations.providers.shopify.reading.shape import number_of
from integrations.records import StoreImage, StoreVariant

NO_CHOICE = [("Title", "Default Title")]  # Of the one variant that a product without options has.
GTIN_LENGTHS = (8, 12, 13, 14)
BUNDLE = "It is made of other products, and Shopify sells such bundles in its own channels only, so it is inactive here."
PART_BUNDLE = "Some of its variants are made of other products; Shopify sells those in its own channels only, so they are inactive here."


def only_variant(raw: dict[str, Any]) -> dict[str, Any] | None:
    """The variant that stands for the whole product; None where there is a choice."""
    variants = list(dicts_in(raw.get("variants")))
    return variants[0] if len(variants) == 1 and _pairs(variants[0]) == NO_CHOICE else None


def read_variants(raw: dict[str, Any], main: StoreImage | None, problems: Problems) -> list[StoreVariant]:
    """All of them, in the shop's order; none for a product without options. main: the product's main picture."""
    if only_variant(raw) is not None:
        return []
    found: dict[str, dict[str, Any]] = {}
    came = raw.get("variants")
    for one in came if isinstance(came, list) else ():
        number = number_of(one.get("id")) if isinstance(one, dict) else ""
        if number:
            found.setdefault(number, one)
        else:
            problems.note("variants", "not_a_variation", "The shop sent a variant without a number, so it was left out.")
    bundles = sum(map(is_bundle, found.values()))
    if 0 < bundles < len(found):
        problems.note("variants", "bundle", PART_BUNDLE)
    return [_variant(number, one, place, main, problems) for place, (number, one) in enumerate(found.items())]


def read_gtin(variant: dict[str, Any], problems: Problems) -> str:
    """The barcode where it is a GTIN; shops also write numbers of their own there."""
    code = "".join(sign for sign in read_line(variant.get("barcode"), "gtin", problems) if sign not in " -")
    return code if code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS else ""


def is_bundle(variant: dict[str, Any]) -> bool:
    """Sold as its parts (shopify.dev, ProductVariant.requiresComponents: left out of channels that do not know how)."""
    return variant.get("requiresComponents") is True


def _variant(number: str, raw: dict[str, Any], place: int, main: StoreImage | None, problems: Problems) -> StoreVariant:
    choices = dict(_choices(raw, problems))
    name = ", ".join(choices.values())
    notes = problems.about(f"{name} (#{number})" if name else f"#{number}")
    offer, stock, code = read_prices(raw, notes), read_stock(raw, notes), read_gtin(raw, notes)
    if offer.price is None:
        notes.note("price", "variation_without_price", "This variant has no price, so it is inactive here. Set one in the shop.")
    return StoreVariant(
        external_id=number,
        name=name,
        sku=read_code(raw.get("sku"), notes),
        price=offer.price,
        sale_price=offer.sale_price,
        track_stock=stock.track,
        stock_quantity=stock.quantity,
        allow_backorder=stock.backorder,
        # No price here would mean the product's.
        is_active=offer.price is not None and not is_bundle(raw),
        attributes=choices | ({"gtin": code} if code else {}),
        image=read_own_image(raw, main, notes),
        sort_order=place,
    )


def _choices(variant: dict[str, Any], problems: Problems) -> Iterator[tuple[str, str]]:
    """(option, value) as they are shown. The title of a variant is never split: values may hold " / "."""
    for name, value in _pairs(variant):
        pair = read_line(name, "attributes", problems, LONGEST_ATTRIBUTE), read_line(value, "attributes", problems, LONGEST_CHOICE)
        if all(pair):
            yield pair


def _pairs(variant: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(one.get("name"), one.get("value")) for one in dicts_in(variant.get("selectedOptions"))]


def stock_of(variants: list[StoreVariant]) -> list[Stock]:
    """The stock of those that are sold."""
    sold = [one for one in variants if one.is_active]
    return [Stock(bool(one.track_stock), one.stock_quantity or 0, bool(one.allow_backorder)) for one in sold]
