"""A form that was loaded before the sync settled and is posted after: the person's fields are saved, the sync's columns are not touched."""

import signal

import pytest

from products_and_services.models import SUMMARY_COLUMNS, Product
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

pytestmark = pytest.mark.realprocess


def test_a_stale_admin_form_leaves_the_summary_to_the_sync(stage: Stage, shop: Shop) -> None:
    worker = stage.shared_worker()
    owner = shop.owner()
    worker.signal(signal.SIGSTOP)  # It has not seen the product yet when the form is loaded.
    try:
        product = shop.product("STALE-1")
        path = f"/admin/products_and_services/product/{product.pk}/change/"
        fields = owner.load_form(path)
    finally:
        worker.signal(signal.SIGCONT)
    shop.converge()
    settled = Product.objects.filter(pk=product.pk).values(*SUMMARY_COLUMNS).get()
    assert settled["meta_sync_status"] == "synced" and settled["meta_catalog_item_id"]

    worker.signal(signal.SIGSTOP)
    try:
        answer = owner.submit(path, fields | {"name": "Product STALE-1 edited"})
        assert answer.status_code == 302, answer.text[:5000]
        after = Product.objects.filter(pk=product.pk).values("name", *SUMMARY_COLUMNS).get()
        assert after == settled | {"name": "Product STALE-1 edited"}
    finally:
        worker.signal(signal.SIGCONT)
    shop.converge()
    assert Product.objects.get(pk=product.pk).meta_sync_status == "synced"
