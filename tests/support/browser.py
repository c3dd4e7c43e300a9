"""A real browser for tests of pages: Debian's chromium, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support import needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESK, PHONE, SMALL_PHONE = (1200, 800), (390, 844), (360, 640)
WINDOWS = (DESK, PHONE, SMALL_PHONE)
MINUTE = 60_000
HERE = "127.0.0.1"
"""Where the servers of tests are; no other host can be reached."""


class Shown(NamedTuple):
    """A page in the browser. Errors and requests are noted from the first byte on."""

    page: Page
    errors: list[str]
    requests: list[str]

    def resize(self, size: tuple[int, int]) -> None:
        """Show the page in a window of this width and height, in pixels."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def background(self) -> str:
        """Return the page's background color."""
        return str(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))


Show = Callable[..., Shown]


# Started once a run: starting it takes a second. While it runs, so does an event loop in this thread; no test needs one
# of its own.
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    chromium = needs.CHROMIUM.require()
    nowhere_else = f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HERE}"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", nowhere_else]
        )
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Show HTML, or the page at an address, in a fresh profile: `show(html=..., size=PHONE, color_scheme="dark")`.

    A test fails when a page asks for anything but itself, inline data and what `allowed` begins with, or has an error
    at its end; who expects errors clears them.
    """
    contexts = []
    pages: list[tuple[Shown, Callable[[str], bool]]] = []

    def open_page(
        html: str = "", address: str = "", size: tuple[int, int] = DESK, allowed: str = "", **options: Any
    ) -> Shown:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        contexts.append(context)
        context.set_default_timeout(MINUTE)
        page = context.new_page()
        shown = Shown(page, [], [])
        pages.append((shown, lambda url: url == address or bool(allowed and url.startswith(allowed))))
        page.on("pageerror", lambda error: shown.errors.append(str(error)))
        page.on("console", lambda message: shown.errors.append(message.text))
        page.on("request", lambda request: shown.requests.append(request.url))
        if address:
            page.goto(address)
        else:
            page.set_content(html)
        return shown

    yield open_page
    for context in contexts:
        context.close()
    assert [error for shown, _ in pages for error in shown.errors] == []
    assert [url for shown, is_allowed in pages for url in shown.requests if not is_allowed(url)] == []
