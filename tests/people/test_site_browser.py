"""The static site in a real browser, as files and behind a web server: search, filters, comparison."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import threading
from collections.abc import Iterator, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import yaml

from efdgen.report.site import rows as data
from efdgen.report.site import write as site
from efdgen.report.site.audited import Audited, Said
from efdgen.report.site.model import Fleet, Row
from support.browser import WINDOWS, Show, Shown
from support.checkout import names, resolved
from support.efd import EFD
from support.sites import EVIL, MAKERS, environment, evil

if TYPE_CHECKING:
    from playwright.sync_api import Page

RENDERED = EFD / "rendered"


def parse(text: str) -> Any:
    """Read YAML, ten times as fast as safe_load."""
    return yaml.load(text, Loader=yaml.CSafeLoader)


@functools.cache
def read(file: Path) -> Any:
    return parse(file.read_text())


def write(folder: Path, files: Mapping[str, bytes]) -> str:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return f"{folder.as_uri()}/"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the site of this checkout, as files."""
    return write(tmp_path_factory.mktemp("site") / "site", site.build(data.fleet(tuple(resolved().values()), MAKERS)))


@pytest.fixture
def served(project: str) -> Iterator[str]:
    """The address of the same site, in a folder of a web server."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            pass

    folder = Path(project.removeprefix("file://")).parent
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/site/"
    server.shutdown()
    thread.join()
    server.server_close()


class Site:
    """The site in the browser. A test fails when anything is loaded from elsewhere."""

    def __init__(self, show: Show, address: str) -> None:
        self._show = show
        self.address = address

    def open(self, page: str = site.INDEX, **options: Any) -> Shown:
        return self._show(address=f"{self.address}{page}", allowed=self.address, **options)

    def go(self, shown: Shown, page: str) -> None:
        """Show another page in the same window."""
        shown.page.goto(f"{self.address}{page}")


@pytest.fixture
def visit(show: Show, project: str) -> Site:
    return Site(show, project)


def results(page: Page) -> dict[str, list[str]]:
    """Return what is found, by kind."""
    panel = page.locator("[id='site:results']")
    panel.wait_for()
    found: dict[str, list[str]] = panel.evaluate(
        """panel => Object.fromEntries([...panel.querySelectorAll("h2")].map((head) => [
             head.textContent.replace(/ \\(.*/, ""),
             [...head.nextElementSibling.querySelectorAll("li > a")].map((link) => link.textContent)]))"""
    )
    return found


def search(page: Page, text: str) -> dict[str, list[str]]:
    """Search for a text, pasted at once, and return what is found."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.insert_text(text)
    return results(page)


def by_id(page: Page, name: str) -> Any:
    return page.locator(f"[id='{name}']")


# -- audits


def test_an_audit_says_how_old_it_is_where_it_is_read(show: Show, tmp_path: Path) -> None:
    now = dt.datetime.now(dt.timezone.utc)
    ages = {"base": 90, "summit": 60 * 47, "sandbox": 60 * 24 * 59, "ncsa-int": -10}
    known = {
        name: Audited((Said("missing", "1 missing"),), (), f"{now - dt.timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}")
        for name, minutes in ages.items()
    }
    made = data.fleet(tuple(resolved().values()), MAKERS, known)
    shown = Site(show, write(tmp_path / "site", site.build(made))).open()
    found = {
        name: (cell.locator(".age").text_content(), "stale" in (cell.get_attribute("class") or ""))
        for name in ages
        for cell in [shown.page.locator(f"tr[data-environment='{name}'] .audit")]
    }
    assert found == {
        "base": ("90 minutes ago", False),
        "summit": ("47 hours ago", False),
        "sandbox": ("59 days ago", True),
        "ncsa-int": ("just now", False),
    }
    for size in WINDOWS:
        shown.resize(size)
        assert shown.overflow() <= 0


# -- search


def test_search_finds_a_host_from_every_page(visit: Site) -> None:
    shown = visit.open()
    for name in (site.INDEX, site.COMPARE, "base.html"):
        visit.go(shown, name)
        assert search(shown.page, "kafdrop-summit")["Hosts"] == ["kafdrop-summit-efd.lsst.codes"], name
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_url("**/summit.html#site:facts")
        assert shown.page.locator("h1").text_content() == "Summit EFD"
    assert all(request.startswith(visit.address) for request in shown.requests)


def test_search_works_behind_a_server(show: Show, served: str) -> None:
    shown = Site(show, served).open()
    assert search(shown.page, "kafdrop-summit")["Hosts"] == ["kafdrop-summit-efd.lsst.codes"]
    assert {request.removeprefix(served) for request in shown.requests} == {site.INDEX, site.DATA}


def test_search_finds_everything(visit: Site) -> None:
    expected = {
        ("tucson", "Environments"): ["Tucson Teststand"],
        ("KAFDROP 0.1", "Apps"): ["kafdrop 0.1.0"],
        ("chronograf-oauth sandbox", "Vault paths"): ["secret/dm/square/efd/sandbox/chronograf-oauth"],
    }
    page = visit.open().page
    assert {(text, kind): search(page, text)[kind] for text, kind in expected} == expected
    assert "Values" in search(page, "persistence.size influxdb ncsa-stable 15")


def test_a_value_is_found_where_it_stands(visit: Site) -> None:
    page = visit.open().page
    search(page, "influxdb.image.tag")
    link = by_id(page, "site:results").locator(".of a", has_text="sandbox")
    link.click()
    row = page.locator(".found")
    row.wait_for()
    values = read(RENDERED / "apps/influxdb/values-sandbox.yaml")
    assert row.locator("th").text_content() == "influxdb.image.tag"
    assert parse(row.locator("td").text_content() or "") == values["influxdb"]["image"]["tag"]
    assert row.is_visible()


def test_each_letter_narrows_the_search(visit: Site) -> None:
    page = visit.open().page
    assert len(search(page, "kafdrop")["Hosts"]) > 1
    page.keyboard.type("-sum")
    assert results(page)["Hosts"] == ["kafdrop-summit-efd.lsst.codes"]


def test_search_says_when_nothing_is_found_and_goes_away(visit: Site) -> None:
    page = visit.open().page
    assert search(page, "no such thing anywhere") == {}
    assert by_id(page, "site:results").text_content() == "Nothing is found."
    page.keyboard.press("Escape")
    assert not by_id(page, "site:results").is_visible()
    assert by_id(page, "site:search").input_value() == ""


def test_results_are_reached_with_arrows(visit: Site) -> None:
    page = visit.open().page
    search(page, "summit")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Summit"
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "site:search"


# -- the matrix


def matrix(page: Page) -> tuple[list[str], list[str]]:
    """Return the environments and the apps that the matrix shows."""
    heads = by_id(page, "site:matrix").locator("th:visible").all_text_contents()
    columns = by_id(page, "site:matrix").locator("thead th:visible").all_text_contents()
    return heads[len(columns) :], columns[1:]


def test_the_matrix_shows_what_is_deployed(visit: Site) -> None:
    page = visit.open().page
    shown: dict[str, dict[str, str]] = by_id(page, "site:matrix").evaluate(
        """table => Object.fromEntries([...table.tBodies[0].rows].map((row) => [row.cells[0].textContent.trim(),
             Object.fromEntries([...row.cells].slice(1).map((cell) => [
               table.tHead.rows[0].cells[cell.cellIndex].textContent,
               cell.querySelector("a")?.textContent ?? ""]))]))"""
    )
    charts = {path.parent.name: read(path) for path in RENDERED.glob("apps/*/Chart.yaml")}
    assert list(shown) == names()
    for name, cells in shown.items():
        deployed = read(RENDERED / f"apps/efd/values-{name}.yaml")["applications"]
        versions = {app: charts[app]["dependencies"][0]["version"] for app in deployed}
        assert {app: version for app, version in cells.items() if version} == versions


def test_the_matrix_can_be_filtered(visit: Site) -> None:
    page = visit.open().page
    environments, apps = matrix(page)
    assert environments == names()
    by_id(page, "site:text").fill("ncsa")
    assert matrix(page) == (["ncsa-int", "ncsa-stable"], apps)
    assert page.locator(".card:visible h3").all_text_contents() == ["NCSA Int", "NCSA Stable"]
    by_id(page, "site:text").fill("kafdrop-summit-efd")
    assert matrix(page)[0] == ["summit"]
    by_id(page, "site:text").fill("")
    by_id(page, "site:app").select_option("influxdb")
    assert matrix(page) == (environments, ["influxdb"])
    by_id(page, "site:special").check()
    assert matrix(page) == (["sandbox", "tucson-teststand"], ["influxdb"])
    by_id(page, "site:app").select_option("")
    by_id(page, "site:place").select_option("ncsa")
    shown = matrix(page)
    assert shown[0] == ["ncsa-int", "ncsa-stable"]
    assert "kafka-connect-manager" in shown[1]
    assert "influxdb" not in shown[1]
    assert page.url.endswith("#site=ncsa&special=1")
    page.reload()
    assert matrix(page) == shown
    by_id(page, "site:text").fill("nothing such")
    page.get_by_role("button", name="Show everything").click()
    assert matrix(page) == (environments, apps)


# -- comparison


NAMED_BY = {
    "secrets": "name",
    "env": "name",
    "tls": "secretName",
    "authors": "name",
    "environmentVars": "envName",
}
"""The lists of maps in values files that are named by a key; in the others, each item is a map of one entry."""


def flat_news(item: dict[str, Any], path: str, titles: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield the values in one of the news, but for its number; note its title, which may be there twice."""
    title = item["title"]
    titles.append(f"{title} (2)" if title in titles else title)
    yield from flat({key: each for key, each in item.items() if key != "id"}, f"{path}[{titles[-1]}]")


def flat(value: Any, path: str = "", key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values in a file; written for these tests, and for the files of this project."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            step = name if re.fullmatch(r"[\w/-]+", name) else f"['{name}']"
            yield from flat(item, f"{path}{'.' if path and not step.startswith('[') else ''}{step}", name)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        titles: list[str] = []
        for item in value:
            if key == "items":
                yield from flat_news(item, path, titles)
            elif key in NAMED_BY:
                yield from flat(item, f"{path}[{item[NAMED_BY[key]]}]")
            else:
                ((name, only),) = item.items()
                yield from flat(only, f"{path}[{name}]")
        if titles:
            yield f"{path} (order)", titles
    else:
        yield path, value


@functools.cache
def rendered_values(name: str) -> dict[tuple[str, str], Any]:
    """Return every value that is rendered for an environment, by app and path."""
    found = {}
    for file in sorted(RENDERED.glob(f"apps/*/values-{name}.yaml")):
        for path, value in flat(read(file)):
            found[file.parent.name, path] = value
    for file in sorted(RENDERED.glob(f"apps/*/*/{name}.json")):
        for path, value in flat(json.loads(file.read_text())):
            found[f"{file.parents[1].name}: {file.parent.name}/<env>.json", path] = value
    return found


def compared(page: Page) -> dict[tuple[str, str], list[str | None]]:
    """Return the rows of a comparison, by app and path; None: not set."""
    rows: list[Any] = page.locator("tbody tr").evaluate_all(
        """rows => rows.map((row) => [row.closest("details").dataset.group, row.cells[0].textContent,
             [...row.cells].slice(1).map((cell) => cell.classList.contains("missing") ? null : cell.textContent)])"""
    )
    found = {(group, path): sides for group, path, sides in rows}
    assert len(found) == len(rows)
    return found


def means(text: str | None, value: Any, *, is_set: bool) -> bool:
    """Say whether a text on the page is a value."""
    if text is None or not is_set:
        return text is None and not is_set
    if isinstance(value, str) and "\n" in value:
        return text == value
    shown = parse(text)
    return bool(shown == value and isinstance(shown, bool) is isinstance(value, bool))


PAIRS = [("base", "summit"), ("ncsa-int", "ncsa-stable"), ("base", "tucson-teststand"), ("summit", "sandbox")]
ORDER = ("chronograf: feeds/<env>.json", "items (order)")


def test_the_comparison_shows_what_differs(visit: Site) -> None:
    page = visit.open(site.COMPARE).page
    by_id(page, "compare:controls").wait_for()
    for names_ in PAIRS:
        by_id(page, "compare:left").select_option(names_[0])
        by_id(page, "compare:right").select_option(names_[1])
        sides = [dict(rendered_values(name)) for name in names_]
        titles = [side.get(ORDER, []) for side in sides]
        shared = [[title for title in mine if title in titles[1 - side]] for side, mine in enumerate(titles)]
        if shared[0] == shared[1]:
            for side in sides:
                side.pop(ORDER, None)
        paths = sides[0].keys() | sides[1].keys()
        differing = {
            path for path in paths if path not in sides[0] or path not in sides[1] or sides[0][path] != sides[1][path]
        }
        assert differing
        found = compared(page)
        assert found.keys() == differing
        for path, texts in found.items():
            for text, side in zip(texts, sides, strict=True):
                assert means(text, side.get(path), is_set=path in side), path
        assert by_id(page, "compare:count").text_content() == f"{len(differing)} values differ, {len(differing)} shown"
        by_id(page, "compare:all").check()
        assert compared(page).keys() == paths
        by_id(page, "compare:all").uncheck()


def test_the_choice_stands_in_the_address(visit: Site) -> None:
    page = visit.open(site.COMPARE).page
    by_id(page, "compare:controls").wait_for()
    by_id(page, "compare:left").select_option("sandbox")
    by_id(page, "compare:right").select_option("summit")
    by_id(page, "compare:text").fill("influxdb image.tag")
    assert compared(page) == {("influxdb", "influxdb.image.tag"): ['"1.8.3"', '"1.8.5"']}
    assert page.url.endswith("#left=sandbox&right=summit&text=influxdb+image.tag")
    page.reload()
    by_id(page, "compare:controls").wait_for()
    assert compared(page) == {("influxdb", "influxdb.image.tag"): ['"1.8.3"', '"1.8.5"']}
    by_id(page, "compare:swap").click()
    assert compared(page) == {("influxdb", "influxdb.image.tag"): ['"1.8.5"', '"1.8.3"']}
    by_id(page, "compare:right").select_option("summit")
    by_id(page, "compare:left").select_option("summit")
    assert by_id(page, "compare:none").text_content() == "Choose two different environments."


def test_an_environment_leads_to_its_comparison(visit: Site) -> None:
    page = visit.open("summit.html").page
    page.get_by_role("link", name="compare with another").click()
    by_id(page, "compare:controls").wait_for()
    assert by_id(page, "compare:left").input_value() == "summit"
    assert by_id(page, "compare:right").input_value() != "summit"


# -- all pages


PAGES = [site.INDEX, site.DETAILS, f"{site.COMPARE}#left=base&right=summit", *(f"{name}.html" for name in names())]


CUT_OFF = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  return [...document.querySelectorAll("input")].filter((input) => input.offsetParent !== null).flatMap((input) => {
    const style = getComputedStyle(input);
    pen.font = style.font;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return pen.measureText(input.placeholder).width > room ? [input.placeholder] : [];
  });
}"""
"""Returns the placeholders that are wider than their boxes."""

BROKEN = """() => {
  const broken = [];
  const range = document.createRange();
  const pen = document.createElement("canvas").getContext("2d");
  const fits = (text, cell) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(cell);
    pen.font = font;
    return pen.measureText(text).width < cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  const isOnOneLine = () => new Set([...range.getClientRects()].map((rect) => rect.top)).size < 2;
  for (const table of document.querySelectorAll("table")) {
    const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      range.selectNodeContents(texts.currentNode);
      if (isOnOneLine()) continue;
      for (const match of texts.currentNode.data.matchAll(/(?<![^\\s/-])[\\w.]+/g)) {
        range.setStart(texts.currentNode, match.index);
        range.setEnd(texts.currentNode, match.index + match[0].length);
        if (isOnOneLine()) continue;
        const scrolls = table.closest(".scroll") !== null;
        if (scrolls || fits(match[0], texts.currentNode.parentElement.closest("td, th"))) broken.push(match[0]);
      }
    }
  }
  return broken;
}"""
"""Returns the words in tables that do not stand on one line, but for those wider than a column that can't be wider."""


def test_pages_fit_the_window_and_words_stay_whole(visit: Site) -> None:
    shown = visit.open()
    for name in PAGES:
        visit.go(shown, name)
        shown.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        for size in WINDOWS:
            shown.resize(size)
            assert shown.overflow() == 0, (name, size)
            assert shown.page.evaluate(BROKEN) == [], (name, size)


def test_what_boxes_are_for_is_not_cut_off(visit: Site) -> None:
    shown = visit.open()
    for size in WINDOWS:
        shown.resize(size)
        for name in (site.INDEX, site.COMPARE):
            visit.go(shown, name)
            assert shown.page.evaluate(CUT_OFF) == [], (name, size)


def test_light_and_dark(visit: Site) -> None:
    shown = visit.open(color_scheme="dark")
    dark = shown.background()
    shown.page.emulate_media(color_scheme="light")
    assert shown.background() != dark
    shown.page.get_by_role("button", name="Dark").click()
    assert shown.background() == dark
    assert shown.page.get_by_role("button", name="Light").is_visible()


def test_pages_are_whole_without_scripts(visit: Site) -> None:
    shown = visit.open(java_script_enabled=False)
    page = shown.page
    assert matrix(page)[0] == names()
    assert not by_id(page, "site:filters").is_visible()
    assert not by_id(page, "site:find").is_visible()
    visit.go(shown, site.COMPARE)
    assert "needs JavaScript" in page.inner_text("main")
    visit.go(shown, "summit.html")
    assert page.get_by_role("button").count() == 0
    page.locator("summary", has_text="values").first.click()
    assert page.locator(".values tr:visible").count() > 0


def test_commands_can_be_copied(show: Show, tmp_path: Path) -> None:
    command = "kubectl get pods \\\n  --namespace '<b>'\n"
    lab = environment(page=f"# Lab\n\n## Look\n\n```bash\n{command}```\n")
    address = write(tmp_path / "site", site.build(Fleet((lab,), ())))
    shown = Site(show, address).open("lab.html", permissions=["clipboard-read", "clipboard-write"])
    shown.page.get_by_role("button", name="Copy").click()
    shown.page.get_by_role("button", name="Copied").wait_for()
    assert shown.page.evaluate("navigator.clipboard.readText()") == command


def test_nothing_that_people_write_runs(show: Show, tmp_path: Path) -> None:
    visit = Site(show, write(tmp_path / "site", site.build(evil())))
    shown = visit.open()
    page = shown.page
    for name in (site.INDEX, f"{site.COMPARE}#left=lab&right=field&all=1", "lab.html"):
        visit.go(shown, name)
        title = page.title()
        search(page, "document.title")
        page.locator("[id='site:results'] li").first.wait_for()
        assert page.title() == title != "evil"
    visit.go(shown, f"lab.html#value:{quote(EVIL, safe='')}/x")
    assert page.title() != "evil"


def test_two_hundred_environments_are_no_burden(show: Show, tmp_path: Path) -> None:
    many = [environment(f"site-{number:03}", f"Of kind {number % 20}") for number in range(200)]
    rows = [
        Row(
            f"app-{number % 12}",
            ("config", f"setting_{number}"),
            {each.name: (number, each.name)[number % 40 == 0] for each in many},
        )
        for number in range(400)
    ]
    files = site.build(Fleet(tuple(many), tuple(rows)))
    assert len(files[site.DATA]) < 1_500_000
    visit = Site(show, write(tmp_path / "site", files))
    shown = visit.open()
    page = shown.page
    assert [len(each) for each in matrix(page)] == [200, 20]
    by_id(page, "site:text").fill("site-042")
    assert matrix(page)[0] == ["site-042"]
    assert search(page, "setting_80 site-042")["Values"] == ["site-042"]
    took = page.evaluate(
        """async () => {
          const input = document.getElementById("site:search");
          const start = performance.now();
          input.value = "setting";
          input.dispatchEvent(new Event("input"));
          await null;
          document.getElementById("site:results").getBoundingClientRect();
          return performance.now() - start;
        }"""
    )
    assert took < 2000
    visit.go(shown, f"{site.COMPARE}#left=site-001&right=site-199")
    by_id(page, "compare:controls").wait_for()
    assert len(compared(page)) == 10
