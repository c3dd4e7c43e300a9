"""`efdgen tidy`: what says nothing goes, and nothing that is deployed changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from efdgen import cli
from efdgen.language.yamlio import spans
from efdgen.output import layout
from efdgen.rules import Identities
from efdgen.verbs import anew, project
from efdgen.verbs import edit as editing
from efdgen.verbs.tidy import lift, tidy
from support.checkout import FROZEN, copy_tree, edit
from support.repository import small_repository

LAB, DOME = "environments/lab.yaml", "environments/dome.yaml"
FACTS, NEWS = "environments/shared/facts.yaml", "environments/shared/news.yaml"

BROKER = "<% host('broker') %>:31090"
PIN = "image.tag: {value: 1.9.4, reason: Tried here first.}"
ACCEPTED = "- {rule: E512, app: view, reason: Not any more.}\n"

UNTIDY: dict[str, tuple[str, str, str, str]] = {
    "a value that repeats the definition": (
        LAB,
        "        size: 20Gi\n",
        "        size: 20Gi\n        enabled: true\n",
        "enabled",
    ),
    "a fact that repeats the defaults": (DOME, "hosts:\n", "kafka:\n  storageSize: 15Gi\nhosts:\n", "storageSize"),
    "the first of two facts": (
        LAB,
        "  storageSize: 10Gi\n",
        f"  broker: {BROKER}\n  storageSize: 10Gi\n",
        "kafka.broker",
    ),
    "a fact that repeats its site": (LAB, "site: north\n", "site: north\nplace: the northern site\n", "place"),
    "a pin of what the default has become": (
        DOME,
        "  store: {}\n",
        f"  store:\n    pins:\n      {PIN}\n",
        "the pin of",
    ),
    "empty values": (DOME, "  view: {}\n", "  view: {values: {}}\n", "holds nothing"),
    "an empty mapping in values": (LAB, "      resources:\n", "      config: {}\n      resources:\n", "holds nothing"),
    "an app that a site lists": (
        FACTS,
        "      store:\n        values:\n          config:",
        "      link: {}\n      store:\n        values:\n          config:",
        "appDefaults.link holds nothing",
    ),
    "exceptions that nothing needs": (DOME, "apps:\n", f"accept:\n{ACCEPTED}apps:\n", "nothing breaks it"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def deployed(root: Path) -> dict[str, bytes]:
    return {path: text for path, text in project.rendering(root).tree.items() if layout.is_in_chart(path)}


def tidied(root: Path) -> Sequence[str]:
    """Tidy a repository, make sure that it renders to the same, and return what went."""
    before = deployed(root)
    found = tidy(root)
    if found.edited is not None:
        editing.write(root, found.edited)
    assert deployed(root) == before
    return [each.why for each in found.leftovers]


def test_what_is_tidy_stays_as_it_is(root: Path) -> None:
    first = tidied(root)
    files = {path: path.read_bytes() for path in (root / "environments").rglob("*.yaml")}
    assert tidied(root) == [], first
    assert {path: path.read_bytes() for path in files} == files


def test_what_says_nothing_goes_and_gives_the_files_back(root: Path) -> None:
    tidied(root)
    texts = {file: (root / file).read_bytes() for file in (LAB, DOME, FACTS)}
    for file, old, new, _ in UNTIDY.values():
        edit(root / file, old, new)
    gone = tidied(root)
    for _, _, _, why in UNTIDY.values():
        assert any(why in said for said in gone), why
    assert {file: (root / file).read_bytes() for file in texts} == texts
    assert tidied(root) == []


def test_an_exception_goes_as_a_whole_however_it_is_written(root: Path) -> None:
    # The item begins where its first key does. Without `at`, or without `app`, it would accept far more.
    tidied(root)
    text = (root / DOME).read_bytes()
    keys = ["app: view", "at: image.other", "rule: W511", "reason: Not any more."]
    for turn in range(len(keys)):
        item = "\n  ".join([*keys[turn:], *keys[:turn]])
        edit(root / DOME, "apps:\n", f"accept:\n- {item}\n- rule: E512\n  reason: Nor this.\napps:\n")
        assert len(tidied(root)) == 1, item
        assert (root / DOME).read_bytes() == text, item


def test_settings_of_apps_that_nobody_lists_go(root: Path) -> None:
    tidied(root)
    text = (root / FACTS).read_bytes()
    edit(root / FACTS, "  north:\n", "  north:\n    title: The <% name %>\n")
    with (root / FACTS).open("a", encoding="utf-8") as stream:
        stream.write("      archive:\n        project: others\n")
    assert [why for why in tidied(root) if "archive" in why] == ["no environment of north lists archive"]
    assert b"archive" not in (root / FACTS).read_bytes()
    assert text.splitlines()[-1] == (root / FACTS).read_bytes().splitlines()[-1]


def test_news_that_nobody_shows_go(root: Path) -> None:
    tidied(root)
    text = (root / NEWS).read_text(encoding="utf-8")
    edit(root / LAB, "news: [second, first]", "news: [second]")
    assert tidied(root) == ["no environment shows the news item first"]
    assert "  first:\n" in text
    assert "  first:\n" not in (root / NEWS).read_text(encoding="utf-8")


def test_what_only_looks_as_if_it_said_nothing_stays(root: Path) -> None:
    tidied(root)
    edit(root / LAB, "        main:\n          tasksMax: 2\n", "        main: {}\n")
    text = (root / LAB).read_bytes()
    assert tidied(root) == []
    assert (root / LAB).read_bytes() == text


def test_a_list_that_repeats_the_one_below_it_inherits_it(root: Path) -> None:
    tidied(root)
    edit(root / "templates/apps/store/values.yaml", "replicaCount: 1\n", "replicaCount: 1\nargs: [-a, -b]\n")
    edit(root / DOME, "  store: {}\n", "  store:\n    values:\n      args:\n      - -x\n      - -a\n      - -b\n")
    edit(
        root / LAB,
        "    values:\n      persistence:\n",
        "    values:\n      args: [-a, -b, -a, -b]\n      persistence:\n",
    )
    why = "store.args repeats what it would inherit (-a and -b): <% inherited %>"
    assert tidied(root) == [why, why]
    assert "      args:\n      - -x\n      - <% inherited %>\n  view" in (root / DOME).read_text(encoding="utf-8")
    assert "      args: [<% inherited %>, -a, -b]\n" in (root / LAB).read_text(encoding="utf-8")
    assert tidied(root) == []
    edit(root / DOME, "      - <% inherited %>\n", "      - -a  # why\n      - -b\n")
    assert tidied(root) == [], "a comment is for people"
    edit(root / DOME, "      - -a  # why\n      - -b\n", "      - -b\n      - -a\n")
    assert tidied(root) == [], "another order"


def test_a_check_shows_what_there_is_and_writes_nothing(root: Path) -> None:
    tidied(root)
    edit(root / LAB, "site: north\n", "site: north\nplace: the northern site\n")
    text = (root / LAB).read_bytes()
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["tidy", "--check", "--root", str(root)])
    assert (result.exit_code, (root / LAB).read_bytes()) == (1, text)
    assert result.stdout.startswith("environments/lab.yaml:3:1: place is 'the northern site' without it, too")
    assert result.stderr == "To take out what says nothing, run: efdgen tidy\n"
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["tidy", "--root", str(root)])
    assert result.exit_code == 0
    assert "  -place: the northern site\n" in result.stdout
    assert result.stderr == "1 file written; nothing that is deployed changes\n"
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["tidy", "--check", "--root", str(root)])
    assert (result.exit_code, result.output) == (0, "Everything says something\n")


def test_one_run_is_enough_and_a_dry_run_shows_what_comes_of_it(root: Path) -> None:
    tidied(root)
    pins = "    pins: {image.tag: {value: 1.9.4, reason: Tried here first.}} # DM-1\n"
    edit(root / DOME, "  store: {}\n", f"  store:\n{pins}")
    shown = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["tidy", "--dry-run", "--root", str(root)])
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, ["tidy", "--root", str(root)])
    assert result.stdout == shown.stdout
    assert f"  -{pins}" in result.stdout
    assert f"{DOME}:10:66: this comment goes along: # DM-1" in result.stderr
    assert "this comment goes along: # DM-1" in shown.stderr
    assert f"{DOME}:10:5: apps.store.pins holds nothing" in result.stdout
    assert "pins" not in (root / DOME).read_text(encoding="utf-8")
    assert tidied(root) == []


def test_what_says_nothing_and_cannot_be_taken_out_is_named(root: Path) -> None:
    tidied(root)
    size = "{broker: broker.example.org:31090, # of the old cluster\n  storageSize: 15Gi}"
    edit(root / DOME, "hosts:\n", f"kafka: {size}\nhosts:\n")
    edit(root / "templates/apps/store/app.yaml", "  tls-certs:\n", "  nothing: null\n  tls-certs:\n")
    text = (root / DOME).read_bytes()
    line = text[: text.index(b"storageSize")].count(b"\n") + 1
    for option, status in (("--check", 1), ("--dry-run", 0), ("--root", 0)):
        words = ["tidy", option, "--root", str(root)] if option != "--root" else ["tidy", option, str(root)]
        result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, words)
        assert (result.exit_code, result.stdout, (root / DOME).read_bytes()) == (status, "", text)
        first, second = result.stderr.splitlines()
        assert first == (
            f"warning: {DOME}:{line}:3: kafka.storageSize is '15Gi' without it, too; it stays: a comment stands "
            "between the brackets, and who knows what it is about: edit the file by hand"
        )
        assert second.startswith("warning: templates/apps/store/app.yaml:")
        assert "secrets.nothing is null, and takes nothing away" in second
        assert second.endswith("it stays: efdgen tidy can't edit this: take it out by hand")


def test_a_file_from_which_much_goes_is_read_once_and_few_tries_find_what_must_stay(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tidied(root)
    text = (root / DOME).read_text(encoding="utf-8")
    many = "".join(f"  k{number}: {number}\n" for number in range(60))
    edit(root / "templates/apps/store/values.yaml", "replicaCount: 1\n", f"replicaCount: 1\nmany:\n{many}")
    own = "".join(f"        k{number}: {number}\n        # About o.\n        o{number}: 0\n" for number in range(60))
    edit(root / DOME, "  store: {}\n", f"  store:\n    values:\n      many:\n{own}")
    edit(root / LAB, "        main:\n          tasksMax: 2\n", "        main: {}\n")
    read: list[str] = []
    monkeypatch.setattr(spans, "read", lambda written, of=spans.read: read.append(written) or of(written))
    assert len(tidied(root)) == 60
    left = "".join(f"        # About o.\n        o{number}: 0\n" for number in range(60))
    expected = text.replace("  store: {}\n", f"  store:\n    values:\n      many:\n{left}")
    assert (root / DOME).read_text(encoding="utf-8") == expected
    assert len(read) < 100, "one by one, they are thousands"


def fleet(tmp_path: Path, size: int) -> Path:
    """Copy the EFD's repository, with copies of an environment that say something in vain, and what only looks so."""
    root = copy_tree(FROZEN, tmp_path / f"fleet-{size}")
    text = (root / "environments/summit.yaml").read_text(encoding="utf-8")
    untidy = "\n    pins:\n      image.tag: {value: 1.5.9, reason: First.}\n    values: {persistence: {enabled: true}}"
    for number in range(size):
        own = text.replace("name: summit", f"name: site{number}").replace("  kapacitor: {}", f"  kapacitor:{untidy}")
        (root / f"environments/site{number}.yaml").write_text(own, encoding="utf-8")
    return root


def test_what_is_rendered_grows_in_proportion_to_the_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    of = anew.resolution

    def resolution(name: str, opened: project.Project, identities: Identities) -> project.Resolution:
        rendered.append(name)
        return of(name, opened, identities)

    monkeypatch.setattr(anew, "resolution", resolution)
    counts = []
    for size in (4, 8):
        root = fleet(tmp_path, size)
        others = len(list((root / "environments").glob("*.yaml"))) - size
        rendered.clear()
        found = tidy(root)
        # The pin and the value of each, then what held them.
        files = [each.location.file for each in found.leftovers]
        assert {files.count(f"environments/site{number}.yaml") for number in range(size)} == {3}
        assert len(files) == 3 * size
        counts.append(len(rendered) / (size + others))
    assert counts[1] <= counts[0] + 1, "each environment is rendered as often in a larger fleet"


def test_what_others_link_to_stays_where_these_would_change(root: Path) -> None:
    tidied(root)
    texts = {file: (root / file).read_bytes() for file in (LAB, DOME)}
    edit(root / LAB, "        size: 20Gi\n", "        size: 20Gi\n        enabled: true\n")
    edit(root / DOME, "  store: {}\n", f"  store:\n    pins:\n      {PIN}\n")
    edit(root / LAB, "        main:\n          tasksMax: 2\n", "        main: {}\n")
    edit(root / FACTS, "  north:\n", "  north:\n    links: {dome: It reads there.}\n")
    gone = tidied(root)
    assert any("enabled" in why for why in gone)
    assert any("the pin of" in why for why in gone)
    assert b"main: {}" in (root / LAB).read_bytes()
    assert (root / DOME).read_bytes() == texts[DOME]


HALL = """\
# The hall's own.
name: hall
site: north
cluster:
  kubernetesVersion: "1.21.5"
  provides: [vault-secrets-operator, ingress-nginx]
kafka:
  storageSize: 10Gi
apps:
  store:
    pins:
      image.tag:
        value: 1.9.3
        reason: 1.9.4 has not been tried here.
    values:
      persistence:
        size: 20Gi
        enabled: false
"""


def test_what_all_environments_of_a_site_say_alike_is_lifted_and_nothing_that_is_deployed_changes(root: Path) -> None:
    (root / "environments/hall.yaml").write_text(HALL, encoding="utf-8")
    before = deployed(root)
    run = CliRunner(env={"NO_COLOR": "1"})
    checked = run.invoke(cli.command, ["tidy", "--lift", "--check", "--root", str(root)])
    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == [
        "environments/hall.yaml:5:3: cluster.kubernetesVersion is the same in hall and lab: all of north",
        "environments/hall.yaml:8:3: kafka.storageSize is the same in hall and lab: all of north",
        "environments/hall.yaml:12:7: store.pins['image.tag'] is the same in hall and lab: all of north",
        "environments/hall.yaml:17:9: store.values.persistence.size is the same in hall and lab: all of north",
    ]
    assert run.invoke(cli.command, ["tidy", "--lift", "--root", str(root)]).exit_code == 0
    assert deployed(root) == before
    assert (root / "environments/hall.yaml").read_text(encoding="utf-8") == (
        "# The hall's own.\nname: hall\nsite: north\ncluster:\n"
        "  provides: [vault-secrets-operator, ingress-nginx]\n"
        "apps:\n  store:\n    values:\n      persistence:\n        enabled: false\n"
    )
    facts = (root / FACTS).read_text(encoding="utf-8")
    assert '      kubernetesVersion: "1.21.5"\n' in facts
    assert '        pins:\n          image.tag:\n            value: "1.9.3"\n' in facts
    again = run.invoke(cli.command, ["tidy", "--lift", "--check", "--root", str(root)])
    assert (again.exit_code, again.stderr) == (0, "No site has environments that say something alike\n")


COMMENTED = (
    ("  storageSize: 10Gi\n", "  # DM-12345\n  storageSize: 10Gi\n"),
    ("  storageSize: 10Gi\n", "  storageSize: 10Gi  # as measured\n"),
    ("  storageSize: 10Gi\n", "  storageSize: 10Gi\n  # more is not needed\n"),
    ("kafka:\n  storageSize: 10Gi\n", "# Why it is small.\nkafka:\n  storageSize: 10Gi\n"),
    ("kafka:\n  storageSize: 10Gi\n", "kafka: {storageSize: 10Gi}  # why\n"),
)


def test_what_has_a_comment_is_left_to_people_with_the_comment(root: Path) -> None:
    hall = root / "environments/hall.yaml"
    for written, commented in COMMENTED:
        text = HALL.replace(written, commented)
        hall.write_text(text, encoding="utf-8")
        assert text != HALL
        lifted = lift(root)
        assert [each.path for each in lifted.commented] == [("kafka", "storageSize")], commented
        assert lifted.edited is not None
        assert commented.encode() in lifted.edited.changes["environments/hall.yaml"].after
    shown = CliRunner().invoke(cli.command, ["tidy", "--lift", "--dry-run", "--root", str(root)])
    assert "kafka.storageSize is the same in hall and lab: all of north. It has a comment, so it stays" in shown.stderr
