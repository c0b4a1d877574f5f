"""What a row would do: the verdict on it, before anything is written. The same rules and words as in the product's form."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from products_and_services.models import Product, ProductImage, ProductVariant
from products_and_services.rows import NO_SUCH_ID
from products_and_services.spreadsheets.categories import CategoryPaths, path_problem
from products_and_services.spreadsheets.columns import BY_NAME, NOT_COLUMNS, PRODUCT_FIELDS, VARIANT_FIELDS
from products_and_services.spreadsheets.dialects import SheetRow
from products_and_services.spreadsheets.known import KnownRows
from products_and_services.spreadsheets.stored import Entity, is_same, reference_to, stored_value
from products_and_services.spreadsheets.values import Locale, Unreadable
from products_and_services.spreadsheets.verdicts import (
    CREATE,
    CREATED,
    FAILED,
    SKIPPED,
    UNCHANGED,
    UPDATE,
    UPDATED,
    Change,
    Options,
    Problem,
    RowFault,
    Verdict,
    problems_from,
)  # fmt: skip
from tenants.models import Tenant

LONGEST_SHOWN = 200
ONLY_VARIANTS_EMPTY = ("stock_quantity", "track_stock", "allow_backorder")
NOT_EMPTY = "Only a variant can be empty here: it is as its product then. Write the product's value."


class Seen:
    """Which row of the file named what first: a second one is refused."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, Any], int] = {}

    def note(self, row: SheetRow, values: Mapping[str, Any]) -> None:
        """Raises RowFault when an earlier row has the same ID or SKU."""
        kind = "variant" if "product" in values else "product"
        keys = [(f"{kind} id", values["id"], "ID")] if values.get("id") is not None else []
        if values.get("sku") and values["sku"] != values.get("product"):
            keys.append(("sku", values["sku"], "SKU"))
        for name, value, heading in keys:
            first = self.rows.setdefault((name, value), row.number)
            if first != row.number:
                raise RowFault(heading, f"Row {first} has the same {heading} ({value}). Keep one of the two rows.", "duplicate")


class Judge:
    """Judges the rows of one file for one business. preview: nothing is going to be written, so what earlier rows make is remembered."""

    def __init__(self, tenant: Tenant, options: Options, locale: Locale, *, preview: bool) -> None:
        self.tenant, self.options, self.locale, self.preview = tenant, options, locale, preview
        self.paths = CategoryPaths(tenant)
        self.seen = Seen()
        self.promised: dict[str, Product] = {}

    def read(self, row: SheetRow) -> tuple[dict[str, Any], list[Problem]]:
        """The row's values by column, and what could not be read."""
        values, problems = {}, []
        for name, cell in row.cells.items():
            column = BY_NAME.get(name)
            if column is None:
                continue
            try:
                values[name] = cell if isinstance(cell, dict) else column.read(cell, self.locale)
            except Unreadable as error:
                problems.append(Problem(column.heading, str(error), "unreadable"))
        if not values.get("product", "x"):
            del values["product"]  # "(empty)": a product after all.
        return values, problems

    def judge(self, row: SheetRow, values: dict[str, Any], problems: list[Problem], known: KnownRows) -> Verdict:
        """The verdict. Writes nothing."""
        known.promised = self.promised
        try:
            self.seen.note(row, values)
            if problems:
                return Verdict(row, FAILED, problems=problems)
            verdict = self._variant(row, values, known) if _is_variant(values, known) else self._product(row, values, known)
        except RowFault as fault:
            return Verdict(row, FAILED, problems=[*problems, fault.problem])
        if self.preview and verdict.outcome == CREATED and isinstance(verdict.entity, Product) and verdict.entity.sku:
            self.promised[verdict.entity.sku] = verdict.entity
        return verdict

    # --- products ---------------------------------------------------------------------------------------------------------
    def _product(self, row: SheetRow, values: dict[str, Any], known: KnownRows) -> Verdict:
        number = values.get("id")
        stored = known.products.by_id.get(number) if number is not None else known.products.by_sku.get(values.get("sku") or "")
        if number is not None and stored is None:
            raise RowFault("ID", f"{NO_SUCH_ID} Empty the cell to create a product.", "unknown")
        skipped = self._skipped(row, stored)
        if skipped:
            return skipped
        emptied = [name for name in ONLY_VARIANTS_EMPTY if name in values and values[name] is None]
        if emptied:
            return Verdict(row, FAILED, problems=[Problem(BY_NAME[name].heading, NOT_EMPTY, "unreadable") for name in emptied])
        entity = copy.copy(stored) if stored else Product(tenant=self.tenant)
        if stored is None and "category" not in values and self.options.default_category:
            values = {**values, "category": f"#{self.options.default_category}"}
        return self._verdict(row, entity, {name: values[name] for name in PRODUCT_FIELDS if name in values}, is_new=stored is None)

    def _skipped(self, row: SheetRow, stored: Entity | None) -> Verdict | None:
        unwanted = {CREATE: stored is not None, UPDATE: stored is None}.get(self.options.mode, False)
        return Verdict(row, SKIPPED, stored) if unwanted else None

    # --- variants ---------------------------------------------------------------------------------------------------------
    def _variant(self, row: SheetRow, values: dict[str, Any], known: KnownRows) -> Verdict:
        stored = self._stored_variant(values, known)
        skipped = self._skipped(row, stored)
        if skipped:
            return skipped  # Before its product is looked for: where nothing new is made, that one may have been left out as well.
        parent = known.parent(values["product"]) if "product" in values else getattr(stored, "product", None)
        if parent is None:
            raise RowFault("Variant of", f"There is no product with the SKU “{values['product']}”. Put its row above this one.", "unknown")
        if stored is not None and stored.product_id != parent.pk:
            owner = reference_to(stored.product)
            raise RowFault("Variant of", f"This variant belongs to “{owner}”. An import does not move it to another product.", "moved")
        entity = copy.copy(stored) if stored else ProductVariant(product=parent)
        wanted = {name: values[name] for name in VARIANT_FIELDS if name in values}
        if stored is None and not wanted.get("name") and wanted.get("attributes"):
            wanted["name"] = " / ".join(wanted["attributes"].values())[:255]
        if wanted.get("sku") and wanted["sku"] == parent.sku:
            wanted["sku"] = ""  # A variant's SKU equal to its product's is stored blank.
        return self._verdict(row, entity, wanted, is_new=stored is None)

    def _stored_variant(self, values: Mapping[str, Any], known: KnownRows) -> ProductVariant | None:
        """By ID, else by SKU, else by its name or attributes among its product's variants."""
        if values.get("id") is not None:
            found = known.variant_with(pk=values["id"])
            if found is None:
                raise RowFault("ID", "There is no variant with this id. Empty the cell to create one.", "unknown")
            return found
        parent = known.parent(values["product"]) if "product" in values else None
        sku = values.get("sku")
        if sku and not (parent and parent.sku == sku):
            found = known.variant_with(sku=sku)
            if found:
                return found
        siblings = known.variants_of(parent) if parent else []
        for name in ("name", "attributes"):
            if values.get(name):
                same = [variant for variant in siblings if getattr(variant, name) == values[name] and (not sku or not variant.sku)]
                if len(same) == 1:
                    return same[0]
        return None

    # --- both -------------------------------------------------------------------------------------------------------------
    def _verdict(self, row: SheetRow, entity: Entity, wanted: dict[str, Any], *, is_new: bool) -> Verdict:
        verdict = Verdict(row, CREATED if is_new else UNCHANGED, entity)
        locked = set() if is_new or isinstance(entity, ProductVariant) else set(entity.locked_fields)
        for name, new in wanted.items():
            old = stored_value(entity, name, self.paths)
            if self._says_the_same(name, old, new):
                continue
            if name in locked:
                verdict.notes.append(Problem(BY_NAME[name].heading, "Locked on this product, so it was left as it is.", "locked"))
                continue
            verdict.changes.append(self._change(name, "" if is_new else old, new))
            self._set(verdict, name, new)
        if verdict.changes and not is_new:
            verdict.outcome = UPDATED
        if verdict.outcome != UNCHANGED:
            verdict.problems += _problems_of(entity, None if is_new else verdict.fields)
        if verdict.problems:
            verdict.outcome = FAILED
        return verdict

    def _says_the_same(self, name: str, old: Any, new: Any) -> bool:
        if name in ("category", "categories"):
            return self._found(old) == self._found(new)
        return is_same(BY_NAME[name], old, new)

    def _found(self, texts: Any) -> set[Any]:
        return {self.paths.find(text) or text.casefold() for text in ([texts] if isinstance(texts, str) else texts) if text}

    def _set(self, verdict: Verdict, name: str, new: Any) -> None:
        """Puts the value on the entity, or keeps it for after its save."""
        if name == "category":
            self._set_category(verdict, new)
        elif name in NOT_COLUMNS:
            verdict.parts[name] = new
            if name == "categories":
                verdict.problems += [problem for text in new if (problem := self._category_problem(text, "Further categories"))]
            else:
                verdict.problems += _address_problems(new)
        else:
            setattr(verdict.entity, name, new)
            verdict.fields.add(name)

    def _set_category(self, verdict: Verdict, text: str) -> None:
        product: Any = verdict.entity
        verdict.fields.add("category")
        found = self.paths.find(text) if text else None
        if text and found is None:
            problem = self._category_problem(text, "Category")
            verdict.problems += [problem] if problem else []
            verdict.parts["category"] = text
        product.category_id = found

    def _category_problem(self, text: str, heading: str) -> Problem | None:
        if self.paths.find(text) is not None:
            return None
        words = path_problem(text)
        if not words and not self.options.create_categories:
            words = f"There is no category “{text[:60]}”. Make it first, or allow the import to make missing categories."
        return Problem(heading, words, "unknown") if words else None

    def _change(self, name: str, old: Any, new: Any) -> Change:
        column = BY_NAME[name]
        return Change(column.heading, *(_shown(column.write(value, self.locale)) for value in (old, new)))


def _is_variant(values: Mapping[str, Any], known: KnownRows) -> bool:
    """A row that names its product, or has nothing but the SKU of a variant (a stock list of everything)."""
    if values.get("product"):
        return True
    sku = values.get("sku")
    return values.get("id") is None and bool(sku) and sku not in known.products.by_sku and known.variant_with(sku=sku) is not None


def _problems_of(entity: Entity, fields: Iterable[str] | None) -> list[Problem]:
    """The model's own checks. fields: those that change (None: all)."""
    names = {item.name for item in entity._meta.concrete_fields}
    foreign = {item.name for item in entity._meta.concrete_fields if item.is_relation}  # Only rows of this business were put there.
    exclude = foreign | (names - set(fields) if fields is not None else set())
    errors: dict[str, list[str]] = {}
    for check in (lambda: entity.clean_fields(exclude=exclude), entity.clean):
        try:
            check()
        except ValidationError as error:
            for name, words in error.message_dict.items():
                errors.setdefault(name, []).extend(words)
    return problems_from(errors)


def _address_problems(addresses: Iterable[str]) -> list[Problem]:
    problems = []
    for address in addresses:
        try:
            ProductImage(remote_url=address).clean_fields(exclude=("product", "variant"))
        except ValidationError as error:
            problems += [Problem("Images", f"“{address[:60]}”: {words}", "invalid") for words in error.messages]
    return problems


def _shown(cell: Any) -> str:
    return Truncator(str(cell)).chars(LONGEST_SHOWN)
