"""One shop does not answer, is throttled or refuses us: every other shop, of the same business or of another, is followed as ever.

End states and counted questions only: what is asked, in which round, and who holds which claim meanwhile. No clock of this machine.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from celery import current_app

from integrations.connecting.connections import check_connection
from integrations.models import StoreConnection, StoreHint, StoreWatch
from integrations.tests.run_world import START
from whatsappcrm_backend.tests.town import Town
from whatsappcrm_backend.tests.town_owners import ShopifyOwner, WooOwner, unlike

pytestmark = pytest.mark.django_db
WOO, SHOPIFY = 0, 1
OUTAGES = [
    ((WOO,), "hang"), ((WOO,), "throttled"), ((WOO,), "key_revoked"), ((SHOPIFY,), "throttled"), ((SHOPIFY,), "bad_gateway"),
    ((WOO, SHOPIFY), "hang"), ((WOO, SHOPIFY, 2), "throttled"),
]  # fmt: skip
REFUSALS = ("key_revoked",)
MOST_CALLS = 160  # In an hour with post all the time; who is throttled asks some times a minute, for a minute, before waiting as rows.


class Neighbours:
    """Solar has a shop of each kind, the pizzeria too; all are imported and tell us of their changes."""

    def __init__(self, town: Town, tenants: list[Any]) -> None:
        self.town = town
        self.connections = [
            town.open_woo(tenants[0], 8101), town.open_shopify(tenants[0], "sun"), town.open_woo(tenants[1], 8103),
            town.open_shopify(tenants[1], "moon"),
        ]  # fmt: skip
        kinds = [WooOwner, ShopifyOwner, WooOwner, ShopifyOwner]
        self.owners = [kind(town.shops[one.pk]) for kind, one in zip(kinds, self.connections, strict=True)]
        town.import_all()
        town.minute()

    def edit(self, price: int) -> None:
        """Each shop changes a product; the shops' letters arrive with the next minute."""
        for place, owner in enumerate(self.owners):
            owner.do("price", 2, price)
            owner.do("name", 3, price + place)

    def unlike(self, place: int) -> list[str]:
        return unlike(self.owners[place], StoreConnection.objects.get(pk=self.connections[place].pk))


@pytest.fixture
def town(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with time_machine.travel(START, tick=False) as traveller:
        yield Town(settings, monkeypatch, traveller)


@pytest.mark.parametrize(("broken", "fault"), OUTAGES)
def test_the_neighbours_of_broken_shops_are_followed_as_ever(
    town: Town, tenant: Any, other_tenant: Any, broken: tuple[int, ...], fault: str
) -> None:
    street = Neighbours(town, [tenant, other_tenant])
    sick = {street.connections[place].pk: place for place in broken}
    others = [place for place in range(4) if place not in broken]
    claimed: dict[int, set[int]] = {pk: set() for pk in sick}
    watches = StoreWatch.objects.exclude(lease_token="")
    for pk, its in claimed.items():
        town.streets[pk].before = lambda its=its: its.update(watches.values_list("connection_id", flat=True))  # type: ignore[misc]
        town.shops[pk].faults.add(fault)
    asked = {pk: town.streets[pk].asked for pk in sick}
    for number in range(1, 7):
        street.edit(number)
        town.minute(10)
        assert [street.unlike(place) for place in others] == [[] for _ in others], f"round {number}"
        assert not StoreHint.objects.exclude(connection__in=sick).exists()
    assert claimed == {pk: {pk} for pk in sick}
    assert all(1 <= town.streets[pk].asked - asked[pk] <= MOST_CALLS for pk in sick)
    assert not StoreWatch.objects.exclude(connection__in=sick).filter(failing_since__isnull=False).exists()
    assert all(street.unlike(place) != [] for place in broken)

    for connection in StoreConnection.objects.filter(pk__in=sick):
        town.shops[connection.pk].faults.clear()
        assert (connection.blocked_at is not None) == (fault in REFUSALS)
        if connection.blocked_at:
            check_connection(connection)
    for _ in range(2):
        town.minute(50)
    assert [street.unlike(place) for place in range(4)] == [[], [], [], []]


def test_a_shop_that_is_refused_is_not_asked_again(town: Town, tenant: Any, other_tenant: Any) -> None:
    street = Neighbours(town, [tenant, other_tenant])
    sick = street.connections[WOO]
    town.shops[sick.pk].faults.add("key_revoked")
    street.edit(3)
    town.minute(6)
    asked = town.streets[sick.pk].asked
    for price in range(1, 4):
        street.edit(price)
        town.minute(20)
    assert town.streets[sick.pk].asked == asked
    assert StoreHint.objects.filter(connection=sick).exists()  # Kept for the day when it lets us in again.


def test_who_asks_strangers_has_a_queue_of_its_own_and_nobody_else_is_in_it() -> None:
    def queue_of(task: str) -> str:
        return str(current_app.amqp.router.route({}, task)["queue"].name)

    current_app.loader.import_default_modules()
    ours = [name for name in current_app.tasks if ".tasks." in name]
    assert {name.rpartition(".")[2] for name in ours if queue_of(name) == "shops"} == {
        "refresh_hinted_products", "read_changes_of_store", "look_over_store", "ask_store_again", "keep_shops_in_step",
        "keep_webhooks", "remove_webhooks", "write_orders", "check_pictures",
    }  # fmt: skip
    assert {queue_of(f"integrations.tasks.{name}") for name in ("import_products", "sync_woocommerce_products")} == {"imports"}
