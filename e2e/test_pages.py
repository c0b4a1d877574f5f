"""Every page of page_list.py: fits a phone, can be read and operated by everybody in light and dark, and has no error in it."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import Page

from e2e.browser import PHONE
from e2e.page_list import MODELS, NOT_PAGES, PAGES, Look
from e2e.project import Project

pytestmark = pytest.mark.e2e
SERIOUS = ("serious", "critical")
# Colours in the middle of a change are nobody's colours.
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"
# The admin's own switch; pages without it follow the system.
GO_DARK = "() => document.documentElement.matches('[x-data^=theme]') && Alpine.$data(document.documentElement).switchTheme('dark')"
SIDEWAYS = """() => {
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) { return []; }
    const wide = [...document.body.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > width + 1);
    return [`${document.scrollingElement.scrollWidth} px wide`, ...wide.slice(0, 5).map((node) => node.outerHTML.slice(0, 120))];
}"""


def violations(page: Page) -> list[str]:
    """Serious and critical findings of axe-core, one line each with the first elements."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations")
    return [f"{one['id']} ({one['impact']}): {_where(one['nodes'])}" for one in found if one["impact"] in SERIOUS]


def _where(nodes: list[Any]) -> str:
    return " | ".join(f"{node['target']} {node['any'][0]['message'] if node['any'] else ''}" for node in nodes[:3])


def go_dark(page: Page) -> None:
    """As somebody whose system is dark sees it."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(GO_DARK)


def check(look: Look, page: Page, project: Project, allowed: set[int]) -> dict[str, list[str]]:
    """Opens the page at a desk in light, makes it a phone in dark; what is wrong with each."""
    address = look.address
    for label, key in project.samples.items():
        address = address.replace("{" + label + "}", key)
    answer = page.goto((project.meta if look.at_meta else project.web) + address)
    assert answer is not None and answer.status in {200, *allowed}
    assert page.url.endswith(address), f"led to {page.url}"
    if look.name.endswith("empty list"):
        assert page.locator("#result_list, .empty-hint").count(), "an empty list that does not say what to do"
    page.add_style_tag(content=STILL)
    light = violations(page)
    page.set_viewport_size(PHONE)
    sideways = page.evaluate(SIDEWAYS)
    go_dark(page)
    return {"light": light, "phone": sideways, "dark": violations(page)}


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, project: Project, looking: Any) -> None:
    look = PAGES[name]
    context, trouble = looking(look.who)
    trouble.found, trouble.allowed = [], {404} if name == "public page of nothing" else set()
    page = context.new_page()
    try:
        found = check(look, page, project, trouble.allowed)
    finally:
        page.evaluate("localStorage.clear()")
        page.close()
    assert {**found, "errors": trouble.found} == {"light": [], "phone": [], "dark": [], "errors": []}


def _registry() -> dict[str, Any]:
    reverse("admin:index")
    return {model._meta.label: page for model, page in admin.site._registry.items()}


def test_every_admin_model_is_in_the_list() -> None:
    assert set(MODELS) == set(_registry())


def test_every_admin_page_is_in_the_list() -> None:
    django_pages = {"changelist", "add", "change", "delete"}
    missing = set()
    for label, page in _registry().items():
        prefix = label.lower().replace(".", "_") + "_"
        names = {url.name.removeprefix(prefix) for url in page.get_urls() if url.name and url.name.startswith(prefix)}
        known = {name for name, _path in MODELS[label].own}
        missing |= {f"{label} {name}" for name in names - django_pages - NOT_PAGES - known}
    assert missing == set()
