"""What is remembered of looks at pictures: when they are repeated, for whom, and that a slow host delays nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import database_now
from common.tests.picture_host import hosting
from products_and_services.models import PictureFacts, PictureStatus, ProductImage
from products_and_services.pictures import client
from products_and_services.pictures.checks import AT_ONCE, check_again, check_pictures
from products_and_services.pictures.found import next_look
from products_and_services.pictures.links import has_unseen, link_pictures
from products_and_services.tests.factories import ImageFactory, ProductFactory, picture_bytes

OK, UNREACHABLE, NOT_A_PICTURE, REFUSED = PictureStatus.OK, PictureStatus.UNREACHABLE, PictureStatus.NOT_A_PICTURE, PictureStatus.REFUSED
JPEG = picture_bytes("JPEG", (640, 480))


def remote(tenant, *urls: str):
    product = ProductFactory(tenant=tenant)
    for place, url in enumerate(urls):
        ImageFactory(product=product, remote_url=url, sort_order=place)
    return product


def test_a_good_picture_is_fetched_once_whoever_shows_it(tenant, host):
    url = host.serve_ranges("/a.jpg", JPEG)
    first, second = remote(tenant, url), remote(tenant, url)
    assert check_pictures(tenant.pk, [first.pk]).looked == 1
    assert check_pictures(tenant.pk, [second.pk]).looked == 0
    assert not has_unseen(tenant.pk, [first.pk, second.pk])
    check_pictures(tenant.pk, [first.pk])
    assert host.asked == ["/a.jpg"]


def test_another_address_is_looked_at_however_it_was_written(tenant, host):
    product = remote(tenant, host.serve_ranges("/a.jpg", JPEG))
    check_pictures(tenant.pk, [product.pk])
    ProductImage.objects.filter(product=product).update(remote_url=host.serve_ranges("/b.jpg", JPEG))
    assert has_unseen(tenant.pk, [product.pk])
    check_pictures(tenant.pk, [product.pk])
    assert host.asked == ["/a.jpg", "/b.jpg"]


def test_a_failed_look_is_repeated_on_the_schedule_and_healed(tenant, host, monkeypatch):
    from common import clock

    now = database_now()
    monkeypatch.setattr(clock, "server_time", lambda: now)
    url = host.serve("/a.jpg", b"", status=503)
    product = remote(tenant, url)
    check_pictures(tenant.pk, [product.pk])
    waits = []
    for _ in range(6):
        facts = PictureFacts.objects.get(source=url)
        waits.append(int((facts.next_check_at - now).total_seconds() // 60))
        now = facts.next_check_at - timedelta(seconds=1)
        assert check_pictures(tenant.pk).looked == 0
        now = facts.next_check_at
        assert check_pictures(tenant.pk).looked == 1
    assert waits == [5, 15, 45, 135, 1440, 1440]
    host.serve_ranges("/a.jpg", JPEG)
    now += timedelta(days=1)
    check_pictures(tenant.pk)
    facts = PictureFacts.objects.get(source=url)
    assert (facts.status, facts.failures, facts.next_check_at, facts.reason) == (OK, 0, None, "")


@given(st.sampled_from(PictureStatus.values), st.integers(0, 500))
def test_a_time_to_look_again_exists_exactly_while_it_is_unusable(status, failures):
    again = next_look(status, failures, datetime(2026, 11, 20, tzinfo=UTC))
    assert (again is None) == (status == OK)


def test_a_person_may_ask_for_another_look(tenant, other_tenant, host):
    product, foreign = remote(tenant, host.serve_ranges("/a.jpg", JPEG)), remote(other_tenant, host.serve_ranges("/b.jpg", JPEG))
    check_pictures(tenant.pk, [product.pk])
    assert check_again(tenant.pk, [product.pk, foreign.pk]) == 1
    check_pictures(tenant.pk)
    assert host.asked == ["/a.jpg", "/a.jpg"]


def test_each_business_knows_its_own(tenant, other_tenant, host):
    url = host.serve_ranges("/a.jpg", JPEG)
    first, second = remote(tenant, url), remote(other_tenant, url)
    link_pictures(tenant.pk, [first.pk, second.pk], database_now())
    assert not has_unseen(other_tenant.pk, [first.pk])
    assert has_unseen(other_tenant.pk, [second.pk])
    assert {facts.tenant_id for facts in PictureFacts.objects.all()} == {tenant.pk}


def test_eight_at_once_and_never_inside_a_transaction(tenant, host, monkeypatch):
    from django.db import connections

    live = connections["default"]  # The worker's own; the looking threads have none.
    product = remote(tenant, *(host.serve_ranges(f"/{number}.jpg", JPEG) for number in range(11)))
    inside = len(live.savepoint_ids)
    original = client.fetch_public

    def watching(*args, **options):
        assert len(live.savepoint_ids) == inside
        return original(*args, **options)

    monkeypatch.setattr(client, "fetch_public", watching)
    waves = [check_pictures(tenant.pk, [product.pk]), check_pictures(tenant.pk)]
    assert [(wave.looked, wave.more) for wave in waves] == [(AT_ONCE, True), (3, False)]


def test_a_worker_that_died_in_its_look_blocks_nobody_for_long(tenant, host, monkeypatch):
    from common import clock

    now = database_now()
    monkeypatch.setattr(clock, "server_time", lambda: now)
    product = remote(tenant, host.serve_ranges("/a.jpg", JPEG))
    link_pictures(tenant.pk, [product.pk], now)
    PictureFacts.objects.update(checking_until=now + timedelta(minutes=1))
    assert check_pictures(tenant.pk).looked == 0
    now += timedelta(seconds=61)
    assert check_pictures(tenant.pk).looked == 1


@pytest.mark.parametrize("status", [503, 429])
def test_a_dead_host_costs_one_wave_and_delays_nobody(tenant, host, status):
    with hosting() as other:
        dead = remote(tenant, *(host.serve(f"/{number}.jpg", b"", status=status) for number in range(40)))
        good = remote(tenant, other.serve_ranges("/good.jpg", JPEG))
        link_pictures(tenant.pk, [dead.pk, good.pk], database_now())
        waves = [check_pictures(tenant.pk), check_pictures(tenant.pk)]
        assert other.asked == ["/good.jpg"]
    assert [(wave.looked, wave.more) for wave in waves] == [(AT_ONCE, True), (1, False)]
    assert len(host.asked) == AT_ONCE
    assert not has_unseen(tenant.pk, [dead.pk])
    facts = PictureFacts.objects.filter(status=UNREACHABLE, failures=1, next_check_at__gt=database_now() + timedelta(minutes=4))
    assert facts.count() == 40 and set(facts.values_list("reason", flat=True)) >= {"Its host does not answer for other pictures either."}


def test_pictures_that_are_gone_say_nothing_of_their_host(tenant, host):
    product = remote(tenant, *(host.serve(f"/{number}.jpg", b"", status=404) for number in range(10)))
    assert [check_pictures(tenant.pk, [product.pk]).looked, check_pictures(tenant.pk).looked] == [AT_ONCE, 2]


def test_what_nobody_shows_any_more_is_forgotten(tenant, host):
    product = remote(tenant, host.serve("/a.jpg", b"", status=404))
    check_pictures(tenant.pk, [product.pk])
    ProductImage.objects.all().delete()
    PictureFacts.objects.update(next_check_at=database_now())
    check_pictures(tenant.pk)
    assert not PictureFacts.objects.exists()
