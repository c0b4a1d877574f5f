"""The hooks in a shop are entered, mended and taken out by us, whatever has become of them; what is in the way is said in words."""

import pytest

from integrations.connecting.connections import block, check_connection, pause, save_connection, switch_on
from integrations.models import Provider, StoreConnection, StoreHooks
from integrations.runs import start_import
from integrations.scheduling.schedules import start_all
from integrations.tests.hook_world import DOWN, READ_ONLY, HookShop, address, look
from integrations.webhooks import asking, keeping
from integrations.webhooks.standing import standing_of, with_standing
from operations.models import RunStatus
from operations.services import finish_run

pytestmark = pytest.mark.django_db
ALL = sorted(HookShop.topics)


def standing(connection):
    return standing_of(with_standing(StoreConnection.objects.filter(pk=connection.pk)).get())


def test_they_are_entered_with_a_secret_of_ours(hooked, shop):
    kept = look(shop)
    assert len(kept.secret) > 30
    assert hooked.working(address(shop), kept.secret) == ALL
    assert (kept.topics, kept.problem, kept.address) == (ALL, "", address(shop))
    assert (standing(shop).state, standing(shop).topics) == ("working", tuple(ALL))
    again = look(shop)
    assert again.secret == kept.secret and hooked.asked.count("create") == 3 and "mend" not in hooked.asked


def test_what_the_shop_has_switched_off_or_lost_comes_back(hooked, shop):
    look(shop)
    hooked.switch_off()
    secret = look(shop).secret
    assert hooked.working(address(shop), secret) == ALL
    hooked.hooks.pop("2")
    look(shop)
    assert hooked.working(address(shop), secret) == ALL


def test_hooks_for_an_old_address_of_ours_go_and_others_stay(hooked, shop, settings):
    theirs = hooked.put("product.updated", "https://erp.example.com/hook")
    look(shop)
    settings.PUBLIC_BASE_URL = "https://new.example.com"
    kept = look(shop)
    assert hooked.working(address(shop, "https://new.example.com"), kept.secret) == ALL
    assert {hook.address for hook in hooked.hooks.values()} == {theirs.address, address(shop, "https://new.example.com")}


def test_one_at_our_address_that_we_do_not_know_gets_our_secret(hooked, shop):
    hooked.put("product.updated", address(shop))
    kept = look(shop)
    assert hooked.working(address(shop), kept.secret) == ALL
    assert len(hooked.hooks) == 3


def test_a_key_that_may_only_read_is_said_in_words_and_blocks_nothing(hooked, shop):
    hooked.fails["create"] = READ_ONLY
    kept = look(shop)
    shop.refresh_from_db()
    assert shop.blocked_at is None
    assert kept.problem == "The key may only read. Set it to “Read/Write”. Until then changes come by the schedule."
    assert (standing(shop).state, standing(shop).text) == ("problem", kept.problem)
    hooked.fails.clear()
    assert look(shop).problem == ""


def test_an_outage_is_tried_again_by_itself(hooked, shop, run_world, rung):
    hooked.fails["found"] = DOWN
    for minutes in (5, 15, 45, 24 * 60):
        kept = look(shop) if minutes == 5 else StoreHooks.objects.get()
        wait = (kept.due_at - run_world.now).total_seconds() / 60
        assert minutes <= wait <= minutes * 1.11
        run_world.pass_time(minutes=wait)
        rung.clear()
        asking.ring_due(run_world.now)
        assert rung == [(asking.KEEP, (shop.pk,))]
        keeping.keep_webhooks(shop.pk)
    hooked.fails.clear()
    keeping.keep_webhooks(shop.pk)
    assert StoreHooks.objects.get().problem == "" and StoreHooks.objects.get().tries == 0


def test_half_entered_is_known_and_goes_on(hooked, shop):
    entered = hooked.create
    hooked.create = lambda *about: entered(*about) if len(hooked.hooks) < 2 else (_ for _ in ()).throw(DOWN)
    assert len(look(shop).registered) == 2
    hooked.create = entered
    look(shop)
    assert len(hooked.hooks) == 3 and "mend" not in hooked.asked


def test_an_answer_that_was_lost_makes_no_double(hooked, shop):
    entered = hooked.create

    def lost(*about):
        entered(*about)
        raise DOWN

    hooked.create = lost
    look(shop)
    hooked.create = entered
    kept = look(shop)
    assert hooked.working(address(shop), kept.secret) == ALL and len(hooked.hooks) == 3


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "http://us.example.com", "https://10.1.2.3"])
def test_without_a_public_address_nothing_is_entered_and_the_page_says_so(hooked, shop, settings, base):
    settings.PUBLIC_BASE_URL = base
    kept = look(shop)
    assert "PUBLIC_BASE_URL" in kept.problem and hooked.asked == []


def test_a_stand_in_on_this_machine_reaches_us(hooked, shop, settings):
    settings.PUBLIC_BASE_URL, hooked.shop_url = "http://127.0.0.1:8000", "http://127.0.0.1:8001/shops/woocommerce/demo"
    assert hooked.working(address(shop, "http://127.0.0.1:8000"), look(shop).secret) == ALL


def test_switched_off_they_go(hooked, shop):
    look(shop)
    shop.use_webhooks = False
    save_connection(shop)
    kept = look(shop)
    assert hooked.hooks == {} and kept.registered == [] and standing(shop).state == "off"


def test_a_shop_that_is_not_to_be_called_is_not(hooked, shop):
    pause(shop)
    look(shop)
    switch_on(shop)
    block(StoreConnection.objects.select_related("tenant").get(), "The key was revoked.")
    look(shop)
    assert hooked.asked == []


def test_a_secret_that_cannot_be_read_any_more_is_replaced_everywhere(hooked, shop, settings):
    before = look(shop).secret
    StoreHooks.objects.update(secret="")
    kept = look(shop)
    assert kept.secret not in ("", before)
    assert hooked.working(address(shop), kept.secret) == ALL


def test_two_workers_do_not_look_at_once(hooked, shop):
    asking.ask_for_a_look(shop)
    first = hooked.found

    def second_comes():
        keeping.keep_webhooks(shop.pk)
        return first()

    hooked.found = second_comes
    keeping.keep_webhooks(shop.pk)
    assert hooked.asked.count("found") == 1 and len(hooked.hooks) == 3


def test_a_look_that_was_asked_for_meanwhile_comes(hooked, shop, run_world):
    asking.ask_for_a_look(shop)
    first = hooked.found

    def asked_again():
        run_world.pass_time(seconds=1)
        asking.ask_for_a_look(shop)
        return first()

    hooked.found = asked_again
    keeping.keep_webhooks(shop.pk)
    assert StoreHooks.objects.get().due_at == run_world.now


def test_each_occasion_rings(hooked, shop, run_world, rung):
    def rang():
        found = [args for name, args in rung if name == asking.KEEP]
        rung.clear()
        return found

    keys = {"consumer_key": "ck_1", "consumer_secret": "cs_1"}
    new = save_connection(StoreConnection(tenant=shop.tenant, store_url="https://new.example"), keys)
    assert rang() == [(new.pk,)]
    pause(new)
    assert rang() == []
    switch_on(new)
    assert rang() == [(new.pk,)]
    block(new, "revoked")
    new.refresh_from_db()
    check_connection(new)
    assert rang() == [(new.pk,)]
    start_all(Provider.WOOCOMMERCE)
    assert sorted(rang()) == [(shop.pk,), (new.pk,)]


def test_a_scheduled_look_at_a_shop_that_was_connected_before_there_were_hooks(hooked, shop, run_world):
    assert not StoreHooks.objects.exists()
    start_all(Provider.WOOCOMMERCE)
    assert StoreHooks.objects.get().due_at == run_world.now


def test_imports_go_on_beside_it(hooked, shop):
    """A look holds no run."""
    look(shop)
    run = start_import(shop)
    assert finish_run(run, RunStatus.COMPLETED)
