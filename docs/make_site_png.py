# ruff: noqa: INP001 - a script, no package
"""Draws docs/site.png and docs/site-phone.png: pages that `efdgen site` makes of this repository.

Run it when the pages change: `.venv/bin/python docs/make_site_png.py`. It needs chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]


class Picture(NamedTuple):
    """A picture of a page: what it is called, the page's address in the site, the window, and the colors."""

    name: str
    address: str
    size: tuple[int, int]
    scheme: str


PICTURES = (
    Picture("site.png", "index.html", (1500, 900), "light"),
    Picture("site-phone.png", "compare.html#left=base&right=summit&text=persistence", (390, 844), "dark"),
)


def main() -> None:
    """Draw the pictures."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium") or sys.exit("chromium is not there")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "site"
        environment = {**os.environ, "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "efdgen", "site", "-o", str(folder)]
        subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for picture in PICTURES:
            width, height = picture.size
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=picture.scheme)
            page = context.new_page()
            page.goto(f"{folder.as_uri()}/{picture.address}")
            page.locator("form.controls").wait_for()
            page.screenshot(path=ROOT / "docs" / picture.name)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
