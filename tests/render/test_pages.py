"""The pages in rendered/: sound Markdown, links that lead somewhere, and nothing that the other files do not say."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.environment.model import ResolvedEnvironment
from efdgen.language.documents import Fence, Heading, Prose
from efdgen.render.graph import content, mermaid
from efdgen.render.pages import environment as environment_page
from efdgen.render.pages import fleet, fleetrow
from efdgen.render.pages.markdown import Anchors, code, link, text
from efdgen.render.runbook.model import Phase, Runbook
from efdgen.repository.load import load
from efdgen.repository.model import Repository
from efdgen.verbs import project
from support import TRICKY_WORDS, many
from support.checkout import ROOT, edit, names, resolved
from support.efd import EFD
from support.pages import LINK, anchors, dead_links, links, prose
from support.parsers import libyaml
from support.warm import efdgen

PAGES = sorted((EFD / "rendered").rglob("*.md"))
FLEET = EFD / "rendered/README.md"


def section(page: Path, heading: str) -> str:
    """Return what stands below a heading, up to the next of its level."""
    level = heading.partition(" ")[0]
    below = page.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2]
    assert below, heading
    return re.split(rf"^#{{1,{len(level)}}} ", below, maxsplit=1, flags=re.MULTILINE)[0]


def table(markdown: str) -> list[dict[str, str]]:
    """Read the first table."""
    found = re.search(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    assert found is not None
    lines = found[0].splitlines()
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    assert set(rows[1]) == {"---"}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def plain(cell: str) -> str:
    """Return the words of a cell."""
    return LINK.sub(lambda link: link["words"], cell).replace("`", "").strip()


@functools.cache
def environment(name: str) -> ResolvedEnvironment:
    return resolved()[name]


@functools.cache
def repository() -> Repository:
    return load(EFD)


def fleet_page(found: project.Resolved) -> str:
    """Return the page about all of a repository's environments."""
    written = found.project.repository
    return fleet.page([fleet.row(each, written.pages.columns) for each in found.environments], written)


def spec(name: str) -> dict[str, Any]:
    data: dict[str, Any] = libyaml((EFD / f"environments/{name}.yaml").read_text(encoding="utf-8"))
    return data


def rendered_values(name: str) -> dict[str, dict[str, Any]]:
    """Return an environment's rendered values, by app."""
    files = sorted((EFD / "rendered/apps").glob(f"*/values-{name}.yaml"))
    return {file.parent.name: libyaml(file.read_text(encoding="utf-8")) for file in files}


def version(app: str) -> str:
    chart = libyaml((EFD / f"rendered/apps/{app}/Chart.yaml").read_text(encoding="utf-8"))
    return str(chart["dependencies"][0]["version"])


# -- Markdown


def test_the_pages_are_sound_markdown() -> None:
    assert len(PAGES) == 1 + len(names())
    # The page about the fleet, and the longest of the others, which are all filled from one template.
    longest = max(PAGES, key=lambda page: page.stat().st_size)
    command = [sys.executable, "-m", "pymarkdown", "scan", str(FLEET), str(longest)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert len(links(page)) > 3
    assert dead_links(page, EFD) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_row_of_a_table_has_as_many_cells_as_its_header(page: Path) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", prose(page), re.MULTILINE)
    assert tables
    for each in tables:
        assert table(each)


# -- the page about all


def test_the_fleet_s_page_has_a_row_for_each_environment() -> None:
    rows = table(FLEET.read_text(encoding="utf-8"))
    listed = {each["name"]: each for each in json.loads(efdgen("list", "--format", "json").stdout)["environments"]}
    assert [plain(row["spec"]) for row in rows] == sorted(listed) == names()
    for row in rows:
        each = listed[plain(row["spec"])]
        assert row["environment"] == f"[{each['title']}](docs/{each['name']}.md)"
        assert row["Argo CD"] == f"<{each['argocd']['url']}>"
        linked = {link["words"]: link["address"] for link in LINK.finditer(row["public hosts"])}
        assert linked == {service: f"https://{host}" for service, host in each["hosts"].items()}


def test_versions_are_those_of_the_rendered_charts() -> None:
    rows = table(section(FLEET, "## Chart versions"))
    for name, row in zip(names(), rows, strict=True):
        deployed = rendered_values(name).keys() - {"efd"}
        shown = {app: cell.split(" ")[0] for app, cell in row.items() if app != "environment"}
        assert {app: cell for app, cell in shown.items() if cell not in {"-", "cluster"}} == {
            app: version(app) for app in deployed
        }
        assert {app for app, cell in shown.items() if cell == "cluster"} == {
            node.name for node in content.graph(environment(name)).provided
        }


def test_every_pin_of_a_spec_is_marked_and_explained() -> None:
    versions = table(section(FLEET, "## Chart versions"))
    explained = {row[""]: row for row in table(section(FLEET, "### Pins"))}
    shared = libyaml((EFD / "environments/shared/facts.yaml").read_text(encoding="utf-8"))["sites"]
    for name, row in zip(names(), versions, strict=True):
        written = spec(name)
        site = shared.get(written.get("site"), {}).get("appDefaults", {})
        for app, settings in written["apps"].items():
            pins = {**site.get(app, {}).get("pins", {}), **settings.get("pins", {})}
            marks = row[app].split(" ")[1:]
            assert len(marks) == len(pins)
            shown = {(explained[m]["app"], plain(explained[m]["value"]), plain(explained[m]["is"])) for m in marks}
            assert shown == {(app, path, pin["value"]) for path, pin in pins.items()}
            assert {explained[m]["because"] for m in marks} == {pin["reason"] for pin in pins.values()}
            for path, pin in pins.items():
                value: Any = rendered_values(name)[app][definition_chart(app)]
                for part in path.split("."):
                    value = value[part]
                assert value == pin["value"]


def definition_chart(app: str) -> str:
    chart = libyaml((EFD / f"rendered/apps/{app}/Chart.yaml").read_text(encoding="utf-8"))
    return str(chart["dependencies"][0]["name"])


def _written(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _written(value, (*path, key))
    else:
        yield path, data


def test_everything_that_a_spec_sets_for_an_app_is_on_the_page() -> None:
    for name in names():
        title = environment(name).facts.title
        for app, settings in spec(name)["apps"].items():
            written = {key: value for key, value in settings.items() if key != "pins"}
            if not written:
                continue
            rows = [
                row
                for row in table(section(FLEET, f"#### {app}"))
                if title in row["in"].split(" (by ")[0] or "all " in row["in"]
            ]
            shown = {re.sub(r"\['(.*?)'\]", r".\1", plain(row["value"])) for row in rows}
            assert {".".join(path) for path, _ in _written(written)} <= shown


def test_nothing_is_called_different_that_is_the_same() -> None:
    rows = table(section(FLEET, "### Facts"))
    for column in rows[0].keys() - {"environment"}:
        assert len({row[column] for row in rows}) > 1
    assert "The same everywhere: Kubernetes 1.21.5;" in section(FLEET, "### Facts")


def test_a_fact_that_becomes_different_moves_into_the_table(inputs: Path) -> None:
    edit(inputs / "environments/summit.yaml", 'kubernetesVersion: "1.21.5"', 'kubernetesVersion: "1.21.6"')
    page = fleet_page(project.resolve(inputs))
    assert "| environment | site | Kubernetes | storage class |" in page
    assert "The same everywhere: Vault " in page


def test_the_fleet_s_page_grows_with_the_fleet_and_no_faster() -> None:
    row = fleet.row(environment("sandbox"), repository().pages.columns)
    few, many = ([row._replace(name=f"e{number}", title=f"E{number}") for number in range(n)] for n in (10, 100))
    assert len(fleet.page(many, repository())) < 10 * len(fleet.page(few, repository()))
    assert "| all 100 that have it |" in fleet.page(many, repository())


def test_of_many_under_one_argo_cd_a_few_are_named() -> None:
    row = fleet.row(environment("sandbox"), repository().pages.columns)
    for count, others in (
        (1, ""),
        (3, "E0 and E2"),
        (7, "E0, E2, E3, E4, E5 and E6"),
        (9, "E0, E2, E3, E4, E5 and 3 more"),
    ):
        rows = [row._replace(name=f"e{number}", title=f"E{number}") for number in range(count)]
        shown = table(fleet.page(rows, repository()))[min(1, count - 1)]["Argo CD"]
        words = LINK.sub(lambda match: match["words"], shown.partition("; it deploys ")[2].removesuffix(", too"))
        assert words == others


def test_pins_of_one_value_to_a_number_and_to_a_text_are_both_there(tmp_path: Path) -> None:
    row = fleet.row(environment("sandbox"), repository().pages.columns)
    pins = [("influxdb", ("image.tag", value, "because", "")) for value in ("1.8", 1.8, 2)]
    rows = [row._replace(name=f"e{number}", title=f"E{number}", pins=(pin,)) for number, pin in enumerate(pins)]
    (tmp_path / "page").write_text(fleet.page(rows, repository()), encoding="utf-8")
    shown = table(section(tmp_path / "page", "### Pins"))
    assert [plain(each["is"]) for each in shown] == ["1.8", "2", "1.8"]


@pytest.mark.parametrize(
    ("words", "other", "expected"),
    [
        ("short", "other", "short"),
        ("a" * 61, None, "a" * 60 + "…"),
        ("a" * 100 + "b", "a" * 100 + "c", "…" + "a" * 59 + "b"),
        ("a" * 100 + "b" * 100, "a" * 100, "…" + "a" * 12 + "b" * 48 + "…"),
    ],
)
def test_a_long_value_is_cut_where_it_is_like_the_other(words: str, other: str | None, expected: str) -> None:
    assert fleet._cut(words, other) == expected  # noqa: SLF001 - a page to show it would hide it


# -- the page about one


@pytest.mark.parametrize("name", names())
def test_a_page_has_the_apps_of_the_rendered_files(name: str) -> None:
    page = EFD / f"rendered/docs/{name}.md"
    rows = {plain(row["app"]): row for row in table(section(page, "## Apps"))}
    values = rendered_values(name)
    assert rows.keys() == values["efd"]["applications"].keys()
    for app, row in rows.items():
        assert row["version"] == version(app)
        linked = {link["words"]: link["address"] for link in LINK.finditer(row["hosts"])}
        assert linked == {service: f"https://{host}" for service, host in values[app].get("hosts", {}).items()}
        assert row["app"] == f"[{app}](../apps/{app}/values-{name}.yaml)"
        application = (EFD / f"rendered/apps/efd/templates/{app}.yaml").read_text(encoding="utf-8")
        assert f"namespace: {plain(row['namespace'])}\n" in application


@pytest.mark.parametrize("name", names())
def test_an_app_stands_below_those_that_it_depends_on(name: str) -> None:
    rows = table(section(EFD / f"rendered/docs/{name}.md", "## Apps"))
    above: set[str] = set()
    for row in rows:
        for required in filter(None, row["depends on"].split(", ")):
            assert required in above or required.endswith(" (provided)")
        above.add(plain(row["app"]))


@pytest.mark.parametrize("name", names())
def test_a_page_s_facts_are_those_of_the_rendered_files(name: str) -> None:
    facts = {row["fact"]: row["value"] for row in table(section(EFD / f"rendered/docs/{name}.md", "## Facts"))}
    values = rendered_values(name)
    parent = values["efd"]
    assert facts["cluster"].startswith(f"Kubernetes {parent['kubernetesVersion']}, ")
    for application in parent["applications"].values():
        assert f"<{application['repoURL']}>" in facts["deployed from"]
        assert application["path"].startswith(plain(re.search("`[^`]+`", facts["deployed from"])[0]))  # type: ignore[index]
    prefix = plain(re.search("`[^`]+`", facts["Vault"])[0])  # type: ignore[index]
    paths = [secret["path"] for app in values.values() for secret in app.get("vault", {}).get("secrets", [])]
    assert all(path.startswith(f"{prefix}/") for path in paths)
    assert ("managed here" in facts["Argo CD"]) is ("argocd" in parent)
    kafka = values.get("cp-helm-charts", {}).get("cp-helm-charts", {}).get("cp-kafka")
    assert ("no Kafka is deployed here" in facts["Kafka broker"]) is (kafka is None)
    if kafka:
        assert facts["Kafka's disks"].startswith(f"{kafka['persistence']['size']} each")


@pytest.mark.parametrize("name", names())
def test_a_page_has_the_picture_that_the_verb_draws(name: str) -> None:
    page = (EFD / f"rendered/docs/{name}.md").read_text(encoding="utf-8")
    (picture,) = re.findall(r"^```mermaid\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    assert picture == mermaid.mermaid(content.graph(environment(name)))


def test_the_runbook_s_sections_are_linked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text, fence = Prose("Text."), Fence("bash", (), "ls", 1)
    steps = (Heading(3, "Make it: now (k3d 5.1.0)", "one", 1), text, fence, Heading(3, "Facts", "two", 2), text)
    phases = (Phase("a", "Make it", "10-a.md", steps), Phase("b", "Make it", "20-b.md", ()))
    monkeypatch.setattr(environment_page, "read", lambda *_: Runbook(phases))
    page = tmp_path / "page.md"
    page.write_text(environment_page.page(environment("summit"), repository()), encoding="utf-8")
    assert section(page, "## Runbook").split() == [
        *("-", "[Make", "it](#make-it)"),
        *("-", "[Make", "it:", "now", "(k3d", "5.1.0)](#make-it-now-k3d-510)"),
        *("-", "[Facts](#facts-1)"),
        *("-", "[Make", "it](#make-it-1)"),
    ]
    assert {"make-it", "make-it-now-k3d-510", "facts", "facts-1", "make-it-1"} <= anchors(page)


# -- pieces


@many
@given(st.one_of(st.sampled_from(TRICKY_WORDS), st.text("ab`|\\ \n*_[]<>", max_size=12)))
def test_words_in_code_style_stay_in_their_cell_and_read_as_they_were(words: str) -> None:
    span = code(words)
    assert "\n" not in span
    assert len(re.findall(r"(?<!\\)\|", span)) == 0
    fence = re.match("`+", span)[0]  # type: ignore[index]
    inside = span[len(fence) : -len(fence)]
    assert fence not in re.findall("`+", inside)
    seen = re.sub("[\0-\x08\x0e-\x1b\x7f]", "\ufffd", words)
    assert " ".join(inside.replace("\\|", "|").split()) == " ".join(seen.split())


@many
@given(st.text("ab`|\\ \n*_[]<>&", max_size=12))
def test_text_has_nothing_that_markdown_takes_for_its_own(words: str) -> None:
    escaped = text(words)
    assert re.sub(r"\\([\\`*_\[\]<>&|])", r"\1", escaped) == " ".join(words.split())
    assert not re.search(r"[`*_\[\]<>&|]", re.sub(r"\\.", "", escaped))


def test_values_are_shown_as_people_write_them() -> None:
    values = [True, 1, 1.0, 0.0, -0.0, None, "1", "a  b", [1, True], {}]
    shown = ["true", "1", "1.0", "0.0", "-0.0", "null", '"1"', "a b", "[1, true]", "{}"]
    assert [fleetrow.words(value) for value in values] == shown


def test_anchors_are_github_s() -> None:
    given = Anchors()
    headings = [
        "Open the firewall (where one runs)",
        "`a_b` & c",
        "Find the controller's address",
        "Ünïcode",
        "`a_b` & c",
    ]
    expected = ["open-the-firewall-where-one-runs", "a_b--c", "find-the-controllers-address", "ünïcode", "a_b--c-1"]
    assert given.of(headings[:3]) + given.of(headings[3:]) == expected
    assert Anchors().of(["Facts", "facts", "Apps"]) == ["facts", "facts-1", "apps"]


def test_a_link_holds_no_other_one() -> None:
    """A heading with an address stands in the page's list of contents, too."""
    assert link(text("Open https://a.example/~b"), "#open") == "[Open https://a.example/\\~b](#open)"
