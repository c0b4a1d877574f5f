"""The one table of columns: what a file of products may hold, how a cell is read and written, what a person is told about it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from products_and_services.spreadsheets import values as v

Reader = Callable[[Any, v.Locale], Any]
Writer = Callable[[Any, v.Locale], Any]


@dataclass(frozen=True)
class Kind:
    """How a sort of cell is read and written, and what "(empty)" makes of it (None: it cannot be emptied)."""

    read: Reader
    write: Writer = v.write_same
    cleared: Callable[[], Any] | None = str


def _none() -> None:
    return None


TEXT = Kind(v.read_text)
AMOUNT = Kind(v.read_amount, v.write_amount, _none)
NUMBER = Kind(v.read_number, cleared=_none)
FLAG = Kind(v.read_flag, v.write_flag, None)
FLAG_OR_PRODUCTS = Kind(v.read_flag, v.write_flag, _none)
MOMENT = Kind(v.read_moment, v.write_moment, _none)
WORDS = Kind(v.read_words, v.write_words, list)
PAIRS = Kind(v.read_pairs, v.write_pairs, dict)
PATH = Kind(v.read_text)
PATHS = Kind(v.read_paths, v.write_paths, list)
ADDRESSES = Kind(v.read_addresses, v.write_addresses, list)
CODE = Kind(lambda cell, locale: v.read_text(cell, locale).upper())


@dataclass(frozen=True)
class Column:
    """name: the field (as in the API); of_variants: also on rows of variants; only_variants: nowhere else; example: for the template."""

    name: str
    heading: str
    kind: Kind
    help: str
    of_variants: bool = False
    only_variants: bool = False
    example: str = ""
    variant_example: str = ""

    def read(self, cell: Any, locale: v.Locale) -> Any:
        """The value. Raises Unreadable with the remedy."""
        if isinstance(cell, str) and len(cell) > v.LONGEST_CELL:
            raise v.Unreadable(f"This text has {len(cell)} characters; at most {v.LONGEST_CELL} are read.")
        if cell in v.SHEET_ERRORS:
            raise v.Unreadable(f"The cell holds a spreadsheet's error ({cell}). Correct its formula, or write the value.")
        if isinstance(cell, str) and v.plain(cell).casefold() == v.EMPTY_WORD:
            if self.kind.cleared is None:
                raise v.Unreadable("This cannot be empty. Write yes or no.")
            return self.kind.cleared()
        return self.kind.read(cell, locale)

    def write(self, value: Any, locale: v.Locale) -> Any:
        """The cell, safe to open; "" where there is nothing."""
        return "" if value is None or value == "" else v.safe_cell(self.kind.write(value, locale))


COLUMNS = (
    Column("id", "ID", NUMBER, "Set by the system; keep it when you change an exported file. New rows have none.", of_variants=True),
    Column("product", "Variant of", TEXT, "Only on rows of variants: the SKU of their product, or # and its ID.", of_variants=True,
           only_variants=True, variant_example="INV-3000"),
    Column("sku", "SKU", TEXT, "Identifies the row where there is no ID. Keep leading zeros: format the column as text.", of_variants=True,
           example="INV-3000", variant_example="INV-3000-W"),
    Column("name", "Name", TEXT, "Needed for a new product.", of_variants=True, example="Inverter 3 kVA", variant_example="White"),
    Column("price", "Price", AMOUNT, "12.50 or 12,50; without currency.", of_variants=True, example="399.00", variant_example="409.00"),
    Column("sale_price", "Sale price", AMOUNT, "Below the price.", of_variants=True, example="349.00"),
    Column("sale_starts_at", "Sale starts", MOMENT, "2026-11-25 or 2026-11-25 18:30, in the time zone of the business.",
           of_variants=True),
    Column("sale_ends_at", "Sale ends", MOMENT,
           "As above. A variant with either date has a sale window of its own, with neither its product's.",
           of_variants=True),
    Column("currency", "Currency", CODE, "Three letters; blank: the currency of the business."),
    Column("stock_quantity", "Stock", NUMBER, "A whole number, what orders hold not taken off. Of a variant: empty means as the product.",
           of_variants=True, example="12"),
    Column("track_stock", "Track stock", FLAG_OR_PRODUCTS, "no: always available. Of a variant: empty means as the product.",
           of_variants=True, example="yes"),
    Column("allow_backorder", "Allow back-order", FLAG_OR_PRODUCTS, "yes: sold although there is none. Of a variant as above.",
           of_variants=True, example="no"),
    Column("is_active", "Active", FLAG, "no: not for sale, hidden at Meta.", of_variants=True, example="yes", variant_example="yes"),
    Column("is_available", "Available", FLAG, "no: sold out today.", example="yes"),
    Column("sync_to_meta", "Sync to Meta", FLAG, "no: kept away from Meta.", example="yes"),
    Column("category", "Category", PATH, "The path from the top: Food > Pizza.", example="Solar > Inverters"),
    Column("categories", "Further categories", PATHS, "Paths with | between them."),
    Column("tags", "Tags", WORDS, "Words with commas between them.", example="solar, inverter"),
    Column("brand", "Brand", TEXT, "Up to 100 characters.", example="MUST"),
    Column("vendor", "Vendor", TEXT, "Up to 200 characters."),
    Column("product_type", "Product type", TEXT, "Your own sorting."),
    Column("condition", "Condition", Kind(lambda cell, locale: v.read_text(cell, locale).casefold()), "new, refurbished or used.",
           example="new"),
    Column("short_description", "Short description", TEXT, "One sentence."),
    Column("description", "Description", TEXT, "Plain text; line breaks stay.", example="Pure sine wave, 24 V."),
    Column("images", "Images", ADDRESSES, "Addresses of pictures, one per line; the first is the main one. Uploaded pictures always stay.",
           of_variants=True, example="https://example.com/inverter.jpg"),
    Column("attributes", "Attributes", PAIRS, "Only on rows of variants: color: Red; size: L.", of_variants=True, only_variants=True,
           variant_example="color: White"),
    Column("is_default", "Default variant", FLAG, "Only on rows of variants.", of_variants=True, only_variants=True, variant_example="no"),
    Column("gtin", "GTIN", TEXT, "Bar code number. Format the column as text."),
    Column("mpn", "MPN", TEXT, "The maker's part number."),
    Column("website_url", "Website address", TEXT, "Blank: the product page of this system."),
    Column("google_product_category", "Google product category", TEXT, "Name or number."),
    Column("meta_title", "Title at Meta", TEXT, "Where Meta should show another name; up to 100 characters."),
    Column("meta_description", "Description at Meta", TEXT, "Where Meta should show another text; up to 5,000 characters."),
    *(Column(f"custom_label_{number}", f"Custom label {number}", TEXT, "For campaigns; up to 100 characters.") for number in range(5)),
    Column("origin_country", "Country of origin", CODE, "India: two letters, IN."),
    Column("importer_name", "Importer name", TEXT, "India."),
    Column("importer_address", "Importer address", TEXT, "India."),
    Column("wa_compliance_category", "WhatsApp compliance", CODE, "India: COUNTRY_ORIGIN_EXEMPT or blank."),
    Column("sort_order", "Order", NUMBER, "Smaller numbers come first.", of_variants=True),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}
IDENTITY = ("id", "product")
PRODUCT_FIELDS = tuple(column.name for column in COLUMNS if not column.only_variants and column.name != "id")
VARIANT_FIELDS = tuple(column.name for column in COLUMNS if column.of_variants and column.name not in IDENTITY)
NOT_COLUMNS = ("categories", "images")  # Rows of other tables: compared and written apart.
