"""Answers to questions about products: what may be answered, by whom, and what it starts."""

import pytest
from django.core.exceptions import ValidationError

from integrations.deciding.questions import answer_alike, answer_question
from integrations.models import LinkQuestion
from integrations.runs import open_run, start_import
from integrations.runs.orders import load_ids
from operations.models import Run
from products_and_services.models import Product
from tenants.models import AuditEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lamps(tenant):
    return [Product.objects.create(tenant=tenant, name=f"Lamp {n}") for n in range(2)]


def ask(shop, lamps, number="7"):
    return LinkQuestion.objects.create(
        tenant=shop.tenant, connection=shop, external_id=number, name=f"Shop lamp {number}", sku="L", candidates=[lamp.pk for lamp in lamps]
    )


@pytest.fixture
def question(run_world, shop, lamps):
    return ask(shop, lamps)


def test_an_answer_starts_an_import_of_just_that_product(question, lamps, shop, api):
    answer = api.post(f"/v1/link-questions/{question.pk}/answer/", {"answer": "same", "product": lamps[1].pk})
    assert answer.status_code == 200
    question.refresh_from_db()
    assert (question.answer, question.product) == ("same", lamps[1]) and question.answered_by.startswith("API key")
    run = open_run(shop)
    assert (answer.json()["run_id"], load_ids(run)) == (str(run.pk), ["7"])
    assert answer.json()["question"]["product_id"] == lamps[1].pk
    event = AuditEvent.objects.get(action="shop_question_answered")
    assert event.metadata == {"answer": "same", "external_id": "7", "product": lamps[1].pk}


def test_while_the_shop_is_read_the_answer_waits_for_the_next_import(question, shop, api):
    start_import(shop)
    answer = api.post(f"/v1/link-questions/{question.pk}/answer", {"answer": "separate"})
    assert (answer.status_code, answer.json()["run_id"], answer.json()["run_url"]) == (200, None, None)
    question.refresh_from_db()
    assert question.answer == "separate"


def test_what_is_left_out_needs_no_import_and_may_be_let_in_later(question, shop):
    assert answer_question(question, "skip") is None and not Run.objects.exists()
    assert answer_question(question, "separate") == open_run(shop)


def test_of_one_candidate_nobody_has_to_be_told_which(run_world, shop, lamps):
    answer_question(ask(shop, lamps[:1]), "same")
    assert LinkQuestion.objects.get().product == lamps[0]


def test_what_cannot_be_answered_so(question, lamps, shop, other_tenant, api):
    foreign = Product.objects.create(tenant=other_tenant, name="Foreign")

    def fields(**body):
        answer = api.post(f"/v1/link-questions/{question.pk}/answer/", body)
        assert answer.status_code == 400
        return answer.json()["error"]["fields"]

    assert "answer" in fields() and "answer" in fields(answer="") and "answer" in fields(answer="perhaps")
    assert "which of your products" in str(fields(answer="same")["product"])
    assert "product" in fields(answer="same", product=foreign.pk)
    answer_question(ask(shop, lamps, "8"), "same", lamps[0].pk)
    assert "was chosen for" in str(fields(answer="same", product=lamps[0].pk)["product"])
    shop.refs.create(kind="product", external_id="99", product=lamps[1])
    assert "a shop's product already" in str(fields(answer="same", product=lamps[1].pk)["product"])
    question.refresh_from_db()
    assert question.answer == ""


def test_what_was_imported_meanwhile_is_decided(question, lamps, shop):
    shop.refs.create(kind="product", external_id="7", product=lamps[0])
    with pytest.raises(ValidationError, match="imported meanwhile"):
        answer_question(question, "separate")


def test_many_are_answered_alike(run_world, shop, lamps):
    single, double = ask(shop, lamps[:1], "1"), ask(shop, lamps, "2")
    assert answer_alike([single, double], "same") == (1, [open_run(shop)])
    assert load_ids(open_run(shop)) == ["1"]
    double.refresh_from_db()
    assert double.answer == "" and answer_alike([double], "skip") == (1, [])
    with pytest.raises(ValidationError, match="no answer"):
        answer_alike([double], "")


def test_the_list_shows_open_ones_first_and_filters(question, shop, lamps, api, api_of, other_tenant):
    answer_question(ask(shop, lamps, "8"), "skip")
    page = api.get("/v1/link-questions/").json()["results"]
    assert [row["external_id"] for row in page] == ["7", "8"] and page[0]["candidates"] == [lamp.pk for lamp in lamps]
    assert [row["external_id"] for row in api.get("/v1/link-questions/?open=true").json()["results"]] == ["7"]
    assert [row["external_id"] for row in api.get("/v1/link-questions/?answer=skip").json()["results"]] == ["8"]
    assert api.get(f"/v1/link-questions/?connection={shop.pk}&open=false").json()["count"] == 1
    assert api_of(other_tenant).get("/v1/link-questions/").json()["count"] == 0
    assert api_of(other_tenant).post(f"/v1/link-questions/{question.pk}/answer/", {"answer": "skip"}).status_code == 404
    viewer = api_of(shop.tenant, "catalog:view")
    assert viewer.get("/v1/link-questions/").status_code == 200
    assert viewer.post(f"/v1/link-questions/{question.pk}/answer/", {"answer": "skip"}).status_code == 403
