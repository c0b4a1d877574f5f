"""From a shop to WhatsApp with a mouse: connect, test, look, import, follow a price; a broken key, a question, a lock."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.project import Project, wait_for
from e2e.test_journeys import PRODUCTS, SOLAR, row_of

pytestmark = pytest.mark.e2e
SHOPS, QUESTIONS = "/admin/integrations/storeconnection/", "/admin/integrations/linkquestion/"
PIZZERIA = "200000000000002"
KEY, SECRET = "ck_bakery_0123456789", "cs_bakery_0123456789"


@pytest.fixture
def demo_shop(project: Project) -> Iterator[str]:
    """The address of the solar shop's connection; the shop is mended at the end."""
    yield f"{project.web}{SHOPS}{project.samples['integrations.StoreConnection']}/change/"
    project.control("DELETE", "shops/demo/faults")


def put(project: Project, shop: str, action: str, number: int = 0, **fields: Any) -> int:
    """A hand edit in a shop of the sandbox; the product's number there."""
    item = project.control("POST", f"shops/{shop}/products", {"action": action, "id": number, "fields": fields})["item"]
    return int(item["id"])


def number_of(page: Page, project: Project, sku: str) -> int:
    """The number in the demo shop of the product with this SKU."""
    page.goto(f"{project.meta}/shops/demo/?q={sku}")
    return int(page.locator(f"[data-sku='{sku}']").first.get_attribute("data-key") or 0)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def completed(page: Page) -> None:
    """The run's page says so by itself."""
    expect(page.locator("[data-live-id$=':state']").first).to_contain_text("✓ Completed", timeout=60_000)


def test_a_shop_is_connected_looked_at_and_imported_and_its_prices_are_followed(open_as: Any, project: Project) -> None:
    # With a key that may only read there are no webhooks: what changes is what the buttons bring.
    keys = {"consumer_key": KEY, "consumer_secret": SECRET, "permissions": "read"}
    project.control("POST", "shops/", {"name": "bakery", "currency": "EUR", **keys})
    bread = put(project, "bakery", "add", name="Rye Bread", sku="RYE", regular_price="4.10", images=["pictures/box-bread-brown.png"])
    put(project, "bakery", "add", name="Cinnamon Roll", sku="BUN", regular_price="2.60")
    page = open_as("bakery")[0].new_page()
    page.goto(f"{project.web}{SHOPS}")
    expect(page.get_by_text("No shop is connected yet.")).to_be_visible()
    page.get_by_role("link", name="Add shop").first.click()
    expect(page.get_by_role("heading", name="How to connect a WooCommerce shop")).to_be_visible()
    page.get_by_label("Shop address").fill(f"{project.meta}/shops/bakery/")
    page.get_by_label("Consumer key").fill("ck_wrong")
    page.get_by_label("Consumer secret").fill(SECRET)
    press(page, "Test connection")
    expect(page.locator("#connection-result")).to_have_class("banner banner-red")
    page.get_by_label("Consumer key").fill(KEY)
    press(page, "Test connection")
    expect(page.locator("#connection-result")).to_contain_text(re.compile(r"WooCommerce [\d.]+, 2 products, prices in EUR"))
    press(page, "Save")
    expect(page.get_by_text("○ Not imported yet")).to_be_visible()
    assert KEY not in page.content() and SECRET not in page.content()
    shop = page.url
    press(page, "See what would come")
    expect(page.locator(".shop-big")).to_contain_text("1 new", timeout=60_000)
    expect(page.get_by_text("Rye Bread")).to_be_visible()
    expect(page.locator("del", has_text="Cinnamon Bun").first).to_be_visible()
    press(page, "Import now")
    completed(page)
    page.goto(f"{project.web}{PRODUCTS}")
    expect(row_of(page, "Rye Bread")).to_contain_text("4.10 EUR")
    expect(row_of(page, "Cinnamon Roll")).to_contain_text("BUN")  # linked to the bun that was entered here
    expect(row_of(page, "Cinnamon Bun")).to_have_count(0)
    put(project, "bakery", "change", bread, regular_price="4.55")
    page.goto(shop)
    press(page, "Import now")
    completed(page)
    page.goto(f"{project.web}{PRODUCTS}?q=RYE")
    expect(row_of(page, "Rye Bread")).to_contain_text("4.55 EUR")  # By this import, or before it: the shop tells of changes itself.
    page.goto(shop)
    expect(page.locator(".shop-trend svg")).to_be_visible()


def test_a_price_of_the_shop_reaches_meta(page: Page, demo_shop: str, project: Project) -> None:
    wait_for(lambda: project.item_at_meta(SOLAR, "KIT-MUG"), 180, "what the first import brought reaches Meta")  # pictures are seen first
    mug = number_of(page, project, "KIT-MUG")
    put(project, "demo", "change", mug, regular_price="8.80")
    page.goto(demo_shop)
    press(page, "Import now")
    completed(page)
    wait_for(lambda: project.item_at_meta(SOLAR, "KIT-MUG").get("price") == "8.80 USD", 30, "Meta has the shop's price")


def test_a_price_of_the_shopify_shop_reaches_meta_by_itself(page: Page, project: Project) -> None:
    wait_for(lambda: project.item_at_meta(PIZZERIA, "PAN-SAU"), 180, "what the first import brought reaches Meta")
    page.goto(f"{project.meta}/shopify/vesuvio-pantry.myshopify.com/?q=PAN-SAU")
    card = page.locator("article", has_text="Tomato Sauce")
    card.locator("summary").click()
    card.get_by_label("Price").fill("6.40")
    card.get_by_role("button", name="Save Tomato Sauce").click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    wait_for(lambda: project.item_at_meta(PIZZERIA, "PAN-SAU").get("price") == "6.40 EUR", 30, "Meta has the shop's price")


def test_a_revoked_key_is_one_state_with_its_remedy_and_is_mended(page: Page, demo_shop: str, project: Project) -> None:
    project.control("POST", "shops/demo/faults", {"kind": "key_revoked"})
    page.goto(demo_shop)
    press(page, "Import now")
    expect(page.locator("[data-live-id$=':state']").first).to_contain_text("✗ Failed", timeout=60_000)
    page.goto(demo_shop)
    expect(page.get_by_text("✗ Key refused")).to_be_visible()
    expect(page.locator(".banner-red")).to_contain_text("REST API")
    expect(page.get_by_role("button", name="Import now")).to_have_count(0)
    page.goto(f"{project.web}/admin/")
    expect(page.get_by_text(re.compile("does not let us in")).first).to_be_visible()
    project.control("DELETE", "shops/demo/faults")
    page.goto(demo_shop)
    press(page, "Test connection")  # A test that ends the block shows the page anew, with the buttons that there are now.
    expect(page.get_by_text("✓ Active")).to_be_visible()
    expect(page.get_by_role("button", name="Import now")).to_be_visible()
    expect(page.locator("#connection-result")).to_contain_text("Connected to “Corner General Store”")


def test_a_shop_that_is_down_is_waited_for_and_tried_at_a_click(page: Page, demo_shop: str, project: Project) -> None:
    project.control("POST", "shops/demo/faults", {"kind": "maintenance"})
    page.goto(demo_shop)
    press(page, "Import now")
    expect(page.locator("[data-live-id$=':import_pace']")).to_contain_text("tries again at", timeout=60_000)
    project.control("DELETE", "shops/demo/faults")
    page.reload()
    press(page, "Try now")
    completed(page)


def test_a_question_is_answered_and_its_product_comes_by_itself(page: Page, project: Project) -> None:
    page.goto(f"{project.web}{QUESTIONS}?answered=no")
    page.get_by_role("link", name="Desk Lamp").first.click()
    sides = page.locator(".shop-side")
    expect(sides.first).to_contain_text("Desk Lamp")
    expect(sides.last).to_contain_text("HOM-LMP-BLA")
    press(page, "Another product")
    expect(page.get_by_text("another product.")).to_be_visible()
    page.get_by_role("link", name="Watch").click()
    completed(page)
    page.goto(f"{project.web}{PRODUCTS}?q=Desk+Lamp")
    expect(row_of(page, "Desk Lamp, black")).to_be_visible()
    expect(page.locator("#result_list tbody tr", has_text="Corner General Store")).to_have_count(1)


def test_what_a_person_keeps_the_shop_leaves_alone(page: Page, demo_shop: str, project: Project) -> None:
    page.goto(f"{project.web}{PRODUCTS}?q=KIT-LUN")
    row_of(page, "Lunch Box").get_by_role("link", name="Lunch Box").click()
    address = page.url
    page.locator("#id_name").fill("Lunch Box, the good one")
    press(page, "Save")
    expect(page.get_by_text("The next import will overwrite Name")).to_be_visible()
    press(page, "Keep mine")
    expect(page.get_by_text("is locked: the shop no longer changes it.")).to_be_visible()
    put(project, "demo", "change", number_of(page, project, "KIT-LUN"), name="Box for lunch", regular_price="12.40")
    page.goto(address)
    press(page, "Look at it again now")
    completed(page)
    page.goto(address)
    expect(page.locator("#id_name")).to_have_value("Lunch Box, the good one")
    expect(page.locator("#id_price")).to_have_value("12.40")
    expect(page.get_by_label("Name", exact=True).and_(page.locator("input[name=locked_fields]"))).to_be_checked()
