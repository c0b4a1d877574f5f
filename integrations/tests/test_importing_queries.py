"""What a page costs in queries: the same however many products it has, and next to nothing when nothing has changed."""

import pytest
from django.db import connection as database

from integrations.tests.fake_shop import FakeShop, Import, connect
from products_and_services.models import Product

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_above")]  # What they do with the news is counted there.


def filled(number):
    shop = FakeShop(200)
    shop.shelves = {str(one): (f"Shelf {one}", "") for one in range(1, 6)}
    for one in range(1, number + 1):
        red = {"id": f"{one}1", "name": "Red", "sku": f"S{one}-R", "price": "5", "image": f"https://a.example/{one}r.jpg"}
        parts = [red, {"id": f"{one}2", "name": "Blue"}] if one % 5 == 0 else []
        shelves, images = [str(one % 5 + 1), str((one + 1) % 5 + 1)], [f"https://a.example/{one}.jpg"]
        shop.put(one, sku=f"S{one}", images=images, category_ids=shelves, variants=parts)
    return shop


def steps(connection, shop):
    """{phase: statements of its first step}, without transactions and what the run's desk asks."""
    importing, found, asked = Import(connection, shop), {}, []
    save = importing.save

    def listen(execute, sql, *rest):
        if "SAVEPOINT" not in sql:
            asked.append(sql)
        return execute(sql, *rest)

    def note(*, phase, **about):
        found.setdefault(phase, len(asked) - 1)  # Reading the run was the first.
        return save(phase=phase, **about)

    importing.save = note
    job, more = importing.job(), True
    with database.execute_wrapper(listen):
        while more:
            asked.clear()
            more = importing.step(job)
    return found


@pytest.mark.parametrize("number", [10, 60])
def test_a_page_costs_the_same_however_many_products_it_has(tenant, number):
    connection, shop = connect(tenant), filled(number)
    first = steps(connection, shop)
    unchanged = steps(connection, shop)
    for external_id, values in shop.products.items():
        values |= {"price": "77", "sku": f"T{external_id}", "category_ids": ["1", "5"], "images": [f"{values['images'][0]}?2"]}
    changed = steps(connection, shop)
    assert Product.objects.filter(price=77, sku__startswith="T").count() == number
    clock = int(database.vendor == "postgresql")  # SQLite needs no question to know the time.
    assert (first["products"], unchanged["products"], changed["products"]) == (21 + 2 * clock, 2 + clock, 30 + 2 * clock)
    assert unchanged == {"start": 4 + 2 * clock, "categories": 1 + clock, "products": 2 + clock, "missing": 1, "pictures": clock}
    assert first["categories"] == 6 + clock
