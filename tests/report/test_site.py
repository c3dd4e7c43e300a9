"""The static site, without a browser: what is in its files, and what they refer to."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from efdgen.environment.functions import numbered
from efdgen.errors import UsageError
from efdgen.report.diff import changes
from efdgen.report.site import audited, markdown, write
from efdgen.report.site import rows as data
from efdgen.report.site.model import Environment, Fleet
from efdgen.review.audit import AREAS
from support.checkout import names, resolved, snapshot
from support.efd import EFD
from support.html import Document
from support.sites import MAKERS, environment, evil
from support.warm import efdgen


@functools.cache
def fleet() -> Fleet:
    return data.fleet(tuple(resolved().values()), MAKERS)


@functools.cache
def project() -> dict[str, bytes]:
    return write.build(fleet())


def pages(files: dict[str, bytes]) -> dict[str, Document]:
    return {name: _document(content) for name, content in files.items() if name.endswith(".html")}


# The pages of the six have two megabytes, and many tests look at them.
@functools.cache
def _document(content: bytes) -> Document:
    return Document(content.decode())


def given(files: dict[str, bytes]) -> dict[str, Any]:
    """Return the data that search and comparison use."""
    text = files[write.DATA].decode()
    found: dict[str, Any] = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return found


FLEETS = {"project": fleet, "evil": evil, "empty": lambda: Fleet((), ())}


@pytest.mark.parametrize("which", FLEETS)
class TestFiles:
    def test_pages_are_well_formed(self, which: str) -> None:
        for document in pages(write.build(FLEETS[which]())).values():
            assert document.tags.count("h1") == document.tags.count("main") == 1
            ids = document.values("id")
            assert len(ids) == len(set(ids))

    def test_links_lead_somewhere(self, which: str) -> None:
        found = pages(write.build(FLEETS[which]()))
        for name, document in found.items():
            for link in document.values("href"):
                if link.startswith(("https://", "http://")):
                    continue
                target, _, place = link.partition("#")
                assert target in ("", *found), link
                if place and not place.startswith("left="):
                    assert unquote(place) in found[target or name].values("id"), link

    def test_nothing_outside_is_loaded(self, which: str) -> None:
        for document in pages(write.build(FLEETS[which]())).values():
            assert not {"link", "img", "iframe", "object", "base", "audio", "video"} & set(document.tags)
            assert document.values("src") == document.values("action") == document.values("style") == []
            assert not [name for name, _ in document.attributes if name.startswith("on")]
            for text in (*document.inline["style"], *document.inline["script"]):
                assert not re.search(r"url\(|@import|https?://|fetch\(|XMLHttpRequest|innerHTML", text)

    def test_only_scripts_of_the_site_may_run(self, which: str) -> None:
        for document in pages(write.build(FLEETS[which]())).values():
            (policy,) = (value for value in document.values("content") if value.startswith("default-src"))
            assert policy.startswith("default-src 'none'; ")
            (scripts,) = (part for part in policy.split("; ") if part.startswith("script-src"))
            assert [each for each in scripts.split()[1:] if not each.startswith("'sha256-")] == ["'self'", "file:"]
            assert len(document.inline["script"]) == len(scripts.split()) - 3

    def test_it_depends_on_nothing_but_its_input(self, which: str) -> None:
        assert list(write.build(FLEETS[which]()).items()) == list(write.build(FLEETS[which]()).items())

    def test_every_file_says_who_made_it(self, which: str) -> None:
        for name, content in write.build(FLEETS[which]()).items():
            assert write.is_result(name, content)
            assert not write.is_result(f"my-{name}", content)

    def test_nothing_hides(self, which: str) -> None:
        assert not any("\u202e" in content.decode() for content in write.build(FLEETS[which]()).values())


def test_what_people_write_is_text() -> None:
    for name, document in pages(write.build(evil())).items():
        assert "img" not in document.tags
        if name not in (write.COMPARE, write.DETAILS):
            assert "document.title='evil'" in document.text
        assert "document.title='evil'" not in "".join(document.inline["script"])


def test_an_address_of_another_kind_leads_nowhere() -> None:
    files = write.build(Fleet((environment(argocd="javascript:alert(1)", page="[a](javascript:alert(1))"),), ()))
    assert not [link for page in pages(files).values() for link in page.values("href") if "javascript" in link]


def test_the_style_of_a_picture_may_be_used() -> None:
    style = "svg { --ink: #000 }"
    page = "# Lab\n\n```mermaid\ngraph LR\n```\n"
    lab = environment(page=page, picture=f"<svg><style>{style}</style></svg>")
    document = Document(write.build(Fleet((lab,), ()))["lab.html"].decode())
    assert style in document.inline["style"]
    (policy,) = (value for value in document.values("content") if value.startswith("default-src"))
    assert f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in policy


def test_six_environments_take_less_than_two_megabytes() -> None:
    assert sum(map(len, project().values())) < 2_000_000


def test_each_environment_has_its_page() -> None:
    assert sorted(project()) == sorted(
        [*(f"{name}.html" for name in names()), write.INDEX, write.DETAILS, write.COMPARE, write.DATA]
    )


def test_no_environment_takes_the_place_of_another_page() -> None:
    files = write.build(Fleet((environment("index"), environment("compare"), environment("lab")), ()))
    assert sorted(files) == sorted(
        [
            write.INDEX,
            write.DETAILS,
            write.COMPARE,
            write.DATA,
            "environment.index.html",
            "environment.compare.html",
            "lab.html",
        ]
    )
    assert {"environment.index.html", "environment.compare.html", "lab.html"} <= set(
        pages(files)[write.INDEX].values("href")
    )


@pytest.mark.parametrize("name", names())
def test_a_page_says_what_the_fleet_list_says(name: str) -> None:
    listed = json.loads(efdgen("list", name, "--format", "json").stdout)["environments"][0]
    page, index = pages(project())[f"{name}.html"], pages(project())[write.INDEX]
    assert listed["argocd"]["url"] in page.values("href")
    assert listed["argocd"]["url"] in index.values("href")
    for host in set(listed["hosts"].values()):
        assert any(link.startswith(f"https://{host}") for link in page.values("href")), host
    for app in listed["apps"]:
        assert f"app:{app['name']}" in page.values("id")
        assert f"{name}.html#app:{app['name']}" in index.values("href")
        for pin in app["pins"]:
            assert pin["value"] in page.text
            assert pin["reason"] in page.text
            assert pin["value"] in index.text


def test_kafka_has_an_address_only_where_it_is_reached() -> None:
    listed = {each["name"]: dict(each["services"]) for each in given(project())["environments"]}
    assert {name for name, services in listed.items() if "Kafka" in services} == {
        "base",
        "ncsa-int",
        "ncsa-stable",
        "summit",
    }
    assert "kafka-0-tucson-teststand" not in "".join(content.decode() for content in project().values())


class TestValues:
    def test_each_text_is_there_once(self) -> None:
        found = given(project())
        for kind in ("groups", "paths", "values"):
            assert len(found[kind]) == len(set(found[kind]))

    def test_rows_are_in_their_order_in_each_environment(self) -> None:
        for each in given(project())["environments"]:
            numbers = each["held"][::2]
            assert numbers == sorted(set(numbers))

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"a": 1}, {"": 1}),
            ({"a": {}}, {"": {}}),
            ({"a": {"b": {"c": None}}}, {"b.c": None}),
            ({"a": ["x", "y"]}, {"": ["x", "y"]}),
            ({"a": [{"name": "x", "value": 1}]}, {"[x].name": "x", "[x].value": 1}),
            ({"a": [{"file": {"path": "x"}}]}, {"[file].path": "x"}),
            ({"a": [{"file": 1}, {"file": 2}]}, {"[0].file": 1, "[1].file": 2}),
            ({"a": [[1], "x"]}, {"[0]": [1], "[1]": "x"}),
        ],
    )
    def test_a_value_has_one_place(self, values: dict[str, Any], expected: dict[str, Any]) -> None:
        found = {changes.path(row.path): row.values["a"] for row in data.rows("app", (), values)}
        assert found == expected

    def test_items_are_named_alike_everywhere(self) -> None:
        values = {
            "a": [{"name": "x", "id": 4}, {"name": "y", "id": 7}],
            "b": [{"name": "z", "id": 4}, {"name": "z", "id": 7}],
        }
        assert {changes.path(row.path[:1]) for row in data.rows("app", (), values)} == {"[4]", "[7]"}

    def test_one_item_more_leaves_the_others_as_they_are(self) -> None:
        news = [{"title": "c"}, {"title": "b", "url": ""}, {"title": "a"}, {"title": "a"}]
        values = {"old": numbered(news[1:], "id"), "new": numbered(news, "id")}
        found = {changes.path(row.path): row for row in data.rows("app", (), values)}
        assert list(found) == [
            *("[c].id", "[c].title", "[b].id", "[b].title", "[b].url"),
            *("[a].id", "[a].title", "[a (2)].id", "[a (2)].title"),
        ]
        assert [path for path, row in found.items() if row.is_number] == ["[c].id", "[b].id", "[a].id", "[a (2)].id"]
        told = [path for path, row in found.items() if not row.is_number and len(set(row.values.values())) > 1]
        assert told == []
        assert [path for path, row in found.items() if "old" not in row.values] == ["[c].id", "[c].title"]

    @pytest.mark.parametrize(
        ("items", "expected"),
        [
            ([{"id": 1, "title": "x"}, {"id": 2, "title": "y"}], ["x", "y"]),
            ([{"id": 1, "title": "x"}, {"id": 3, "title": "y"}], ["1", "3"]),
            ([{"id": 1, "title": "x"}], ["1"]),
            ([{"id": 1, "title": "x", "a": 1}, {"id": 2, "title": "x", "a": 2}], ["1", "2"]),
            ([{"id": 1, "title": "", "url": "u"}, {"id": 2, "title": "x", "url": "v"}], ["u", "v"]),
            ([{"id": 1, "title": "x (2)"}, {"id": 2, "title": "x"}, {"id": 3, "title": "x"}], ["1", "2", "3"]),
        ],
        ids=["numbers", "other numbers", "one item", "another item of that title", "no title", "title of a second one"],
    )
    def test_a_running_number_is_no_name(self, items: list[dict[str, Any]], expected: list[str]) -> None:
        paths = [changes.path(row.path[:1]) for row in data.rows("app", (), {"a": items})]
        assert list(dict.fromkeys(paths)) == [f"[{name}]" for name in expected]

    def test_the_numbers_of_news_are_not_compared(self) -> None:
        paths = given(project())["paths"]
        assert "items[Chronograf 1.9.4].title" in paths
        assert not [path for path in paths if path.startswith("items[") and path.endswith("].id")]
        assert "items[Chronograf 1.9.4].id" in pages(project())["summit.html"].text

    def test_kinds_of_values_do_not_mix(self) -> None:
        values = {"a": {"b": 1}, "b": [{"name": "x"}], "c": None}
        assert [(changes.path(row.path), dict(row.values)) for row in data.rows("app", (), values)] == [
            ("", {"c": None}),
            ("b", {"a": 1}),
            ("[x].name", {"b": "x"}),
        ]

    @pytest.mark.parametrize(("second", "is_told"), [("yx", True), ("xy", False), ("xzy", False), ("y", False)])
    def test_another_order_is_told(self, second: str, is_told: bool) -> None:
        values = {"a": [{"name": "x"}, {"name": "y"}], "b": [{"name": each} for each in second]}
        assert any(row.is_order for row in data.rows("app", (), values)) is is_told


class TestMarkdown:
    def read(self, text: str, picture: str = "") -> markdown.Body:
        links = {"summit.md": "summit.html"}
        return markdown.body(text, lambda target: target if target.startswith("https:") else links.get(target), picture)

    def test_the_title_is_left_out(self) -> None:
        assert self.read("# Title\n\nText\n").html == "<p>Text</p>\n"

    def test_anchors_are_those_of_github(self) -> None:
        found = self.read("## Check `a.b` (c)\n## Open\n## Open\n## Theme\n")
        assert [heading.anchor for heading in found.headings] == ["check-ab-c", "open", "open-1", "theme-1"]
        assert '<h2 id="check-ab-c">' in found.html

    def test_html_is_text(self) -> None:
        assert self.read("a <b>c</b>\n\n<script>x</script>\n").html == (
            "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n<p>&lt;script&gt;x&lt;/script&gt;</p>\n"
        )

    def test_links_lead_into_the_site_or_nowhere(self) -> None:
        html = self.read("[a](summit.md) [b](../apps/x.yaml) [c](https://c.org) ![d](https://d.org/d.png)\n").html
        assert html == '<p><a href="summit.html">a</a> b <a href="https://c.org">c</a> d</p>\n'

    def test_a_line_ends_between_the_steps_of_a_path(self) -> None:
        text = "`some.long[c].<d>/path` `some.long.path.1.2.3` `image.tag`\n"
        assert self.read(text).html == (
            "<p><code>some.<wbr>long<wbr>[c].&lt;d&gt;/<wbr>path</code> <code>some.long.path.1.2.3</code> "
            "<code>image.tag</code></p>\n"
        )

    def test_tables_scroll(self) -> None:
        assert '<div class="scroll" tabindex="0">\n<table>' in self.read("| a |\n|---|\n| b |\n").html

    def test_a_picture_stands_for_its_source(self) -> None:
        text = "```mermaid\ngraph LR\n```\n"
        assert "graph LR" in self.read(text).html
        html = self.read(text, "<svg></svg>").html
        assert "<svg></svg>" in html
        assert "graph LR" not in html

    def test_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "markdown_it", None)
        with pytest.raises(UsageError, match=r"pip install -e '\.\[site\]'"):
            self.read("text")


class TestVerb:
    def test_it_writes_what_is_built(self, tmp_path: Path) -> None:
        done = efdgen("site", "-o", tmp_path / "site")
        assert done.returncode == 0, done.stderr
        assert snapshot(tmp_path / "site") == project()
        again = efdgen("site", "-o", tmp_path / "site")
        assert (again.returncode, again.stdout) == (0, "")

    def test_it_removes_what_is_gone(self, tmp_path: Path) -> None:
        (tmp_path / "attic.html").write_bytes(b"<!doctype html>\n<!-- Made by efdgen for its site: attic.html -->\n")
        assert efdgen("site", "-o", tmp_path).returncode == 0
        assert snapshot(tmp_path) == project()

    @pytest.mark.parametrize("mine", ["", "<!-- Made by efdgen for its site: attic.html -->\n"], ids=["mine", "a copy"])
    def test_it_leaves_what_it_did_not_make(self, tmp_path: Path, mine: str) -> None:
        (tmp_path / "index.html").write_text(f"<!doctype html>\n{mine}mine\n")
        done = efdgen("site", "-o", tmp_path)
        assert done.returncode == 4
        assert "is not a former result" in done.stderr
        assert list(snapshot(tmp_path)) == ["index.html"]

    def test_it_does_not_write_among_what_is_rendered(self) -> None:
        assert efdgen("site", "-o", EFD / "rendered" / "site").returncode == 2
        assert not (EFD / "rendered" / "site").exists()

    def test_other_verbs_do_not_load_it(self) -> None:
        code = "import sys; from efdgen.cli import check_command; from efdgen import verbs; print(*sys.modules)"
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        assert not {"markdown_it", "efdgen.report.html", "efdgen.report.site"} & set(loaded)


def audit_of(environment: str, at: str, areas: Iterable[str] = AREAS, **counts: int) -> dict[str, object]:
    every = {"there": 3, "missing": 0, "different": 0, "unknown": 0, "warnings": 0, **counts}
    return {"environment": environment, "at": at, "counts": every, "areas": dict.fromkeys(areas, "there")}


def test_an_audit_is_a_column_with_its_time() -> None:
    at = "2026-11-29T03:17:00Z"
    told = [
        audit_of("base", at, missing=1, unknown=2),
        audit_of("sandbox", at, ("dns", "tls"), warnings=1),
        audit_of("summit", at),
    ]
    known = audited.read(json.dumps({"audits": told}), "audit.json")
    index = write.build(fleet()._replace(environments=tuple(_with(each, known) for each in fleet().environments)))[
        write.INDEX
    ].decode()
    cells = [re.sub(r"\s*\n\s*", "", cell) for cell in re.findall(r'<td class="audit">(.*?)</td>', index, re.DOTALL)]
    time = f'<time class="dim" datetime="{at}">2026-11-29 03:17 UTC</time>'

    def status(word: str, text: str) -> str:
        return f'<span class="status {word}">{text}</span>'

    nobody = '<span class="dim">not looked at</span>'
    assert cells == [
        f"{status('missing', '1 missing')}{status('unknown', '2 unknown')}{time}",
        *[nobody] * 2,
        f'{status("there", "there")}{status("warning", "1 warning")}<span class="dim">dns, tls only</span>{time}',
        f"{status('there', 'there')}{time}",
        nobody,
    ]
    assert '<th scope="col">Audit</th>' in index
    assert '<th scope="col">Audit</th>' not in project()[write.INDEX].decode()


def _with(each: Environment, known: dict[str, audited.Audited]) -> Environment:
    return each._replace(audited=known.get(each.name))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"audits": [{}]}',
        '{"audits": {"a": 1}}',
        '{"audits": [null]}',
        json.dumps({"audits": [audit_of("base", "<b>")]}),
    ],
)
def test_what_is_no_audit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^a\.json is not what efdgen audit --format json prints$"):
        audited.read(text, "a.json")
