"""What to do about Meta's words: every code has a remedy, nothing is said twice, hints come last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meta_integration.catalog.verdict import judge
from meta_integration.tests.test_verdict import ANYTHING, NAMES, diagnostic
from meta_integration.verdict_words import BY_TYPE, POLICY, UNKNOWN_ERROR, advice_on


def said(**item):
    return advice_on(judge(item))


def test_nothing_is_said_about_a_live_item():
    assert said(review_status="approved", image_fetch_status="FETCHED") == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Tobacco products are prohibited.", "tobacco"),
        ("PROHIBITED_CONTENT_LIVE_ANIMALS", "animal"),
        ("The image infringes intellectual property.", "not yours to use"),
    ],
)
def test_a_reason_that_names_a_policy_gets_that_policys_remedy(reason, words):
    [advice] = said(review_status="rejected", review_rejection_reasons=[reason])
    assert words in advice.meaning and advice.quote == reason and advice.to_do


def test_a_reason_in_any_language_and_no_reason_at_all_get_the_general_remedy():
    for reasons in (["Tento produkt není povolen."], []):
        [advice] = said(review_status="rejected", review_rejection_reasons=reasons)
        assert (advice.meaning, advice.to_do) == (POLICY.meaning, POLICY.to_do)


@pytest.mark.parametrize("kind", [*BY_TYPE, "IMAGE_FETCH_FAILED_TIMED_OUT", "EMPTY_BRAND", "PROPERTY_VALUE_MISSING", "MISSING_COLOR"])
def test_known_diagnostics_have_words_of_their_own(kind):
    [advice] = said(errors=[diagnostic(kind, "HIGH")])
    assert advice.to_do and advice.meaning != UNKNOWN_ERROR.meaning and advice.grave


def test_an_unknown_diagnostic_is_quoted():
    [advice] = said(errors=[diagnostic("SOMETHING_NEW", "HIGH")])
    assert (advice.meaning, advice.quote) == (UNKNOWN_ERROR.meaning, "SOMETHING_NEW in words")


def test_a_failed_picture_is_said_once_with_metas_words():
    [advice] = said(image_fetch_status="FETCH_FAILED", errors=[diagnostic("IMAGE_FETCH_FAILED_LINK_BROKEN", "HIGH")])
    assert advice.quote == "IMAGE_FETCH_FAILED_LINK_BROKEN in words"


def test_hints_come_last_and_news_about_other_places_say_so():
    found = said(
        errors=[diagnostic("PROPERTY_VALUE_UPPERCASE", "LOW"), diagnostic("DA_POLICY_VIOLATION", "HIGH"), diagnostic("EMPTY_BRAND", "HIGH")]
    )
    assert [one.grave for one in found] == [True, False, False]
    assert found[-1].to_do == "Nothing to do for selling on WhatsApp."


@given(st.dictionaries(NAMES, ANYTHING))
def test_no_answer_whatever_breaks_the_words(item):
    assert all(one.meaning and one.to_do for one in advice_on(judge(item)))


def test_a_rejection_is_told_once_with_the_most_that_is_known():
    violation = diagnostic("WHATSAPP_POLICY_VIOLATION", "HIGH")
    [advice] = said(review_status="rejected", review_rejection_reasons=["Tobacco"], errors=[violation])
    assert advice.quote == "Tobacco"
    [advice] = said(review_status="rejected", errors=[violation])
    assert advice.quote == "WHATSAPP_POLICY_VIOLATION in words"
