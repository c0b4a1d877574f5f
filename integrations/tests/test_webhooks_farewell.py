"""The hooks of a shop that was removed are taken out of it, as far as it can be reached; then its keys go, too."""

import pytest

from integrations.connecting.connections import remove_connection
from integrations.models import HookFarewell
from integrations.scheduling.restored import look_at_hooks_anew
from integrations.tests.hook_world import DOWN, READ_ONLY, HookShop, address, look
from integrations.webhooks import asking, farewell

pytestmark = pytest.mark.django_db
ALL = sorted(HookShop.topics)


def test_a_removed_shop_forgets_us_and_we_its_keys(hooked, shop, rung):
    theirs = hooked.put("product.updated", "https://erp.example.com/hook")
    look(shop)
    remove_connection(shop)
    assert (farewell.FAREWELL, (HookFarewell.objects.get().pk,)) in rung
    farewell.remove_webhooks(HookFarewell.objects.get().pk)
    assert list(hooked.hooks.values()) == [theirs]
    assert not HookFarewell.objects.exists()


def test_a_shop_without_hooks_is_not_asked(hooked, shop):
    remove_connection(shop)
    assert not HookFarewell.objects.exists() and hooked.asked == []


def test_a_shop_that_is_down_is_asked_again_for_about_an_hour(hooked, shop, run_world, rung):
    look(shop)
    remove_connection(shop)
    hooked.fails["found"] = DOWN
    for minutes in (5, 15, 45):
        farewell.remove_webhooks(HookFarewell.objects.get().pk)
        assert (HookFarewell.objects.get().due_at - run_world.now).total_seconds() == minutes * 60
        run_world.pass_time(minutes=minutes)
        rung.clear()
        asking.ring_due(run_world.now)
        assert rung == [(farewell.FAREWELL, (HookFarewell.objects.get().pk,))]
    farewell.remove_webhooks(HookFarewell.objects.get().pk)
    assert not HookFarewell.objects.exists()


def test_a_mistake_of_ours_does_not_keep_the_keys_for_ever_nor_come_every_minute(hooked, shop, run_world):
    look(shop)
    hooked.fails["found"] = KeyError("oops")
    kept = look(shop)
    assert "unexpectedly" in kept.problem and kept.due_at > run_world.now
    remove_connection(shop)
    for _ in range(4):
        farewell.remove_webhooks(HookFarewell.objects.get().pk)
    assert not HookFarewell.objects.exists()


def test_a_shop_that_refuses_is_not_asked_again(hooked, shop):
    look(shop)
    remove_connection(shop)
    hooked.fails["found"] = READ_ONLY
    farewell.remove_webhooks(HookFarewell.objects.get().pk)
    assert not HookFarewell.objects.exists()


def test_after_a_restore_nothing_of_another_installation_is_removed(hooked, shop, settings, run_world):
    look(shop)
    look_at_hooks_anew(type("Restoration", (), {"now": run_world.now})())
    settings.PUBLIC_BASE_URL = "https://staging.example.com"
    kept = look(shop)
    assert hooked.working(address(shop), kept.secret) == ALL
    assert hooked.working(address(shop, "https://staging.example.com"), kept.secret) == ALL
