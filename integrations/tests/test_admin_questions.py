"""Questions about products: both sides, three answers, one by one and many at once; each answer imports its product by itself."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.models import Answer, LinkQuestion, WebhookLog
from integrations.tests.fake_shop import connect
from integrations.tests.page_world import open_shop, page, work
from meta_integration.tests.face import browser, messages_of, text_of
from operations.models import Run
from products_and_services.models import Product
from products_and_services.tests.factories import ImageFactory, ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:integrations_linkquestion_changelist"


@pytest.fixture
def the_shop(monkeypatch):
    return open_shop(monkeypatch)


@pytest.fixture
def owner(tenant):
    return browser(tenant)


@pytest.fixture
def connection(tenant, the_shop, owner):
    """A shop that always asks, with two lamps of the same SKUs as lamps entered here, after its first import."""
    for number in (1, 2):
        ours = ProductFactory(tenant=tenant, name=f"Our lamp {number}", sku=f"LAMP-{number}", price=number)
        ImageFactory(product=ours, remote_url=f"https://img.example/ours-{number}.jpg")
        picture = f"https://img.example/theirs-{number}.jpg"
        the_shop.put(number, f"Shop's lamp {number}", sku=f"LAMP-{number}", price=f"{number}0", currency="EUR", images=[picture])
    shop = connect(tenant, name="Corner shop", link_by_sku="ask", credentials={"consumer_key": "ck_1", "consumer_secret": "cs_1"})
    for name in ("look", "import_now"):
        owner.post(page(f"storeconnection_{name}", shop))
        work()
    return shop


def asked():
    return list(LinkQuestion.objects.order_by("external_id"))


def answer(client, question, **data):
    found = messages_of(client.post(page("linkquestion_answer", question), data, follow=True))
    work()
    return found


def test_the_badge_counts_and_the_list_leads_to_both_sides(connection, owner):
    first, _ = asked()
    listed = owner.get(reverse(LIST))
    assert "Shop's lamp 1" in text_of(listed) and "? To answer" in text_of(listed)
    assert "Questions about products 2" in text_of(owner.get(reverse("admin:index")))
    assert "2 to answer" in text_of(owner.get(page("storeconnection_change", connection)))
    shown = owner.get(page("linkquestion_change", first))
    assert "Our lamp 1" in text_of(shown) and "SKU LAMP-1" in text_of(shown) and "1.00 USD" in text_of(shown)
    assert "10.00 EUR" in text_of(shown) and "https://img.example/theirs-1.jpg" in shown.content.decode()
    assert "https://img.example/ours-1.jpg" in shown.content.decode() and "Our lamp 2" not in text_of(shown)


def test_the_same_product_is_linked_at_once_and_the_next_question_comes(connection, owner):
    first, second = asked()
    said = answer(owner, first, answer="same", product=first.candidates[0])
    assert said[0] == "“Shop's lamp 1”: the same product." and "imported now" in said[1]
    product = Product.objects.get(pk=first.candidates[0])
    assert (product.name, product.external_source, Product.objects.count()) == ("Shop's lamp 1", "woocommerce", 2)
    following = owner.post(page("linkquestion_answer", second), {"answer": "skip"})
    assert following["Location"] == reverse(LIST)


def test_another_product_comes_in_beside_and_left_out_stays_out(connection, owner):
    first, second = asked()
    answer(owner, first, answer="separate")
    answer(owner, second, answer="skip")
    assert Product.objects.count() == 3
    beside = Product.objects.get(external_id="1")
    assert beside.name == "Shop's lamp 1" and beside.sku != "LAMP-1"
    shown = text_of(owner.get(page("linkquestion_change", second)))
    assert "○ Left out" in shown and "Another product" in shown
    answer(owner, second, answer="separate")
    assert Product.objects.count() == 4


def test_many_at_once(connection, owner):
    chosen = {"action": "same", "_selected_action": [question.pk for question in asked()]}
    said = messages_of(owner.post(reverse(LIST), chosen, follow=True))
    assert said[0] == "2 answered as the same product." and "imported now" in said[1]
    work()
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Shop's lamp 1", "Shop's lamp 2"]
    said = messages_of(owner.post(reverse(LIST), chosen, follow=True))
    assert said[0] == "0 answered as the same product. 2 were not: open them one by one, the page says why."


def test_what_cannot_be_answered_so_is_said(connection, owner):
    first, _ = asked()
    assert "is no answer" in answer(owner, first, answer="perhaps")[0]
    other = ProductFactory(tenant=connection.tenant)
    Product.objects.filter(pk=first.candidates[0]).delete()
    assert "There is no such product any more" in answer(owner, first, answer="same", product=first.candidates[0])[0]
    assert "not there any more" in text_of(owner.get(page("linkquestion_change", first)))
    assert LinkQuestion.objects.get(pk=first.pk).answer == Answer.OPEN and other.pk


def test_a_busy_shop_does_it_with_its_next_import(connection, owner):
    first, _ = asked()
    owner.post(page("storeconnection_import_now", connection))
    said = messages_of(owner.post(page("linkquestion_answer", first), {"answer": "separate"}, follow=True))
    assert said[1] == "The shop's next import does it."


def test_the_list_takes_as_many_queries_with_many_as_with_few(connection, owner):
    def queries():
        with CaptureQueriesContext(database) as found:
            owner.get(reverse(LIST))
        return len(found)

    few = queries()
    for number in range(20):
        LinkQuestion.objects.create(tenant=connection.tenant, connection=connection, external_id=f"x{number}", name="x", candidates=[1])
        WebhookLog.objects.create(tenant=connection.tenant, connection=connection, provider="woocommerce", event="x", status="error")
    assert queries() == few
    with CaptureQueriesContext(database) as found:
        owner.get(reverse("admin:integrations_webhooklog_changelist"))
    assert len(found) <= few + 1


def test_who_may_answer(tenant, other_tenant, connection):
    first, _ = asked()
    runs = Run.objects.count()
    for client in (browser(tenant, "manager"), browser(tenant, "staff"), browser(other_tenant)):
        assert client.post(page("linkquestion_answer", first), {"answer": "skip"}).status_code == 404
        client.post(reverse(LIST), {"action": "skip", "_selected_action": [first.pk]})
    assert browser(tenant, "staff").get(reverse(LIST)).status_code == 403
    manager = text_of(browser(tenant, "manager").get(page("linkquestion_change", first)))
    assert "Our lamp 1" in manager and "Leave it out" not in manager
    assert "Shop's lamp" not in text_of(browser(other_tenant).get(reverse(LIST)))
    assert LinkQuestion.objects.filter(answer=Answer.OPEN).count() == 2 and Run.objects.count() == runs
