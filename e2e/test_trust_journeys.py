"""What an owner trusts, done with a mouse: drift found and mended, a file imported and taken back, an alert's life, a backup."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.project import Project, wait_for
from e2e.test_journeys import PRODUCTS, SOLAR, change_price, switch

pytestmark = pytest.mark.e2e
DRIFTED = "SOL-BAT-100"


def at_meta(project: Project, sku: str, field: str) -> Any:
    """One field of what Meta has under this SKU; None when it has nothing."""
    return project.item_at_meta(SOLAR, sku).get(field)


def test_a_hand_edit_at_meta_is_found_and_mended(page: Page, project: Project) -> None:
    ours = at_meta(project, DRIFTED, "price")
    project.control("POST", "items", {"action": "edit", "catalog_id": SOLAR, "retailer_id": DRIFTED, "fields": {"price": "1.00 USD"}})
    config = project.samples["meta_integration.MetaAppConfig"]
    page.goto(f"{project.web}/admin/meta_integration/metaappconfig/{config}/change/")
    page.get_by_role("button", name="Compare only (dry run)").click()
    expect(page.get_by_text("✓ Completed")).to_be_visible(timeout=60_000)
    page.reload()
    page.get_by_role("link", name="Findings", exact=True).last.click()
    page.get_by_role("link", name=DRIFTED, exact=True).click()
    expect(page.get_by_text("1.00 USD").or_(page.get_by_text("$1.00")).first).to_be_visible()
    assert at_meta(project, DRIFTED, "price") == "1.00 USD"  # Looking has changed nothing.
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Mend", exact=True).click()
    expect(page.get_by_text("1 finding is being mended")).to_be_visible()
    wait_for(lambda: at_meta(project, DRIFTED, "price") == ours, 30, "Meta has our price again")
    expect(page.get_by_text("✓ Mended")).to_be_visible()  # By itself: the state is live.


def test_an_import_is_taken_back_as_one(page: Page, project: Project) -> None:
    price, sku = at_meta(project, "SOL-PNL-200", "price"), "IMPORTED-1"
    rows = f"SKU,Name,Price\nSOL-PNL-200,200 W Mono Panel,77.00\n{sku},Solar Kettle,19.90\n"
    page.goto(f"{project.web}{PRODUCTS}import/")
    page.locator("#id_file").set_input_files({"name": "spring.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.locator("del", has_text="89").first).to_be_visible()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_text("✓ Completed")).to_be_visible()
    wait_for(lambda: at_meta(project, "SOL-PNL-200", "price") == "77.00 USD", 30, "Meta has the imported price")
    page.reload()
    page.get_by_role("link", name="Roll back").click()
    expect(page.get_by_role("heading", name="Product goes: Solar Kettle")).to_be_visible()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("✓ Completed")).to_be_visible()
    wait_for(lambda: at_meta(project, "SOL-PNL-200", "price") == price, 30, "Meta has the price from before the import")
    page.goto(f"{project.web}{PRODUCTS}?q={sku}")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_an_alert_opens_and_closes_by_itself(page: Page, meta_side: Page, project: Project) -> None:
    switch(meta_side, "bad_token", True)
    change_price(page, project, "371.00")
    expect(page.get_by_text("⏸ Paused").first).to_be_visible()
    title = re.compile(rf"Catalog {SOLAR} is paused")
    page.goto(f"{project.web}/admin/")
    expect(page.get_by_role("link", name=title)).to_be_visible()
    page.get_by_role("link", name=title).click()
    expect(page.get_by_text("! Open").or_(page.get_by_text("! Critical")).first).to_be_visible()
    alert = page.url
    switch(meta_side, "bad_token", False)
    page.goto(f"{project.web}{PRODUCTS}")
    page.locator(".banner-orange").get_by_role("button", name="Resume").click()
    wait_for(lambda: at_meta(project, "5784935", "price") == "371.00 USD", 15, "what waited was sent")
    page.goto(alert)
    expect(page.get_by_text("✓ Closed")).to_be_visible()
    page.goto(f"{project.web}/admin/")
    expect(page.get_by_role("link", name=title)).to_have_count(0)


def test_a_backup_is_shown(page: Page, project: Project) -> None:
    file = project.run_step("make_backup")
    page.goto(f"{project.web}/admin/")
    row = page.locator(".dash-rows li", has_text=file)
    expect(row).to_contain_text("✓ Completed")
    expect(row).to_contain_text("just now")
