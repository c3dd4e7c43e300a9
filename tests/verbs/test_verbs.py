"""The verbs as functions: what belongs to efdgen, what does not, and what a run refuses to do."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from efdgen import cli
from efdgen.environment.model import ResolvedEnvironment
from efdgen.errors import InvalidInputError, OutputError, Severity, UsageError
from efdgen.output import disk, layout, staging
from efdgen.output.compare import FileChange
from efdgen.output.journal import FOLDER, Entry
from efdgen.output.tree import FileTree
from efdgen.verbs import project, render
from support.checkout import edit, names, snapshot
from support.efd import EFD

VALUES = "apps/store/values-lab.yaml"
FEED = "apps/view/feeds/lab.json"


def append(path: Path, text: str) -> None:
    path.write_bytes(path.read_bytes() + text.encode())


# -- finding and selecting


def test_the_repository_is_the_nearest_folder_with_specs_and_apps(small: Path) -> None:
    for folder in (small, small / "environments", small / "rendered/apps/store/templates"):
        assert project.find_root(folder) == small


def test_outside_of_a_repository_the_message_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"environments/ and templates/apps/ at or above .*--root"):
        project.find_root(tmp_path)


def test_an_unknown_environment_is_refused_with_a_suggestion(small: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown environment 'lba': did you mean 'lab'\?"):
        render.write(small, ["lba"])


def resolve(root: Path, names: Sequence[str] = ()) -> list[ResolvedEnvironment]:
    return list(project.resolve(root, names).environments)


def test_an_app_may_come_from_elsewhere_than_the_others_of_its_environment(small: Path) -> None:
    own = """\
    targetRevision: v2
    project: others
    destinationServer: https://other.example.org
    syncPolicy:
      automated: {prune: true}
      syncOptions: [Prune=false]
"""
    edit(small / "environments/lab.yaml", "  view:\n", f"  view:\n{own}")
    facts = "argocd:\n  managed: true\n  syncPolicy:\n    retry: {limit: 2}\n    syncOptions: [Replace=true]\n"
    edit(small / "environments/lab.yaml", "argocd:\n  managed: true\n", facts)
    (lab,) = resolve(small, ["lab"])
    found = {
        app.definition.name: (app.target_revision, app.project, app.destination_server, app.sync_policy)
        for app in lab.apps
    }
    policy = {"automated": {"prune": True}, "syncOptions": ["Prune=false"]}
    assert found.pop("view") == ("v2", "others", "https://other.example.org", policy)
    everywhere = (
        "HEAD",
        "default",
        "https://kubernetes.default.svc",
        {"retry": {"limit": 2}, "syncOptions": ["Replace=true"]},
    )
    assert found == dict.fromkeys(["vault-secrets-operator", "store", "link"], everywhere)


VERBS = pytest.mark.parametrize("verb", [render.check, render.write, project.rendering, resolve])


@VERBS
def test_a_broken_spec_stops_a_run_for_all(small: Path, verb: Callable[..., object]) -> None:
    edit(small / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    with pytest.raises(InvalidInputError, match="unknown app 'vieww'"):
        verb(small)


@VERBS
def test_a_broken_spec_does_not_stop_a_run_for_another_environment(small: Path, verb: Callable[..., object]) -> None:
    edit(small / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    before = snapshot(small)
    verb(small, ["dome"])
    assert snapshot(small) == before


def test_a_run_for_another_environment_warns_of_a_broken_spec(small: Path) -> None:
    edit(small / "environments/lab.yaml", "  view:\n", "  vieww:\n")
    (warning,) = render.write(small, ["dome"]).warnings
    assert (warning.code, warning.severity, warning.location.file) == (
        "E402",
        Severity.WARNING,
        "environments/lab.yaml",
    )


@VERBS
def test_a_broken_spec_that_an_environment_is_linked_to_stops_it_and_says_why(
    small: Path, verb: Callable[..., object]
) -> None:
    edit(small / "environments/dome.yaml", "  view: {}\n", "  vieww: {}\n")
    with pytest.raises(InvalidInputError) as caught:
        verb(small, ["lab"])
    assert {problem.location.file for problem in caught.value.problems} == {
        "environments/lab.yaml",
        "environments/dome.yaml",
    }


# -- in memory and on the disk


def test_check_says_what_write_does(small: Path) -> None:
    edit(small / "environments/lab.yaml", "        size: 20Gi\n", "        size: 40Gi\n")
    (small / "rendered" / FEED).unlink()
    before = snapshot(small)
    foreseen = render.check(small)
    assert snapshot(small) == before
    assert render.write(small) == foreseen
    assert render.check(small).is_clean


def test_nothing_is_written_when_any_input_is_wrong(small: Path) -> None:
    edit(small / "environments/lab.yaml", "        size: 20Gi\n", "        size: 40Gi\n")
    edit(small / "environments/dome.yaml", "domain: dome.example.org\n", "domain: <% nowhere %>\n")
    before = snapshot(small)
    with pytest.raises(InvalidInputError):
        render.write(small)
    assert snapshot(small) == before


def test_rendering_all_is_the_sum_of_rendering_each() -> None:
    whole = project.rendering(EFD).tree
    parts = {path: content for name in names() for path, content in project.rendering(EFD, [name]).tree.items()}
    assert dict(whole) == parts


# -- what is efdgen's


def test_a_foreign_file_is_reported_and_left_alone(small: Path) -> None:
    foreign = ["NOTES.md", "apps/store/notes.txt", "apps/store/values-attic.yaml", "apps/view/feeds/attic.json"]
    for path in foreign:
        (small / "rendered" / path).write_bytes(b"mine: true\n")
    outcome = render.check(small)
    assert outcome.foreign == tuple(sorted(foreign))
    assert not outcome.is_clean
    assert render.write(small).foreign == outcome.foreign
    for path in foreign:
        assert (small / "rendered" / path).read_bytes() == b"mine: true\n"


@pytest.mark.parametrize("path", [VALUES, "apps/store/Chart.yaml", "apps/efd/templates/_environment.tpl"])
def test_a_foreign_file_in_the_place_of_a_generated_one_is_refused(small: Path, path: str) -> None:
    (small / "rendered" / path).write_bytes(b"mine: true\n")
    before = snapshot(small)
    with pytest.raises(OutputError, match=f"not made by efdgen, and in the way: rendered/{path}"):
        render.write(small)
    assert snapshot(small) == before


def test_a_foreign_feed_in_the_place_of_a_new_one_is_refused(small: Path) -> None:
    edit(small / "environments/dome.yaml", "apps:\n", "feed:\n  news: [first]\napps:\n")
    feed = small / "rendered/apps/view/feeds/dome.json"
    feed.write_bytes(b"{}\n")
    with pytest.raises(OutputError, match=r"in the way: rendered/apps/view/feeds/dome\.json"):
        render.write(small)
    assert feed.read_bytes() == b"{}\n"


@pytest.mark.parametrize("path", [VALUES, FEED, "apps/store/Chart.yaml", "apps/efd/templates/_environment.tpl"])
def test_an_edit_by_hand_is_reported_and_taken_back(small: Path, path: str) -> None:
    was = (small / "rendered" / path).read_bytes()
    append(small / "rendered" / path, "\n")
    assert render.check(small).edited == (path,)
    assert render.write(small).edited == (path,)
    assert (small / "rendered" / path).read_bytes() == was
    assert render.check(small).is_clean


def test_other_line_ends_are_named_and_are_no_edit_by_hand(small: Path) -> None:
    paths = (VALUES, FEED, "docs/lab.md", "apps/view/templates/namespace.yaml")
    for path in paths:
        file = small / "rendered" / path
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    outcome = render.check(small)
    assert (outcome.edited, outcome.foreign) == ((), ())
    assert {change.path for change in outcome.changes if change.is_of_line_ends} == set(paths)

    result = CliRunner().invoke(cli.command, ["check", "--root", str(small)])
    assert result.stdout.count("(its line ends only)") == len(paths)
    assert "put this line into .gitattributes: rendered/** -text" in result.stderr
    report = CliRunner().invoke(cli.command, ["check", "--root", str(small), "--format", "json"])
    found = [(each["code"], "`rendered/** -text`" in each["hint"]) for each in json.loads(report.stdout)["problems"]]
    assert found == [("E603", True)] * len(paths)

    edit(small / "environments/lab.yaml", "name: lab\n", "name: lab\ntitle: The laboratory\n")
    assert render.write(small).edited == ()
    assert render.check(small).is_clean


def test_an_outdated_file_is_not_taken_for_an_edited_one(small: Path) -> None:
    edit(small / "environments/lab.yaml", "name: lab\n", "name: lab\ntitle: The laboratory\n")
    outcome = render.check(small)
    assert {VALUES, FEED} & {change.path for change in outcome.changes} == {FEED}
    assert outcome.edited == ()
    assert outcome.foreign == ()


def test_an_edited_file_of_a_deleted_environment_goes_with_it(small: Path) -> None:
    add_environments(small, "annex")
    render.write(small)
    append(small / "rendered/apps/store/values-annex.yaml", "\n")
    (small / "environments/annex.yaml").unlink()
    outcome = render.write(small)
    assert outcome.edited == ("apps/store/values-annex.yaml",)
    assert not any("annex" in path for path in snapshot(small / "rendered"))


def test_a_run_for_one_environment_does_not_look_at_others(small: Path) -> None:
    add_environments(small, "annex")
    render.write(small)
    (small / "environments/annex.yaml").unlink()
    edit(small / "environments/lab.yaml", "        size: 20Gi\n", "        size: 40Gi\n")
    append(small / "rendered/apps/store/values-dome.yaml", "\n")
    before = snapshot(small / "rendered")
    render.write(small, ["lab"])
    after = snapshot(small / "rendered")
    changed = {path for path in before if before[path] != after.get(path)}
    assert {path for path in changed if layout.is_in_chart(path)} == {VALUES}
    # The page about all environments is right after every run, the page about the one that is gone stays.
    assert changed - {VALUES, layout.page("lab")} == {layout.FLEET}


# -- deleting


def add_environments(root: Path, *environments: str) -> None:
    for name in environments:
        text = f"name: {name}\ncluster:\n  provides: [vault-secrets-operator, ingress-nginx]\napps:\n  store: {{}}\n"
        (root / f"environments/{name}.yaml").write_text(text, encoding="utf-8")


def test_deleting_most_of_the_environments_must_be_meant(small: Path) -> None:
    others = ("annex", "attic", "cellar", "barn", "yard", "shed")
    add_environments(small, *others)
    render.write(small)
    before = snapshot(small / "rendered")
    for name in others:
        (small / f"environments/{name}.yaml").unlink()
    with pytest.raises(OutputError, match=r"this would delete 18 of \d+ files .*--allow-mass-deletion"):
        render.write(small)
    assert snapshot(small / "rendered") == before
    render.write(small, allow_mass_deletion=True)
    assert {layout.environment_of(path) for path in snapshot(small / "rendered")} == {"dome", "lab", None}


def test_a_single_environment_of_many_is_deleted_without_asking(small: Path) -> None:
    add_environments(small, "annex")
    render.write(small)
    (small / "environments/annex.yaml").unlink()
    assert [change.path for change in render.write(small).changes] == [
        "README.md",
        "apps/efd/values-annex.yaml",
        "apps/store/values-annex.yaml",
        "docs/annex.md",
    ]


def test_without_any_spec_nothing_is_deleted(small: Path) -> None:
    before = snapshot(small / "rendered")
    for spec in (small / "environments").glob("*.yaml"):
        spec.unlink()
    for allowed in (False, True):
        with pytest.raises(InvalidInputError) as caught:
            render.write(small, allow_mass_deletion=allowed)
        assert [problem.code for problem in caught.value.problems] == ["E404"]
    assert snapshot(small / "rendered") == before


def test_folders_that_become_empty_go_too(small: Path) -> None:
    edit(small / "environments/lab.yaml", "feed:\n  news: [second, first]\n", "")
    render.write(small)
    assert not (small / "rendered/apps/view/feeds").exists()
    assert (small / "rendered/apps/view").is_dir()


def test_the_output_folder_is_made_and_can_be_deleted_at_any_time(small: Path) -> None:
    before = snapshot(small / "rendered")
    shutil.rmtree(small / "rendered")
    assert len(render.check(small).changes) == len(before)
    assert not (small / "rendered").exists()
    render.write(small)
    assert snapshot(small / "rendered") == before


# -- in which order


class StoppedError(BaseException):
    """The process dies here."""


def stop_after(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Let the process die before a file is replaced or deleted, after so many of them."""
    done = iter(range(steps))
    place = staging.place

    def stopping(folder: Path, entry: Entry, known: set[str]) -> None:
        if next(done, None) is None:
            raise StoppedError
        place(folder, entry, known)

    patch.setattr(staging, "place", stopping)


def stopped_at_every_step(root: Path, names: tuple[str, ...] = ()) -> Iterator[int]:
    """Run `write` again and again, each time a step further; yield after each death, with everything put back."""
    before = snapshot(root / "rendered")
    for steps in range(1000):
        with pytest.MonkeyPatch.context() as patch:
            stop_after(patch, steps)
            try:
                render.write(root, names)
            except StoppedError:
                pass
            else:
                return
        yield steps
        shutil.rmtree(root / "rendered")
        for path, content in before.items():
            (root / "rendered" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "rendered" / path).write_bytes(content)


def test_what_vouches_is_written_first_and_goes_last_and_all_else_by_its_path(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[list[str]] = []
    apply = disk.apply

    def applied(folder: Path, changes: Sequence[FileChange]) -> None:
        orders.append([change.path for change in changes])
        apply(folder, changes)

    monkeypatch.setattr(disk, "apply", applied)
    shutil.rmtree(small / "rendered")
    render.write(small)
    (small / "environments/lab.yaml").unlink()
    render.write(small, allow_mass_deletion=True)
    written, changed = orders
    values = [path for path in written if layout.can_vouch(path)]
    assert FEED in written
    assert written == [*sorted(values), *sorted(set(written) - set(values))]
    gone = [path for path in changed if layout.environment_of(path) == "lab"]
    assert changed == [
        *sorted(path for path in gone if path not in values),
        layout.FLEET,
        *sorted(path for path in gone if path in values),
    ]


def test_digests_are_made_only_to_look_for_what_is_known(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def digests(_self: FileTree) -> dict[str, bytes]:
        raise AssertionError

    monkeypatch.setattr(FileTree, "digests", digests)
    shutil.rmtree(small / "rendered")
    render.write(small)
    edit(small / "environments/lab.yaml", "size: 20Gi", "size: 30Gi")
    assert VALUES in [change.path for change in render.write(small).changes]
    assert render.check(small).is_clean


def no_feed(root: Path) -> None:
    edit(root / "environments/lab.yaml", "feed:\n  news: [second, first]\n", "")


def another_feed(root: Path) -> None:
    edit(root / "environments/lab.yaml", "  news: [second, first]\n", "  news: [first]\n")


def a_new_feed(root: Path) -> None:
    edit(root / "environments/dome.yaml", "apps:\n", "feed:\n  news: [first]\napps:\n")


def no_app(root: Path) -> None:
    text = (root / "environments/lab.yaml").read_text(encoding="utf-8")
    (root / "environments/lab.yaml").write_text(re.sub(r"  view:\n.*?(?=  link:)", "", text, flags=re.DOTALL))


@pytest.mark.parametrize("change", [no_feed, another_feed, a_new_feed, no_app], ids=lambda change: change.__name__)
def test_a_run_that_dies_at_any_step_leaves_no_file_that_nobody_vouches_for(
    small: Path, change: Callable[[Path], None]
) -> None:
    change(small)
    steps = 0
    for steps in stopped_at_every_step(small):
        assert render.check(small).is_interrupted
        # Even if nobody ever finishes it.
        shutil.rmtree(small / "rendered" / FOLDER)
        outcome = render.check(small)
        assert outcome.foreign == (), steps
        render.write(small)
        assert render.check(small).is_clean
    assert steps > 0
    assert render.check(small).is_clean


def test_a_values_file_vouches_for_its_feed(small: Path) -> None:
    values = (small / "rendered/apps/view/values-lab.yaml").read_text(encoding="utf-8")
    assert re.match(r"# Generated by .*, feeds/lab\.json sha256:[0-9a-f]{16}\n", values)
    assert yaml.safe_load(values)["env"] == "lab"
    assert json.loads((small / "rendered" / FEED).read_bytes())["title"] == "Lab status"


def test_a_news_item_that_was_modified_says_when(small: Path) -> None:
    edit(
        small / "environments/shared/news.yaml",
        '    date_modified: "2022-05-09T02:00:00-07:00"\n',
        '    date_modified: "2022-08-01T00:00:00-07:00"\n',
    )
    render.write(small)
    items = json.loads((small / "rendered" / FEED).read_bytes())["items"]
    assert {item["id"]: (item["date_published"][:10], item["date_modified"][:10]) for item in items} == {
        "2": ("2022-07-11", "2022-07-11"),
        "1": ("2022-05-09", "2022-08-01"),
    }


# -- what other people's changes leave behind


def test_a_run_for_one_environment_never_deletes_what_others_share(small: Path) -> None:
    shutil.rmtree(small / "templates/apps/link")
    edit(small / "environments/lab.yaml", "apps:\n", "apps:\n  archive: {}\n")
    before = snapshot(small / "rendered")
    render.write(small, ["dome"])
    assert {path for path in before if "link" in path} <= snapshot(small / "rendered").keys()


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_merge_conflict_in_a_rendered_file_is_healed_by_rendering(small: Path, newline: bytes) -> None:
    file = small / "rendered" / VALUES
    right = file.read_bytes()
    mark, _, body = right.partition(b"\n")
    other = re.sub(rb"sha256:[0-9a-f]{16}", b"sha256:0123456789abcdef", mark)
    conflict = b"\n".join([b"<<<<<<< HEAD", mark, b"=======", other, b">>>>>>> branch", body])
    file.write_bytes(conflict.replace(b"\n", newline))
    found = render.check(small)
    assert (found.edited, found.conflicts) == ((VALUES,), (VALUES,))
    render.write(small)
    assert file.read_bytes() == right


def test_a_feed_that_nothing_vouches_for_any_more_is_still_efdgens(small: Path) -> None:
    (small / "rendered/apps/view/values-lab.yaml").unlink()
    edit(small / "environments/lab.yaml", "news: [second, first]", "news: [first]")
    render.write(small)
    assert render.check(small).is_clean


def test_a_foreign_page_about_all_environments_keeps_none_from_being_rendered(small: Path) -> None:
    page = small / "rendered" / layout.FLEET
    page.write_bytes(b"# mine\n")
    assert render.check(small, ["lab"]).is_clean
    assert render.write(small, ["lab"]).foreign == (layout.FLEET,)
    assert page.read_bytes() == b"# mine\n"
    with pytest.raises(OutputError, match="in the way"):
        render.write(small)
