"""What the README promises, done with a mouse: edit, outage, healing, reset, preview, pause, first push, roles."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.browser import log_in
from e2e.project import Project, wait_for

pytestmark = pytest.mark.e2e
SOLAR, SKU, NAME = "200000000000001", "5784935", "MUST 3kva Inverter"
PRODUCTS = "/admin/products_and_services/product/"
FIRST = "450 W Mono Panel"  # Solar's first in the list: the inverter is on the second page once its shop has been imported.


def row_of(page: Page, name: str) -> Locator:
    """The product's line in the list."""
    return page.locator("#result_list tbody tr", has_text=name)


def badge_of(page: Page, name: str) -> Locator:
    """The cell with the product's badge in the list."""
    return row_of(page, name).locator("[data-live-id$=':meta_status']")


def run_action(page: Page, name: str, action: str) -> None:
    """Ticks the product and runs one of the list's actions."""
    row_of(page, name).locator("input[type=checkbox]").check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Run").click()


def change_price(page: Page, project: Project, price: str) -> None:
    """Through the form; ends on the list of products, searched for the name."""
    page.goto(f"{project.web}{PRODUCTS}{project.samples['products_and_services.Product']}/change/")
    page.locator("#id_price").fill(price)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(f"{project.web}{PRODUCTS}?q=MUST")


def wait_for_price(project: Project, price: str) -> None:
    """Until Meta has it."""
    wait_for(lambda: project.item_at_meta(SOLAR, SKU).get("price") == f"{price} USD", 15, f"Meta has the price {price}")


def switch(side: Page, fault: str, on: bool) -> None:
    """Presses a fault's button on Meta's side and waits until it says so."""
    button = side.locator(f"[data-fault={fault}]")
    button.click()
    expect(side.locator(f"[data-fault={fault}]")).to_have_attribute("aria-pressed", "true" if on else "false")


def test_an_edit_turns_green_and_meta_shows_it(page: Page, meta_side: Page, project: Project) -> None:
    change_price(page, project, "355.00")
    wait_for_price(project, "355.00")
    expect(badge_of(page, NAME)).to_contain_text("✓ Synced")
    card = meta_side.locator(f"[data-key='{SKU}']")
    expect(card).to_contain_text("$355.00")
    expect(card.locator("[data-badge]")).to_have_text("same")


def test_an_outage_turns_orange_and_heals(page: Page, meta_side: Page, project: Project) -> None:
    switch(meta_side, "outage", True)
    change_price(page, project, "361.00")
    expect(badge_of(page, NAME)).to_contain_text("⚠ Retry pending (1/5)")
    expect(badge_of(page, NAME)).to_contain_text("next attempt in ")
    expect(badge_of(page, NAME).locator("time")).to_have_attribute("datetime", re.compile(r"^20\d\d-"))
    switch(meta_side, "outage", False)
    assert project.run_step("retry_now", SKU) == 1
    wait_for_price(project, "361.00")
    expect(badge_of(page, NAME)).to_contain_text("✓ Synced")


def test_a_bad_token_pauses_with_a_banner_and_resumes(page: Page, meta_side: Page, project: Project) -> None:
    switch(meta_side, "bad_token", True)
    change_price(page, project, "367.00")
    expect(badge_of(page, NAME)).to_contain_text("⏸ Paused")
    page.reload()
    banner = page.locator(".banner-orange")
    expect(banner).to_contain_text("Not sending to Meta")
    expect(banner).to_contain_text("token")
    expect(banner).to_contain_text("until somebody resumes it")
    switch(meta_side, "bad_token", False)
    banner.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Resumed. What waited")).to_be_visible()
    wait_for_price(project, "367.00")
    page.goto(f"{project.web}{PRODUCTS}?q=MUST")
    expect(badge_of(page, NAME)).to_contain_text("✓ Synced")
    expect(page.locator(".banner-orange")).to_have_count(0)


def test_sync_now_and_its_message(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=1+kVA")
    run_action(page, "1 kVA Inverter", "Sync now")
    expect(page.get_by_text("1 queued")).to_be_visible()
    expect(badge_of(page, "1 kVA Inverter")).to_contain_text("✓ Synced")


def test_resetting_the_attempts_of_a_failed_product(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=Returned")
    name = "Returned inverter"
    expect(badge_of(page, name)).to_contain_text("✗ Failed (max attempts)")
    project.control("DELETE", "faults?kind=error")
    run_action(page, name, "Reset Meta sync attempts")
    expect(page.get_by_text("1 queued")).to_be_visible()
    expect(badge_of(page, name)).to_contain_text("✓ Synced")


def test_what_cannot_be_sent_is_skipped_with_its_reason(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=Charge+Controller")
    run_action(page, "Charge Controller", "Reset Meta sync attempts")
    expect(page.get_by_text("0 queued, 1 skipped: ")).to_be_visible()


def test_preview_of_the_payload(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=MUST")
    run_action(page, NAME, "Preview payload")
    expect(page.locator("pre").first).to_contain_text('"retailer_id": "5784935"')
    expect(page.locator("pre").last).to_contain_text('"title": "MUST 3kva Inverter"')


def test_why_is_it_not_live(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=Imported")
    row_of(page, "Imported Regulator").get_by_role("link", name="Imported Regulator").click()
    page.get_by_role("link", name="Why is it not live?").click()
    expect(page.get_by_text("Meta refuses it as it is.")).to_be_visible()
    expect(page.get_by_text("What to do:")).to_be_visible()


def test_metas_verdict_is_asked_for_and_shown_without_reload(page: Page, project: Project) -> None:
    item = {"catalog_id": "200000000000001", "retailer_id": "SOL-INV-5K"}
    project.control("POST", "review", {**item, "ruling": "reject", "reason": "Tobacco products are prohibited."})
    name, column = "5 kVA Hybrid Inverter", "[data-live-id$=':at_meta']"
    page.goto(f"{project.web}{PRODUCTS}?q=5+kVA+Hybrid")
    run_action(page, name, "Ask Meta")
    expect(page.get_by_text("Meta is asked about 1 item")).to_be_visible()
    expect(row_of(page, name).locator(column)).to_contain_text("✗ Rejected by Meta")
    expect(row_of(page, name).locator(column)).to_contain_text("Tobacco products are prohibited.")
    expect(badge_of(page, name)).to_contain_text("✓ Synced")
    project.control("POST", "review", {**item, "ruling": "approve"})
    row_of(page, name).get_by_role("link", name=name).click()
    page.get_by_role("button", name="Ask Meta").click()
    expect(page.locator("[data-live-id$=':metas_side']")).to_contain_text("✓ Live")
    page.get_by_role("link", name="Why is it not live?").click()
    expect(page.get_by_text("It is live: Meta has exactly this version.")).to_be_visible()


def test_the_last_call_is_shown_without_secrets(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}{project.samples['products_and_services.Product']}/why/")
    expect(page.get_by_text("Meta has exactly this version")).to_be_visible()
    page.get_by_text("Last request").click()
    expect(page.locator("details[open] pre")).to_contain_text(SKU)
    assert "EAASANDBOX" not in page.content() and "sandboxsecret" not in page.content()


def test_a_new_business_connects_looks_and_pushes(open_as: Any, project: Project) -> None:
    """The form's secrets go in and never come out; the connection is tested before saving; nothing is sent before a person says so."""
    token, catalog = "EAAFLORIST0001", "300000000000002"
    project.control("POST", "accounts", {"token": token, "app_secret": "", "business_id": "300000000000009", "catalog_ids": [catalog]})
    context, _ = open_as("florist")
    page = context.new_page()
    page.goto(f"{project.web}/admin/meta_integration/metaappconfig/add/")
    page.get_by_label("Catalog id").fill(catalog)
    page.get_by_label("Access token").fill("EAAWRONG")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#connection-result")).to_have_class("banner banner-red")
    page.get_by_label("Access token").fill(token)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#connection-result")).to_have_class("banner banner-green")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Nothing is sent until you start.")).to_be_visible()
    expect(page.locator(".meta-big")).to_contain_text("4")
    assert project.control("GET", f"state?catalog={catalog}")["items"] == {}
    page.get_by_role("button", name="Start the first push").click()
    expect(page.get_by_text("✓ Completed")).to_be_visible()
    assert sorted(project.control("GET", f"state?catalog={catalog}")["items"]) == ["BUN", "CAKE", "PIE", "TART"]
    page.goto(f"{project.web}/admin/meta_integration/metaappconfig/")
    page.locator("#result_list tbody a").first.click()
    expect(page.get_by_label("Access token")).to_have_value("")
    assert token not in page.content()


def test_the_switcher_changes_the_business(chromium: Any, project: Project) -> None:
    context = chromium.new_context()
    try:
        page = context.new_page()
        log_in(page, project.web, "admin", project.password)
        page.goto(f"{project.web}{PRODUCTS}")
        page.get_by_label("Business").select_option(label="Pizzeria Vesuvio")
        expect(row_of(page, "Margherita Pizza")).to_be_visible()
        expect(row_of(page, FIRST)).to_have_count(0)
        page.get_by_label("Business").select_option(label="Sunny Side Solar")
        expect(row_of(page, FIRST)).to_be_visible()
        expect(row_of(page, "Margherita Pizza")).to_have_count(0)
    finally:
        context.close()


def test_staff_sees_the_products_of_its_business_and_no_configuration(chromium: Any, project: Project) -> None:
    context = chromium.new_context()
    try:
        page = context.new_page()
        log_in(page, project.web, "pizzeria-staff", project.password)
        page.goto(f"{project.web}{PRODUCTS}")
        expect(row_of(page, "Margherita Pizza")).to_be_visible()
        expect(row_of(page, FIRST)).to_have_count(0)
        expect(page.get_by_role("link", name="Meta App Configs")).to_have_count(0)
        expect(page.get_by_role("link", name="API keys")).to_have_count(0)
        answer = page.goto(f"{project.web}/admin/meta_integration/metaappconfig/")
        assert answer is not None and answer.status == 403
    finally:
        context.close()


def test_the_public_page_shows_what_the_shop_shows(open_as: Any, project: Project) -> None:
    page = open_as("")[0].new_page()
    page.goto(f"{project.web}/p/solar/{SKU}")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.locator(".main-picture")).to_be_visible()
    assert page.locator(".main-picture").evaluate("picture => picture.complete && picture.naturalWidth > 0")


def test_the_api_describes_itself(open_as: Any, project: Project) -> None:
    page = open_as("")[0].new_page()
    page.goto(f"{project.web}/v1/docs/")
    expect(page.get_by_role("heading", name="whatsappcrm API")).to_be_visible()
    expect(page.locator(".opblock").first).to_be_visible()


def test_a_file_is_looked_at_before_it_is_imported(page: Page, project: Project) -> None:
    rows = "SKU,Name,Price,Images\nLAMP-1,Reading Lamp,19.90,\nLAMP-2,Desk Lamp,cheap,\n"
    page.goto(f"{project.web}{PRODUCTS}")
    page.get_by_role("link", name="Import", exact=True).click()
    page.locator("#id_file").set_input_files({"name": "lamps.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.get_by_text("“cheap” is not a number").first).to_be_visible()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.locator(".field-sums, .readonly", has_text="1 created, 1 failed").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the failed rows").click()
    assert download.value.suggested_filename == "lamps-failed-rows.csv"
    page.goto(f"{project.web}{PRODUCTS}?q=LAMP")
    expect(row_of(page, "Reading Lamp")).to_be_visible()
    with page.expect_download() as download:
        run_action(page, "Reading Lamp", "Export to CSV")
    assert "Reading Lamp" in download.value.path().read_text()
