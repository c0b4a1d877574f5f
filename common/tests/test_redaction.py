"""What is masked, wherever it is written down."""

import pytest

from common.redaction import redact_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("no mail by smtps://bob:hunter2@mail.example:465", "no mail by smtps://bob:***@mail.example:465"),
        ("redis://:pw@127.0.0.1:6379/0 refuses", "redis://:***@127.0.0.1:6379/0 refuses"),
        ("GET https://graph.example/v26.0/me?access_token=abcdefgh&x=1", "GET https://graph.example/v26.0/me?access_token=***&x=1"),
        ("GET http://shop.example/?oauth_consumer_key=ck_12&oauth_signature=a%2Fb", "GET http://shop.example/?oauth_consumer_key=***&oauth_signature=***"),
        (f"to=%2F%3Fconsumer_key%3Dck_{'0a' * 20}, cs_{'f1' * 20}", "to=%2F%3Fconsumer_key%3D***, ***"),
        ("see https://shop.example:8080/a@2x.png", "see https://shop.example:8080/a@2x.png"),
        ("postgres://shop@db/shop", "postgres://shop@db/shop"),
    ],
)  # fmt: skip
def test_passwords_and_tokens_in_addresses(text, masked):
    assert redact_text(text) == masked
