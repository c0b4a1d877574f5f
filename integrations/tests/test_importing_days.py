"""Random days of a shop, imported as they come: afterwards our products are the shop's, whatever happened in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import NeedsConfigurationError, PermanentError, RemoteError, TransientError
from integrations.models import ExternalRef
from integrations.tests.fake_shop import Import, run_import
from integrations.tests.shop_oracle import DAYS, FEWER, assert_equal_to, imported_once
from products_and_services.models import Revision

pytestmark = pytest.mark.django_db
FAULTS = [TransientError, PermanentError, NeedsConfigurationError]


@FEWER
@given(st.lists(st.lists(DAYS, max_size=8), min_size=1, max_size=3), st.sampled_from([2, 4]))
def test_after_each_import_our_products_are_the_shops(weeks, page_size):
    connection, shop, owner = imported_once(page_size)
    for week in weeks:
        for day in week:
            owner.edit(day)
        done = run_import(connection, shop, allow_removals=True)
        assert "failed" not in done.run.counts
        assert_equal_to(shop, connection)
    notes = Revision.objects.count()
    again = run_import(connection, shop)
    assert set(again.run.counts) <= {"unchanged"} and Revision.objects.count() == notes


@FEWER
@given(
    st.lists(DAYS, max_size=8),
    st.dictionaries(st.integers(1, 12), st.sampled_from(FAULTS), max_size=4),
    st.sets(st.integers(1, 10), max_size=4),
    st.dictionaries(st.integers(2, 8), DAYS, max_size=3),
)
def test_faults_deaths_and_edits_while_pages_are_read_lose_nothing(days, faults, deaths, edits):
    connection, shop, owner = imported_once(2)
    for day in days:
        owner.edit(day)
    there, edited = set(shop.products), bool(edits)

    def trouble(name, number):
        if number in edits:
            owner.edit(edits.pop(number))
        there.intersection_update(shop.products)
        if number in faults:
            raise faults.pop(number)("not now")

    shop.calls, shop.before = [], trouble
    weather_the(Import(connection, shop, allow_removals=True), deaths)
    shop.before = lambda *_: None
    refs = ExternalRef.objects.filter(connection=connection, kind="product", external_id__in=there)
    assert set(refs.filter(gone_at__isnull=True).values_list("external_id", flat=True)) == there
    if edited:  # What was edited behind the page that was read comes with the next import.
        run_import(connection, shop, allow_removals=True)
    assert_equal_to(shop, connection)


class Died(BaseException):
    """As a worker that is killed: nothing catches it."""


def weather_the(disturbed, deaths):
    """One worker after the other, until the import is done: each that dies, or meets a fault, is followed by the next."""
    saves = 0

    def dies_here(phase):
        nonlocal saves
        saves += 1
        if saves in deaths:
            raise Died
        return True

    disturbed.at_save = dies_here
    for _ in range(60):
        try:
            disturbed.all()
            return
        except (RemoteError, Died):
            continue
    raise AssertionError("it never ends")
