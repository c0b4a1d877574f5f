"""Everything a person can say about a product, through the engine to the stand-in: words of its own for Meta."""

from products_and_services.tests.factories import VariantFactory, api_client


def test_words_for_meta_are_sent_by_an_edit_in_the_api_and_taken_back_by_the_next(world, catalog, tenant):
    product = world.product(tenant, "A-1", name="Inverter", description="For the shop.")
    world.settle(catalog)
    client = api_client(tenant)
    answer = client.patch(f"/v1/products/{product.pk}", {"meta_title": "Solar inverter", "meta_description": "For Meta."}, format="json")
    assert (answer.status_code, answer.json()["meta_title"]) == (200, "Solar inverter")
    world.settle(catalog)
    there = world.at_meta(catalog)["A-1"]
    assert (there["name"], there["description"]) == ("Solar inverter", "For Meta.")

    client.patch(f"/v1/products/{product.pk}", {"meta_title": "", "meta_description": ""}, format="json")
    world.settle(catalog)
    there = world.at_meta(catalog)["A-1"]
    assert (there["name"], there["description"]) == ("Inverter", "For the shop.")


def test_the_title_for_meta_stands_before_each_variants_name(world, catalog, tenant):
    product = world.product(tenant, "SHIRT", name="Shirt", meta_title="Cotton shirt")
    VariantFactory(product=product, sku="S-R", name="Red")
    VariantFactory(product=product, sku="S-B", name="Blue")
    world.settle(catalog)
    names = {key: item["name"] for key, item in world.at_meta(catalog).items()}
    assert names == {"S-R": "Cotton shirt – Red", "S-B": "Cotton shirt – Blue"}
