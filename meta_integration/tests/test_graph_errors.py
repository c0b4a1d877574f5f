"""Graph answers -> the four kinds of error: by code and subcode, never by HTTP status alone, never by text."""

import pytest

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, TransientError
from meta_integration.graph.errors import error_from
from meta_integration.graph.usage import highest_percentage, pause_seconds

METHOD = "GraphMethodException"


def made(status=400, *, about_item=False, headers=None, **error):
    return error_from(status, headers or {}, {"error": {"message": "Nachricht", **error}}, about_item=about_item)


@pytest.mark.parametrize(
    ("error", "status", "about_item", "kind"),
    [
        ({"code": 1}, 400, False, TransientError), ({"code": 2, "is_transient": True}, 400, False, TransientError),
        ({"code": 2}, 503, False, AmbiguousError), ({"code": 100}, 500, False, AmbiguousError),
        ({"code": 987654}, 400, False, TransientError), ({}, 400, False, TransientError), ({"code": "words"}, 400, False, TransientError),
        ({"code": 100}, 400, False, PermanentError), ({"code": 100, "is_transient": True}, 400, False, TransientError),
        ({"code": 100, "type": "OAuthException", "error_subcode": 2388}, 400, True, PermanentError),
        ({"code": 100, "type": METHOD, "error_subcode": 33}, 400, True, PermanentError),
        ({"code": 100, "type": METHOD, "error_subcode": 33}, 400, False, NeedsConfigurationError),
        ({"code": 100, "error_subcode": 33}, 400, False, NeedsConfigurationError),
        ({"code": 100, "type": METHOD}, 400, True, NeedsConfigurationError),
        ({"code": 10800}, 400, False, PermanentError), ({"code": 10801}, 400, False, PermanentError),
        ({"code": 801}, 400, True, PermanentError),
        ({"code": 804}, 400, False, PermanentError), ({"code": 190, "error_subcode": 463}, 401, False, NeedsConfigurationError),
        ({"code": "190"}, 400, False, NeedsConfigurationError), ({"code": 190}, 500, False, NeedsConfigurationError),
        ({"code": 250}, 403, True, NeedsConfigurationError), ({"code": 300}, 403, True, TransientError),
        ({"code": 368}, 400, False, NeedsConfigurationError), ({"code": 2635}, 400, False, NeedsConfigurationError),
    ],
)  # fmt: skip
def test_the_table(error, status, about_item, kind):
    assert type(made(status, about_item=about_item, **error)) is kind


@pytest.mark.parametrize(("status", "kind"), [(200, AmbiguousError), (502, AmbiguousError), (404, AmbiguousError), (413, TransientError)])
@pytest.mark.parametrize("payload", [None, [], "text", {"error": "text"}, {"error": None}], ids=str)
def test_answers_without_an_error_object(status, kind, payload):
    assert type(error_from(status, {}, payload, about_item=False)) is kind


@pytest.mark.parametrize("code", [4, 17, 32, 341, 613, 80009, 80014])
@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_throttles_are_known_by_code_at_any_status(code, status):
    error = made(status, code=code)
    assert (type(error), error.retry_after) == (TransientError, 300)


def test_everything_worth_keeping_is_kept_and_secrets_are_not():
    error = made(code=100, error_subcode=7, fbtrace_id="Abc", type="OAuthException", error_data='{"product_item_id": "71"}',
                 error_user_msg="bad access_token=EAAabcdefghijk here")  # fmt: skip
    assert (error.code, error.subcode, error.fbtrace_id, error.kind) == (100, 7, "Abc", "OAuthException")
    assert error.data == {"product_item_id": "71"}
    assert "EAAabc" not in error.message


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 300), ("not json", 300), ("[]", 300), ('{"1":[{"estimated_time_to_regain_access":17}]}', 1020),
        ('{"1":[{"estimated_time_to_regain_access":3},{"estimated_time_to_regain_access":9}],"2":[{}]}', 540),
        ('{"1":[{"estimated_time_to_regain_access":0}]}', 300), ('{"1":[{"estimated_time_to_regain_access":9999}]}', 3600),
    ],
)  # fmt: skip
def test_the_minutes_in_the_usage_header(header, seconds):
    assert pause_seconds({"X-Business-Use-Case-Usage": header}) == seconds


def test_the_tightest_limit():
    assert highest_percentage({"X-Business-Use-Case-Usage": '{"1":[{"call_count":28,"total_time":97,"total_cputime":"x"}]}'}) == 97
    assert highest_percentage({}) == 0
