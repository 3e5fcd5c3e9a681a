"""What tests of every folder share: the system's Chromium, and a page that fails on console errors and strangers."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.quick_database import django_db_setup

OWN_HOSTS = {"127.0.0.1", "localhost", ""}  # "" is that of data: and about: addresses.
LAUNCH_ARGUMENTS = [
    "--no-sandbox",  # Chromium's own sandbox refuses to run as root, as it would in a container.
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


__all__ = ["django_db_setup"]


def pytest_configure() -> None:
    # The real one takes a quarter of a second for each password, and its strength is not what is tested.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)  # After the shuffle.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    # A long test that begins last would leave the other processor idle.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason to skip, however many tests it concerns."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium. `.ci/run` counts a skip that begins with "missing" as a failure."""
    named = os.environ.get("CHROMIUM_PATH", "")
    path = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not path:
        pytest.skip("missing Chromium: apt install chromium, or name one with CHROMIUM_PATH")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    # Playwright's event loop runs in this thread, so that Django takes the test for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=LAUNCH_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser_faults() -> list[str]:
    """Console errors and foreign requests of the pages; a test that expects one takes it out of the list."""
    return []


@pytest.fixture
def page(browser: Browser, browser_faults: list[str]) -> Iterator[Page]:
    """A page with cookies of its own, 1280 pixels wide. Fails the test on console errors and foreign hosts."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="UTC")
    context.set_default_timeout(15_000)

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            browser_faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def note_request(request: Request) -> None:
        if (urlsplit(request.url).hostname or "") not in OWN_HOSTS:
            browser_faults.append(f"foreign request: {request.url}")

    context.on("console", note_console)
    context.on("weberror", lambda error: browser_faults.append(f"script: {error.error}"))
    context.on("request", note_request)
    yield context.new_page()
    context.close()

    assert browser_faults == []
