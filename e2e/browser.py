"""Chromium, and pages that remember what went wrong in them: errors in the console, requests that failed, addresses outside."""

import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, Response

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Chromium is needed for the browser tests: apt-get install chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--no-first-run", "--no-default-browser-check", "--font-render-hinting=none",
)  # fmt: skip
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def find_chromium() -> str | None:
    """The browser's path, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium of this machine."""
    return playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=list(FLAGS))


class Trouble:
    """What went wrong in the pages of one context. `allowed` holds the status codes that a test provokes on purpose."""

    def __init__(self, context: BrowserContext) -> None:
        self.found: list[str] = []
        self.allowed: set[int] = set()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("request", self._asked)

    def _console(self, message: ConsoleMessage) -> None:
        # "Failed to load resource" repeats what `_answered` has seen.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # A page that is left while it asks for news.
            self.found.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allowed:
            self.found.append(f"answer {response.status}: {response.url}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            self.found.append(f"asked outside: {request.url}")


def log_in(page: Page, web: str, username: str, password: str) -> None:
    """Through the login form."""
    page.goto(f"{web}/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{web}/admin/")
