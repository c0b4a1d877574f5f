"""Every fault does what its name says, only where it should, and only as often as it should."""

import json
import threading

import pytest
import requests

from sandbox.graph import KINDS, Fault
from sandbox.tests.conftest import CATALOG, OTHER, TOKEN, error_of, upsert


def fault(remote, kind, **options):
    return remote.standin.faults.add(Fault(kind, **options))


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("outage", {}, (503, 2, None)),
        ("bad_token", {}, (401, 190, 463)),
        ("error", {}, (400, 1349195, None)),
        ("error", {"code": 368, "status": 403}, (403, 368, None)),
        ("throttle", {}, (400, 80009, 2446079)),
        ("poison_400", {"retailer_ids": ("5784935",)}, (400, 100, None)),
        ("poison_500", {"retailer_ids": ("5784935",)}, (500, 1, None)),
        ("reject_item", {"retailer_ids": ("5784935",)}, (400, 100, None)),
    ],
)
def test_refusals_apply_nothing_and_end_by_themselves(remote, kind, options, expected):
    fault(remote, kind, remaining=1, **options)
    assert error_of(remote.create())[:3] == expected
    assert remote.item() is None
    assert remote.create().status_code == 200


def test_an_outage_is_transient(remote):
    fault(remote, "outage")
    assert remote.create().json()["error"]["is_transient"] is True


@pytest.mark.parametrize(
    ("kind", "error", "applied"),
    [
        ("lost_before", requests.ConnectionError, False),
        ("lost_after", requests.ConnectionError, True),
        ("hang", requests.ReadTimeout, False),
        ("timeout_after", requests.ReadTimeout, True),
        ("slow", requests.ReadTimeout, True),
        ("cut", requests.exceptions.ChunkedEncodingError, True),
    ],
)
def test_network_faults_are_what_the_network_would_raise(remote, kind, error, applied):
    fault(remote, kind, seconds=30)
    with pytest.raises(error):
        remote.create()
    assert (remote.item() is not None) is applied
    assert remote.standin.calls()[-1].outcome == ("ok" if kind == "slow" else f"fault {kind}")


def test_a_cut_answer_breaks_while_it_is_read(remote):
    fault(remote, "cut")
    answer = remote.call("GET", CATALOG, stream=True)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        b"".join(answer.iter_content(8))


def test_slow_answers_wait_by_the_given_sleep(remote):
    waited = []
    remote.standin.sleep = waited.append
    fault(remote, "slow", seconds=7)
    assert remote.create().status_code == 200
    assert waited == [7]


@pytest.mark.parametrize(("kind", "status", "applied"), [("html", 502, False), ("html_after", 200, True), ("broken_json", 200, True)])
def test_bodies_that_are_no_json(remote, kind, status, applied):
    fault(remote, kind)
    answer = remote.create()
    assert answer.status_code == status
    with pytest.raises(ValueError):
        answer.json()
    assert (remote.item() is not None) is applied


def test_throttles_tell_the_minutes_by_header_and_the_code_by_edge(remote):
    fault(remote, "throttle", minutes=7)
    answer = remote.batch(upsert())
    assert error_of(answer)[1] == 80014
    usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])[CATALOG][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 7)
    remote.standin.faults.clear()
    fault(remote, "throttle", minutes=None)
    assert "X-Business-Use-Case-Usage" not in remote.create().headers


def test_a_fault_can_be_kept_to_a_catalog_an_edge_and_later_calls(remote):
    fault(remote, "outage", catalog_id=OTHER)
    assert remote.create().status_code == 200
    remote.standin.faults.clear()
    fault(remote, "outage", edges=("write",), skip=1)
    assert [remote.create().status_code, remote.listing().status_code, remote.create().status_code] == [200, 200, 503]


def test_one_poisoned_row_spoils_the_call_it_is_in_and_no_other(remote):
    fault(remote, "poison_400", retailer_ids=("bad",))
    assert error_of(remote.batch(upsert("good"), upsert("bad")))[1] == 100
    assert remote.batch(upsert("good")).status_code == 200


def test_a_rejected_row_fails_alone(remote):
    fault(remote, "reject_item", retailer_ids=("bad",))
    handle = remote.batch(upsert("good"), upsert("bad")).json()["handles"][0]
    remote.standin.settle_all()
    assert [entry["id"] for entry in remote.status(handle)["errors"]] == ["bad"]
    assert list(remote.standin.items(CATALOG)) == ["good"]


def test_too_large_is_about_batches_only(remote):
    fault(remote, "too_large", rows=2)
    assert error_of(remote.batch(*[upsert(str(n)) for n in range(3)]))[:2] == (500, 1)
    assert remote.batch(upsert("1"), upsert("2")).status_code == 200
    assert remote.create().status_code == 200


def test_empty_handles_take_nothing(remote):
    fault(remote, "empty_handles", remaining=1)
    assert remote.batch(upsert()).json() == {"handles": []}
    remote.standin.settle_all()
    assert remote.item() is None


def test_an_endless_handle_ends_when_the_fault_is_cleared(remote):
    fault(remote, "endless_handle", remaining=1)
    handle = remote.batch(upsert()).json()["handles"][0]
    remote.wait(3600)
    assert remote.status(handle)["status"] == "started" and remote.item() is None
    remote.standin.faults.clear()
    assert remote.status(handle)["status"] == "finished" and remote.item()


def test_an_endless_handle_may_land_all_the_same_and_may_be_merely_long(remote):
    fault(remote, "endless_handle", remaining=1, applied=True)
    handle = remote.batch(upsert(price="1.00 USD")).json()["handles"][0]
    remote.wait(1)
    assert remote.status(handle)["status"] == "started" and remote.item()
    remote.standin.edit_item(CATALOG, "5784935", price="2.00 USD")
    remote.standin.settle(handle)
    assert remote.status(handle)["status"] == "finished" and remote.item()["price"] == "2.00 USD"
    fault(remote, "endless_handle", remaining=1, seconds=3600)
    late = remote.batch(upsert(price="3.00 USD")).json()["handles"][0]
    remote.wait(60)
    assert remote.status(late)["status"] == "scheduled"
    remote.wait(3600)
    assert remote.status(late)["status"] == "finished"


def test_reversed_handles_let_the_older_batch_win(remote):
    fault(remote, "reverse_handles")
    remote.batch(upsert(price="1.00 USD"))
    remote.wait(0.1)
    remote.batch(upsert(price="2.00 USD"))
    remote.wait(0.35)  # by now the first one alone would have landed, and then the second
    assert remote.item()["price"] == "1.00 USD"


def test_hidden_errors_name_one_row_and_load_no_ids(remote):
    fault(remote, "hidden_errors")
    handle = remote.batch(*[upsert(f"r{n}", brand=None) for n in range(5)]).json()["handles"][0]
    remote.standin.settle_all()
    status = remote.status(handle, load_ids_of_invalid_requests="true")
    assert (len(status["errors"]), status["errors_total_count"], status["ids_of_invalid_requests"]) == (1, 5, [])


def test_a_lost_call_lands_late(remote):
    fault(remote, "lands_late", seconds=120, remaining=2)
    for attempt in (lambda: remote.create(), lambda: remote.batch(upsert("b"))):
        with pytest.raises(requests.ReadTimeout):
            attempt()
    assert remote.standin.items(CATALOG) == {}
    remote.wait(121)
    assert list(remote.standin.items(CATALOG)) == ["5784935"]
    remote.wait(1)
    assert list(remote.standin.items(CATALOG)) == ["5784935", "b"]


def test_a_late_call_lands_by_hand_and_not_with_a_dead_token(remote):
    fault(remote, "lands_late")
    with pytest.raises(requests.ReadTimeout):
        remote.create()
    remote.standin.end_token(TOKEN)
    assert remote.standin.land_late() == 1
    assert remote.item() is None


def test_hooks_run_around_the_call_and_may_hold_it(remote):
    gate, seen = threading.Event(), []
    remote.standin.before_apply = lambda call: (seen.append(call.edge), gate.wait(5))
    remote.standin.after_apply = lambda call, answer: seen.append(answer.status)
    worker = threading.Thread(target=remote.create)
    worker.start()
    remote.standin.calls()  # the lock is free while the call is held
    assert remote.item() is None
    gate.set()
    worker.join()
    assert remote.item() and seen == ["products.create", 200]


def test_every_kind_is_explained_and_unknown_kinds_are_refused():
    assert all(text for text in KINDS.values())
    with pytest.raises(ValueError, match="unknown fault"):
        Fault("typo")
