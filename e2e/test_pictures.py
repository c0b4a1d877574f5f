"""The pictures of README and docs, taken from the running demo: `UPDATE_SCREENSHOTS=1 make e2e ARGS='-k picture'`. Skipped otherwise."""

import io
import os
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.browser import PHONE
from e2e.project import CHECKOUT, Project

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not os.environ.get("UPDATE_SCREENSHOTS"), reason="UPDATE_SCREENSHOTS=1 takes the pictures of the docs anew"),
]
FOLDER = CHECKOUT / "docs" / "images"
LARGEST = 250_000  # bytes
PRODUCTS = "/admin/products_and_services/product/"
# A mixture of badges on the first screen, the good ones in the majority.
FIRST = (
    "5784935",
    "SOL-INV-8K",
    "SOL-LGT",
    "SOL-OUT-1",
    "SOL-LGT-STREET",
    "SOL-OUT-3",
    "SOL-ZZ-1",
    "SOL-NOPIC-1",
    "SOL-OUT-2",
    "SOL-OLD-1",
)
TALL = {"width": 1280, "height": 1800}


def save(page: Page, name: str, height: float) -> None:
    """The page's upper part as a PNG that is not needlessly large."""
    width = page.viewport_size["width"] if page.viewport_size else 1280
    raw = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": int(height)}, animations="disabled")
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    FOLDER.mkdir(parents=True, exist_ok=True)
    image.save(FOLDER / f"{name}.png", optimize=True)
    assert (FOLDER / f"{name}.png").stat().st_size < LARGEST


def bottom(page: Page, selector: str, more: int = 0) -> float:
    """Where an element ends, in pixels from the top."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"] + more


@pytest.fixture
def tall(open_as: Any, project: Project) -> Iterator[Page]:
    page = open_as("solar", viewport=TALL)[0].new_page()
    yield page


def _open_list(page: Page, project: Project, pictures: int = 9) -> None:
    project.run_step("arrange", *FIRST)
    page.goto(project.web + PRODUCTS)
    expect(page.get_by_text("✓ Synced").nth(5)).to_be_visible()
    page.wait_for_function("(pictures) => [...document.images].slice(0, pictures).every((picture) => picture.complete)", arg=pictures)


def test_picture_products(tall: Page, project: Project) -> None:
    _open_list(tall, project)
    save(tall, "products", bottom(tall, "#result_list tbody:nth-of-type(10)", 1))


def test_picture_products_dark(open_as: Any, project: Project) -> None:
    page = open_as("solar", viewport=TALL, color_scheme="dark")[0].new_page()
    _open_list(page, project)
    save(page, "product-dark", bottom(page, "#result_list tbody:nth-of-type(10)", 1))


def test_picture_products_phone(open_as: Any, project: Project) -> None:
    page = open_as("solar", viewport=PHONE, device_scale_factor=2)[0].new_page()
    _open_list(page, project, pictures=1)
    save(page, "product-phone", PHONE["height"])


def test_picture_why(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}{PRODUCTS}{project.run_step('product_key', 'SOL-ZZ-1')}/why/")
    save(tall, "why", bottom(tall, ".own-page", 24))


def test_picture_what_meta_says(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}{PRODUCTS}{project.samples['Rejected']}/why/")
    expect(tall.get_by_text("✗ Rejected by Meta").first).to_be_visible()
    save(tall, "what-meta-says", bottom(tall, ".own-page", 24))


def test_picture_findings(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/meta_integration/catalogfinding/")
    save(tall, "findings", bottom(tall, "#result_list", 24))


def test_picture_import_preview(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/operations/run/{project.samples['ImportRun']}/preview/")
    save(tall, "import-preview", bottom(tall, ".own-rows", 24))


def test_picture_shop(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/integrations/storeconnection/{project.samples['integrations.StoreConnection']}/change/")
    tall.get_by_role("button", name="Test connection").click()
    expect(tall.locator("#connection-result")).to_contain_text("Connected to")
    save(tall, "shop", bottom(tall, "text=It is shown once, when the key is made.", 40))


def test_picture_what_would_come(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/operations/run/{project.samples['LookRun']}/coming/")
    save(tall, "what-would-come", bottom(tall, ".shop-card >> nth=2", 24))


def test_picture_question(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/integrations/linkquestion/{project.samples['integrations.LinkQuestion']}/change/")
    tall.wait_for_function("[...document.images].every((picture) => picture.complete)")
    save(tall, "question", bottom(tall, "#content-main > .shop-card", 24))


def test_picture_roll_back(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/operations/run/{project.samples['EditRun']}/rollback/")
    save(tall, "roll-back", bottom(tall, ".revision >> nth=3", 24))


def test_picture_preview(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}{PRODUCTS}{project.samples['products_and_services.Product']}/payload/")
    save(tall, "preview", 900)


def test_picture_config(tall: Page, project: Project) -> None:
    tall.goto(f"{project.web}/admin/meta_integration/metaappconfig/{project.samples['meta_integration.MetaAppConfig']}/change/")
    tall.get_by_role("button", name="Test connection").click()
    expect(tall.locator("#connection-result")).to_have_class("banner banner-green")
    save(tall, "config", bottom(tall, "text=Placeholder image", 80))


def test_picture_metas_side(open_as: Any, project: Project) -> None:
    """Somebody has changed a price at Meta, and an outage keeps it from being mended."""
    catalog = "200000000000001"
    edit = {"action": "edit", "catalog_id": catalog, "retailer_id": "SOL-BAT-100"}
    page = open_as("", viewport=TALL)[0].new_page()
    page.goto(f"{project.meta}/?catalog={catalog}")
    page.locator("[data-fault=outage]").click()
    project.control("POST", "items", {**edit, "fields": {"price": "459.00 USD"}})
    try:
        expect(page.locator("[data-fault=outage]")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[data-key='SOL-BAT-100'] [data-badge]")).to_have_text("differs: price")
        page.mouse.move(0, 0)
        page.wait_for_function("[...document.images].slice(0, 8).every((picture) => picture.complete)")
        save(page, "metas-side", bottom(page, ".card:nth-of-type(8)", 8))
    finally:
        project.control("DELETE", "faults?kind=outage")
        project.control("POST", "items", {**edit, "fields": {"price": "499.00 USD"}})


def test_picture_first_push(open_as: Any, project: Project) -> None:
    token, catalog = "EAABAKERY0001", "300000000000001"
    project.control("POST", "accounts", {"token": token, "app_secret": "", "business_id": "300000000000008", "catalog_ids": [catalog]})
    page = open_as("bakery", viewport=TALL)[0].new_page()
    page.goto(f"{project.web}/admin/meta_integration/metaappconfig/add/")
    page.get_by_label("Catalog id").fill(catalog)
    page.get_by_label("Access token").fill(token)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Start the first push")).to_be_visible()
    save(page, "first-push", bottom(page, ".own-page", 24))


def test_picture_public_page(open_as: Any, project: Project) -> None:
    page = open_as("", viewport=TALL)[0].new_page()
    page.goto(f"{project.web}/p/pizzeria/PIZ-01")
    page.wait_for_function("[...document.images].every((picture) => picture.complete)")
    save(page, "public-page", bottom(page, "footer"))
