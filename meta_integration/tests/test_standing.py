"""The two sides: the conditions for lists agree with what one item in memory says, for every state of an item and its verdict."""

import itertools

import pytest

from meta_integration.catalog.expand import expand_due
from meta_integration.models import IN_DOUBT, CatalogItem, ItemState, ItemVerdict, MetaState
from meta_integration.standing import (
    OURS,
    count_meta_states,
    having_meta_state,
    having_our_state,
    is_sending,
    meta_state_of,
    our_state,
    shown_items,
    worst_of,
)
from meta_integration.status import live_status
from products_and_services.models import Product, SyncStatus
from products_and_services.tests.factories import ProductFactory

VERDICTS = [None, *[(state, same) for state in ("live", "warning", "rejected", "processing") for same in (True, False)], ("awaited", True)]


@pytest.fixture
def items(world, tenant, catalog):
    """One product and item for each combination."""
    made = []
    for number, (state, live, verdict) in enumerate(itertools.product(ItemState.values, ("", IN_DOUBT, "abc"), VERDICTS)):
        product = ProductFactory(tenant=tenant, sku=f"S-{number}")
        item = CatalogItem.objects.create(
            catalog=catalog, retailer_id=product.sku, product_id=product.pk, state=state, live_hash=live, rev=7, mark=1, done=1
        )
        if verdict:
            word, same = verdict
            values = {"state": "processing", "asked_at": None} if word == "awaited" else {"state": word, "asked_at": world.now}
            ItemVerdict.objects.create(item=item, rev=7 if same else 6, **values)
        made.append(item)
    return made


def test_the_condition_for_lists_says_the_same_as_one_item_in_memory(items):
    fresh = CatalogItem.objects.select_related("verdict")
    by_query = dict(shown_items(fresh.all()).values_list("pk", "meta_state"))
    for item in fresh:
        assert by_query.get(item.pk) == meta_state_of(item), (item.state, item.live_hash)
    for state in MetaState.values:
        expected = {item.product_id for item in fresh if meta_state_of(item) == state}
        assert set(having_meta_state(Product.objects.all(), state).values_list("pk", flat=True)) == expected
        assert count_meta_states(CatalogItem.objects.all()).get(state, 0) == len(expected)


def test_items_of_products_that_are_gone_are_in_no_number_above_a_list(items):
    """The brake holds their removal, or Meta does not answer: Meta still shows them, but there is no product to list."""
    numbers = count_meta_states(CatalogItem.objects.all())
    Product.objects.all().delete()
    assert sum(numbers.values()) > 0 and count_meta_states(CatalogItem.objects.all()) == {}


def test_a_product_shows_the_worst_of_its_items(world, catalog, items):
    fresh = {item.pk: item for item in CatalogItem.objects.select_related("verdict")}
    shown = [item for item in fresh.values() if meta_state_of(item) is not None]
    assert meta_state_of(worst_of(shown)) == "rejected"
    assert worst_of([item for item in fresh.values() if meta_state_of(item) is None]) is None


def test_our_side_is_one_of_five_words_and_the_filter_agrees(world, tenant, catalog):
    for status in SyncStatus.values:
        for sending in (False, True):
            product = ProductFactory(tenant=tenant, sku=f"{status}-{sending}")
            Product.objects.filter(pk=product.pk).update(meta_sync_status=status)
            CatalogItem.objects.create(catalog=catalog, retailer_id=product.sku, product_id=product.pk, in_flight=sending)
    world.pass_time(seconds=5)
    while expand_due(tenant, world.now):
        pass
    for product in Product.objects.all():
        sending = any(is_sending(item) for item in CatalogItem.objects.filter(product_id=product.pk))
        word = our_state(live_status(product), sending=sending)
        found = [name for name in OURS if having_our_state(Product.objects.all(), name).filter(pk=product.pk).exists()]
        assert found == [word], product.sku
