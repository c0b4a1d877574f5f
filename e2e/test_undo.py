"""Undo with a mouse: a bulk action, its "Undo" link, the preview, the rollback; a deleted product brought back; a version restored."""

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.project import Project

pytestmark = pytest.mark.e2e
PRODUCTS = "/admin/products_and_services/product/"
HISTORY = "/admin/products_and_services/revision/"


def choose(page: Page, project: Project, query: str, action: str) -> None:
    """Ticks the first three products found and runs one of the list's actions."""
    page.goto(f"{project.web}{PRODUCTS}?q={query}")
    for box in page.locator("#result_list tbody input.action-select").all()[:3]:
        box.check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Run").click()


def test_a_bulk_action_is_undone_from_its_message(page: Page, project: Project) -> None:
    choose(page, project, "panel", "Mark as sold out today")
    expect(page.get_by_text("marked as sold out")).to_be_visible()
    page.get_by_role("link", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("changes back")).first).to_be_visible()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("✓ Completed")).to_be_visible()  # By itself: the cells are live.
    page.get_by_role("link", name="Open that run").click()
    expect(page.get_by_text(re.compile("^Rolled back by"))).to_be_visible()
    page.goto(f"{project.web}{PRODUCTS}?q=panel")
    expect(page.locator("#result_list")).not_to_contain_text("sold out today")


def test_a_deleted_product_comes_back(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}add/")
    page.locator("#id_name").fill("Short-lived lamp")
    page.locator("#id_sku").fill("SHORT-1")
    page.get_by_role("button", name="Save", exact=True).click()
    choose(page, project, "SHORT-1", "Delete selected products")
    page.get_by_role("button", name=re.compile("Yes")).click()
    expect(page.get_by_text("Deleted by mistake?")).to_be_visible()
    page.goto(f"{project.web}{HISTORY}?action__exact=deleted")
    page.get_by_role("link", name="Restore product").first.click()
    expect(page.get_by_role("heading", name=re.compile("Short-lived lamp comes back"))).to_be_visible()
    page.get_by_role("button", name="Restore product").click()
    expect(page.get_by_text("is back, with its old number")).to_be_visible()
    expect(page.locator("#id_sku")).to_have_value("SHORT-1")


def test_a_version_is_restored_from_the_history(page: Page, project: Project) -> None:
    address = f"{project.web}{PRODUCTS}{project.samples['products_and_services.Product']}"
    page.goto(f"{address}/change/")
    was = page.locator("#id_brand").input_value()
    page.locator("#id_brand").fill("Misspelt")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto(f"{address}/revisions/")
    page.get_by_role("link", name="Restore this version").first.click()
    expect(page.get_by_role("cell", name="Misspelt")).to_be_visible()
    page.get_by_role("button", name="Restore this version").click()
    expect(page.locator("#id_brand")).to_have_value(was)
    page.goto(f"{address}/revisions/")
    expect(page.get_by_text("restored the version of").first).to_be_visible()
