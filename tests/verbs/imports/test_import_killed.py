"""An import that is killed leaves nothing that the next one can't deal with."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.output.journal import FOLDER
from support import handwritten, kills
from support.checkout import snapshot

FLEET = {name: {"db": {"size": "8Gi"}} for name in ("north", "south")}


def again(hand: Path, output: Path, *more: str) -> Result:
    arguments = ["import", str(hand), "-o", str(output), *more]
    return CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, arguments)


@pytest.mark.usefixtures("helm_once")
def test_the_next_import_begins_anew_or_finishes_it(tmp_path: Path) -> None:
    hand = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET))
    assert again(hand, tmp_path / "whole").exit_code == 0
    expected = snapshot(tmp_path / "whole")
    cases = (
        (kills.BEFORE_THE_JOURNAL, "left nothing half done"),
        (kills.BEFORE_THE_SWITCH, "before it changed anything"),
        (kills.IN_THE_SWITCH, "Finished an edit that was interrupted"),
    )
    for moment, said in cases:
        output = tmp_path / f"new{moment}"
        output.mkdir()
        kills.edit_until(output, moment, "import", str(hand), "-o", str(output))
        result = again(hand, output)
        assert said in result.stderr, result.output
        assert snapshot(output) == expected
        assert not (output / FOLDER).exists()


@pytest.mark.usefixtures("helm_once")
def test_an_environment_is_added_when_an_edit_was_interrupted_before(tmp_path: Path) -> None:
    hand = handwritten.write(tmp_path / "hand", handwritten.repository(FLEET))
    output = tmp_path / "efd"
    assert again(hand, output, "--env", "north").exit_code == 0
    kills.edit_until(output, kills.BEFORE_THE_JOURNAL, "set", "north", "title", "Zz")
    result = again(hand, output, "--only", "south")
    assert "left nothing half done" in result.stderr, result.output
    assert (output / "environments/south.yaml").is_file()
