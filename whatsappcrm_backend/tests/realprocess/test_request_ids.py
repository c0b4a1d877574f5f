"""A request's id in the log of the worker that does what the request asked for: through a real server, broker and worker."""

import time

import pytest

from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage, wait_until

pytestmark = pytest.mark.realprocess


def test_what_became_of_a_request_is_found_in_the_workers_log(stage: Stage) -> None:
    shop, worker = Shop(stage), stage.shared_worker()
    product = shop.product("TRACED-1")
    shop.converge()
    for price in ("31.00", "32.00", "33.00"):  # A round that an earlier change has asked for may be quicker than the request's own.
        time.sleep(1.5)  # Until that one is over.
        answer = shop.api().patch(f"/v1/products/{product.pk}/", {"price": price})
        assert answer.status_code == 200, answer.text
        wait_until(lambda: shop.prices() == shop.truth(), "Meta has the price")
        traced = [line for line in worker.log.splitlines() if f"request_id={answer.headers['X-Request-ID']}" in line]
        if traced:
            break
    about = f"catalog={shop.catalog_id}", f"tenant={shop.tenant.sub_domain}"
    assert [line for line in traced if all(word in line for word in about)], worker.log[-3000:]
    assert not [line for line in traced if "user=" in line or "ip=" in line]
    shop.close()
