"""How a review is written: as text, as Markdown that fits a comment, as JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import click
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from efdgen.language import yamlio
from efdgen.language.layers import ABSENT
from efdgen.report.diff import changes
from efdgen.report.diff.as_html import as_html
from efdgen.report.diff.as_json import as_json
from efdgen.report.diff.as_markdown import LIMIT, as_markdown
from efdgen.report.diff.as_text import as_text
from efdgen.review.model import (
    Change,
    GoneWith,
    InNoObject,
    RefusedChange,
    Reordered,
    Review,
    WholeApp,
    WholeEnvironment,
)
from efdgen.review.semantic import Item, same
from efdgen.review.trees import review
from support import data, few, many, texts
from support.efd import EFD
from support.foreach import for_each
from support.html import Document

BASE = "main (0123456ab)"


def plain(text: str, **_style: Any) -> str:
    return text


def change(before: Any = 1, after: Any = 2, *, path: Any = ("a",), environments: Any = ("lab",)) -> Change:
    return Change(tuple(environments), ("store",), "", path, before, after)


def of(*found: Change, **others: Any) -> Review:
    environments = sorted({name for each in found for name in each.environments} | {"calm"})
    return Review(BASE, tuple(environments), changes=found, **others)


def units(text: str) -> int:
    """Return a text's length in JavaScript."""
    return len(text.encode("utf-16-le")) // 2


def spans(line: str) -> list[str]:
    """Return the contents of code spans, by the rules of CommonMark 6.1."""
    found = []
    place = 0
    while opening := re.compile("`+").search(line, place):
        closing = re.compile(f"(?<!`){opening[0]}(?!`)").search(line, opening.end())
        assert closing, line
        content = line[opening.end() : closing.start()]
        if content[:1] == content[-1:] == " " and content.strip(" "):
            content = content[1:-1]
        found.append(content)
        place = closing.end()
    return found


class Read:
    """A comment, read as GitHub reads it: its paragraphs, and entries with their code spans or lines."""

    def __init__(self, text: str) -> None:
        self.titles: list[str] = []
        self.entries: list[list[str]] = []
        self.blocks: list[list[str]] = []
        self.outside: list[str] = []
        self._read(iter(text.split("\n")))

    def _read(self, lines: Iterator[str]) -> None:
        depth = 0
        for line in lines:
            title = re.fullmatch(r"<details><summary>(.*)</summary>", line)
            if title:
                assert next(lines) == ""
                depth += 1
                self.titles.append(html.unescape(re.sub("<.*?>", "", title[1])))
            elif line == "</details>":
                depth -= 1
            elif fence := re.fullmatch(r"  (`{3,})diff", line):
                closing = re.compile(rf"  {fence[1]}`*")
                block = []
                while not closing.fullmatch(line := next(lines)):
                    # A run that is long enough would end the block, up to three blanks before it.
                    assert not re.fullmatch(rf" {{2,5}}{fence[1]}`*\s*", line)
                    block.append(line.removeprefix("  "))
                self.blocks.append(block)
            elif depth and line:
                self.entries.append(spans(line))
            else:
                self.outside.append(line)
        assert depth == 0


# -- what all forms share


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("persistence", "size"), "persistence.size"),
        (("env", Item("name", "HOSTNAME"), "value"), "env[HOSTNAME].value"),
        (("inputs", Item("", "cpu"), "urls", 0), "inputs[cpu].urls[0]"),
        (("annotations", "nginx.ingress.kubernetes.io/ssl"), "annotations['nginx.ingress.kubernetes.io/ssl']"),
        (("a\nb", Item("name", "c\nd\u202e")), r"['a\nb'][c\nd\u202e]"),
        ((), ""),
    ],
)
def test_paths(path: Any, text: str) -> None:
    assert changes.path(path) == text


@for_each(
    ("value", "text"),
    [
        (ABSENT, "not set"),
        (None, "null"),
        ("null", '"null"'),
        (True, "true"),
        ("1.0", '"1.0"'),
        ("", '""'),
        ({}, "{}"),
        ([1, {"a": None}], '[1, {"a": null}]'),
        ("a\nb", r'"a\nb"'),
        ("\u202eb\x1b[2J", r'"\u202eb\e[2J"'),
    ],
)
def test_values(value: Any, text: str) -> None:
    assert changes.value(value) == text


@many
@given(texts | data)
def test_nothing_in_a_value_hides(value: Any) -> None:
    assert changes.value(value).isprintable()
    for line in changes.lines(change("x", value)):
        assert line.replace("\t", "").isprintable()


def test_a_text_that_looks_like_data_is_told_from_it() -> None:
    assert changes.lines(change("a: 1\n", {"a": 1})) == ["@@ -1,2 +1 @@", "-|", "-  a: 1", "+a: 1"]


@many
@given(data, data)
def test_a_change_has_something_to_show(before: Any, after: Any) -> None:
    assume(not same(before, after))
    found = change(before, after)
    shown = changes.lines(found) if changes.is_long(found) else [changes.value(before), changes.value(after)]
    assert shown


def test_the_summary_is_the_blast_radius() -> None:
    found = Review(
        BASE,
        ("base", "lab", "sandbox", "summit"),
        added_apps=(WholeApp("view", "1.0.0", ("lab",)),),
        changes=(
            change(environments=["summit"]),
            change(path=("b",), environments=["summit"]),
            change(environments=[]),
        ),
    )
    assert (
        changes.summary(found)
        == "summit: 1 app, 2 values; lab: 1 app; base, sandbox: nothing; deployed nowhere: 1 app, 1 value"
    )


@pytest.mark.parametrize(
    ("base", "command"),
    [
        ("rendered/", "efdgen diff"),
        ("main (0123456ab)", "efdgen diff --base 0123456ab"),
        ("0123456ab", "efdgen diff --base 0123456ab"),
        ("deadbeef1 (0123456ab)", "efdgen diff --base 0123456ab"),
        ("rendered/ at v1 (0123456ab), which has no specs", "efdgen diff --base 0123456ab"),
    ],
)
def test_the_command_that_shows_it_again(base: str, command: str) -> None:
    assert changes.command(Review(base, ())) == command


# -- text


def test_text() -> None:
    found = of(
        change(),
        change("a\nb\n", "a\nc\n", path=("toml",)),
        added_environments=(WholeEnvironment("new", ("store", "view")),),
        removed_apps=(WholeApp("view", "1.0.0", ("lab",)),),
        reordered=(Reordered(("lab",), ("store",), "", ("args",)),),
    )
    assert as_text(found, plain).splitlines() == [
        "Compared with main (0123456ab)",
        "lab: 2 apps, 2 values; calm: nothing",
        "ENVIRONMENT ADDED  new (2 apps: store, view)",
        "APP REMOVED  view 1.0.0: lab",
        "",
        "lab / store / a: 1 -> 2",
        "lab / store / toml:",
        "  @@ -1,2 +1,2 @@",
        "   a",
        "  -b",
        "  +c",
        "",
        "Only the order of these lists differs:",
        "  lab / store / args",
    ]


def test_text_has_colours_on_a_terminal() -> None:
    assert click.style("1", fg="red") in as_text(of(change()), click.style)


# -- values that differ where no object does


def test_values_in_no_object_are_not_nothing() -> None:
    places = (
        InNoObject(
            ("base", "lab"), ("store", "view"), "Chart.yaml", ("dependencies", Item("name", "store"), "version")
        ),
        InNoObject((), ("old",), "", ("a",)),
    )
    found = Review(BASE, ("base", "calm", "lab"), in_no_object=places)

    assert as_text(found, plain).splitlines()[1:] == [
        "base, lab: 2 values in no object; calm: nothing; deployed nowhere: 1 value in no object",
        "",
        "No object changes with these values:",
        "  base, lab / store, view / Chart.yaml / dependencies[store].version",
        "  deployed nowhere / old / a",
    ]
    markdown = as_markdown(found, plain)
    assert "| base, lab | 0 | 0 (2 values in no object) |" in markdown
    assert Read(markdown).titles == ["No object changes with these values: 2"]
    facts = json.loads(as_json(found, plain))
    assert facts["nothingChanges"] is False
    assert [each["path"] for each in facts["inNoObject"]] == ["dependencies[store].version", "a"]
    page = as_html(found, plain)
    assert "No object changes with these values" in page
    assert "dependencies[store].version" in page
    assert "Nothing changes</h1>" not in page
    assert found.touched() == {"base", "lab"}


# -- some apps only


def test_what_was_looked_at_is_said_where_it_is_read() -> None:
    found = Review(base="main", environments=("lab",), looked_at=("store", "view"))
    assert as_text(found, plain).splitlines()[0] == "Compared with main; only store, view"
    assert as_markdown(found, plain).startswith("Nothing changes, compared with `main`, only `store`, `view`.")
    assert "main; only store, view" in as_html(found, plain)
    assert json.loads(as_json(found, plain))["apps"] == ["store", "view"]


# -- JSON


@many
@given(data | st.just(ABSENT), data | st.just(ABSENT))
def test_json_holds_the_values_and_tells_null_from_nothing(before: Any, after: Any) -> None:
    (fact,) = json.loads(as_json(of(change(before, after)), plain))["changes"]
    for key, value in (("before", before), ("after", after)):
        assert (key in fact) is (value is not ABSENT)
        assert fact.get(key, ABSENT) == value


def test_json() -> None:
    patchy = Change(
        ("base", "lab"), ("store", "view"), "feeds", ("l", Item("id", "1"), 0), None, "a\nb", (("lab", "view"),)
    )
    found = of(
        patchy,
        added_environments=(WholeEnvironment("new", ("store",)),),
        removed_apps=(WholeApp("view", "1.0.0", ("lab",)),),
        reordered=(Reordered(("lab",), ("store",), "", ("args",)),),
    )
    assert json.loads(as_json(found, plain)) == {
        "base": BASE,
        "apps": [],
        "nothingChanges": False,
        "notCompared": [],
        "inNoObject": [],
        "refused": [],
        "objects": [],
        "goneWith": [],
        "environments": ["base", "calm", "lab"],
        "added": {"environments": [{"name": "new", "apps": ["store"]}], "apps": []},
        "removed": {"environments": [], "apps": [{"app": "view", "version": "1.0.0", "environments": ["lab"]}]},
        "radius": [
            {"environment": "base", "apps": 2, "values": 2, "notCompared": 0, "inNoObject": 0},
            {"environment": "calm", "apps": 0, "values": 0, "notCompared": 0, "inNoObject": 0},
            {"environment": "lab", "apps": 2, "values": 1, "notCompared": 0, "inNoObject": 0},
        ],
        "changes": [
            {
                "environments": ["base", "lab"],
                "apps": ["store", "view"],
                "lacking": [{"environment": "lab", "app": "view"}],
                "part": "feeds",
                "path": "l[1][0]",
                "steps": ["l", {"key": "id", "name": "1"}, 0],
                "before": None,
                "after": "a\nb",
                "lines": ["@@ -1 +1,3 @@", "-null", "+|-", "+  a", "+  b"],
            }
        ],
        "reordered": [
            {"environments": ["lab"], "apps": ["store"], "part": "", "path": "args", "steps": ["args"]},
        ],
    }


def test_what_goes_with_objects_stands_out_in_every_format() -> None:
    gone = ("base", "lab"), "store"
    found = of(
        change(),
        gone_with=(
            GoneWith(*gone, "claims", ("PersistentVolumeClaim lab/a",), False, "the data goes"),
            GoneWith(*gone, "custom resources", ("CustomResourceDefinition b",), True, "delete them by hand"),
        ),
        refused=(RefusedChange(("lab",), "store", "Job lab/x", (("spec",),), "delete it"),),
    )
    place = "base, lab / store"
    text = as_text(found, plain)
    assert f"\nCLAIMS REMOVED  {place} / PersistentVolumeClaim lab/a: the data goes\n" in text
    assert f"\nCUSTOM RESOURCES THAT STAY  {place} / CustomResourceDefinition b: delete them by hand\n" in text
    assert "**CLAIMS REMOVED: base, lab / store / PersistentVolumeClaim lab/a" in as_markdown(found, plain)
    page = Document(as_html(found, plain)).text
    for words in ("claims removed", "PersistentVolumeClaim lab/a: the data goes", "refused by Kubernetes", "Job lab/x"):
        assert words in page
    first, second = json.loads(as_json(found, plain))["goneWith"]
    assert (first["what"], first["objects"], first["stays"]) == ("claims", ["PersistentVolumeClaim lab/a"], False)
    assert (second["what"], second["stays"], second["environments"]) == ("custom resources", True, ["base", "lab"])


# -- Markdown


def test_markdown() -> None:
    found = of(
        change(),
        change("a\nb\n", "a\nc\n", path=("toml",)),
        added_environments=(WholeEnvironment("new", ("store", "view")),),
        removed_apps=(WholeApp("view", "1.0.0", ("lab",)),),
        reordered=(Reordered(("lab",), ("store",), "", ("args",)),),
    )
    assert (
        as_markdown(found, plain)
        == """\
### What changes, compared with `main (0123456ab)`

- **ENVIRONMENT ADDED: new (2 apps: store, view)**
- **APP REMOVED: view 1.0.0: lab**

| environments | apps | values |
|---|--:|--:|
| lab | 2 | 2 |
| calm | nothing |  |

<details><summary><b>lab</b>: 2 changes</summary>

- `store` / `a`: `1` → `2`
- `store` / `toml`:
  ```diff
  @@ -1,2 +1,2 @@
   a
  -b
  +c
  ```

</details>

<details><summary>Only the order differs: 1 list</summary>

- lab / `store` / `args`

</details>"""
    )


def test_a_comment_about_nothing_is_one_line() -> None:
    assert as_markdown(of(), plain) == "Nothing changes, compared with `main (0123456ab)`."
    order = as_markdown(of(reordered=(Reordered(("lab",), ("store",), "", ("args",)),)), plain)
    assert order == "Nothing changes, compared with `main (0123456ab)`. Only the order of 1 list differs."


@many
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4), texts)
def test_whatever_values_hold_a_comment_reads_as_it_should(pairs: list[tuple[str, str]], key: str) -> None:
    found = [change(before, after, path=(key,)) for before, after in pairs]
    read = Read(as_markdown(of(*found), plain))
    assert read.titles == [f"lab: {len(found)} change{'' if len(found) == 1 else 's'}"]
    long = [each for each in found if changes.is_long(each)]
    assert read.blocks == [changes.lines(each) for each in long]
    short = [each for each in found if not changes.is_long(each)]
    assert [entry[2:] for entry in read.entries if len(entry) > 2] == [
        [changes.value(each.before), changes.value(each.after)] for each in short
    ]
    assert {entry[1] for entry in read.entries} == {changes.path((key,))}


@for_each("text", ["`", "``", "```\nx", "a\n  ````\nb", "~~~\n", "</details>\n", "<b>\n", "|\n", "* _\n"])
def test_markup_in_values_means_nothing(text: str) -> None:
    read = Read(as_markdown(of(change("x\n", text), change("x", text)), plain))
    assert len(read.titles) == 1
    assert [line.removeprefix("+") for line in read.blocks[0] if line.startswith("+")][: len(text.splitlines())]


def test_odd_names_are_no_markup() -> None:
    name = "a|<b>*_`&[x](y)"
    text = as_markdown(of(change(environments=[name])), plain)
    (row,) = (line for line in text.split("\n") if line.startswith("| a"))
    assert row.count("|") == 4
    assert not set("<>*_`[]") & set(row)
    assert html.unescape(row.split("|")[1]).strip() == name
    assert Read(text).titles == [f"{name}: 1 change"]


def shown_and_left_out(text: str) -> tuple[int, int, int]:
    """Return how many entries a comment shows, and how many of how many it says are left out."""
    said = re.search(r"\*\*Not shown, because a comment holds no more: ([\d,]+) of (\d+) changes?\*\*", text)
    assert said, text[-2000:]
    return len(Read(text).entries), int(said[1].replace(",", "")), int(said[2])


@few
@given(
    st.lists(st.sampled_from(["x" * 400, "é" * 3000, "\U0001f600" * 9000, "l\n" * 9000, "`" * 200 + "\n"]), max_size=20)
)
def test_a_comment_never_grows_too_long(values: list[str]) -> None:
    found = [change(number, value, environments=[f"e{number % 3}"]) for number, value in enumerate(values)]
    text = as_markdown(of(*sorted(found, key=lambda each: each.environments)), plain)
    assert units(text) <= LIMIT
    if "Not shown" in text:
        shown, left_out, whole = shown_and_left_out(text)
        assert (shown + left_out, whole) == (len(found), len(found))
        assert "Everything: `efdgen diff --base 0123456ab`" in text
    else:
        assert len(Read(text).entries) == len(found)


def test_a_long_entry_does_not_keep_the_others_out() -> None:
    text = as_markdown(of(change("a\n", "b\n" * 60_000), change(path=("small",))), plain)
    assert Read(text).entries == [["store", "small", "1", "2"]]
    assert "1 of 2 changes** (those of several environments count once): 1 in lab." in text


@pytest.mark.parametrize("count", [200, 5_000])
def test_very_many_environments_that_come_do_not_fill_a_comment(count: int) -> None:
    apps = tuple(f"app-{number}" for number in range(12))
    added = tuple(WholeEnvironment(f"environment-{number:04}", apps) for number in range(count))
    text = as_markdown(of(change(), added_environments=added), plain)
    assert units(text) <= LIMIT
    told = text.count("**ENVIRONMENT ADDED")
    assert f"- **AND MORE: {count - told} times environment added**" in text
    assert Read(text).entries == [["store", "a", "1", "2"]]


@pytest.mark.parametrize("count", [200, 3000])
def test_very_many_environments_that_all_change_differently_are_told_or_counted(count: int) -> None:
    every = [f"a-rather-long-name-{number:04}" for number in range(count)]
    found = [change(path=(f"p{number}",), environments=every[number:]) for number in range(0, count, count // 40)]
    text = as_markdown(of(*found), plain)
    assert units(text) <= LIMIT
    rows = [line for line in text.split("\n") if line.startswith("| a-rather")]
    assert sum(int(re.search(r"(?:and (\d+) more)? \|", row)[1] or 0) + row.count("a-rather") for row in rows) == count  # type: ignore[index]


def test_with_more_extents_than_a_comment_can_hold_there_is_a_sum() -> None:
    every = [f"a-rather-long-name-{number:04}" for number in range(1000)]
    found = [change(path=(f"p{number}",), environments=every[number:]) for number in range(1000)]
    text = as_markdown(of(*found), plain)
    assert units(text) <= LIMIT
    assert "1000 environments of 1001 change, each in 1 to 1000 values, together in 500500." in text


def leaves_changed(value: Any, mark: str) -> Any:
    """Return data of which every value is another one."""
    if isinstance(value, dict) and value:
        return {key: leaves_changed(item, mark) for key, item in value.items()}
    if isinstance(value, list) and value:
        named = all(isinstance(item, dict) and "name" in item for item in value)
        return [
            {**leaves_changed(item, mark), "name": item["name"]} if named else leaves_changed(item, mark)
            for item in value
        ]
    return f"{value} {mark}"


def two_hundred(*, alike: bool) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return trees of 200 environments like the sandbox, in which every value changes."""
    before, after = {}, {}
    for path in SANDBOX:
        values = yamlio.load(path.read_text(encoding="utf-8"))
        folder = f"apps/{path.parent.name}"
        old = yamlio.dump(values).encode()
        new = yamlio.dump(leaves_changed(values, "MARK")).encode()
        for name in ENVIRONMENTS:
            before[f"{folder}/values-{name}.yaml"] = old
            after[f"{folder}/values-{name}.yaml"] = new if alike else new.replace(b"MARK", name.encode())
    return before, after


SANDBOX = sorted((EFD / "rendered/apps").glob("*/values-sandbox.yaml"))[::2]
ENVIRONMENTS = [f"bench-{number:04}" for number in range(200)]


@pytest.mark.slow
@pytest.mark.parametrize("alike", [True, False])
def test_the_limit_holds_when_every_value_of_200_environments_changes(alike: bool) -> None:
    found = review(*two_hundred(alike=alike), BASE)
    (_, apps, values, *_), *others = radius = found.radius()
    assert [each.environment for each in radius] == ENVIRONMENTS
    assert {each[1:] for each in others} == {(apps, values, 0, 0)}
    assert apps == len(SANDBOX)
    assert values > 100
    assert changes.summary(found).endswith(f" and 194 more: {apps} apps, {values} values")

    text = as_markdown(found, plain)
    assert units(text) <= LIMIT
    assert f"| {', '.join(ENVIRONMENTS)} | {apps} | {values} |" in text
    if alike:
        assert all(len(each.environments) == 200 for each in found.changes)
        assert len(Read(text).entries) == len(found.changes)
    else:
        assert len(found.changes) > 20_000
        shown, left_out, whole = shown_and_left_out(text)
        assert (shown + left_out, whole) == (len(found.changes), len(found.changes))
        assert units(text) > LIMIT - 10_000
        told = text.rpartition("count once)")[2]
        assert all(name in told for name in ENVIRONMENTS[-100:])
