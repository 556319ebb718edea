"""What every test may count on: vocabularies on demand, static files, a browser, and no network beyond this machine."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import AXE, FLAGS, WIDE
from tests.chromium import find_chromium

# One slow example on a busy machine is not a defect; the number of examples bounds the time instead.
settings.register_profile("suite", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Playwright runs an event loop in the test's thread, in which Django would refuse its ordinary database calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their static files through the manifest, as in production."""
    from django.conf import settings

    from tests.static_files import collect_once

    collect_once()
    settings.STATICFILES_FINDERS = [*settings.STATICFILES_FINDERS, "tests.static_files.CollectedFinder"]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    """Files that a test stores go with the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def vocabulary(db: None) -> None:
    """Load the starting vocabulary."""
    from taxonomy.vocabulary import load_starting_vocabulary

    load_starting_vocabulary()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Where there is none the test is skipped, and with CI=true it fails."""
    program = find_chromium()
    if not program or not AXE.is_file():
        reason = "Browser tests need Chromium and the packages of package-lock.json; `make test` brings both."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open a browser window on the running portal: `open_page(NARROW, javascript=False)`.

    A console error, which is also what a breach of the content security policy is, fails the test at its end.
    """
    contexts = []
    errors: list[str] = []

    def open_window(viewport: dict[str, int] = WIDE, *, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            base_url=live_server.url,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)

        def note(message: Any) -> None:
            # Chromium reports every 4xx answer as an error of the console; pages that answer so are tested on purpose.
            if message.type == "error" and "Failed to load resource" not in message.text:
                errors.append(message.text)

        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert errors == []
