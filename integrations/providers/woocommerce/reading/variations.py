"""Variations of a variable product: raw -> StoreVariant. Pure.

They are told apart by their numbers, never by SKU: a variation without one of its own reports its parent's.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from integrations.providers.fields import LONGEST_ATTRIBUTE, LONGEST_CHOICE, dicts_in
from integrations.providers.reading import Problems, read_address, read_line
from integrations.providers.woocommerce.reading.fields import VARIATIONS
from integrations.providers.woocommerce.reading.offers import read_prices, read_stock
from integrations.providers.woocommerce.reading.parts import read_id, read_image, read_sku
from integrations.records import StoreImage, StoreVariant


def has_variations(raw: dict[str, Any]) -> bool:
    """True for variable products, those of plugins ("variable-subscription") too."""
    kind = raw.get("type")
    return (isinstance(kind, str) and kind.startswith("variable")) or bool(listed_ids(raw))


def listed_ids(raw: dict[str, Any]) -> list[str]:
    """The numbers of its variations as the product itself lists them, in the order of the shop's page."""
    listed = raw.get("variations")
    return [number for number in map(read_id, listed) if number] if isinstance(listed, list) else []


def variations_came(raw: dict[str, Any]) -> bool:
    """True when every variation that the product lists is there, so that any other one is gone."""
    listed, came = raw.get("variations"), raw.get(VARIATIONS)
    if not has_variations(raw):
        return listed is None or isinstance(listed, list)
    if not isinstance(listed, list) or not isinstance(came, list) or None in map(read_id, listed):
        return False
    ids = [read_id(one.get("id")) if isinstance(one, dict) else None for one in came]
    return None not in ids and set(listed_ids(raw)) <= set(ids)


def read_variations(raw: dict[str, Any], problems: Problems, now: datetime | None) -> list[StoreVariant]:
    """All of them, in the order of the shop's page. What cannot be one is noted and left out."""
    places = {number: place for place, number in enumerate(listed_ids(raw))}
    found: dict[str, dict[str, Any]] = {}
    came = raw.get(VARIATIONS)
    for one in came if isinstance(came, list) else ():
        number = read_id(one.get("id")) if isinstance(one, dict) else None
        if number is None:
            problems.note("variants", "not_a_variation", "The shop sent a variation without a number, so it was left out.")
        else:
            found.setdefault(number, one)
    ordered = sorted(found, key=lambda number: (places.get(number, len(places)), int(number)))
    return [_variant(raw, number, found[number], place, problems, now) for place, number in enumerate(ordered)]


def _variant(
    parent: dict[str, Any], number: str, raw: dict[str, Any], place: int, problems: Problems, now: datetime | None
) -> StoreVariant:
    choices = _choices(raw, problems)
    name = _name(parent, raw, choices, problems)
    notes = problems.about(f"{name} (#{number})" if name else f"#{number}")
    offer, stock, sku = read_prices(raw, notes, now), read_stock(raw, notes), read_sku(raw, notes)
    code = read_line(raw.get("global_unique_id"), "gtin", notes)
    if offer.price is None and raw.get("status") == "publish":
        notes.note("price", "variation_without_price", "This variation has no price, so the shop does not sell it. Set one in the shop.")
    return StoreVariant(
        external_id=number,
        name=name,
        sku=None if sku == read_sku(parent, Problems()) else sku,
        price=offer.price,
        sale_price=offer.sale_price,
        sale_starts_at=offer.sale_starts_at,
        sale_ends_at=offer.sale_ends_at,
        track_stock=None if stock is None else stock.track,
        stock_quantity=None if stock is None else stock.quantity,
        allow_backorder=None if stock is None else stock.backorder,
        # No price here would mean the product's; the shop does not sell what has none.
        is_active=raw.get("status") == "publish" and offer.price is not None,
        attributes=choices | ({"gtin": code} if code else {}),
        image=_own_image(parent, raw, notes),
        sort_order=place,
    )


def _choices(raw: dict[str, Any], problems: Problems) -> dict[str, str]:
    """{attribute: value}. "Any" is not there: the customer chooses."""
    found: dict[str, str] = {}
    for name, value in _pairs(raw, problems):
        if name and value:
            found.setdefault(name, value)
    return found


def _pairs(raw: dict[str, Any], problems: Problems) -> Iterator[tuple[str, str]]:
    for attribute in dicts_in(raw.get("attributes")):
        name = read_line(attribute.get("name"), "attributes", problems, LONGEST_ATTRIBUTE)
        yield name, read_line(attribute.get("option"), "attributes", problems, LONGEST_CHOICE)


def _name(parent: dict[str, Any], raw: dict[str, Any], choices: dict[str, str], problems: Problems) -> str:
    """ "Blue, L", as WooCommerce itself names it from 8.3 on; one that stands for any choice is named by what can be chosen."""
    name = read_line(raw.get("name"), "name", problems) or ", ".join(choices.values())
    return name or ", ".join(_open_choices(parent))


def _open_choices(parent: dict[str, Any]) -> Iterator[str]:
    for attribute in dicts_in(parent.get("attributes")):
        if attribute.get("variation") is True and isinstance(attribute.get("options"), list):
            options = [read_line(option, "attributes", Problems(), LONGEST_CHOICE) for option in attribute["options"]]
            yield " / ".join(filter(None, options))


def _own_image(parent: dict[str, Any], raw: dict[str, Any], problems: Problems) -> StoreImage | None:
    """None where it only repeats the product's main picture, as WooCommerce does for a variation without one."""
    if not raw.get("image"):
        return None
    image = read_image(raw["image"], problems)
    main = next(dicts_in(parent.get("images")), {})
    try:
        return None if image is None or image.url == read_address(main.get("src")) else image
    except ValueError:
        return image
