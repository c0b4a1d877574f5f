"""The fastest drain we can think of, as a yardstick: no doubt, no history, no badge. Reads, builds, sends, polls, marks."""

import time
from typing import Any

from benchmarks.meta_side import CATALOG, MetaSide

BATCH = 5_000
SQL = (
    "SELECT i.id, i.mark, p.sku, p.name, p.description, p.price, g.remote_url FROM meta_integration_catalogitem i "
    "JOIN products_and_services_product p ON p.id = i.product_id JOIN products_and_services_productimage g ON g.product_id = p.id"
)


def raw_drain(meta: MetaSide) -> None:
    """Every item once, under retailer_ids of its own ("R-.."), so that the project's items stay as they are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(SQL)
        while rows := cursor.fetchmany(BATCH):
            sent = [_row(*row[2:]) for row in rows]
            answer = meta.graph("POST", f"{CATALOG}/items_batch", {"item_type": "PRODUCT_ITEM", "allow_upsert": True, "requests": sent})
            _await(meta, answer["handles"][0])
            with connection.cursor() as marks:
                _mark(marks, connection.vendor, [list(row[:2]) for row in rows])


def _mark(cursor: Any, vendor: str, pairs: list[list[int]]) -> None:
    """Compare-and-set of the mark, in the way each database likes best."""
    if vendor == "sqlite":
        cursor.executemany("UPDATE meta_integration_catalogitem SET done = mark WHERE id = %s AND mark = %s", pairs)
        return
    ids, marks = ([pair[place] for pair in pairs] for place in (0, 1))
    source = "unnest(%s::bigint[], %s::bigint[]) AS s(id, mark)"
    sql = f"UPDATE meta_integration_catalogitem i SET done = i.mark FROM {source} WHERE i.id = s.id AND i.mark = s.mark"  # noqa: S608
    cursor.execute(sql, [ids, marks])


def _row(sku: str, name: str, description: str, price: Any, picture: str) -> dict[str, Any]:
    data = {
        "id": f"R-{sku}", "title": name, "description": description, "price": f"{price:.2f} USD", "image_link": picture, "brand": "Solar",
        "link": f"https://shop.example/{sku}", "availability": "in stock", "condition": "new",
    }  # fmt: skip
    return {"method": "UPDATE", "data": data}


def _await(meta: MetaSide, handle: str) -> None:
    time.sleep(0.3)
    while meta.graph("GET", f"{CATALOG}/check_batch_request_status?handle={handle}")["data"][0]["status"] != "finished":
        time.sleep(0.1)
