"""The demo shop's page: somebody edits and breaks the shop by hand, and the shop's API says the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.project import Project

pytestmark = pytest.mark.e2e


@pytest.fixture
def shop_page(open_as: Any, project: Project) -> Iterator[Page]:
    """The demo shop as a person sees it; it is mended at the end."""
    page = open_as("")[0].new_page()
    page.goto(f"{project.meta}/shops/demo/")
    yield page
    project.control("DELETE", "shops/demo/faults")


def kept(project: Project, number: str) -> Any:
    """The product as the shop has it."""
    return project.control("GET", f"shops/demo/state?id={number}")["item"]


def card_of(page: Page, project: Project, sku: str) -> Locator:
    """The first card with this SKU, opened."""
    page.goto(f"{project.meta}/shops/demo/?q={sku}")
    card = page.locator(f"[data-sku='{sku}']").first
    card.locator("summary").click()
    return card


def test_a_product_is_changed_trashed_restored_and_deleted(shop_page: Page, project: Project) -> None:
    card = card_of(shop_page, project, "KIT-MUG")
    number = card.get_attribute("data-key") or ""
    card.get_by_label("Price", exact=True).fill("9.75")
    card.get_by_label("Stock").fill("3")
    card.get_by_role("button", name="Save").click()
    expect(card.locator(".price")).to_have_text("9.75 USD")
    assert (kept(project, number)["regular_price"], kept(project, number)["stock_quantity"]) == ("9.75", 3)
    card.get_by_role("button", name="Add a second product with this SKU").click()
    double = shop_page.locator("[data-sku='KIT-MUG']").first
    expect(double.locator("h3")).to_have_text("Stoneware Mug (copy)")
    double.locator("summary").click()
    double.get_by_role("button", name="Move to the trash").click()
    expect(shop_page.locator("[data-sku='KIT-MUG']")).to_have_count(1)
    shop_page.goto(f"{project.meta}/shops/demo/?q=KIT-MUG&show=trash")
    thrown = shop_page.locator("[data-sku='KIT-MUG']")
    thrown.locator("summary").click()
    thrown.get_by_role("button", name="Delete for good").click()
    expect(thrown).to_have_count(0)
    expect(shop_page.locator("[data-part='empty']")).to_contain_text("Nothing matches")


def test_a_variation_and_a_new_product(shop_page: Page, project: Project) -> None:
    card = card_of(shop_page, project, "HOM-BSK")
    form = card.locator("form.child").first
    number = form.get_attribute("data-id") or ""
    form.get_by_label("Price").fill("12.50")
    form.get_by_role("button", name="Save").click()
    expect(shop_page.get_by_role("status")).to_contain_text("Storage Basket was saved.")
    assert kept(project, number)["regular_price"] == "12.50"
    shop_page.goto(f"{project.meta}/shops/demo/")
    shop_page.get_by_text("Add a product").click()
    shop_page.locator("#new-name").fill("Bread Knife")
    shop_page.locator("#new-price").fill("14")
    shop_page.get_by_role("button", name="Add this product").click()
    expect(shop_page.locator(".card h3").first).to_have_text("Bread Knife")


def test_the_shop_breaks_and_is_mended(shop_page: Page, project: Project) -> None:
    button = shop_page.get_by_role("button", name="The shop answers with a firewall page")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    answer = shop_page.request.get(f"{project.meta}/shops/demo/wp-json/wc/v3/products")
    assert answer.status == 403 and "Forbidden" in answer.text()
    expect(shop_page.locator("[data-part='calls']")).to_contain_text("fault firewall")
    shop_page.get_by_role("button", name="Mend everything").click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert shop_page.request.get(f"{project.meta}/shops/demo/wp-json/").ok
