"""`check` says what a render would refuse, in its words, and advises no render then."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.errors import OutputError
from efdgen.output import obstacles
from efdgen.output.marks import with_mark
from efdgen.verbs import refusing, render


def run(root: Path, *arguments: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*arguments, "--root", str(root)])


VALUES = "rendered/apps/store/values-lab.yaml"


def folder_for_file(root: Path) -> None:
    (root / VALUES).unlink()
    (root / VALUES).mkdir()


def full_folder_for_file(root: Path) -> None:
    folder_for_file(root)
    (root / VALUES / "notes.md").write_text("mine\n")


def file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "rendered/apps/store")
    (root / "rendered/apps/store").write_text("mine\n")


def output_link(root: Path) -> None:
    (root / VALUES).unlink()
    (root / "rendered").rename(root / "elsewhere")
    (root / "rendered").symlink_to("elsewhere", target_is_directory=True)


def foreign_file(root: Path) -> None:
    (root / VALUES).write_text("mine\n")
    (root / "rendered/README.md").unlink()


@pytest.mark.parametrize(
    ("obstruct", "says"),
    [
        (folder_for_file, f"{VALUES} is a folder, and a file belongs there: move it away"),
        (full_folder_for_file, f"{VALUES} is a folder, and a file belongs there: move it away"),
        (file_for_folder, "rendered/apps/store is a file, and a folder belongs there: move it away"),
        (output_link, "rendered is a symbolic link; nothing is written through links: remove it"),
        (foreign_file, f"not made by efdgen, and in the way: {VALUES}; move it, and run this again"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_check_says_what_is_in_the_way_of_a_render(small: Path, obstruct: Callable[[Path], None], says: str) -> None:
    obstruct(small)
    outcome = render.check(small)
    assert outcome.refusal == says
    with pytest.raises(OutputError) as caught:
        render.write(small)
    assert str(caught.value).replace(f"{small}/", "") == says
    told = run(small, "check")
    assert f"efdgen render would not bring {len(outcome.changes)} file" in told.stderr
    assert f" up to date: {says}\n" in told.stderr
    assert "run: efdgen render" not in told.output
    found = json.loads(run(small, "check", "--format", "json").stdout)["problems"]
    assert {each["hint"] for each in found if each["code"] != "E604"} == {f"efdgen render would refuse now: {says}"}


def test_check_says_that_most_would_be_deleted(small: Path) -> None:
    former = [f"attic-{number}" for number in range(20)]
    for name in former:
        made = with_mark("A page.\n", f"docs/{name}.md", (f"environments/{name}.yaml",))
        (small / f"rendered/docs/{name}.md").write_bytes(made)
    outcome = render.check(small)
    assert [change.path for change in outcome.changes] == sorted(f"docs/{name}.md" for name in former)
    assert outcome.refusal.startswith("this would delete 20 of ")
    assert "efdgen render would not bring 20 files up to date: this would delete 20 of" in run(small, "check").stderr
    (small / VALUES).unlink()
    assert render.check(small, apps=["store"]).refusal == "", "nobody knows"


def test_a_folder_that_cannot_be_written_is_said_by_check(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small / VALUES).unlink()
    monkeypatch.setattr(os, "access", lambda path, _mode: str(path) != str((small / VALUES).parent))
    says = "can't write rendered/apps/store: Permission denied; run it again when that is fixed"
    assert render.check(small).refusal == says
    shutil.rmtree(small / "rendered")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert render.check(small).refusal == "can't use rendered: Permission denied"


def test_nothing_is_looked_for_where_a_render_has_nothing_to_do(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    for module, name in ((refusing, "refuse"), (obstacles, "refuse"), (obstacles, "refuse_unusable")):
        monkeypatch.setattr(module, name, never)
    assert render.check(small).is_clean
    (small / "rendered/mine.txt").write_text("mine\n")
    assert render.check(small).refusal == "", "nothing would be written"
