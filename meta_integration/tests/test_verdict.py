"""Judging what Meta says about an item: the shapes of the reference, and anything else a JSON document may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta_integration.catalog.verdict import LIVE, MOST_ERRORS, PROCESSING, REJECTED, WARNING, judge

# As the reference of "Product Item" shows them; fields without a value are left out of an answer.
APPROVED = {
    "id": "7138690000000001", "retailer_id": "A-1", "review_status": "approved", "image_fetch_status": "FETCHED",
    "capability_to_review_status": [{"key": "WHATSAPP", "value": "APPROVED"}, {"key": "MINI_SHOPS", "value": "REJECTED"}],
}  # fmt: skip


def diagnostic(kind: str, priority: str) -> dict:
    return {"error_type": kind, "error_priority": priority, "title": f"{kind} in words", "description": "More words."}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, LIVE),
        ({"review_status": "pending"}, PROCESSING),
        ({"review_status": "outdated"}, PROCESSING),
        ({"review_status": "rejected", "review_rejection_reasons": ["Prohibited: tobacco"]}, REJECTED),
        ({"image_fetch_status": "NO_STATUS"}, PROCESSING),
        ({"image_fetch_status": "OUTDATED"}, PROCESSING),
        ({"image_fetch_status": "DIRECT_UPLOAD"}, LIVE),
        ({"image_fetch_status": "FETCH_FAILED"}, WARNING),
        ({"image_fetch_status": "PARTIAL_FETCH"}, WARNING),
        ({"capability_to_review_status": [{"key": "WHATSAPP", "value": "REJECTED"}]}, REJECTED),
        ({"capability_to_review_status": {"WHATSAPP": "PENDING"}}, PROCESSING),
        ({"capability_to_review_status": {"data": [{"key": "WHATSAPP", "value": "APPROVED"}]}}, LIVE),
        ({"errors": [diagnostic("ITEM_PRICE_NOT_POSITIVE", "HIGH")]}, WARNING),
        ({"errors": [diagnostic("SOMETHING_NEW", "URGENT")]}, WARNING),
        ({"errors": [diagnostic("PROPERTY_VALUE_UPPERCASE", "LOW")]}, LIVE),
        ({"errors": [diagnostic("DA_POLICY_VIOLATION", "HIGH"), diagnostic("MARKETPLACE_DISABLED_BY_USER", "HIGH")]}, LIVE),
        ({"errors": [diagnostic("WHATSAPP_POLICY_VIOLATION", "HIGH")]}, REJECTED),
        ({"errors": [diagnostic("WHATSAPP_DISABLED_BY_USER", "LOW")]}, REJECTED),
        ({"review_status": "rejected", "image_fetch_status": "NO_STATUS"}, REJECTED),
        ({"review_status": "pending", "image_fetch_status": "FETCH_FAILED"}, PROCESSING),
        ({"review_status": "a word of next year"}, LIVE),
    ],
)
def test_each_word_means_one_of_four_states(said, state):
    assert judge(APPROVED | said).state == state


def test_metas_words_are_kept_clean_and_short():
    verdict = judge(
        APPROVED
        | {
            "review_status": "rejected",
            "review_rejection_reasons": ["Not allowed: access_token=EAAabcdefghijklmn\x00", "", "x" * 5000],
            "errors": [diagnostic("HIGH_NUMBER", "HIGH")] * 500,
        }
    )
    assert "EAAabcdefghijklmn" not in verdict.rejection_reasons[0] and "\x00" not in verdict.rejection_reasons[0]
    assert [len(reason) <= 300 for reason in verdict.rejection_reasons] == [True, True]
    assert len(verdict.errors) == MOST_ERRORS


def test_an_item_without_any_of_the_fields_is_one_that_nobody_objects_to():
    assert judge({"id": "1", "retailer_id": "A"}).state == LIVE


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(["key", "value", "data", "error_type"]), inner),
    max_leaves=12,
)
NAMES = st.sampled_from(["review_status", "review_rejection_reasons", "image_fetch_status", "errors", "capability_to_review_status"])


@given(st.dictionaries(NAMES, ANYTHING))
def test_no_answer_whatever_breaks_the_judge(said):
    verdict = judge(said)
    assert verdict.state in (LIVE, PROCESSING, WARNING, REJECTED)
    assert all(isinstance(text, str) for text in (*verdict.rejection_reasons, verdict.review_status, verdict.whatsapp))
