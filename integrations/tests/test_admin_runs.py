"""The pages of an import's run: what would come, how it goes, what is gone from the shop, going on; through the real importer."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from common.errors import TransientError
from integrations.models import StoreConnection, WebhookLog
from integrations.tests.fake_shop import connect
from integrations.tests.page_world import open_shop, page, work
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import Run, RunStatus
from operations.services import cancel_run
from products_and_services.models import Product
from products_and_services.tests.factories import ProductFactory
from tenants.tests.factories import logged_in, make_superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def the_shop(monkeypatch):
    return open_shop(monkeypatch)


@pytest.fixture
def connection(tenant, the_shop):
    return connect(tenant, name="Corner shop", credentials={"consumer_key": "ck_1", "consumer_secret": "cs_1"})


@pytest.fixture
def owner(tenant):
    return browser(tenant)


def start(client, connection, name):
    """Presses a button of the shop and lets workers do it; the newest run."""
    answer = client.post(page(f"storeconnection_{name}", connection))
    assert answer.status_code == 302
    work()
    return Run.objects.order_by("-created_at").first()


def imported(client, connection):
    start(client, connection, "look")
    return start(client, connection, "import_now")


def badge_of(client, run):
    cells = client.get(reverse("admin:operations_run_live"), {"ids": f"{run.pk}:state,{run.pk}:import_steps,{run.pk}:import_pace"}).json()
    return re.sub("<[^>]+>", "", " ".join(cells["items"].values()))


# --- what would come --------------------------------------------------------------------------------------------------------------


def test_the_look_shows_each_kind_with_old_and_new_and_writes_nothing(tenant, the_shop, connection, owner):
    the_shop.put(1, "Blue lamp", sku="LAMP", price="20")
    the_shop.put(2, "Chair", sku="CHAIR", price="30", problems=[("gtin", "odd", "The GTIN is odd.")])
    the_shop.put(3, "Two of these", sku="TWO-A", variants=[{"id": "31", "sku": "TWO-B"}])
    ProductFactory(tenant=tenant, name="Our lamp", sku="LAMP", price=19)
    for sku in ("TWO-A", "TWO-B"):
        ProductFactory(tenant=tenant, sku=sku)
    run = start(owner, connection, "look")
    shown = text_of(owner.get(page("run_coming", run)))
    assert "1 new" in shown and "1 linked by SKU" in shown and "1 to decide" in shown
    assert "Our lamp → Blue lamp" in shown and "19.00 → 20.00" in shown
    assert "Two of these Its SKUs belong to several products here." in shown
    assert "Chair" in shown and "The GTIN is odd." in shown and "Import now" in shown
    assert Product.objects.count() == 3 and not Product.objects.exclude(external_source="").exists()
    assert Product.objects.get(sku="LAMP").name == "Our lamp"


def test_after_the_look_one_click_imports_and_the_next_look_says_what_changed(tenant, the_shop, connection, owner):
    the_shop.put(1, "Lamp", sku="LAMP", price="20")
    the_shop.put(2, "Chair", sku="CHAIR", price="30")
    run = start(owner, connection, "look")
    answer = owner.get(page("run_coming", run)).content.decode()
    assert f'action="{page("storeconnection_import_now", connection)}"' in answer
    assert start(owner, connection, "import_now").status == RunStatus.COMPLETED
    assert Product.objects.count() == 2
    the_shop.products["1"]["price"] = "25"
    del the_shop.products["2"]
    shown = text_of(owner.get(page("run_coming", start(owner, connection, "look"))))
    assert "1 changed" in shown and "20.00 → 25.00" in shown and "1 would become inactive" in shown and "price change" in shown.lower()
    assert Product.objects.get(sku="CHAIR").is_active


def test_a_look_that_is_at_work_or_broke_says_so(the_shop, connection, owner):
    owner.post(page("storeconnection_look", connection))
    run = Run.objects.get()
    answer = owner.get(page("run_coming", run))
    assert "data-reload" in answer.content.decode() and "Nothing is written" in text_of(answer) and "Import now" not in text_of(answer)
    cancel_run(run)
    answer = owner.get(page("run_coming", run))
    assert "data-reload" not in answer.content.decode() and "Cancelled by" in text_of(answer) and "Import now" not in text_of(answer)


def test_names_of_products_cannot_write_into_the_page(the_shop, connection, owner):
    the_shop.put(1, "<script>alert(1)</script>", sku="<b>x</b>")
    run = start(owner, connection, "look")
    answer = owner.get(page("run_coming", run)).content.decode()
    assert "<script>alert(1)" not in answer and "&lt;script&gt;alert(1)" in answer


# --- how it goes ------------------------------------------------------------------------------------------------------------------


def test_the_run_shows_shop_steps_and_issues_with_their_products(tenant, the_shop, connection, owner):
    the_shop.put(1, "Chair", sku="CHAIR", problems=[("gtin", "odd", "The GTIN is odd.")])
    run = imported(owner, connection)
    answer = owner.get(page("run_change", run))
    shown = text_of(answer)
    assert "Corner shop" in shown and "done: Look at the shop" in shown and "done: What is gone from the shop" in shown
    product = Product.objects.get()
    assert f'href="{page("product_change", product)}"' in answer.content.decode() and "The GTIN is odd." in shown
    assert "Roll back" in shown and "Try the failed ones again" in shown and "Download issues (CSV)" in shown


def test_runs_that_are_no_imports_have_no_such_section(tenant, owner):
    run = Run.objects.create(tenant=tenant, kind="push", status="completed")
    assert "Pace" not in text_of(owner.get(page("run_change", run)))
    for name in ("coming", "removals", "resume", "retry", "try_now"):
        assert owner.post(page(f"run_{name}", run)).status_code == 404


def test_a_shop_that_is_down_is_waited_for_and_tried_at_a_click(the_shop, connection, owner):
    the_shop.put(1)

    def down(name, number):
        raise TransientError("The shop does not answer.")

    start(owner, connection, "look")
    the_shop.before = down
    owner.post(page("storeconnection_import_now", connection))
    work()
    run = Run.objects.order_by("-created_at").first()
    assert run.not_before is not None
    shown = text_of(owner.get(page("run_change", run)))
    assert "The shop does not answer; trying again at" in shown and "Try now" in shown
    assert "tries again at" in badge_of(owner, run)
    assert "⏳ Waiting for the shop" in text_of(owner.get(page("storeconnection_change", connection)))
    the_shop.before = lambda name, number: None
    assert messages_of(owner.post(page("run_try_now", run), follow=True)) == ["It is tried now."]
    work()
    run.refresh_from_db()
    assert run.status == RunStatus.COMPLETED
    assert messages_of(owner.post(page("run_try_now", run), follow=True)) == ["The import does not wait any more."]


def test_an_ended_import_is_gone_on_with_and_the_failed_ones_are_tried_again(the_shop, connection, owner):
    the_shop.put(1, problems=[("gtin", "odd", "The GTIN is odd.")])
    run = imported(owner, connection)
    the_shop.put(1, "Mended")
    owner.post(page("run_retry", run))
    work()
    again = Run.objects.order_by("-created_at").first()
    assert again.pk != run.pk and again.params["part"] and not again.issues.exists()
    assert "Only some products" in text_of(owner.get(page("run_change", again)))
    owner.post(page("storeconnection_import_now", connection))
    stopped = Run.objects.order_by("-created_at").first()
    cancel_run(stopped)
    assert "Resume" in text_of(owner.get(page("run_change", stopped)))
    owner.post(page("run_resume", stopped))
    assert Run.objects.order_by("-created_at").first().params["resumes"] == str(stopped.pk)


def test_no_page_of_a_run_says_a_key(tenant, the_shop, connection, owner):
    the_shop.put(1, problems=[("gtin", "odd", "The GTIN is odd.")])
    type(connection).objects.update(credentials={"consumer_key": "ck_canary0123456789", "consumer_secret": "cs_canary0123456789"})
    look, run = start(owner, connection, "look"), start(owner, connection, "import_now")
    pages = [page("run_change", run), page("run_coming", look), page("run_change", look), page("storeconnection_change", connection),
             page("webhooklog_change", WebhookLog.objects.get()), page("product_change", Product.objects.get()),
             reverse("admin:operations_run_changelist"), reverse("admin:index"), page("run_issues", run)]  # fmt: skip
    for address in pages:
        answer = owner.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200 and b"canary0123456789" not in body, address


def test_the_history_has_bars_numbers_and_words_for_those_who_do_not_see(the_shop, connection, owner):
    the_shop.put(1)
    imported(owner, connection)
    for number in range(2, 42):
        the_shop.put(number)
    run = start(owner, connection, "import_now")
    Run.objects.filter(pk=run.pk).update(started_at=run.finished_at - timedelta(seconds=90))
    answer = owner.get(page("storeconnection_change", connection))
    shown = text_of(answer)
    words = re.search(r"The last 2 imports of everything took .* s to 1 min 30 s; the newest one 1 min 30 s\.", shown)
    assert words and f'aria-label="{words[0]}"' in answer.content.decode()
    assert answer.content.decode().count("<rect") == 2 and "only looked" in shown and "41 products · took 1 min 30 s" in shown
    assert "41 1 before the import" in shown  # So much at once is worth a look.


# --- what is gone -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(the_shop, connection, owner):
    """An import that has found 30 of 40 products gone."""
    for number in range(1, 41):
        the_shop.put(number, f"Thing {number:02}", sku=f"T-{number}")
    imported(owner, connection)
    for number in range(11, 41):
        del the_shop.products[str(number)]
    return start(owner, connection, "import_now")


def test_before_many_products_go_a_person_sees_which_and_says_yes(asking, the_shop, connection, owner):
    assert asking.status == RunStatus.NEEDS_CONFIRMATION
    for address in (page("run_change", asking), page("storeconnection_change", connection)):
        assert "waits for your answer" in text_of(owner.get(address))
    assert "waits for your answer: What is gone from the shop" in badge_of(owner, asking)
    shown = text_of(owner.get(page("run_removals", asking)))
    assert "30 of 40 products" in shown and "Thing 11" in shown and "Thing 10" not in shown and "make 30 products inactive" in shown
    assert Product.objects.filter(is_active=True).count() == 40
    owner.post(page("run_removals", asking))
    work()
    assert Product.objects.filter(is_active=True).count() == 10
    assert "does not wait for an answer" in messages_of(owner.post(page("run_removals", asking), follow=True))[-1]


def test_a_no_keeps_them(asking, owner):
    owner.post(reverse("admin:operations_run_cancel", args=[asking.pk]))
    assert Product.objects.filter(is_active=True).count() == 40
    assert owner.get(page("run_removals", asking)).status_code == 302


# --- who may ----------------------------------------------------------------------------------------------------------------------


def test_only_who_manages_shops_goes_on_others_look(tenant, asking, connection):
    for role in ("manager", "staff"):
        client = browser(tenant, role)
        assert client.get(page("run_removals", asking)).status_code == 200
        assert "make 30 products inactive" not in text_of(client.get(page("run_removals", asking)))
        for name in ("removals", "resume", "retry", "try_now"):
            assert client.post(page(f"run_{name}", asking)).status_code == 404
    asking.refresh_from_db()
    assert asking.status == RunStatus.NEEDS_CONFIRMATION and Run.objects.count() == 3


def test_another_business_reaches_none_of_it(other_tenant, asking):
    client = browser(other_tenant)
    for name in ("change", "coming", "removals", "resume", "retry", "try_now"):
        for answer in (client.get(page(f"run_{name}", asking)), client.post(page(f"run_{name}", asking))):
            assert answer.status_code in (302, 403, 404) and b"Thing" not in answer.content
    asking.refresh_from_db()
    assert asking.status == RunStatus.NEEDS_CONFIRMATION


def test_lists_of_runs_say_which_shop_and_whether_it_was_only_looked_at(owner, tenant, other_tenant, connection):
    imported(owner, connection)
    for address in (reverse("admin:operations_run_changelist"), reverse("admin:index")):
        words = text_of(owner.get(address))
        assert words.count("Corner shop · only looked") == 1
        assert words.count("Import Corner shop") + words.count("Import · Corner shop") == 2
    everything = text_of(logged_in(make_superuser()).get(reverse("admin:index")))
    assert f"Import · Corner shop · {tenant.name}" in everything
    StoreConnection.objects.all().delete()
    assert "Corner shop" not in text_of(browser(other_tenant).get(reverse("admin:operations_run_changelist")))
    assert owner.get(reverse("admin:operations_run_changelist")).status_code == 200
