"""What is left of a product, in words, for its list."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin import Badge, render_badge
from products_and_services.models import Product
from products_and_services.reserved import choices_of_row
from products_and_services.terms import Stock, left_together


def show_stock(product: Product) -> SafeString | str:
    """A number, or why there is none; a second line tells what is sold out beside it, and what orders hold. Reads prefetched rows."""
    if not product.is_available:
        return render_badge(Badge("orange", "sold out today"))
    choices = choices_of_row(product)
    notes = " · ".join(filter(None, (_sold_out(choices), _held(product))))
    return format_html('{}<small class="second-line">{}</small>', _left(choices), notes) if notes else _left(choices)


def _left(choices: list[Stock]) -> SafeString | str:
    if not any(one.is_in_stock for one in choices):
        can_wait = any(one.may_be_ordered for one in choices)
        return render_badge(Badge("grey", "back-order") if can_wait else Badge("red", "out of stock"))
    left = left_together(choices)
    return "not counted" if left is None else str(left)


def _sold_out(choices: list[Stock]) -> str:
    gone = sum(not one.is_in_stock for one in choices)
    return f"{gone} of {len(choices)} out of stock" if 0 < gone < len(choices) else ""


def _held(product: Product) -> str:
    held = sum(row.quantity for row in getattr(product, "open_reservations", ()))
    return f"{held} held by orders" if held else ""
