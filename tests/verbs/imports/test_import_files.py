"""Every file of a source is taken as Helm and Argo CD take it, or is named: what differs is not called equal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from efdgen.helm import engines
from efdgen.verbs.imports import links, overlooked, result, source, telling, written
from efdgen.verbs.imports.model import Source
from support import handwritten
from support.gitrepo import commit

pytestmark = pytest.mark.usefixtures("helm_once")

FLEET = {name: {"db": {"size": "8Gi"}, "web": {"replicas": 2}} for name in ("north", "south")}
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def imported(added: Mapping[str, str], unread: Mapping[str, str] | None = None) -> result.Imported:
    files = handwritten.repository(FLEET) | {path: text.encode() for path, text in added.items()}
    return result.run(Source("hand", files, unread=unread or {}), engines.choose("sdk"))


def verdicts(made: result.Imported) -> dict[str, tuple[str, bool]]:
    return {row.environment: (row.verdict, row.is_proved) for row in telling.told(made).rows}


def test_what_helmignore_names_is_not_there_for_helm_and_is_not_carried() -> None:
    made = imported(
        {
            "apps/db/.helmignore": "# not these\ntemplates/skip*\nvalues-*.yaml\n",
            "apps/db/templates/skip.yaml": MAP.format("skip"),
            "apps/db/templates/kept.yaml": MAP.format("kept"),
            "apps/parent/.helmignore": "templates/web.yaml\n",
        }
    )
    assert verdicts(made) == {"north": ("equal", True), "south": ("equal", True)}
    assert made.hand.apps == ("db",)
    assert [each for each in made.files if each.startswith("rendered/") and "skip" in each] == []
    assert {o.data["metadata"]["name"] for o in made.hand.own["north", "db"] or ()} == {"db", "kept"}
    refused = imported({"apps/db/.helmignore": "a/**\n"})
    assert ("I201", "apps/db/.helmignore") in {(each.code, each.file) for each in refused.findings}
    assert not any(proved for _, proved in verdicts(refused).values())
    own = imported(
        {
            "apps/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 1.0.0\n",
            "apps/own/.helmignore": "skip.yaml\n",
            "apps/own/values.yaml": "a: 1\n",
            "apps/own/templates/skip.yaml": MAP.format("skip"),
            "apps/own/templates/kept.yaml": MAP.format("kept") + "data: {a: {{ .Values.a | quote }}}\n",
            "apps/parent/templates/own.yaml": handwritten.repository(FLEET)["apps/parent/templates/web.yaml"]
            .decode()
            .replace("web", "own")
            .replace("      valueFiles:\n      - values-{{ .Values.env }}.yaml\n", "      valueFiles: []\n"),
        }
    )
    assert verdicts(own) == {"north": ("equal", True), "south": ("equal", True)}
    assert own.files["charts/own-app/.helmignore"] == b"skip.yaml\n"


def test_a_chart_that_lies_in_charts_and_is_not_listed_is_deployed_all_the_same() -> None:
    folder = {
        "apps/db/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 2.0.0\n",
        "apps/db/charts/sub/templates/map.yaml": MAP.format("sub"),
    }
    made = imported(folder)
    assert made.made.apps["db"].data["charts"]["sub"] == {"path": "charts/db-sub"}
    assert made.files["charts/db-sub/templates/map.yaml"] == MAP.format("sub").encode()
    assert verdicts(made) == {"north": ("equal", True), "south": ("equal", True)}
    archive = imported({}, {"apps/db/charts/sub-2.0.0.tgz": "it is an archive"})
    assert "I306" in {each.code for each in archive.findings}
    assert not any(proved for _, proved in verdicts(archive).values())
    parent = imported({path.replace("apps/db", "apps/parent"): text for path, text in folder.items()})
    assert verdicts(parent)["north"] == ("equal, but for 1 with a reason", True)
    assert "the app of apps depends on charts, which are not imported: sub" in {f.message for f in parent.findings}
    # An archive of a listed chart is a copy of what Helm fetches.
    listed = imported({}, {"apps/db/charts/db-1.2.3.tgz": "it is an archive"})
    assert verdicts(listed) == {"north": ("equal", True), "south": ("equal", True)}


def test_links_in_the_source_are_followed_and_others_have_one_finding(tmp_path: Path) -> None:
    root = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET))
    (root / "common").mkdir()
    (root / "apps/db/values-north.yaml").rename(root / "common/north.yaml")
    (root / "apps/db/values-north.yaml").symlink_to("../../common/north.yaml")
    (root / "apps/web/templates").rename(root / "common/web")
    (root / "apps/web/templates").symlink_to("../../common/web", target_is_directory=True)
    (root / "apps/web/values-south.yaml").unlink()
    (root / "apps/web/values-south.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    commit(root)
    for read in (source.read(root), source.read(root, "HEAD")):
        made = result.run(read, engines.choose("sdk"))
        assert verdicts(made) == {"north": ("equal", True), "south": ("1 of 2 apps: equal", False)}
        (finding,) = (each for each in made.findings if each.file == "apps/web/values-south.yaml")
        assert (finding.code, "a link out of the repository" in finding.message) == ("I206", True)


def test_where_links_lead() -> None:
    files = {"a/x.yaml": b"1", "a/b/y.yaml": b"2"}
    said = {
        "c/x.yaml": "../a/x.yaml",
        "d": "c",
        "e": "a/b/..",
        "two/f": "../a",
        "g": "two",
        "out": "../../etc/passwd",
        "absolute": "/etc/passwd",
        "one": "other",
        "other": "one",
        "a/up": "..",
        "gone": "a/z.yaml",
        "big": "a/big.yaml",
    }
    found, lost = links.followed(files, said, {"a/big.yaml": "the file has 9 bytes"}, 100)
    paths = {"c/x.yaml", "d/x.yaml", "e/x.yaml", "e/b/y.yaml", "two/f/x.yaml", "two/f/b/y.yaml", "g/f/x.yaml"}
    assert found.keys() == files.keys() | paths | {"g/f/b/y.yaml"}
    assert lost == {
        "out": "a link out of the repository is not followed",
        "absolute": "a link out of the repository is not followed",
        "one": "a link that leads in a circle is not followed",
        "other": "a link that leads in a circle is not followed",
        "a/up": "a link that leads in a circle is not followed",
        "gone": "it is a link to a/z.yaml, which is not there",
        "big": "it is a link to a/big.yaml: the file has 9 bytes",
    }


def test_what_a_long_file_takes_grows_with_its_length() -> None:
    text = "".join(f"key{number}: {number}\n" for number in range(20_000))
    began = time.process_time()
    assert list(overlooked.find("values.yaml", text.encode())) == []
    assert written.comments(f"# first\n{text}# last\nlast: 1\n").keys() == {("key0",), ("last",)}
    assert time.process_time() - began < 4


def test_json_files_of_environments_are_carried_or_differ_for_a_reason() -> None:
    cases: tuple[tuple[str, str, str], ...] = (
        ('{"title": "a <% x %>"}', '{"title": "a <% x %>"}', ""),
        ('[1, "north"]', '[1, "south"]', ""),
        ('[1, "a"]', '[2, "a"]', "it is no mapping"),
        ('{"title": "a <% x %>"}', '{"title": "b"}', "it differs, and holds <%"),
        ('{"it\'s": 1}', '{"it\'s": 1}', "it holds a key that no table can have"),
        ('{"n": 1e400}', '{"n": [-1e400]}', "it holds a number that is too big"),
        ('{"n": "\\ud83d"}', '{"n": {"\\ud83d": 1}}', "it holds "),
        ("[" * 100_000, "{", "it is no JSON"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "{", "it is "),
    )
    for north, south, why in cases:
        made = imported({"apps/db/feeds/north.json": north, "apps/db/feeds/south.json": south})
        verdict = "equal, but for 1 with a reason" if why else "equal"
        assert verdicts(made) == {"north": (verdict, True), "south": (verdict, True)}, (north, south)
        found = [each.message for each in made.findings if each.file.endswith(".json")]
        assert len(found) == (2 if why else 0), found
        assert all(each.startswith(why) for each in found), found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_json_file_that_is_none_is_named_with_its_line(end: str) -> None:
    wrong = end.join(["{", '"a": 1,', '"b": .5', "}"])
    made = imported({"apps/db/feeds/north.json": wrong, "apps/db/feeds/south.json": "{}"})
    assert [each.line for each in made.findings if each.file.endswith("north.json")] == [3]


def test_each_file_of_an_app_is_read_or_carried_or_named() -> None:
    made = imported(
        {
            "apps/db/files/a.conf": "x",
            "apps/db/README.md": "x",
            "apps/db/feeds/elsewhere.json": "{}",
            "apps/db/values-north-more.yaml": "db: {}",
            "apps/web/values-south.yml": "web: {}",
            "apps/web/crds/x.yaml": MAP.format("x"),
        },
        {"apps/db/charts/db-1.2.3.tgz": "it is an archive"},
    )
    found = {each.file: each.message for each in made.findings if each.code == "I408"}
    assert found == {
        "apps/db/charts/db-1.2.3.tgz": "nothing that is made carries apps/db/charts/db-1.2.3.tgz, "
        "apps/db/feeds/elsewhere.json, apps/db/files/a.conf",
        "apps/web/values-south.yml": "no Application reads apps/web/values-south.yml: left out",
    }
    assert ("I203", "north-more") in {(each.code, each.environment) for each in made.findings}


def test_an_environment_that_is_lost_is_not_proved() -> None:
    lost = ("not imported", False)
    broken = {f"apps/{app}/values-south.yaml": "db: [" for app in ("db", "web")}
    assert verdicts(imported(broken)) == {"north": ("equal", True), "south": lost}
    files = handwritten.repository(FLEET)
    for other in ("shared", "db"):
        changed = {
            path.replace("values-south", f"values-{other}"): text.replace(b"south", other.encode())
            for path, text in files.items()
        }
        assert verdicts(result.run(Source("hand", changed), engines.choose("sdk"))) == {
            "north": ("equal", True),
            other: lost,
        }
