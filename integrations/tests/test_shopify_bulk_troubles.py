"""What may go wrong with a bulk operation: then pages are turned, and the products are the same."""

from pathlib import Path
from typing import Any

import pytest

from common.errors import AmbiguousError, NeedsConfigurationError, RemoteError, TransientError
from integrations.providers.shopify.listing import spool, staging
from integrations.providers.shopify.listing.large import PATIENCE
from integrations.tests.shopify_bulk_world import all_of, large_shop, numbers, reader
from integrations.tests.shopify_double import ShopDouble

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("gets_on", [True, False])
def test_one_that_hangs_is_called_off_and_pages_are_turned(frozen: Any, gets_on: bool) -> None:
    shop = large_shop(3)
    looks = 0

    def before(name: str) -> None:
        nonlocal looks
        if name == "BULK_STATE":
            looks += 1
            frozen.shift(PATIENCE - 60)
            shop.statuses = [{"status": "RUNNING", "objectCount": str(looks if gets_on else 4)}]

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert "BULK_CANCEL" in shop.names()
    assert "download" not in shop.names()
    assert looks == (14 if gets_on else 3)


def test_calling_off_may_fail() -> None:
    shop = large_shop(3)

    def before(name: str) -> None:
        if name == "BULK_CANCEL":
            raise TransientError("no", kind="shop_error")

    shop.before = before
    shop.statuses = [{"status": "CREATED"}]
    products = reader(shop)
    page = products.page(None)
    page.next_cursor["bulk"]["moved"] -= PATIENCE + 1
    assert products.page(page.next_cursor).next_cursor == {"list": {}}


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "EXPIRED", "SOMETHING_NEW"])
def test_one_that_fails_is_no_list_even_with_half_a_file(status: str, caplog: pytest.LogCaptureFixture) -> None:
    shop = large_shop(3)
    shop.finish_bulk(status=status, errorCode="TIMEOUT", partialDataUrl="https://storage.googleapis.com/half.jsonl")
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert "download" not in shop.names()
    assert f"{status} TIMEOUT" in caplog.text  # why, as Shopify says it


def test_done_without_a_file_is_no_empty_shop() -> None:
    shop = large_shop(3)
    shop.finish_bulk(url=None, objectCount="0", rootObjectCount="0")
    assert numbers(all_of(shop)) == [1, 2, 3]


def test_one_that_shopify_has_forgotten_leads_to_pages() -> None:
    shop = large_shop(3)
    shop.statuses = [None]  # type: ignore[list-item]
    assert numbers(all_of(shop)) == [1, 2, 3]


@pytest.mark.parametrize("state", [None, {"status": "FAILED"}, {"url": None, "objectCount": "0", "rootObjectCount": "0"}])
def test_however_many_come_to_nothing_the_next_one_finds_its_place(state: dict[str, Any] | None, tmp_path: Path) -> None:
    shop = large_shop(3)
    for _ in range(staging.MOST_FILES + 1):
        shop.finish_bulk(**(state or {}))
        shop.statuses = shop.statuses if state else [None]  # type: ignore[list-item]
        assert numbers(all_of(shop)) == [1, 2, 3]
    assert list(tmp_path.glob("*/*")) == []
    shop.finish_bulk()
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert shop.names().count("download") == 1


def test_a_file_for_which_there_is_no_room_leaves_nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SET_UP", f"{spool.SET_UP} INSERT INTO nowhere VALUES (1);")
    assert numbers(all_of(large_shop(3))) == [1, 2, 3]
    assert list(tmp_path.glob("*/*")) == []


@pytest.mark.parametrize("spoil", ["end", "double", "broken", "orphan", "foreign", "roots"])
def test_a_file_that_is_not_what_it_should_be_is_not_used(spoil: str) -> None:
    shop = large_shop(3)
    lines = shop.lines
    if spoil == "end":
        del lines[-1]
    elif spoil == "double":
        lines[-1] = lines[0]
    elif spoil == "broken":
        lines[1] = lines[1][:40]
    elif spoil == "orphan":
        lines[1] = lines[1].replace(b"Product\\/1", b"Product\\/77")
    elif spoil == "foreign":
        lines[1] = b'{"id": "gid:\\/\\/shopify\\/Order\\/1"}'
    else:
        shop.statuses[0]["rootObjectCount"] = "4"
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert ["query" in given for name, given in shop.asked if name == "PRODUCTS"] == [False]


def test_a_file_that_does_not_come_at_once_is_asked_for_again() -> None:
    shop = large_shop(3)
    tries = 0

    def before(name: str) -> None:
        nonlocal tries
        if name == "download" and (tries := tries + 1) == 1:
            raise TransientError("cut", kind="connection_lost")

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]
    assert shop.names().count("download") == 1


@pytest.mark.parametrize("error", [AmbiguousError("?", kind="timeout"), NeedsConfigurationError("may not", kind="missing_scope")])
def test_where_none_can_be_begun_pages_are_turned(error: RemoteError) -> None:
    shop = large_shop(3)

    def before(name: str) -> None:
        if name == "BULK_START":
            raise error

    shop.before = before
    assert numbers(all_of(shop)) == [1, 2, 3]


def test_where_all_places_are_taken_pages_are_turned() -> None:
    class Busy(ShopDouble):
        def execute(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
            data = super().execute(query, variables)
            if "bulkOperationRunQuery" in data:
                said = {"field": None, "message": "already in progress: gid://shopify/BulkOperation/1", "code": "OPERATION_IN_PROGRESS"}
                return {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [said]}}
            return data

    shop = large_shop(3)
    shop.__class__ = Busy
    assert numbers(all_of(shop)) == [1, 2, 3]
