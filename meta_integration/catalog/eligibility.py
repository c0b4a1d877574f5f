"""May this carrier be sold at Meta, and if not: why, in words a shop owner can act on. Pure."""

from dataclasses import dataclass

from meta_integration.catalog.items import Carrier, carriers_of, variants_left_out
from meta_integration.catalog.pictures import pictures_of
from meta_integration.catalog.record import Surroundings, price_of, usable_images
from products_and_services.snapshot import ProductSnapshot


@dataclass(frozen=True, slots=True)
class Reason:
    """code: stable, for filters and counts; text: what is missing and what to do."""

    code: str
    text: str


NO_SKU = Reason("no_sku", "Needs a SKU: Meta identifies products by it. Enter one and save.")
NO_PRICE = Reason("no_price", "Needs a price above 0. Enter one and save.")
NO_NAME = Reason("no_name", "Needs a name. Enter one and save.")
NO_IMAGE = Reason("no_image", "Needs an image. Upload one, or set a placeholder image in the Meta App Config.")
IMAGE_NOT_REACHABLE = Reason(
    "image_not_reachable",
    "Needs an image that Meta can fetch: the present one has no https address. Serve media over https (PUBLIC_BASE_URL) or use a "
    "placeholder image.",
)
IMAGE_UNFIT, IMAGE_OUT = "image_unfit", "image_unreachable"  # Codes; the words are about the very picture.
INACTIVE = Reason("inactive", "The product is inactive. Tick “active” to sell it.")
INACTIVE_VARIANT = Reason("inactive_variant", "The variant, or every size, is inactive. Tick “active” to sell it.")
SYNC_OFF = Reason("sync_off", "“Sync to Meta” is switched off for this product.")


def reason_against(carrier: Carrier, around: Surroundings) -> Reason | None:
    """None when the carrier is eligible, else the first thing to mend."""
    product = carrier.product
    if not product.sync_to_meta:
        return SYNC_OFF
    if product.excluded_by_category:
        return excluded(product.excluded_by_category)
    if not product.is_active:
        return INACTIVE
    if has_no_active_choice(carrier):
        return INACTIVE_VARIANT
    if not product.name.strip():
        return NO_NAME
    if price_of(carrier) <= 0:
        return NO_PRICE
    return None if usable_images(carrier, around) else no_picture(carrier, around)


def no_picture(carrier: Carrier, around: Surroundings) -> Reason:
    """Why none of the carrier's pictures can be sent. One whose host is out comes first: it may heal by itself."""
    misfits = sorted(pictures_of(carrier, around.pictures).misfits, key=lambda misfit: not misfit.is_outage)
    if misfits:
        return Reason(IMAGE_OUT if misfits[0].is_outage else IMAGE_UNFIT, misfits[0].words)
    pictures = carrier.product.images or (carrier.variant.images if carrier.variant else ())
    return IMAGE_NOT_REACHABLE if pictures else NO_IMAGE


def has_no_active_choice(carrier: Carrier) -> bool:
    """True when the variant is inactive, or every size is."""
    if carrier.variant:
        return not carrier.variant.is_active
    return bool(carrier.product.variants) and not carrier.sizes


def excluded(category_path: str) -> Reason:
    """The product's category is kept away from Meta."""
    return Reason("category_off", f"“Sync to Meta” is switched off for the category “{category_path}”.")


def reasons_against(product: ProductSnapshot, around: Surroundings) -> list[Reason]:
    """Everything that keeps the product, or parts of it, away from Meta; empty when all of it may go."""
    carriers = carriers_of(product)
    if not carriers:
        return [NO_SKU]
    found = [reason for carrier in carriers if (reason := reason_against(carrier, around))]
    for variant in variants_left_out(product):
        found.append(
            Reason("variant_without_sku", f"Variant “{variant.name or variant.id}” is not sent: the others have SKUs, it has none.")
        )
    return list(dict.fromkeys(found))
