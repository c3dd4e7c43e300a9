"""What people edit here: tests that hold whatever it says. No other test looks at it.

An ordinary change of specs, facts, apps, runbooks or pages must not make a test of the engine fail: those know the EFD
from tests/efd-repository/ (`support.efd`), and this file names no environment, app or value.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from efdgen.language import schema, yamlio
from efdgen.render.runbook import read as runbooks
from efdgen.render.runbook.script import script
from efdgen.verbs import project, render
from support import live, needs
from support.checkout import ROOT
from support.pages import dead_links


@pytest.fixture(autouse=True)
def _let_in() -> Iterator[None]:
    with live.let_in():
        yield


def test_the_rendered_tree_is_what_the_specs_render_to() -> None:
    outcome = render.check(ROOT)
    assert outcome.is_clean, "run: efdgen check"


def read(path: Path) -> Resource[Any]:
    return Resource.from_contents(json.loads(path.read_text(encoding="utf-8")), default_specification=DRAFT202012)


def efdgens_own(address: str) -> Resource[Any]:
    """Return a schema by its name alone: any folder or address may stand before it."""
    return read(schema.folder() / address.rpartition("/")[2])


def test_editors_accept_every_file_of_environments() -> None:
    own = [*ROOT.glob("schemas/*.json"), *ROOT.glob("templates/apps/*/*.schema.json")]
    registry: Registry[Any] = Registry({path.as_uri(): read(path) for path in own}, retrieve=efdgens_own)
    for path in (ROOT / "environments").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
        if named and (there := (path.parent / named[1]).resolve()).is_file():
            editor = Draft202012Validator({"$ref": there.as_uri()}, registry=registry)
            assert [error.message for error in editor.iter_errors(yamlio.parse(text, str(path)).data)] == [], path


def test_links_of_pages_lead_somewhere() -> None:
    pages = sorted((ROOT / "rendered").rglob("*.md"))
    assert {page: dead for page in pages if (dead := dead_links(page, ROOT))} == {}


@needs.SHELLCHECK.needed
def test_shellcheck_finds_nothing_in_the_longest_script_of_a_runbook() -> None:
    """All are filled from one set of documents."""
    found = project.resolve(ROOT)
    scripts = [
        script(each.facts.name, runbooks.read(each, found.project.repository.runbook)) for each in found.environments
    ]
    command = [needs.SHELLCHECK.require(), "-"]
    done = subprocess.run(command, input=max(scripts, key=len), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


# -- no other test


def test_other_tests_are_kept_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_let_in", False)
    monkeypatch.chdir(ROOT)
    for look in (
        lambda: (ROOT / "charts.lock").read_text(encoding="utf-8"),
        lambda: list((ROOT / "templates").rglob("app.yaml")),
        lambda: project.resolve(Path.cwd()),
    ):
        with pytest.raises(AssertionError, match="reads what people edit"):
            look()
    # Pages and settings may be read.
    assert (ROOT / "README.md").read_text(encoding="utf-8")
