"""What each recorded answer of a real WooCommerce means."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.errors import RemoteError
from integrations.providers.woocommerce.answering.answers import Asked, read_answer

RECORDED = Path(__file__).parent / "fixtures/woocommerce/errors"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROOT = "https://shop.example/wp-json"

MEANS = {
    "200-html-home-page-plain-permalinks": "plain_permalinks",
    "400-create-duplicate-sku": "bad_request",
    "400-modified_after-date-only": "bad_request",
    "400-orderby-unknown": "bad_request",
    "400-page-0": "bad_request",
    "400-per_page-0": "bad_request",
    "400-per_page-101": "bad_request",
    "400-per_page-minus-1": "bad_request",
    "400-update-no-such-product": "bad_request",
    "401-basic-auth-over-plain-http": "header_stripped",
    "401-keys-with-rest_route-instead-of-wp-json": "header_stripped",
    "401-no-credentials": "header_stripped",
    "401-oauth-clock-20-minutes-off": "clock_wrong",
    "401-oauth-missing-parameter": "header_stripped",
    "401-oauth-nonce-used-again": "repeated_request",
    "401-oauth-unknown-key": "bad_key",
    "401-oauth-wrong-signature": "bad_key",
    "401-read-only-key-writes": "bad_key",
    "401-unknown-key": "header_stripped",
    "401-write-only-key-reads": "write_only_key",
    "401-wrong-secret": "bad_key",
    "403-key-of-a-user-without-rights": "no_rights",
    "403-key-of-a-user-without-rights-system_status": "no_rights",
    "404-no-such-namespace-as-without-woocommerce": "woo_off",
    "404-no-such-product": "not_found",
    "404-no-such-route": "no_route",
    "404-no-such-variation": "not_found",
    "404-variation-of-another-parent": "not_found",
    "404-woocommerce-deactivated": "woo_off",
    "413-batch-over-100": "too_long",
    "500-database-down-html": "database_down",
    "500-php-fatal-error-in-a-plugin": "php_error",
    "503-maintenance-mode-during-an-update": "maintenance",
}
GOOD = {
    "200-batch-with-errors-inside": 2, "200-page-past-the-end-is-empty-list": 0, "200-variations-of-no-such-product-is-empty-list": 0,
    "200-warning-printed-before-json": 1,
}  # fmt: skip


def recorded(name: str) -> tuple[int, dict, bytes, Asked]:
    about = json.loads((RECORDED / f"{name}.headers.json").read_text())
    body = next(path for path in (RECORDED / f"{name}.json", RECORDED / f"{name}.body") if path.exists()).read_bytes()
    path = about["request"]["path"].removeprefix("/wp-json/wc/v3/").removeprefix("/wp-json/wc/v9/").strip("/")
    return about["status"], dict(about["headers"]), body, Asked(f"{ROOT}/wc/v3/{path}", path, "basic", now=NOW)


def test_every_recording_is_looked_at():
    names = {path.name.removesuffix(".headers.json") for path in RECORDED.glob("*.headers.json")}
    assert names == {*MEANS, *GOOD}


@pytest.mark.parametrize("name", MEANS)
def test_recorded_refusal(name):
    with pytest.raises(RemoteError) as caught:
        read_answer(*recorded(name))
    assert caught.value.kind == MEANS[name]
    assert caught.value.message and caught.value.data["remedy"]
    assert "<" not in str(caught.value.data)


@pytest.mark.parametrize("name", GOOD)
def test_recorded_answer_that_is_none(name):
    answer = read_answer(*recorded(name))
    assert len(answer.data) == GOOD[name]
    assert answer.had_notice == (name == "200-warning-printed-before-json")
