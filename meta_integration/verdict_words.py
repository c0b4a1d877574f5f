"""Meta's verdict in words: what it means, and what a shop owner does about it. Pure. The judging itself: catalog/verdict.py.

Meta's own sentences may come in the language of the token's owner, so words are chosen by code (error types, image status); only
rejection reasons, which have no codes, are searched for the names of Meta's commerce policies.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meta_integration.catalog.verdict import PICTURE_ON_ITS_WAY, UNDER_REVIEW, ItemError, Verdict
from meta_integration.remedies import Remedy


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing Meta says about an item. quote: Meta's own words, "" where it has none; grave: more than a hint."""

    meaning: str
    to_do: str
    quote: str = ""
    grave: bool = True

    @property
    def short(self) -> str:
        """For a list's note: Meta's words, else ours."""
        return self.quote or self.meaning


SUBMIT = "If you think that Meta is wrong, ask for a new review in Commerce Manager (Catalog, Issues)."
REVIEWING = Remedy("Meta is still reviewing it.", "Nothing to do: this takes minutes, sometimes a day or two. We ask again by ourselves.")
POLICY = Remedy(
    "Meta's review has rejected the item: customers do not see it.",
    f"Change what offends Meta's commerce policy (text, picture, or the product itself) and save: the new version is reviewed. {SUBMIT}",
)
FORBIDDEN = "Such goods may not be sold in Meta's catalogs: switch “Sync to Meta” off for this product, or its category."
# Names of Meta's commerce policies as they occur in reasons. Not seen live; a reason that fits none gets POLICY.
BY_POLICY = {
    ("TOBACCO", "VAPE", "NICOTINE"): Remedy("Meta takes it for a tobacco product.", f"{FORBIDDEN} {SUBMIT}"),
    ("ALCOHOL",): Remedy("Meta takes it for alcohol.", f"{FORBIDDEN} {SUBMIT}"),
    ("WEAPON", "AMMUNITION", "EXPLOSIVE"): Remedy("Meta takes it for a weapon or an explosive.", f"{FORBIDDEN} {SUBMIT}"),
    ("HAZARD", "CHEMICAL", "POISON"): Remedy("Meta takes it for a hazardous material.", f"{FORBIDDEN} {SUBMIT}"),
    ("ADULT", "SEXUAL", "NUDITY"): Remedy(
        "Meta takes it for an adult product, or the picture for suggestive.", f"Use a neutral picture and text, and save. {SUBMIT}"
    ),
    ("MEDICAL", "HEALTH", "DRUG", "PHARMAC", "SUPPLEMENT"): Remedy(
        "Meta takes it for a medical product, a drug or a supplement.", f"Take health claims out of text and picture, and save. {SUBMIT}"
    ),
    ("ANIMAL",): Remedy("Meta takes it for a live animal or a part of one.", f"{FORBIDDEN} {SUBMIT}"),
    ("INTELLECTUAL", "COUNTERFEIT", "TRADEMARK", "COPYRIGHT"): Remedy(
        "Meta thinks that a brand or a picture is not yours to use.", f"Use your own pictures, name only brands you may sell. {SUBMIT}"
    ),
    ("SERVICE", "DIGITAL", "SUBSCRIPTION", "NO PRODUCT", "NOT A PRODUCT"): Remedy(
        "Meta takes it for something that is not a physical product.", f"{FORBIDDEN} {SUBMIT}"
    ),
    ("DISCRIMINAT", "OFFENSIVE", "HATE"): Remedy("Meta finds text or picture offensive.", f"Change them and save. {SUBMIT}"),
}
PICTURE = Remedy(
    "Meta could not fetch the picture: customers see the item without it, or not at all.",
    "Open the picture's address in a private window. If it does not show, replace the picture; a new picture gets a new address, and Meta "
    "fetches it again.",
)
SOME_PICTURES = Remedy(
    "Meta could fetch only some of the pictures.", "Open each picture in a private window, and replace the ones that do not show."
)
PICTURE_COMES = Remedy("Meta has not fetched the picture yet.", "Nothing to do: this takes minutes, after large imports hours.")
BIG_PICTURE = Remedy("The picture is too small or not good enough.", "Use a sharp picture of at least 500 x 500 pixels, without text.")
EMPTY = Remedy("Meta misses one of the values.", "Meta's own words name the field. Fill it in and save: the new version is sent at once.")
PRICE = Remedy("Meta finds the price impossible.", "Enter a price above 0, and a sale price below the price, and save.")
ILLEGAL = Remedy("Meta does not allow goods of this category.", f"Check the product's Google category. {FORBIDDEN} {SUBMIT}")
POLICY_VIOLATION = "WHATSAPP_POLICY_VIOLATION"
BY_TYPE = {
    POLICY_VIOLATION: Remedy(
        "It offends WhatsApp's commerce policy: customers do not see it.",
        f"Change text, picture or the product itself, and save: the new version is reviewed. {SUBMIT}",
    ),
    "WHATSAPP_DISABLED_BY_USER": Remedy(
        "Somebody has switched the item off for WhatsApp in Commerce Manager.", "Switch it on there (Catalog, Items)."
    ),
    "ITEM_PRICE_NOT_POSITIVE": PRICE,
    "NEGATIVE_PRICE": PRICE,
    "INVALID_SALE_PRICE": PRICE,
    "PROPERTY_PRICE_TOO_HIGH": PRICE,
    "PROPERTY_PRICE_TOO_LOW": PRICE,
    "PROPERTY_VALUE_NON_POSITIVE": PRICE,
    "PRODUCT_NOT_DOMINANT_CURRENCY": Remedy(
        "Its currency is not that of most items of the catalog.", "Sell in one currency, or give this category a catalog of its own."
    ),
    "PROPERTY_PRICE_CURRENCY_NOT_SUPPORTED": Remedy("Meta does not know the currency.", "Choose another currency for this product."),
    "MISSING_INDIA_COMPLIANCE_FIELDS": Remedy(
        "India asks for the country of origin, and for the importer of foreign goods.",
        "Fill in the country of origin, and the importer's name and address, and save.",
    ),
    "PRODUCT_URL_EQUALS_DOMAIN": Remedy(
        "The link leads to the shop's front page, not to the product.", "Enter the product's page, or leave the link empty: ours is used."
    ),
    "QUALITY_ITEM_LINK_BROKEN": Remedy("The product's link does not open.", "Correct the link, or leave it empty: ours is used."),
    "QUALITY_ITEM_LINK_REDIRECTING": Remedy("The product's link leads elsewhere.", "Enter the final address, or leave the link empty."),
    "PROPERTY_VALUE_CONTAINS_HTML_TAGS": Remedy("There is markup in the text.", "Take the tags out of name and description, and save."),
    "PROPERTY_VALUE_UPPERCASE": Remedy("A text is written in capitals only.", "Write it in normal letters, and save."),
    "PROPERTY_VALUE_UPPERCASE_WARNING": Remedy("A text is written in capitals only.", "Write it in normal letters, and save."),
    "PROPERTY_VALUE_STRING_TOO_SHORT": Remedy("A text is too short.", "Say more about the product, and save."),
    "PROPERTY_VALUE_STRING_EXCEEDS_LENGTH": Remedy("A text is too long.", "Shorten the text that Meta's words name, and save."),
    "PROPERTY_VALUE_DESCRIPTION_CONTAINS_OFF_PLATFORM_LINK": Remedy(
        "The description contains a link.", "Take links and phone numbers out of the description, and save."
    ),
    "DUPLICATE_TITLE_AND_DESCRIPTION": Remedy("Name and description say the same.", "Write a description of its own, and save."),
    "QUALITY_DUPLICATED_DESCRIPTION": Remedy("Several items have this description.", "Write a description of its own, and save."),
    "INVENTORY_ZERO_AVAILABILITY_IN_STOCK": Remedy("It is in stock, but with a quantity of 0.", "Correct the stock, and save."),
    "PRODUCT_EXPIRED": Remedy("Meta takes the item for expired.", "Press “Sync now”; if it stays, look it up in Commerce Manager."),
    "PRODUCT_NOT_APPROVED": POLICY,
    "NEGATIVE_COMMUNITY_FEEDBACK": Remedy("Customers have complained about it.", "Check text, pictures and quality of the product."),
    "IMAGE_FETCH_FAILED_FILE_SIZE_EXCEEDED": Remedy("The picture's file is too big for Meta.", "Use a picture of at most 8 MB, and save."),
    "IMAGE_FETCH_FAILED_FORBIDDEN": Remedy(
        "The picture's server sends Meta away.", "Let pictures be opened without login, also by Meta's crawler (facebookexternalhit)."
    ),
    "IMAGE_RESOLUTION_LOW": BIG_PICTURE,
    "BAD_QUALITY_IMAGE": BIG_PICTURE,
    "DUPLICATE_IMAGES": Remedy("The same picture occurs twice.", "Take one of them away, and save."),
    "NOT_ENOUGH_IMAGES": Remedy("Meta wants more pictures.", "Add another picture, and save."),
    "ILLEGAL_PRODUCT_CATEGORY": ILLEGAL,
    "UNSUPPORTED_PRODUCT_CATEGORY": ILLEGAL,
}  # fmt: skip
BY_BEGINNING = {
    "IMAGE_FETCH_FAILED": PICTURE,
    "INVALID_IMAGES": PICTURE,
    "EMPTY_": EMPTY,
    "PROPERTY_VALUE_MISSING": EMPTY,
    "MISSING_": EMPTY,
}
UNKNOWN_ERROR = Remedy("Meta has something against this item.", "Meta's own words say what. Correct it and save: it is sent at once.")
ELSEWHERE = Remedy("It is about ads, shops or other places, not about WhatsApp.", "Nothing to do for selling on WhatsApp.")


def advice_on(verdict: Verdict) -> list[Advice]:
    """Everything Meta says, gravest first; empty when it has nothing to say. Hints (LOW, or about other surfaces) come last."""
    found = [_advice(_for_reason(reason), reason) for reason in verdict.rejection_reasons]
    # A rejection comes as reasons, as a diagnostic, or as both: it is told once, with the most that is known.
    errors = [error for error in verdict.errors if not (found and error.type == POLICY_VIOLATION)]
    if not found and "rejected" in (verdict.review_status, verdict.whatsapp) and POLICY_VIOLATION not in {error.type for error in errors}:
        found.append(_advice(POLICY))
    if {verdict.review_status, verdict.whatsapp} & UNDER_REVIEW:
        found.append(_advice(REVIEWING))
    picture = {"FETCH_FAILED": PICTURE, "PARTIAL_FETCH": SOME_PICTURES}.get(verdict.image_fetch_status)
    if picture is None and verdict.image_fetch_status in PICTURE_ON_ITS_WAY:
        picture = PICTURE_COMES
    found += [_advice(picture)] if picture else []
    found += [_advice(_for_error(error), error.title or error.description or error.type, error.weighs) for error in errors]
    return _without_repeats(sorted(found, key=lambda advice: not advice.grave))


def _advice(remedy: Remedy, quote: str = "", grave: bool = True) -> Advice:
    return Advice(remedy.meaning, remedy.to_do, quote, grave)


def _for_reason(reason: str) -> Remedy:
    text = reason.upper().replace("_", " ")
    return next((remedy for words, remedy in BY_POLICY.items() if any(word in text for word in words)), POLICY)


def _for_error(error: ItemError) -> Remedy:
    if not error.is_about_whatsapp:
        return ELSEWHERE
    by_beginning = (remedy for beginning, remedy in BY_BEGINNING.items() if error.type.startswith(beginning))
    return BY_TYPE.get(error.type) or next(by_beginning, UNKNOWN_ERROR)


def _without_repeats(advice: Iterable[Advice]) -> list[Advice]:
    """A failed picture comes as status and as diagnostic: said once, with Meta's words where it has any."""
    kept: dict[tuple[str, str], Advice] = {}
    for one in advice:
        key = (one.meaning, one.to_do)
        if key not in kept or (one.quote and not kept[key].quote):
            kept[key] = one
    return list(kept.values())
