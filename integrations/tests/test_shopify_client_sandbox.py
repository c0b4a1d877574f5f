"""The client against the stand-in shop: introduction, tokens that end in the middle, faults of every kind, files as streams."""

from types import SimpleNamespace

import pytest

from common.errors import AmbiguousError, NeedsConfigurationError, PermanentError, RemoteError, TransientError
from common.tests.keeping_host import Said, keeping
from integrations.providers.shopify import client as module
from integrations.providers.shopify.client import ShopifyClient
from integrations.providers.shopify.introduction import WITHOUT_TAX, introduce
from integrations.tests.shopify_edge import CLIENT, KEYS, STATIC, unsaved
from integrations.tests.shopify_world import served

pytestmark = pytest.mark.django_db
LIST = "query List($after: String) { products(first: 2, after: $after, sortKey: ID) { nodes { id } pageInfo { hasNextPage endCursor } } }"


@pytest.fixture
def shop(settings, monkeypatch):
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=lambda seconds: None))
    with served(settings, currency="KWD") as shop:
        for number in range(7):
            shop.add(f"Cup {number}", price="1.000")
        yield shop


def numbers(client, pages=99):
    found, after = [], None
    for _ in range(pages):
        page = client.execute(LIST, {"after": after})["products"]
        found += [row["id"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    return found


def test_who_the_shop_is(shop):
    found = introduce(ShopifyClient(unsaved()))
    assert (found.currency, found.products, found.notes) == ("KWD", 7, (WITHOUT_TAX,))
    assert found.shop_id.startswith("gid://shopify/Shop/") and "read_products" in found.scopes


def test_a_token_that_ends_in_the_middle_of_a_list_loses_nothing(shop):
    client = ShopifyClient(unsaved())
    whole = numbers(client)
    shop.faults.add("token_expired", skip=2)
    assert numbers(client) == whole and len(set(whole)) == 7


@pytest.mark.parametrize("fault", ["throttled", "too_many_requests", "token_expired"])
def test_what_passes_is_waited_for(shop, fault):
    client = ShopifyClient(unsaved())
    shop.faults.add(fault, endpoints=["products"], skip=1, remaining=1)
    assert len(numbers(client)) == 7


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("truncated", TransientError, "truncated"),
        ("cut", TransientError, "connection_lost"),
        ("reset_before", TransientError, "unreachable"),
        ("bad_gateway", TransientError, "overloaded"),
        ("internal_error", TransientError, "shop_error"),
        ("partial_errors", TransientError, "shop_error"),
        ("token_refused", NeedsConfigurationError, "new_token_refused"),
        ("scope_lost", NeedsConfigurationError, "missing_scope"),
        ("frozen", NeedsConfigurationError, "frozen"),
        ("locked", TransientError, "locked"),
        ("throttled", TransientError, "throttled"),
    ],
)
def test_no_fault_looks_like_an_empty_shop(shop, fault, kind, code):
    client = ShopifyClient(unsaved())
    numbers(client)
    shop.faults.add(fault)
    with pytest.raises(RemoteError) as caught:
        numbers(client)
    assert (type(caught.value), caught.value.kind) == (kind, code)
    shop.faults.clear()
    assert len(numbers(client)) == 7


def test_a_shop_that_refuses_keys(shop):
    shop.faults.add("no_new_token")
    with pytest.raises(NeedsConfigurationError) as caught:
        introduce(ShopifyClient(unsaved()))
    assert caught.value.kind == "invalid_client"


def test_an_app_that_is_not_installed_any_more(shop):
    client = ShopifyClient(unsaved())
    numbers(client)
    shop.uninstall(CLIENT)
    with pytest.raises(NeedsConfigurationError) as caught:
        numbers(client)
    assert caught.value.kind == "app_not_installed"


def test_an_older_app_with_a_token_of_its_own(shop):
    shop.add_app("old", "old-secret", token=STATIC)
    assert len(numbers(ShopifyClient(unsaved({"access_token": STATIC})))) == 7


def test_an_api_of_another_version_is_told(shop):
    shop.faults.add("old_version")
    assert "too old" in " ".join(introduce(ShopifyClient(unsaved(KEYS))).notes)


def test_a_change_whose_answer_is_lost_was_made_once(shop):
    client = ShopifyClient(unsaved())
    shop.faults.add("reset_after", endpoints=["bulkOperationRunQuery"])
    start = 'mutation Start { bulkOperationRunQuery(query: "{ products { edges { node { id } } } }") { bulkOperation { id } } }'
    with pytest.raises(AmbiguousError):
        client.execute(start)
    assert len(shop.bulk.operations) == 1


# --- files --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(settings):
    """A server in the place of the shop's own, which has a file."""
    with keeping() as host:
        settings.ALLOW_PRIVATE_STORE_URLS = True
        settings.SHOPIFY_BASE_URL = host.url + "/{domain}"
        yield host


def test_a_file_comes_line_by_line_and_nobody_says_who_asks(files):
    lines = [b'{"id":%d,"text":"%s"}' % (number, b"x" * (number % 700)) for number in range(500)]
    files.answer = lambda asked: Said(body=b"\n".join(lines) + b"\n")
    client = ShopifyClient(unsaved({"access_token": STATIC}))
    assert list(client.download(f"{files.url}/file.jsonl?Signature=s")) == lines
    files.answer = lambda asked: Said(body=b"a\nb")
    assert list(client.download(f"{files.url}/file.jsonl")) == [b"a", b"b"]
    files.answer = lambda asked: Said(206, b"b\nc\n", {"Content-Range": "bytes 2-5/6"})
    assert list(client.download(f"{files.url}/file.jsonl", 2)) == [b"b", b"c"]
    assert STATIC not in str(files.asked) and "x-shopify-access-token" not in files.asked[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "https://storage.googleapis.com.evil.example/f", "http://storage.googleapis.com/f", "https://user@storage.googleapis.com/f",
        "https://storage.googleapis.com:8443/f", "http://127.0.0.1:1/f", "file:///etc/passwd", "http://[", "",
    ],
)  # fmt: skip
def test_files_lie_only_where_shopify_keeps_them(files, url):
    with pytest.raises(PermanentError) as caught:
        list(ShopifyClient(unsaved()).download(url))
    assert caught.value.kind == "file_elsewhere" and files.asked == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Said(403, b"<Error>SignatureExpired</Error>"), "unreachable"),
        (Said(302, b"", {"Location": "https://storage.googleapis.com/other"}), "unreachable"),
        (Said(talk=lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}\n{}\n")), "connection_lost"),
    ],
)
def test_a_file_that_cannot_be_had_whole_is_an_error(files, answer, kind):
    files.answer = lambda asked: answer
    with pytest.raises(TransientError) as caught:
        list(ShopifyClient(unsaved()).download(f"{files.url}/f?Signature=s3cret"))
    assert caught.value.kind == kind and "s3cret" not in f"{caught.value!r}{caught.value.data}{caught.value.__context__}"


def test_a_line_without_end_is_not_collected(files, monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 1000)
    files.answer = lambda asked: Said(body=b"{}\n" + b"x" * 200_000)
    with pytest.raises(TransientError) as caught:
        list(ShopifyClient(unsaved()).download(f"{files.url}/f"))
    assert caught.value.kind == "too_large"
