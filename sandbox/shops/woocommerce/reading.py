"""Which parameters a list knows, and checking them: everything wrong is named in one refusal, everything unknown is passed over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.shops.woocommerce.errors import invalid_parameters, not_modelled
from sandbox.shops.woocommerce.query import Params, text, words

if TYPE_CHECKING:
    from sandbox.shops.woocommerce.shop import WooShop

LARGEST_PAGE = 100
_PRODUCT_ORDERS = (
    "date", "id", "include", "title", "slug", "modified", "popularity", "rating", "post__in", "price", "sales", "menu_order", "random",
    "popularity", "rating", "menu_order", "price", "popularity", "rating",
)  # fmt: skip
_TERM_ORDERS = ("id", "include", "name", "slug", "term_group", "description", "count")
_STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
_STOCK = ("instock", "outofstock", "onbackorder")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)?$")
_DATES = ("after", "before", "modified_after", "modified_before")
_NUMBERS = {"page": (1, None), "per_page": (1, LARGEST_PAGE), "offset": (0, None)}
_ID_LISTS = ("include", "exclude", "parent")
_NOT_MODELLED = frozenset(
    {
        "search_sku", "search_name_or_sku", "parent_exclude", "on_sale", "min_price", "max_price", "attribute", "attribute_term",
        "shipping_class", "downloadable", "virtual", "include_types", "exclude_types", "has_price", "tax_class", "global_unique_id",
        "modified", "_embed", "_method", "_envelope",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A list that somebody asks for, checked. `filters` holds the known filters as they were written; `wanted` None: every field."""

    page: int
    per_page: int
    offset: int | None
    orderby: str
    order: str
    filters: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...] | None

    @property
    def start(self) -> int:
        """Number of rows before the page."""
        return self.offset if self.offset is not None else (self.page - 1) * self.per_page


def read_fields(params: Params) -> tuple[str, ...] | None:
    """`_fields`: names of the top level only, so `images.src` names nothing; None: everything."""
    names = tuple(words(params["_fields"])) if "_fields" in params else ()
    return names or None


def read_question(shop: "WooShop", params: Params, known: Sequence[str], terms: bool = False) -> Question:
    """Check the parameters of a list; `known` are its filters, `terms` its kind. Raises WooError naming all that is wrong."""
    problems: dict[str, tuple[str, str]] = {}
    numbers = {name: _number(params, name, problems) for name in _NUMBERS}
    orders = _TERM_ORDERS if terms else _PRODUCT_ORDERS
    orderby = _one_of(params, "orderby", orders, "name" if terms else "date", problems)
    order = _one_of(params, "order", ("asc", "desc"), "asc" if terms else "desc", problems)
    filters = []
    for name, value in params.items():
        if name in known:
            _check_filter(shop, name, value, problems)
            filters.append((name, text(value)))
        elif name in _NOT_MODELLED:
            raise not_modelled(f"the parameter {name}")
        elif name not in _PLAIN and not name.startswith(("oauth_", "consumer_")):
            shop.ignored_parameters[name] += 1
    if problems:
        raise invalid_parameters(problems)
    page, size = numbers["page"], numbers["per_page"]
    return Question(page or 1, size or 10, numbers["offset"], orderby, order, tuple(sorted(filters)), read_fields(params))


_PLAIN = frozenset({*_NUMBERS, "orderby", "order", "_fields", "context", "dates_are_gmt", "hide_empty", "_locale", "_"})


def instant(shop: "WooShop", value: str, gmt: bool) -> int:
    """A date parameter in seconds since 1970, with WooCommerce's own mistake.

    Without a zone it is shop time, or UTC where `dates_are_gmt` says so. With a zone it is what it says -- unless `dates_are_gmt` is set
    too: then it is turned into shop time and that is compared with the UTC column, which shifts it by the shop's offset.
    """
    zone = ZoneInfo(shop.timezone)
    moment = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", value.replace(" ", "T").replace("t", "T")))
    if moment.tzinfo is None:
        return int(moment.replace(tzinfo=ZoneInfo("UTC") if gmt else zone).timestamp())
    if gmt:
        return int(moment.astimezone(zone).replace(tzinfo=ZoneInfo("UTC")).timestamp())
    return int(moment.timestamp())


def _number(params: Params, name: str, problems: dict[str, tuple[str, str]]) -> int | None:
    if name not in params:
        return None
    low, high = _NUMBERS[name]
    raw = text(params[name])
    if not re.fullmatch(r"-?\d+", raw):
        problems[name] = ("rest_invalid_type", f"{name} is not of type integer.")
        return None
    value = int(raw)
    if high is not None and not low <= value <= high:
        problems[name] = ("rest_out_of_bounds", f"{name} must be between {low} (inclusive) and {high} (inclusive)")
    elif value < low:
        problems[name] = ("rest_out_of_bounds", f"{name} must be greater than or equal to {low}")
    return value


def _one_of(params: Params, name: str, allowed: Sequence[str], default: str, problems: dict[str, tuple[str, str]]) -> str:
    value = text(params.get(name, default))
    if value not in allowed:
        problems[name] = _not_in(name, allowed)
    return value


def _not_in(name: str, allowed: Sequence[str]) -> tuple[str, str]:
    listed = " and ".join(allowed) if len(allowed) == 2 else f"{', '.join(allowed[:-1])}, and {allowed[-1]}"
    return "rest_not_in_enum", f"{name} is not one of {listed}."


def _check_filter(shop: "WooShop", name: str, value: str | list[str], problems: dict[str, tuple[str, str]]) -> None:
    if name in _DATES and not _DATE.match(text(value)):
        problems[name] = ("rest_invalid_date", "Invalid date.")
    elif name == "type" and text(value) not in shop.types:
        problems[name] = _not_in(name, shop.types)
    elif name in ("status", "include_status", "exclude_status") and not set(words(value)) <= set(_STATUSES):
        problems[name] = _not_in(name, _STATUSES)
    elif name == "stock_status" and text(value) not in _STOCK:
        problems[name] = _not_in(name, _STOCK)
    elif name in _ID_LISTS and not all(part.lstrip("-").isdigit() for part in words(value)):
        problems[name] = ("rest_invalid_type", f"{name}[0] is not of type integer.")
