"""Categories as a tree, and groups of extras."""

import pytest
from django.urls import reverse

from products_and_services.models import ProductCategory
from products_and_services.tests.admin_forms import form_data, page_of, text, words
from products_and_services.tests.factories import CategoryFactory, ModifierFactory, ModifierGroupFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_categories_are_listed_as_a_tree_and_switched(tenant, owner, announced):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="Pizza", parent=food)
    CategoryFactory(tenant=tenant, name="Drinks", sort_order=99)
    product = ProductFactory(tenant=tenant, category=pizza)
    address = "/admin/products_and_services/productcategory/"
    assert [str(row) for row in owner.get(address).context["cl"].result_list] == ["Drinks", "Food", "Food > Pizza"]
    announced.clear()
    response = owner.post(address, {"action": "sync_off", "_selected_action": [food.pk]})
    assert "1 category now kept away from Meta" in words(response)
    assert announced == [(tenant.pk, [product.pk], False)]
    assert ProductCategory.objects.get(pk=food.pk).sync_to_meta is False
    assert "0 categories now kept" in words(owner.post(address, {"action": "sync_off", "_selected_action": [food.pk]}))


def test_a_category_loop_or_taken_slug_is_a_form_error(tenant, owner):
    food = CategoryFactory(tenant=tenant, name="Food")
    pizza = CategoryFactory(tenant=tenant, name="Pizza", parent=food)
    address = reverse("admin:products_and_services_productcategory_change", args=[food.pk])
    data = form_data(owner.get(address))
    assert "below itself" in owner.post(address, data | {"parent": pizza.pk}).context["adminform"].form.errors["parent"][0]
    assert "leave it blank" in owner.post(address, data | {"slug": "pizza"}).context["adminform"].form.errors["slug"][0]
    assert owner.post(address, data | {"name": "Meals"}).status_code == 302


def test_autocomplete_shows_paths_and_only_own_categories(tenant, other_tenant, owner):
    CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    CategoryFactory(tenant=other_tenant, name="Pizza")
    query = "?app_label=products_and_services&model_name=product&field_name=category&term=pizza"
    found = owner.get(f"/admin/autocomplete/{query}").json()["results"]
    assert [row["text"] for row in found] == ["Food > Pizza"]


def test_the_chosen_category_is_shown_with_its_path(tenant, owner):
    category = CategoryFactory(tenant=tenant, name="Pizza", parent=CategoryFactory(tenant=tenant, name="Food"))
    assert "Food > Pizza" in text(owner.get(page_of(ProductFactory(tenant=tenant, category=category))))


def test_modifier_groups(tenant, owner):
    group = ModifierGroupFactory(tenant=tenant, name="Toppings", min_selected=1, max_selected=3)
    ModifierFactory(group=group, name="Cheese")
    shown = text(owner.get("/admin/products_and_services/modifiergroup/"))
    assert "at least 1, at most 3" in shown
    address = reverse("admin:products_and_services_modifiergroup_change", args=[group.pk])
    data = form_data(owner.get(address))
    response = owner.post(address, data | {"max_selected": "0", "min_selected": "0"})
    assert response.status_code == 302
    assert "at least the minimum" in text(owner.post(address, data | {"min_selected": "4"}))
