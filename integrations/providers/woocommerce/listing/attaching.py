"""Variations brought to their products: those of many at once where the shop knows `wc/v3/variations` (10.3 and later), else one by one.

What a product lists and the answer does not hold is asked for by number; what is then still missing leaves the product's variations open
(variations.py), so that none is taken for gone.
"""

from collections.abc import Iterator, Mapping, Sequence

from common.errors import PermanentError
from integrations.providers.woocommerce.listing.lists import Lists, Row
from integrations.providers.woocommerce.reading.fields import VARIATION_FIELDS, VARIATION_GLANCE_FIELDS, VARIATIONS
from integrations.providers.woocommerce.reading.parts import read_id
from integrations.providers.woocommerce.reading.tidy import number_of, tidy
from integrations.providers.woocommerce.reading.variations import has_variations, listed_ids

ALL, OF_ONE = "variations", "products/{}/variations"
AT_ONCE = 50  # products, or numbers, in one address: some firewalls take long ones for an attack
NOT_KNOWN = frozenset({"no_route", "bad_request", "not_found"})
Found = dict[int, dict[int, Row]]  # {number of the product: {number: variation}}


class Variations:
    """knows_all: whether the shop is asked for those of many products at once; turns False where it turns out not to know how."""

    def __init__(self, lists: Lists, *, knows_all: bool) -> None:
        self.lists, self.knows_all = lists, knows_all

    def attach_glances(self, products: Sequence[Row]) -> None:
        """Puts what is cheap to read of the variations there, as far as the shop shows those of many products at once."""
        parents = [number for row in products if has_variations(row) and (number := number_of(row)) is not None]
        found: Found = {number: {} for number in parents}
        try:
            for part in _parts(parents) if self.knows_all else ():
                self._take(found, ALL, {"parent": _joined(part)}, fields=VARIATION_GLANCE_FIELDS)
        except PermanentError as error:
            if error.kind not in NOT_KNOWN:
                raise
            self.knows_all = False
        for row in products:
            row[VARIATIONS] = list(found.get(number_of(row) or 0, {}).values()) if self.knows_all else None

    def attach(self, products: Sequence[Row]) -> None:
        """Puts the variations of each variable product under "_variations", by number. Raises one of the four errors."""
        parents = {number: row for row in products if has_variations(row) and (number := number_of(row)) is not None}
        found: Found = {number: {} for number in parents}
        self._bring(found, dict.fromkeys(parents))
        self._bring(found, {number: wanted for number, row in parents.items() if (wanted := _missing(row, found[number]))})
        for number, row in parents.items():
            row[VARIATIONS] = [found[number][each] for each in sorted(found[number])]

    def _bring(self, found: Found, wanted: Mapping[int, Sequence[int] | None]) -> None:
        """wanted: for each product the numbers to ask for, None = all that it has."""
        if self.knows_all:
            try:
                self._bring_many(found, wanted)
                return
            except PermanentError as error:
                if error.kind not in NOT_KNOWN:
                    raise
                self.knows_all = False
        for parent, numbers in wanted.items():
            for part in _parts(numbers) if numbers else (None,):
                self._take(found, OF_ONE.format(parent), {"include": _joined(part)} if part else {}, parent)

    def _bring_many(self, found: Found, wanted: Mapping[int, Sequence[int] | None]) -> None:
        for part in _parts([parent for parent, numbers in wanted.items() if not numbers]):
            self._take(found, ALL, {"parent": _joined(part)})
        for part in _parts([number for numbers in wanted.values() for number in numbers or ()]):
            self._take(found, ALL, {"include": _joined(part)})

    def _take(
        self, found: Found, path: str, params: dict[str, str], parent: int | None = None, fields: Sequence[str] = VARIATION_FIELDS
    ) -> None:
        asked = {**params, "_fields": ",".join(fields)}
        for row in self.lists.whole("variations", path, asked):
            number, owner = number_of(row), parent or int(read_id(row.get("parent_id")) or 0)
            if number is not None and owner in found:
                found[owner][number] = tidy(row)


def _missing(product: Row, found: Mapping[int, Row]) -> list[int]:
    """What the product lists and has not come."""
    return [number for number in map(int, listed_ids(product)) if number not in found]


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
