"""Sources that are broken, or mean no good: each has its finding, and nothing is written or run that should not be."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from efdgen.errors import OutputError, UsageError
from efdgen.helm import engines
from efdgen.helm.engines.guarded import Guarded
from efdgen.verbs.imports import folder, hand, result, source
from efdgen.verbs.imports.model import Source
from support import handwritten
from support.gitrepo import commit

FLEET = {name: {"db": {"size": "8Gi"}, "web": {"replicas": 2}} for name in ("north", "south")}


def imported(**changed: str | None) -> result.Imported:
    """Import a repository of which some files are others; `__` stands for a slash."""
    files = handwritten.repository(FLEET)
    for name, text in changed.items():
        path = name.replace("__", "/").replace("_DOT_", ".").replace("_DASH_", "-")
        if text is None:
            del files[path]
        else:
            files[path] = text.encode("utf-8", "surrogateescape")
    return result.run(Source("hand", files), engines.choose("sdk"))


def codes(made: result.Imported) -> set[tuple[str, str]]:
    return {(each.code, each.place) for each in made.findings}


VALUES = "apps__db__values_DASH_north_DOT_yaml"
TEMPLATE = "apps__db__templates__more_DOT_yaml"
PARENT = "apps__parent__templates__more_DOT_yaml"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({VALUES: "db:\n  a: 1\n b: 2\n"}, ("I201", "apps/db/values-north.yaml:3")),
        ({VALUES: "db: [1, 2\n"}, ("I201", "apps/db/values-north.yaml:2")),
        ({VALUES: "- a\n"}, ("I201", "apps/db/values-north.yaml")),
        ({VALUES: "a: \udcff\n"}, ("I201", "apps/db/values-north.yaml")),
        ({VALUES: "a: &a [*a]\n"}, ("I201", "apps/db/values-north.yaml:1")),
        ({VALUES: "a: " + "[" * 500}, ("I201", "apps/db/values-north.yaml:1")),
        ({VALUES: None}, ("I204", "apps/parent/templates/db.yaml")),
        ({"apps__db__Chart_DOT_yaml": "name: [\n"}, ("I201", "apps/db/Chart.yaml:2")),
        ({"apps__db__requirements_DOT_yaml": "dependencies: {\n"}, ("I201", "apps/db/requirements.yaml:2")),
        ({TEMPLATE: "{{ if }}\n"}, ("I202", "apps/db/templates/more.yaml")),
        ({TEMPLATE: '{{ fail "no" }}\n'}, ("I202", "apps/db/templates/more.yaml")),
        ({TEMPLATE: "a: b: c\n"}, ("I202", "apps/db/templates/more.yaml")),
        ({TEMPLATE: "just words\n"}, ("I202", "apps/db/templates/more.yaml")),
        (
            {TEMPLATE: '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}\n'},
            ("I202", "apps/db/templates/more.yaml"),
        ),
        ({PARENT: "{{ .Values.a.b.c }}\n"}, ("I202", "apps/parent/templates/more.yaml")),
        (
            {PARENT: "kind: Application\nmetadata: {name: ../../x}\nspec: {}\n"},
            ("I205", "apps/parent/templates/more.yaml"),
        ),
        (
            {PARENT: "kind: Application\nmetadata: {name: x}\nspec: {destination: {}, source: {path: ../../etc}}\n"},
            ("I205", "apps/parent/templates/more.yaml"),
        ),
        (
            {PARENT: "kind: Application\nmetadata: {name: efd}\nspec: [1]\n"},
            ("I205", "apps/parent/templates/more.yaml"),
        ),
    ],
)
def test_what_is_broken_is_said_and_the_rest_is_imported(
    changed: dict[str, str | None], expected: tuple[str, str]
) -> None:
    made = imported(**changed)
    assert expected in codes(made)
    assert [d for each in made.proved for d in each.differences if not d.reason] == []
    assert {each.app for each in made.proved if each.environment == "south"} >= {"web"}


def test_values_of_the_app_of_apps_that_cannot_be_read_are_named_and_no_template_is_blamed() -> None:
    files = handwritten.repository(FLEET)
    files["apps/parent/templates/beside.yaml"] = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: beside}\n"
    for name in FLEET:
        files[f"apps/parent/values-{name}.yaml"] = f"env: {name}\n".encode()
    path = "apps/parent/values-north.yaml"

    def read(changed: Source) -> list[tuple[str, str, str]]:
        made = result.run(changed, engines.choose("sdk"))
        assert made.hand.environments == ("south",)
        assert "templates/apps/efd/templates/beside.yaml" in made.files
        return [(each.code, each.place, each.environment) for each in made.findings if each.code != "I409"]

    for text, line in ((b"env: north\n    x:\n  y: 1\n", ":2"), (b"- a\n", ""), (b"a: \xff\n", "")):
        found = read(Source("hand", {**files, path: text}))
        assert found == [("I201", path + line, ""), ("I208", path, "north")]
    unread = {key: text for key, text in files.items() if key != path}
    assert read(Source("hand", unread, unread={path: "it is a link"})) == [("I208", path, "north")]
    with pytest.raises(UsageError, match=r"apps/parent/values\.yaml:2: it is no YAML"):
        hand.read(Source("hand", {**files, "apps/parent/values.yaml": b"a: [\n"}), engines.choose("sdk"))


def test_nothing_to_import_says_why() -> None:
    for files, why in (
        ({}, "has no app of apps"),
        ({"a/Chart.yaml": b"name: a\n"}, "none of its charts has a template of kind Application"),
        ({"a/Chart.yaml": b"name: a\n", "a/templates/x.yaml": b"kind: Application\n{{ fail `no` }}"}, "Helm fails"),
    ):
        with pytest.raises(UsageError, match=why):
            hand.read(Source("hand", files), engines.choose("sdk"))


def test_links_out_of_the_source_are_not_followed_and_huge_files_not_read(tmp_path: Path) -> None:
    root = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET))
    secret = tmp_path / "secret.yaml"
    secret.write_text("db: {stolen: true}\n", encoding="utf-8")
    (root / "apps/db/values-north.yaml").unlink()
    (root / "apps/db/values-north.yaml").symlink_to(secret)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "apps/self.yaml").symlink_to("self.yaml")
    os.mkfifo(root / "apps/pipe.yaml")
    with (root / "apps/db/values-west.yaml").open("wb") as stream:
        stream.truncate(source.MOST_BYTES + 1)
    commit(root)
    for read in (source.read(root), source.read(root, "HEAD")):
        assert b"stolen" not in b"".join(read.files.values())
        found = {each.file: each.message for each in read.findings}
        assert found["apps/db/values-north.yaml"] == "a link out of the repository is not followed"
        assert found["loop"] == "a link out of the repository is not followed"
        assert "bytes; at most" in found["apps/db/values-west.yaml"]
        made = result.run(read, engines.choose("sdk"))
        assert ("north", "db") not in made.hand.deployed


def test_a_folder_with_too_many_files_says_how_git_s_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET))
    commit(root)
    monkeypatch.setattr(source, "MOST_FILES", 5)
    with pytest.raises(UsageError, match=r"that holds the charts; or, where Git ignores .*: --rev HEAD"):
        source.read(root)
    with pytest.raises(UsageError, match=r"that holds the charts$"):
        source.read(root, "HEAD")


def test_what_never_ends_is_ended_once_a_chart() -> None:
    files = handwritten.repository(FLEET)
    files["apps/db/templates/more.yaml"] = b"{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}\n"
    began = time.monotonic()
    with Guarded("sdk", seconds=0.5) as engine:
        made = result.run(Source("hand", files), engine)
    assert time.monotonic() - began < 30
    found = {each.file: each.message for each in made.findings if each.code == "I202"}
    assert found["apps/db/templates/more.yaml"] == "Helm fails: Helm takes longer than 0.5 seconds for it"
    assert [d for each in made.proved for d in each.differences if not d.reason] == []


def test_only_a_new_folder_is_written_to(tmp_path: Path) -> None:
    made = imported()
    folder.write(tmp_path / "new", made.files, folder.record(made.hand.source))
    assert {path.name for path in tmp_path.iterdir()} == {"new"}
    (tmp_path / "link").symlink_to(tmp_path / "new", target_is_directory=True)
    for taken in (tmp_path / "new", tmp_path / "link"):
        with pytest.raises(OutputError, match="holds something already"):
            folder.write(taken, made.files, folder.record(made.hand.source))
    with pytest.raises(OutputError):
        folder.write(tmp_path / "other", {"../outside": b""}, folder.record(made.hand.source))
    assert not (tmp_path / "outside").exists()


def test_a_layout_that_is_not_read_is_named_with_what_is_needed() -> None:
    plain = b"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n"
    files = {f"clusters/{name}/x.yaml": plain for name in "abcd"}
    files["sets/x.yaml"] = plain.replace(b"Application", b"ApplicationSet")
    chart = {"root/Chart.yaml": b"name: [\n", "root/templates/x.yaml": plain}
    found = "found 4 Application manifests in clusters/a, clusters/b, clusters/c and 1 more, a layout that is"
    for more, parent, said in (
        ({}, "", found),
        ({}, "", "found 1 ApplicationSet manifest in sets, a layout that is not read; needed is a chart"),
        ({}, "clusters/a", "clusters/a is not a chart that can be read; found 1 Application manifest in clusters/a,"),
        ({}, "sets", "found 1 ApplicationSet manifest in sets"),
        (chart, "", "kind Application; root/Chart.yaml:2: it is no YAML"),
    ):
        with pytest.raises(UsageError, match=re.escape(said)):
            result.run(Source("hand", {**files, **more}), engines.choose("sdk"), (), parent)
    with pytest.raises(UsageError, match=r"needed is a chart") as raised:
        result.run(Source("hand", chart), engines.choose("sdk"))
    assert "manifest" not in str(raised.value)


def test_people_name_the_one_environment_where_nothing_in_the_source_does() -> None:
    files = handwritten.repository({"north": FLEET["north"]})
    for app in ("db", "web"):
        template = f"apps/parent/templates/{app}.yaml"
        files[template] = files[template].replace(b'(eq .Values.env "north")', b"true true")
        files[template] = files[template].replace(b"values-{{ .Values.env }}", b"values")
        files[f"apps/{app}/values.yaml"] = files.pop(f"apps/{app}/values-north.yaml").replace(b"env: north\n", b"")
    assert result.run(Source("hand", files), engines.choose("sdk")).hand.environments == ("parent",)
    made = result.run(Source("hand", files), engines.choose("sdk"), ("prod",))
    assert (made.hand.environments, made.equal("prod")) == (("prod",), True)
    # Where values files say it, it is theirs.
    for app in ("db", "web"):
        files[f"apps/{app}/values-north.yaml"] = files.pop(f"apps/{app}/values.yaml")
        template = f"apps/parent/templates/{app}.yaml"
        files[template] = files[template].replace(b"values.yaml", b"values-north.yaml")
    with pytest.raises(UsageError):
        result.run(Source("hand", files), engines.choose("sdk"), ("prd",))
