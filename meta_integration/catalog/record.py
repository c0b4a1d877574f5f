"""CatalogRecord: what one item should look like at Meta, before either of Meta's two dialects. Pure."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import orjson

from common.html_text import html_to_text
from meta_integration.catalog.items import Carrier
from meta_integration.catalog.pictures import PictureRules, has_address, pictures_of
from meta_integration.catalog.shape import shape_of
from products_and_services.snapshot import ImageSnapshot, ProductSnapshot, VariantSnapshot
from products_and_services.terms import Terms

# Limits of the items_batch reference ("Product Catalog Items Batch"); longer text is cut, the end of a product_type path is kept.
NAME_LIMIT, DESCRIPTION_LIMIT, PRODUCT_TYPE_LIMIT, MORE_IMAGES = 100, 5000, 750, 20
NAMED_LIMITS = {"color": 100, "pattern": 100, "size": 200, "material": 200}
NUMBER_LIMITS = {"gtin": 70, "mpn": 100}  # A variant's own, among its attributes: each colour has a bar code of its own.
# Meta knows these four by name; shops call them in the languages their products come in.
NAMED_ATTRIBUTES = {
    word: name
    for name, words in {
        "color": "color colour farbe couleur couleurs color/colour colore cor kleur renk لون اللون",
        "size": "size größe groesse grösse taille talla taglia tamanho maat beden مقاس المقاس",
        "material": "material materiau matériau matière materiale materiaal malzeme مادة المادة خامة",
        "pattern": "pattern muster motif patrón motivo padrão patroon desen نقش النقش",
    }.items()
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a record needs to know beyond the product. pictures: which of them may be sent."""

    tenant_name: str
    sub_domain: str
    public_base_url: str
    placeholder_image_url: str = ""
    pictures: PictureRules = field(default_factory=PictureRules)

    def product_page(self, retailer_id: str) -> str:
        """Our public page of the item: never empty, as Meta wants a link."""
        return f"{self.public_base_url}/p/{self.sub_domain}/{quote(retailer_id, safe='')}"


@dataclass(frozen=True, slots=True)
class CatalogRecord:
    """Prices: major units, rounded to the currency; sale_price None = no sale now; availability in Meta's words; texts within limits."""

    retailer_id: str
    name: str
    description: str
    url: str
    image_url: str
    more_image_urls: tuple[str, ...]
    brand: str
    price: Decimal
    currency: str
    sale_price: Decimal | None
    sale_starts_at: datetime | None
    sale_ends_at: datetime | None
    availability: str
    condition: str
    google_category: str
    product_type: str
    group_id: str
    color: str
    size: str
    material: str
    pattern: str
    other_attributes: tuple[tuple[str, str], ...]
    gtin: str
    mpn: str
    origin_country: str
    importer_name: str
    importer_address: str
    wa_compliance_category: str
    custom_labels: tuple[str, ...]

    @property
    def shape(self) -> str:
        """See shape.py."""
        return shape_of(self.group_id, self.origin_country, self.importer_address, self.wa_compliance_category, self.other_attributes)

    def content_hash(self) -> str:
        """Equal exactly when everything Meta would see is equal."""
        return hashlib.sha256(orjson.dumps(self, default=str)).hexdigest()


def build_record(carrier: Carrier, around: Surroundings, now: datetime) -> CatalogRecord:
    """The record of an eligible carrier (see eligibility: price and picture exist). now: UTC, opens and closes sale windows."""
    product, variant = carrier.product, carrier.variant
    pictures = usable_images(carrier, around)
    price = price_of(carrier)
    sale = sale_of(carrier, price, now)
    attributes = dict(_attributes(variant)) if carrier.group_id else {}
    numbers = {name: attributes.pop(name, "")[:limit] for name, limit in NUMBER_LIMITS.items()}
    named = {name: attributes.pop(name, "")[:limit] for name, limit in NAMED_LIMITS.items()}
    category = product.category
    return CatalogRecord(
        retailer_id=carrier.retailer_id,
        name=_name(carrier),
        description=_cut(_text(product), DESCRIPTION_LIMIT),
        url=product.website_url or around.product_page(carrier.retailer_id),
        image_url=pictures[0],
        more_image_urls=pictures[1 : MORE_IMAGES + 1],
        brand=(product.brand.strip() or product.vendor.strip() or around.tenant_name.strip())[:100],
        price=price,
        currency=product.currency,
        sale_price=sale.sale_price if sale else None,
        sale_starts_at=sale.sale_starts_at if sale else None,
        sale_ends_at=sale.sale_ends_at if sale else None,
        availability=availability_of(carrier),
        condition=product.condition,
        google_category=product.google_product_category.strip() or (category.google_category.strip() if category else ""),
        product_type=(product.product_type.strip() or (category.path.strip() if category else ""))[-PRODUCT_TYPE_LIMIT:].strip(),
        group_id=carrier.group_id[:100],
        **named,
        other_attributes=tuple(sorted(attributes.items())),
        gtin=numbers["gtin"] or product.gtin.strip(),
        mpn=numbers["mpn"] or product.mpn.strip(),
        origin_country=product.origin_country.upper(),
        importer_name=product.importer_name.strip(),
        importer_address=product.importer_address.strip(),
        wa_compliance_category=product.wa_compliance_category,
        custom_labels=tuple(label.strip() for label in product.custom_labels),
    )


def price_of(carrier: Carrier) -> Decimal:
    """Major units, rounded to the currency. Sizes: the cheapest active one. 0 when there is none (not eligible)."""
    return min((choice.price for choice in carrier.choices if choice.price), default=Decimal(0))


def sale_of(carrier: Carrier, price: Decimal, now: datetime) -> Terms | None:
    """Of the choices the one with the lowest sale price that is open and a real reduction of the price, else None.

    Of equal ones the sale that lasts longest: Meta ends it at the date it was given.
    """
    on_sale = [choice for choice in _for_sale(carrier) if choice.sale_at(now, price)]
    return min(on_sale, key=lambda choice: (choice.sale_price, *_ending(choice)), default=None)


def next_boundary(carrier: Carrier, now: datetime) -> datetime | None:
    """When the clock alone will next change the record: the sale of one of its choices opens or closes."""
    moments = [moment for choice in carrier.choices for moment in (choice.sale_starts_at, choice.sale_ends_at)]
    return min((moment for moment in moments if moment and moment > now), default=None)


def availability_of(carrier: Carrier) -> str:
    """ "in stock", "available for order" (back-orders) or "out of stock": the best of what can be chosen."""
    choices = _for_sale(carrier)
    if any(choice.is_in_stock for choice in choices):
        return "in stock"
    return "available for order" if any(choice.may_be_ordered for choice in choices) else "out of stock"


def _for_sale(carrier: Carrier) -> list[Terms]:
    """The choices that have a price: what has none cannot be bought, however much of it there is."""
    return [choice for choice in carrier.choices if choice.price]


def _ending(choice: Terms) -> tuple[bool, float]:
    """Sorts sales without an end before those with one, and late ends before early ones."""
    return choice.sale_ends_at is not None, -choice.sale_ends_at.timestamp() if choice.sale_ends_at else 0


def usable_images(carrier: Carrier, around: Surroundings) -> tuple[str, ...]:
    """Addresses that Meta can fetch, main one first: the variant's, the product's, else the business's placeholder."""
    urls = pictures_of(carrier, around.pictures).urls
    placeholder = around.placeholder_image_url
    if not urls and placeholder and has_address(ImageSnapshot(placeholder, is_local=False), around.pictures):
        return (placeholder,)
    return urls


def _name(carrier: Carrier) -> str:
    """Title at Meta or name, and for one of several variants its own name behind it: without it a customer could not tell them apart."""
    product = carrier.product
    name = html_to_text(product.meta_title) or html_to_text(product.name) or product.name  # Nothing but markup: then that is the name.
    extra = html_to_text(carrier.variant.name) if carrier.variant and carrier.group_id else ""
    if not extra:
        return _cut(name, NAME_LIMIT)
    ending = f" – {_cut(extra, NAME_LIMIT // 2)}"
    return f"{_cut(name, NAME_LIMIT - len(ending))}{ending}"  # Cut before the variant's name: it is what tells the items apart.


def _text(product: ProductSnapshot) -> str:
    sources = (product.meta_description, product.description, product.short_description)
    return next((text for source in sources if (text := html_to_text(source))), "") or product.name


def _attributes(variant: VariantSnapshot | None) -> list[tuple[str, str]]:
    """Names and values as both dialects can carry them: the batch joins them with commas and colons."""
    pairs = [(_plain(name), _plain(value)) for name, value in variant.attributes.items() if value is not None] if variant else []
    taken: dict[str, str] = {}
    for name, value in pairs:
        known = NAMED_ATTRIBUTES.get(name.lower(), name)
        if name and value:
            taken[name if known in taken else known] = value  # "color" and "Farbe" together: the second keeps its own name.
    return list(taken.items())


def _plain(text: Any) -> str:
    return str(text).replace(",", " ").replace(":", " ").strip()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
