"""Which products of a few are still there. What is not named here is gone for certain: deleted, or in the shop's trash.

A list that leaves something out proves nothing by itself (caches, plugins, a broken answer). It counts only where a product that certainly
exists was asked for along with the others and is in it, and where some of those that did not come, asked for singly, are not there either.
"""

from collections.abc import Sequence

from common.errors import PermanentError, TransientError
from integrations.providers.woocommerce.answering.words import trouble
from integrations.providers.woocommerce.listing.at_fault import BREAKS_OFF, FEW, stand_in
from integrations.providers.woocommerce.listing.lists import Lists, Row
from integrations.providers.woocommerce.reading.fields import PRODUCT_FIELDS
from integrations.providers.woocommerce.reading.parts import read_id
from integrations.providers.woocommerce.reading.tidy import is_product, number_of

AT_ONCE = 50
PROBES = 5
FIELDS = {"_fields": ",".join(PRODUCT_FIELDS)}


def living(lists: Lists, external_ids: Sequence[str], known: str = "") -> list[Row]:
    """Those of these products that the shop has, whole but for their variations. known: one that is certainly there, "" for none.

    Raises one of the four errors.
    """
    numbers = sorted({int(number) for each in external_ids if (number := read_id(each))})
    control = int(read_id(known) or 0)
    found: dict[int, Row] = {}
    for start in range(0, len(numbers), AT_ONCE):
        found |= _part(lists, numbers[start : start + AT_ONCE], control)
    return [found[number] for number in sorted(found) if is_product(found[number])]


def _part(lists: Lists, numbers: Sequence[int], control: int) -> dict[int, Row]:
    listed = _listed(lists, numbers, control) if control or len(numbers) > PROBES else {}
    found = {number: listed[number] for number in numbers if number in listed}
    doubtful = [number for number in numbers if number not in listed]
    if not (control in listed if control else found):  # Nothing speaks for this list.
        return found | _singly(lists, doubtful)
    probes = _singly(lists, doubtful[:PROBES])
    return found | probes | (_singly(lists, doubtful[PROBES:]) if probes else {})


def _listed(lists: Lists, numbers: Sequence[int], control: int) -> dict[int, Row]:
    params = {"include": ",".join(map(str, sorted({*numbers, control} - {0}))), "status": "any", **FIELDS}
    return {number: row for row in lists.whole("products", "products", params) if (number := number_of(row)) is not None}


def _singly(lists: Lists, numbers: Sequence[int]) -> dict[int, Row]:
    """Each by its own address, which answers for what is in the trash, too."""
    found: dict[int, Row] = {}
    for number in numbers:
        try:
            row = _one(lists, number)
        except PermanentError as error:
            if error.kind != "not_found":
                raise
            continue
        if number_of(row) != number:
            raise trouble("unreadable").error_for(proven=True)
        if is_product(row):
            found[number] = row
    return found


def _one(lists: Lists, number: int) -> Row:
    """What stands at its own address; a stand-in where the shop breaks off over it and still knows its number."""
    path = f"products/{number}"
    try:
        row: Row = lists.client.get(path, lists.fresh(dict(FIELDS))).data
    except TransientError as error:
        if error.kind != BREAKS_OFF:
            raise
        known = lists.client.get(path, lists.fresh({"_fields": FEW})).data
        return stand_in(known) if isinstance(known, dict) else known
    return row
