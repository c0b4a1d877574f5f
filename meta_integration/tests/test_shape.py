"""What only a batch can change, and what no reading shows."""

import pytest

from meta_integration.catalog.shape import UNKNOWN, can_be_confirmed, doubted, needs_batch, shape_of
from sandbox.graph import Fault

PLAIN = shape_of("", "", "", "", ())
GROUPED = shape_of("G+1#x", "", "", "", ())
INDIAN = shape_of("", "IN", "", "", ())
SCENTED = shape_of("", "", "", "", (("scent", "Rose"),))
MINTED = shape_of("", "", "", "", (("scent", "Mint"),))


def test_an_ordinary_item_has_no_shape():
    assert PLAIN == ""


NEEDS = [(PLAIN, PLAIN, 0), (SCENTED, MINTED, 0), (SCENTED, PLAIN, 1), (PLAIN, GROUPED, 1), (INDIAN, PLAIN, 1), (GROUPED, GROUPED, 0)]
CERTAIN = [(PLAIN, GROUPED, 1), (PLAIN, INDIAN, 1), (SCENTED, SCENTED, 1), (SCENTED, MINTED, 0), (SCENTED, PLAIN, 0), (UNKNOWN, PLAIN, 0)]


@pytest.mark.parametrize(("live", "wanted", "batch"), NEEDS)
def test_what_needs_a_batch(live, wanted, batch):
    assert needs_batch(live, wanted) is bool(batch)
    assert needs_batch(doubted(live, wanted), wanted)
    assert needs_batch(UNKNOWN, wanted)


@pytest.mark.parametrize(("live", "wanted", "certain"), CERTAIN)
def test_a_look_confirms_only_what_is_known_to_be_as_wanted(live, wanted, certain):
    assert can_be_confirmed(live, wanted) is bool(certain)
    assert can_be_confirmed(doubted(live, wanted), wanted) is bool(certain)


@pytest.mark.parametrize("lost", ["lost_before", "lost_after"])
def test_a_lost_edit_of_an_unreadable_field_is_not_settled_by_a_look(world, tenant, catalog, lost):
    product = world.product(tenant, "A-1", importer_address="1 Road")
    world.settle(catalog)
    product.importer_address = ""
    product.save()
    with world.fault(Fault(lost, edges=("write",))):
        world.work(catalog)
    world.pass_time(minutes=3)
    world.settle(catalog)  # The look, which sees nothing wrong.
    world.pass_time(minutes=3)
    world.settle(catalog)  # The retry.
    assert "importer_address" not in world.at_meta(catalog)["A-1"]
    assert world.item(catalog, "A-1").state == "synced"
