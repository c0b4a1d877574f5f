"""The standard's own vector, and what must not pass."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from common.signing import equal, key_of, standard_headers, verified

SECRET, MESSAGE, BODY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
NOW = datetime.fromtimestamp(1614265330, UTC)


def test_the_vector_of_the_standard():
    headers = standard_headers([SECRET], MESSAGE, BODY, NOW)
    assert headers == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_while_one_is_being_changed():
    headers = standard_headers(["new-secret", SECRET], MESSAGE, BODY, NOW)
    assert len(headers["webhook-signature"].split()) == 2
    assert verified([SECRET], headers, BODY, NOW) and verified(["new-secret"], headers, BODY, NOW)


@pytest.mark.parametrize(
    ("secret", "changed", "body", "later"),
    [
        ("another", {}, BODY, timedelta()),
        ("", {}, BODY, timedelta()),
        (SECRET, {"webhook-id": "msg_other"}, BODY, timedelta()),
        (SECRET, {"webhook-timestamp": "1614265331"}, BODY, timedelta()),
        (SECRET, {"webhook-timestamp": "soon"}, BODY, timedelta()),
        (SECRET, {"webhook-signature": ""}, BODY, timedelta()),
        (SECRET, {"webhook-signature": "v1,"}, BODY, timedelta()),
        (SECRET, {}, BODY + b" ", timedelta()),
        (SECRET, {}, BODY, timedelta(minutes=6)),
        (SECRET, {}, BODY, -timedelta(minutes=6)),
    ],
)
def test_what_does_not_pass(secret, changed, body, later):
    headers = standard_headers([SECRET], MESSAGE, BODY, NOW) | changed
    assert not verified([secret], headers, body, NOW + later)


def test_without_a_secret_nothing_is_signed_and_nothing_is_equal():
    assert "webhook-signature" not in standard_headers([""], MESSAGE, BODY, NOW)
    assert not equal("", "") and not equal("a", "") and equal("ä", "ä".encode())


@pytest.mark.parametrize("given", ["\udcff", "\ud800=", "é", "☃", ""])
def test_an_odd_header_is_no_signature_and_no_fault_of_ours(given):
    assert not equal(given, "c2lnbmF0dXJl")


def test_keys_of_both_kinds():
    assert key_of(SECRET) == base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key_of("plain words") == b"plain words"
    assert key_of("whsec_not base64!") == b"whsec_not base64!"
