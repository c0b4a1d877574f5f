"""The names of lockable fields in plain words, and the field with a tick for each."""

from collections.abc import Iterable

from django import forms

from common.admin import CheckboxesWidget
from integrations.records import LOCKABLE

WORDS = {
    "name": "Name",
    "sku": "SKU",
    "description": "Description",
    "short_description": "Short description",
    "price": "Price",
    "sale_price": "Sale price",
    "sale_starts_at": "Start of the sale",
    "sale_ends_at": "End of the sale",
    "currency": "Currency",
    "track_stock": "Whether stock is counted",
    "stock_quantity": "Stock",
    "allow_backorder": "Back-orders",
    "is_active": "Active or not",
    "website_url": "Link to the shop",
    "gtin": "GTIN (bar code)",
    "brand": "Brand",
    "vendor": "Vendor",
    "product_type": "Product type",
    "tags": "Tags",
    "categories": "Categories",
    "images": "Pictures",
    "variants": "Everything about variants",
}
LOCKS_HELP = "What is ticked stays as it is here, whatever the shop or a file says. A locked price or stock holds for variants, too."


def name_words(names: Iterable[str]) -> str:
    """ "Name, Price and Stock" """
    words = [WORDS.get(name, name.replace("_", " ")) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


class LocksField(forms.MultipleChoiceField):
    """Ticks. also: names that a product has locked and no shop knows; they stay."""

    default_error_messages = {"invalid_choice": "There is no field “%(value)s” that can be locked."}

    def __init__(self, also: Iterable[str] = (), **options: object) -> None:
        names = [*LOCKABLE, *(name for name in also if name not in LOCKABLE)]
        choices = [(name, WORDS.get(name, name.replace("_", " ").capitalize())) for name in names]
        super().__init__(choices=choices, widget=CheckboxesWidget, required=False, **options)  # type: ignore[arg-type]
