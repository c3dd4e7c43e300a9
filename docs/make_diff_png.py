# ruff: noqa: INP001 - a script, no package
"""Draws docs/diff.png: the page that `efdgen diff --format html` makes of a real change to this repository.

Run it when the page changes: `.venv/bin/python docs/make_diff_png.py`. It needs chromium.
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
PICTURE = ROOT / "docs" / "diff.png"
COPIED = ("environments", "templates", "schemas", "rendered")
WIDTH, HEIGHT = 1200, 975


class Edit(NamedTuple):
    """A change that a person makes in a file: `before` becomes `after`, once."""

    file: str
    before: str
    after: str


EDITS = (
    Edit("templates/apps/influxdb/values.yaml", 'tag: "1.8.5"', 'tag: "1.8.10"'),
    Edit("environments/summit.yaml", "query_timeout: 900s", "query_timeout: 600s"),
    Edit("environments/base.yaml", "size: 1000Gi", "size: 1500Gi"),
    Edit(
        "templates/apps/cp-helm-charts/templates/schema-registry-ingress.yaml",
        "        pathType: Prefix\n",
        "        pathType: Exact\n",
    ),
    Edit("environments/base.yaml", "  telegraf-ds: {}\n", ""),
)


def report(folder: Path) -> Path:
    """Make the changes in a copy of the repository, and return the page about them.

    Args:
        folder: an empty one; it gets the copy and the page.
    """
    for copied in COPIED:
        shutil.copytree(ROOT / copied, folder / copied)
    _efdgen(folder, "render")
    for edit in EDITS:
        path = folder / edit.file
        text = path.read_text(encoding="utf-8")
        if text.count(edit.before) != 1:
            sys.exit(f"{edit.file} does not hold {edit.before!r} once: change EDITS")
        path.write_text(text.replace(edit.before, edit.after), encoding="utf-8")
    page = folder / "diff.html"
    page.write_text(_efdgen(folder, "diff", "--format", "html"), encoding="utf-8")
    return page


def _efdgen(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "efdgen", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout


def main() -> None:
    """Draw the picture."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium") or sys.exit("chromium is not there")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(report(Path(name)).as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
