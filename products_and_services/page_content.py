"""What the public page says about a product. Pure: snapshot in, words and amounts out; pages.py fetches, the template draws."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from common.html_text import html_to_text
from products_and_services.snapshot import ProductSnapshot, VariantSnapshot
from products_and_services.terms import terms_of


@dataclass(frozen=True, slots=True)
class Offer:
    """price: "" when there is none; was: the regular price while a sale is on; both as people write them. in_stock: can be ordered now."""

    name: str
    amount: Decimal | None
    price: str
    was: str
    in_stock: bool
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class PageContent:
    """offer: the product or the shown variant; choices: all active variants; images: absolute, main one first."""

    name: str
    description: str
    brand: str
    images: tuple[str, ...]
    offer: Offer
    starts_at_price: bool
    choices: tuple[Offer, ...]


def build_page(product: ProductSnapshot, variant_id: int | None, language: str, now: datetime) -> PageContent:
    """The page of a product, or of one of its variants (variant_id). language: of the amounts ("en"); now: UTC, opens and closes sales."""
    active = [variant for variant in product.variants if variant.is_active]
    shown = next((variant for variant in active if variant.id == variant_id), None)
    listed = () if product.is_simple else tuple(variant for variant in active if variant.name)
    choices = tuple(_offer(product, variant, language, now, shown) for variant in listed)
    own = _offer(product, shown or next((variant for variant in active if product.is_simple), None), language, now, shown)
    cheapest = min((choice for choice in choices if choice.amount is not None), key=lambda choice: choice.amount or 0, default=None)
    offer = own if shown is not None or cheapest is None else replace(cheapest, in_stock=any(choice.in_stock for choice in choices))
    return PageContent(
        name=f"{product.name} – {shown.name}" if shown is not None and shown.name else product.name,
        description=html_to_text(product.description) or html_to_text(product.short_description),
        brand=product.brand,
        images=tuple(dict.fromkeys(image.url for image in (*(shown.images if shown else ()), *product.images))),
        offer=offer,
        starts_at_price=offer is not own and len({choice.amount for choice in choices}) > 1,
        choices=choices,
    )


def _offer(product: ProductSnapshot, variant: VariantSnapshot | None, language: str, now: datetime, shown: VariantSnapshot | None) -> Offer:
    terms = terms_of(product, variant)
    sale = terms.sale_at(now, terms.price)
    amount = sale or terms.price
    return Offer(
        name=variant.name if variant else product.name,
        amount=amount,
        price=_money(amount, product.currency, language),
        was=_money(terms.price, product.currency, language) if sale else "",
        in_stock=terms.may_be_ordered,
        is_shown=variant is not None and variant is shown,
    )


def _money(amount: Decimal | None, currency: str, language: str) -> str:
    if not amount:
        return ""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    return format_currency(amount, currency, locale=locale)


def structured_data(content: PageContent, *, url: str, sku: str, currency: str) -> dict[str, Any]:
    """schema.org Product as a JSON-LD object; without a price there is no offer."""
    data: dict[str, Any] = {"@context": "https://schema.org", "@type": "Product", "name": content.name, "sku": sku, "url": url}
    optional = {
        "description": content.description,
        "image": list(content.images),
        "brand": {"@type": "Brand", "name": content.brand} if content.brand else None,
    }
    data |= {name: value for name, value in optional.items() if value}
    if content.offer.amount is not None:
        data["offers"] = {
            "@type": "Offer",
            "price": str(content.offer.amount),
            "priceCurrency": currency,
            "availability": f"https://schema.org/{'InStock' if content.offer.in_stock else 'OutOfStock'}",
            "url": url,
        }
    return data
