"""Fixtures: the running project (once), the browser (once), and pages of people in a business that fail the test on any error in them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from e2e.browser import DESK, MISSING, Trouble, find_chromium, launch, log_in
from e2e.project import Project, wait_for

ORDER = ("pictures", "pages", "journeys")  # the pictures and pages want the demo as it was planted
Opener = Callable[..., Page]
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((place for place, word in enumerate(ORDER) if word in item.nodeid.split("::")[0]), len(ORDER)))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Running, planted, its first sync over. Ends with a check that no process is left."""
    if find_chromium() is None:
        pytest.exit(MISSING, returncode=2)
    running = Project(tmp_path_factory.mktemp("e2e"))
    try:
        running.start()
        running.tenants = running.run_step("plant", "bakery", "florist")
        wait_for(lambda: running.item_at_meta("200000000000001", "5784935"), 60, "the demo's first product reaches Meta")
        assert running.run_step("wait_for_shop", "solar") == "completed"
        running.run_step("ask_meta", "solar")
        running.samples = running.run_step("samples", "solar")
        yield running
    finally:
        left = running.stop()
    assert not left, f"processes left behind: {left}"


@pytest.fixture(scope="session")
def chromium(project: Project) -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def logged_in(chromium: Browser, project: Project) -> Any:
    """The administrator's cookies, from the one login."""
    context = chromium.new_context()
    log_in(context.new_page(), project.web, "admin", project.password)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_as(chromium: Browser, project: Project, logged_in: Any) -> Iterator[Callable[..., tuple[BrowserContext, Trouble]]]:
    """`open_as("solar")`: a context of the administrator in that business ("all": in none; "": nobody). Troubles fail the test."""
    opened: list[tuple[BrowserContext, Trouble]] = []

    def open_context(business: str, **options: Any) -> tuple[BrowserContext, Trouble]:
        options = {"viewport": DESK, "storage_state": logged_in if business else None, **options}
        context = chromium.new_context(**options)
        if business not in ("", "all"):
            context.add_cookies([{"name": "tenant", "value": project.tenants[business], "url": project.web}])
        opened.append((context, Trouble(context)))
        return opened[-1]

    yield open_context
    for context, _ in opened:
        context.close()
    assert [line for _, trouble in opened for line in trouble.found] == []


@pytest.fixture(scope="session")
def looking(chromium: Browser, project: Project, logged_in: Any) -> Iterator[Callable[[str], tuple[BrowserContext, Trouble]]]:
    """Like open_as, but each person's context stays for the session, so that styles and scripts are fetched once. For looking only."""
    kept: dict[str, tuple[BrowserContext, Trouble]] = {}

    def context_of(business: str) -> tuple[BrowserContext, Trouble]:
        if business not in kept:
            state = logged_in if business else None
            context = chromium.new_context(viewport=DESK, storage_state=state, bypass_csp=True)  # axe and its style are ours
            if business not in ("", "all"):
                context.add_cookies([{"name": "tenant", "value": project.tenants[business], "url": project.web}])
            kept[business] = context, Trouble(context)
        return kept[business]

    yield context_of
    for context, _ in kept.values():
        context.close()


@pytest.fixture
def page(open_as: Any) -> Page:
    """The administrator in the solar shop."""
    return open_as("solar")[0].new_page()


@pytest.fixture
def meta_side(open_as: Any, project: Project) -> Iterator[Page]:
    """The page "Meta's side" of the solar shop's catalog; its faults are switched off at the end."""
    side = open_as("")[0].new_page()
    side.goto(f"{project.meta}/?catalog=200000000000001")
    yield side
    project.control("DELETE", "faults?catalog_id=200000000000001")
