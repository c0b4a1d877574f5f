"""A list at which the shop breaks off, because a plugin fails over one of its products: the others are read all the same.

Where little more than their numbers is asked for (FEW), products are not worked out, so that list comes. Then halves of them are asked for,
down to the one at which the shop fails twice. It is an outage all the same where the shop answers about no other product, and where more
than a few are at fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from common.errors import RemoteError
from integrations.providers.woocommerce.answering.answers import WooAnswer
from integrations.providers.woocommerce.answering.words import trouble
from integrations.providers.woocommerce.reading.tidy import number_of

AT_FAULT = "_at_fault"  # In the row that stands for such a product: why there is nothing in it but its number.
BREAKS_OFF = "php_error"
MOST = 3  # in one window
FEW = "id,type,status"  # What lies ready of a product.
WORDS = (
    "The shop breaks off with an error when it is asked for this product, and answers about others. It stays as it is here. Look into "
    "WooCommerce → Status → Logs (fatal errors), and update or switch off the plugin named there."
)
Row = dict[str, Any]
Ask = Callable[[dict[str, str]], WooAnswer]


def stand_in(row: Row) -> Row:
    """The row of a product at fault. row: what the shop says where only FEW is asked for."""
    return row | {AT_FAULT: WORDS}


def listed_around(ask: Ask, params: dict[str, str], error: RemoteError) -> WooAnswer:
    """The list at which the shop broke off with this error, with a stand-in for each product at fault.

    Raises the error where it is an outage, and one of the four errors. Needs about thirty questions at the most.
    """
    listed = ask({**params, "_fields": FEW})
    known = {number: row for row in listed.data if (number := number_of(row)) is not None}
    if len(known) != len(listed.data):
        raise trouble("unreadable").error_for(proven=True)
    if not known:
        return listed
    # By number, not by place: the list may move meanwhile.
    search = _Search(ask, {name: value for name, value in params.items() if name not in ("offset", "page")}, error)
    rows = {number_of(row): row for row in search.rows(list(known))}
    if search.at_fault and not rows:
        search.check_others()
    rows |= {number: stand_in(known[number]) for number in search.at_fault}
    return replace(listed, data=[rows[number] for number in known if number in rows])


class _Search:
    """error: what the shop broke off with at first; at_fault: numbers of the products over which it does."""

    def __init__(self, ask: Ask, params: dict[str, str], error: RemoteError) -> None:
        self.ask, self.params, self.error = ask, params, error
        self.at_fault: list[int] = []

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """Those that come. Raises the error where too many are at fault."""
        rows = self._answered(numbers)
        if rows is None and len(numbers) == 1:
            rows = self._answered(numbers)  # Once more: it may have been in passing.
        if rows is not None:
            return rows
        if len(numbers) == 1:
            self.at_fault += numbers
            if len(self.at_fault) > MOST:
                raise self.error
            return []
        middle = len(numbers) // 2
        return [*self.rows(numbers[:middle]), *self.rows(numbers[middle:])]

    def check_others(self) -> None:
        """Raises the error unless the shop answers about a product that is none of these."""
        others = {"status": "any", "per_page": "1", "exclude": _joined(self.at_fault)}
        kept = {name: self.params[name] for name in ("_fields", "orderby", "order")}
        try:
            speaks = bool(self.ask({**kept, **others}).data)
        except RemoteError:
            speaks = False
        if not speaks:
            raise self.error

    def _answered(self, numbers: Sequence[int]) -> list[Row] | None:
        """None where the shop breaks off."""
        try:
            rows: list[Row] = self.ask({**self.params, "include": _joined(numbers), "per_page": str(len(numbers))}).data
        except RemoteError as error:
            if error.kind != BREAKS_OFF:
                raise
            return None
        return rows


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
