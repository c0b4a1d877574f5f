"""Canary secrets: a token and an app secret that must turn up nowhere: logs, broker, the database's columns, the stand-in's records."""

import secrets
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from meta_integration.graph.client import appsecret_proof
from meta_integration.models import Catalog
from whatsappcrm_backend.tests.realprocess.shop import Shop
from whatsappcrm_backend.tests.realprocess.stage import Stage

pytestmark = pytest.mark.realprocess


def every_column() -> str:
    """Each value of each table as text."""
    parts: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            parts += [f"{table}: {row!r}" for row in cursor.fetchall()]
    return "\n".join(parts)


def every_log(stage: Stage) -> str:
    return "\n".join(file.read_text(errors="replace") for file in stage.folder.glob("*.log"))


@pytest.fixture
def canary(stage: Stage) -> Any:
    token, secret = f"EAACANARY{secrets.token_hex(12)}", secrets.token_hex(16)
    shop = Shop(stage, token, secret)
    yield shop, {"token": token, "app secret": secret, "proof": appsecret_proof(secret, token)}
    shop.close()


def test_secrets_turn_up_nowhere(stage: Stage, canary: Any) -> None:
    shop, words = canary
    worker = stage.shared_worker()
    api, owner = shop.api(), shop.owner()
    shop.product("CANARY-1")
    shop.converge()
    shop.products(7, "CANARY-B")
    shop.converge()
    for kind in ("lost_after", "html", "broken_json", "error", "outage", "lost_before"):
        shop.fault(kind, remaining=1)
        shop.reprice(shop.product(f"CANARY-{kind}"), "13.00")
        shop.wait(lambda kind=kind: shop.sent(f"CANARY-{kind}"), f"a call that meets {kind}", hurrying=True)
    shop.fault("bad_token", remaining=1)
    shop.product("CANARY-190")
    paused = Catalog.objects.filter(pk=shop.catalog.pk, paused_at__isnull=False)
    shop.wait(paused.exists, "the catalog pauses", hurrying=True)

    places = {"columns": every_column(), "the stand-in": stage.meta.everything()}
    worker.kill()
    shop.product("CANARY-QUEUED")
    stage.ring("meta_integration.tasks.compare", (str(uuid4()),))
    places["broker"] = stage.queues.dump()
    assert "drain_tenant" in places["broker"]
    for path in ("product/", f"product/{shop.item('CANARY-1').product_id}/change/"):
        places[path] = owner.get(f"/admin/products_and_services/{path}").text
    for path in ("metaappconfig/", f"metaappconfig/{shop.config.pk}/change/"):
        places[path] = owner.get(f"/admin/meta_integration/{path}").text
    places["API"] = api.get("/v1/products/").text
    places["logs"] = every_log(stage)
    assert shop.catalog_id in places["columns"] and "CANARY-1" in places["logs"]
    found = [(place, name) for place, text in places.items() for name, word in words.items() if word in text]
    assert found == []
    if connection.vendor == "sqlite":
        raw = (stage.folder / "shop.sqlite3").read_bytes()
        assert not [name for name, word in words.items() if word.encode() in raw]
