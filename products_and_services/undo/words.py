"""Differences and problems as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator, capfirst

from products_and_services.models import Product, ProductCategory
from products_and_services.steps.step import FIXED, Step
from products_and_services.steps.stored import MODELS
from products_and_services.undo.problems import Problem

LONGEST_VALUE = 300
DULL = FIXED | {"product_id"}
HEADINGS = {"changed": "{} changes back", "created": "{} comes back", "deleted": "{} goes"}


@dataclass(frozen=True)
class Difference:
    """One row of a preview. lines: (field, now, afterwards)."""

    product_id: int
    entity: str
    heading: str
    name: str
    lines: list[tuple[str, str, str]]


def describe_steps(steps: Iterable[Step]) -> list[Difference]:
    """The steps as a page or a command shows them; one query for the categories and one for the products they name."""
    steps = list(steps)
    categories = category_names(step.changes for step in steps)
    names = product_names(steps)
    described = []
    for step in steps:
        heading = HEADINGS[step.action].format(capfirst(step.entity))
        lines = lines_of(step.entity, step.changes, categories)
        described.append(Difference(step.product_id, step.entity, heading, names.get(step.product_id, ""), lines))
    return described


def product_names(steps: Iterable[Step]) -> dict[int, str]:
    """{product id: name}; of products that are to come back the name they had."""
    steps = list(steps)
    names = dict(Product.objects.filter(pk__in={step.product_id for step in steps}).values_list("pk", "name"))
    coming = {step.product_id: str(step.changes["name"][1]) for step in steps if step.entity == "product" and step.action == "created"}
    return {**coming, **names}


def describe_problems(problems: Iterable[Problem]) -> list[str]:
    """ "SKU: The SKU “A” now belongs to ..", one line per problem."""
    return [f"{heading_of(problem)}: {problem.message}" for problem in problems]


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """The same with the product's name in front, where several products are shown."""
    problems = list(problems)
    names = dict(Product.objects.filter(pk__in={problem.product_id for problem in problems}).values_list("pk", "name"))
    return [f"{names.get(one.product_id, f'Product {one.product_id}')} · {heading_of(one)}: {one.message}" for one in problems]


def heading_of(problem: Problem) -> str:
    """The field it is about, of a variant or picture with its number: "Price", "Variant 7, price", "Image 3"."""
    label = label_of(problem.entity, problem.field) if problem.field else ""
    if problem.entity == "product":
        return label or "Product"
    return f"{capfirst(problem.entity)} {problem.entity_id}" + (f", {label[:1].lower()}{label[1:]}" if label else "")


def lines_of(entity: str, changes: dict[str, list[Any]], categories: dict[int, str]) -> list[tuple[str, str, str]]:
    """(field, one value, other value) of a revision's or step's changes."""
    told = {name: pair for name, pair in changes.items() if name not in DULL}
    return [(label_of(entity, name), in_words(name, old, categories), in_words(name, new, categories)) for name, (old, new) in told.items()]


def category_names(all_changes: Iterable[dict[str, list[Any]]]) -> dict[int, str]:
    """{id: path} of every category that the changes name and that still exists."""
    ids = set()
    for changes in all_changes:
        for name in ("category_id", "categories"):
            for value in changes.get(name, ()):
                ids.update(value if isinstance(value, list) else [value])
    rows = ProductCategory.objects.with_path().filter(pk__in=ids - {None}) if ids - {None} else []
    return {row.pk: str(row) for row in rows}


def label_of(entity: str, name: str) -> str:
    """The field's name on the forms."""
    for field in MODELS.get(entity, Product)._meta.get_fields():
        if name in (field.name, getattr(field, "attname", "")):
            return capfirst(str(getattr(field, "verbose_name", name)))
    return name


def in_words(name: str, value: Any, categories: dict[int, str]) -> str:
    """A noted value for people; categories: as from category_names."""
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in ("category_id", "categories"):
        ids = value if isinstance(value, list) else [value]
        return ", ".join(categories.get(pk, f"deleted category {pk}") for pk in ids)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {item}" for key, item in value.items())
    return Truncator(str(value)).chars(LONGEST_VALUE)
