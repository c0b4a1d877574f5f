"""What does not keep a product away from Meta, but makes less of it than there could be. Pure; shown beside the reasons."""

from meta_integration.catalog.eligibility import Reason, reason_against
from meta_integration.catalog.items import Carrier, carriers_of
from meta_integration.catalog.pictures import pictures_of
from meta_integration.catalog.record import MORE_IMAGES, Surroundings, price_of, usable_images
from products_and_services.snapshot import ProductSnapshot

ORIGIN_EXEMPT = "COUNTRY_ORIGIN_EXEMPT"
SHORTEST_SHOUT = 5  # Letters; "USB" and "TV 55" are no shouting.


def advice_on(product: ProductSnapshot, around: Surroundings) -> list[Reason]:
    """Notes in the order of their weight; empty when there is nothing to better."""
    found = [note for carrier in carriers_of(product) for note in (*_picture_notes(carrier, around), *_price_notes(carrier))]
    return list(dict.fromkeys([*found, *_india_notes(product), *_text_notes(product)]))


def _picture_notes(carrier: Carrier, around: Surroundings) -> list[Reason]:
    """Only where the item goes out all the same: what keeps it away is a reason of its own."""
    if reason_against(carrier, around):
        return []
    pictures = pictures_of(carrier, around.pictures)
    instead = "The business’s placeholder is sent instead." if not pictures.urls else "The other pictures are sent."
    notes = [Reason("picture_left_out", f"A picture is left out. {misfit.words} {instead} ({misfit.url})") for misfit in pictures.misfits]
    if len(usable_images(carrier, around)) > MORE_IMAGES + 1:
        notes.append(Reason("too_many_pictures", f"Only the first {MORE_IMAGES + 1} pictures are sent."))
    return notes


def _price_notes(carrier: Carrier) -> list[Reason]:
    price = price_of(carrier)
    offers = [choice.sale_price for choice in carrier.choices if choice.sale_price]
    if not price or not offers or min(offers) < price:
        return []
    return [Reason("sale_not_lower", f"The sale price of {carrier.retailer_id} is not below its price, so no sale is shown.")]


def _india_notes(product: ProductSnapshot) -> list[Reason]:
    """ "Product Item": goods from elsewhere need their importer, unless they are exempt (MISSING_INDIA_COMPLIANCE_FIELDS)."""
    abroad = product.origin_country not in ("", "IN") and product.wa_compliance_category != ORIGIN_EXEMPT
    missing = [words for value, words in ((product.importer_name, "name"), (product.importer_address, "address")) if not value.strip()]
    if not abroad or not missing:
        return []
    words = f"For customers in India Meta asks for the importer’s {' and '.join(missing)}, as the goods come from {product.origin_country}."
    return [Reason("india_importer", f"{words} Fill it in, or mark the product as exempt.")]


def _text_notes(product: ProductSnapshot) -> list[Reason]:
    name = product.meta_title.strip() or product.name
    letters = [letter for letter in name if letter.isalpha()]
    if len(letters) >= SHORTEST_SHOUT and all(letter.isupper() for letter in letters):
        return [Reason("name_in_capitals", "The name is all in capitals. Meta asks for ordinary spelling and may hold the item back.")]
    return []
