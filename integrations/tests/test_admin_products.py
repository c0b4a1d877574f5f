"""Shops on the product pages: where a product comes from, what its shop will overwrite and how to keep it, locks, a look at it again."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.deciding.locks import lock_fields
from integrations.models import ExternalRef, StoreConnection, WebhookLog
from integrations.tests.fake_shop import connect
from integrations.tests.page_world import open_shop, page, work
from meta_integration.tests.face import act, browser, messages_of, text_of
from operations.models import Run
from products_and_services.models import Product, Revision
from products_and_services.tests.admin_forms import form_data
from products_and_services.tests.factories import ProductFactory
from products_and_services.undo.rollback_work import work_on_rollback

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/products_and_services/product/"


@pytest.fixture
def the_shop(monkeypatch):
    shop = open_shop(monkeypatch)
    shop.put(1, "Lamp", sku="LAMP", price="20", website_url="https://corner.example/lamp", track_stock=True, stock_quantity=4)
    shop.put(2, "Shirt", sku="SHIRT", price="30", variants=[{"id": "21", "name": "Red", "sku": "SHIRT-R", "price": "31"}])
    return shop


@pytest.fixture
def owner(tenant):
    return browser(tenant)


@pytest.fixture
def connection(tenant, the_shop, owner):
    shop = connect(tenant, name="Corner shop", credentials={"consumer_key": "ck_1", "consumer_secret": "cs_1"})
    for name in ("look", "import_now"):
        owner.post(page(f"storeconnection_{name}", shop))
        work()
    return shop


@pytest.fixture
def lamp(connection):
    return Product.objects.get(sku="LAMP")


def save(client, product, **changes):
    """The form as a browser shows it, with changes; what the pages said."""
    data = form_data(client.get(page("product_change", product))) | changes
    answer = client.post(page("product_change", product), data, follow=True)
    return messages_of(answer)


def import_again(client, connection):
    client.post(page("storeconnection_import_now", connection))
    work()


# --- list -------------------------------------------------------------------------------------------------------------------------


def test_the_list_tells_and_filters_by_shop(tenant, the_shop, connection, owner):
    own = ProductFactory(tenant=tenant, name="Made here")
    page_text = text_of(owner.get(LIST))
    assert "LAMP · Corner shop" in page_text and f"{own.sku} ·" not in page_text and "Made here" in page_text
    assert "Made here" not in text_of(owner.get(LIST, {"shop": connection.pk}))
    only_own = text_of(owner.get(LIST, {"shop": "own"}))
    assert own.name in only_own and "Shirt" not in only_own
    del the_shop.products["2"]
    import_again(owner, connection)
    gone = text_of(owner.get(LIST, {"shop": "gone"}))
    assert "Shirt" in gone and "no longer in Corner shop" in gone and "Lamp" not in gone


def test_the_list_takes_as_many_queries_with_many_products_as_with_few(tenant, connection, owner):
    def queries():
        with CaptureQueriesContext(database) as found:
            owner.get(LIST)
        return len(found)

    few = queries()
    for number in range(30):
        product = ProductFactory(tenant=tenant)
        ExternalRef.objects.create(connection=connection, kind="product", external_id=f"x{number}", product=product)
    assert queries() == few


# --- page -------------------------------------------------------------------------------------------------------------------------


def test_the_page_says_where_it_comes_from_and_what_the_shop_owns(connection, lamp, owner):
    answer = owner.get(page("product_change", lamp))
    shown = text_of(answer)
    assert "Comes from the shop Corner shop." in shown and "See it in the shop" in shown and "number 1 there" in shown
    for address in (page("storeconnection_change", connection), "https://corner.example/lamp"):
        assert f'href="{address}"' in answer.content.decode()
    assert "Name, SKU, Description" in shown and "Look at it again now" in shown
    own = ProductFactory(tenant=connection.tenant)
    assert "It was entered here." in text_of(owner.get(page("product_change", own)))


def test_a_product_of_a_shop_that_was_removed_was_not_entered_here(connection, lamp, owner):
    owner.post(page("storeconnection_delete", connection), {"products": "keep"})
    assert not StoreConnection.objects.exists()
    shown = text_of(owner.get(page("product_change", lamp)))
    assert "A WooCommerce shop that was removed here; its number there was 1." in shown and "It was entered here." not in shown


def test_what_a_kind_of_shop_does_not_know_stays_ours_and_nobody_is_told_otherwise(tenant, owner, run_world):
    tea = ProductFactory(tenant=tenant, name="Tea", external_source="shopify")
    shop = StoreConnection.objects.create(tenant=tenant, provider="shopify", shop_domain="tea.myshopify.com", credentials={})
    ExternalRef.objects.create(connection=shop, kind="product", external_id="9", product=tea)
    shown = text_of(owner.get(page("product_change", tea)))
    owns = shown[shown.index("The shop's Name") :].split("Locked:")[0]
    assert "Vendor" in owns and "Brand" not in owns and "Short description" not in owns
    [warning] = [text for text in save(owner, tea, name="Better tea", brand="Ours", short_description="Fine") if "will overwrite" in text]
    assert "overwrite Name of “Better tea”" in warning


def test_what_the_shop_will_overwrite_is_told_and_kept_by_one_click(the_shop, connection, lamp, owner):
    said = save(owner, lamp, name="Better lamp", brand="Ours", sync_to_meta="")
    [warning] = [text for text in said if "will overwrite" in text]
    assert "overwrite Name and Brand of “Better lamp”" in warning and "Keep mine" in warning
    assert page("product_keep", lamp) in warning
    owner.post(page("product_keep", lamp), {"names": ["name", "brand"]})
    the_shop.put(1, "Lamp of the shop", sku="LAMP", price="22")
    import_again(owner, connection)
    lamp.refresh_from_db()
    assert (lamp.name, lamp.brand, lamp.price) == ("Better lamp", "Ours", 22)
    assert lamp.locked_fields == ["name", "brand"]


def test_without_that_click_the_shop_takes_it_back(the_shop, connection, lamp, owner):
    save(owner, lamp, name="Better lamp")
    import_again(owner, connection)
    lamp.refresh_from_db()
    assert lamp.name == "Lamp"


def test_nothing_is_said_of_what_is_locked_or_ours_or_unchanged(tenant, connection, lamp, owner):
    lock_fields(tenant.pk, [lamp.pk], ["name"])
    assert not [text for text in save(owner, lamp, name="Better", mpn="7", sync_to_meta="") if "overwrite" in text]
    own = ProductFactory(tenant=tenant)
    assert not [text for text in save(owner, own, name="Better") if "overwrite" in text]


def test_a_product_that_its_shop_gave_up_is_nobodys_but_ours(the_shop, connection, lamp, owner):
    del the_shop.products["1"]
    import_again(owner, connection)
    assert not [text for text in save(owner, lamp, name="Ours now") if "overwrite" in text]
    assert "The shop does not have it any more since" in text_of(owner.get(page("product_change", lamp)))


def test_a_variants_price_is_a_price(connection, owner):
    shirt = Product.objects.get(sku="SHIRT")
    said = save(owner, shirt, **{"variants-0-price": "35"})
    assert "overwrite Price of “Shirt”" in said[0] or "overwrite Price of “Shirt”" in said[-1]


def test_ticks_lock_and_unlock(the_shop, connection, lamp, owner):
    save(owner, lamp, name="Ours", locked_fields=["name", "price"])
    lamp.refresh_from_db()
    assert lamp.locked_fields == ["name", "price"]
    import_again(owner, connection)
    assert Product.objects.get(pk=lamp.pk).name == "Ours"
    save(owner, lamp, locked_fields=[])
    import_again(owner, connection)
    assert Product.objects.get(pk=lamp.pk).name == "Lamp"


def test_locks_that_no_shop_knows_stay(tenant, owner):
    product = ProductFactory(tenant=tenant, locked_fields=["condition"])
    save(owner, product, name="Renamed")
    product.refresh_from_db()
    assert (product.name, product.locked_fields) == ("Renamed", ["condition"])


def test_a_look_at_one_product_makes_it_as_the_shop_has_it(the_shop, connection, lamp, owner):
    save(owner, lamp, name="Better lamp")
    answer = owner.post(page("product_look_again", lamp))
    work()
    run = Run.objects.order_by("-created_at").first()
    assert answer["Location"] == page("run_change", run) and run.params["part"]
    lamp.refresh_from_db()
    assert lamp.name == "Lamp"
    owner.post(page("storeconnection_pause", connection))
    assert "paused" in messages_of(owner.post(page("product_look_again", lamp), follow=True))[-1]


# --- many products ------------------------------------------------------------------------------------------------------------------


def test_many_are_locked_and_unlocked_and_it_can_be_undone(tenant, connection, lamp, owner):
    own = ProductFactory(tenant=tenant, locked_fields=["price"])
    chosen = {"action": "choose_locks", "_selected_action": [lamp.pk, own.pk]}
    asked = owner.post(LIST, chosen)
    assert "For 2 products." in text_of(asked) and "Whether stock is counted" in text_of(asked)
    assert "Tick at least one field." in text_of(owner.post(LIST, {**chosen, "way": "lock"}))
    said = messages_of(owner.post(LIST, {**chosen, "way": "lock", "names": ["name", "price"]}, follow=True))
    assert said[0].startswith("Name and Price locked for 2 products.") and "Undo" in said[0]
    assert {product.pk: product.locked_fields for product in (Product.objects.get(pk=lamp.pk), Product.objects.get(pk=own.pk))} == {
        lamp.pk: ["name", "price"], own.pk: ["price", "name"],
    }  # fmt: skip
    run = Run.objects.get(kind="edit")
    assert Revision.objects.filter(run_id=run.pk).count() == 2
    assert "that was so already" in messages_of(owner.post(LIST, {**chosen, "way": "lock", "names": ["name"]}, follow=True))[0]
    owner.post(LIST, {**chosen, "way": "unlock", "names": ["price"]})
    assert Product.objects.get(pk=own.pk).locked_fields == ["name"]
    owner.post(page("run_rollback", run), {"overwrite": "yes"})
    work_on_rollback(str(Run.objects.get(kind="rollback").pk))
    assert Product.objects.get(pk=own.pk).locked_fields == ["price"]


def test_only_fields_of_shops_can_be_locked(tenant):
    with pytest.raises(ValueError, match="cannot be locked: meta_sync_status"):
        lock_fields(tenant.pk, [], ["meta_sync_status"])


# --- who may ------------------------------------------------------------------------------------------------------------------------


def test_staff_locks_but_starts_nothing(tenant, lamp):
    staff = browser(tenant, "staff")
    runs = Run.objects.count()
    assert "Look at it again now" not in text_of(staff.get(page("product_change", lamp)))
    assert staff.post(page("product_look_again", lamp)).status_code == 404
    staff.post(page("product_keep", lamp), {"names": ["name", "id"]})
    lamp.refresh_from_db()
    assert lamp.locked_fields == ["name"] and Run.objects.count() == runs


def test_another_business_reaches_none_of_it(other_tenant, connection, lamp):
    client = browser(other_tenant)
    for name in ("look_again", "keep"):
        assert client.post(page(f"product_{name}", lamp), {"names": ["name"]}).status_code == 404
    act(client, "choose_locks", lamp)
    assert "Corner shop" not in text_of(client.get(LIST, {"shop": connection.pk}))
    client.post(LIST, {"action": "choose_locks", "_selected_action": [lamp.pk], "way": "lock", "names": ["name"]})
    lamp.refresh_from_db()
    assert lamp.locked_fields == []


# --- logs, start page ---------------------------------------------------------------------------------------------------------------


def test_each_import_leaves_a_line_in_the_log(tenant, other_tenant, connection, owner):
    log = WebhookLog.objects.get()
    listed = text_of(owner.get(reverse("admin:integrations_webhooklog_changelist")))
    assert "product sync" in listed and "✓ Success" in listed and "2 created" in listed
    shown = owner.get(page("webhooklog_change", log))
    assert "Open the run" in text_of(shown) and str(log.payload["run_id"]) in shown.content.decode()
    assert owner.post(page("webhooklog_change", log), {"event": "x"}).status_code == 403
    assert browser(tenant, "staff").get(reverse("admin:integrations_webhooklog_changelist")).status_code == 403
    assert "product sync" not in text_of(browser(other_tenant).get(reverse("admin:integrations_webhooklog_changelist")))


def test_the_start_page_has_a_line_for_each_shop(tenant, other_tenant, connection, owner):
    shown = text_of(owner.get(reverse("admin:index")))
    assert "Corner shop 2 products ✓ Active" in shown
    assert "Corner shop 2 products" not in text_of(browser(tenant, "staff").get(reverse("admin:index")))
    other = text_of(browser(other_tenant).get(reverse("admin:index")))
    assert "Corner shop" not in other and "Connect a shop" in other
