"""A finding in words, for pages, the command and the API. Pure, apart from the model it reads."""

from meta_integration.models import CatalogFinding

FIELD_WORDS = {
    "image_url": "picture",
    "additional_image_urls": "further pictures",
    "url": "product page",
    "category": "Google category",
    "product_type": "product type",
    "manufacturer_part_number": "part number",
    "gtin": "GTIN",
    "sale_price": "sale price",
    "retailer_product_group_id": "group of variants",
}
SHORT = 80


def field_words(name: str) -> str:
    """Meta's field name as a shop owner says it."""
    return FIELD_WORDS.get(name, name.replace("_", " "))


def words_of(finding: CatalogFinding) -> str:
    """What is wrong, field by field, then what came of it: "price: “12.00” here, “9.00” at Meta"."""
    parts = [f"{field_words(name)}: {_value(here)} here, {_value(there)} at Meta" for name, (here, there) in finding.fields.items()]
    return " ".join(filter(None, ["; ".join(parts) + ("." if parts else ""), finding.note]))


def _value(text: str) -> str:
    if not text:
        return "nothing"
    return f"“{text if len(text) <= SHORT else text[: SHORT - 1] + '…'}”"
