"""A repository, its environments and what they render to: each is made once, whatever a verb does with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from efdgen.cli import command, diff_command, hydrate_command, lint_command
from efdgen.environment.resolve import Resolver
from efdgen.repository import specs
from support.checkout import edit
from support.gitrepo import commit
from support.repository import overlay
from support.standins import StandIns

LAB = "environments/lab.yaml"
ENGINE = ("--engine", "sdk")
RUNBOOK = """\
---
phase: look
title: Look at <% title %>
---
### Look {#look}

Look at <% title %>.
"""


class Made:
    """How often a repository was loaded, and each environment resolved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loaded = 0
        self.resolved: Counter[str] = Counter()
        load, resolve = specs.load, Resolver.resolve

        def loading(*arguments: Any, **named: Any) -> Any:
            self.loaded += 1
            return load(*arguments, **named)

        def resolving(resolver: Resolver, name: str) -> Any:
            self.resolved[name] += 1
            return resolve(resolver, name)

        monkeypatch.setattr(specs, "load", loading)
        monkeypatch.setattr(Resolver, "resolve", resolving)


@pytest.fixture
def root(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small repository, in Git, one of its environments changed since, with charts that echo their values."""
    overlay(small, {"templates/runbook/10-look.md": RUNBOOK})
    commit(small)
    edit(small / LAB, "size: 20Gi", "size: 30Gi")
    for module in (diff_command, hydrate_command, lint_command):
        monkeypatch.setattr(module, "open_charts", StandIns.open)
    return small


@pytest.mark.parametrize(
    ("arguments", "environments"),
    [
        pytest.param(("validate",), "dome lab", id="validate"),
        pytest.param(("check",), "dome lab", id="check"),
        # The page about all environments needs the other one, too.
        pytest.param(("check", "lab"), "dome lab", id="check of one"),
        pytest.param(("render",), "dome lab", id="render"),
        pytest.param(("list",), "dome lab", id="list"),
        pytest.param(("list", "lab"), "lab", id="list of one"),
        pytest.param(("hosts", "lab"), "lab", id="hosts"),
        pytest.param(("graph", "lab"), "lab", id="graph"),
        pytest.param(("runbook", "lab"), "lab", id="runbook"),
        pytest.param(("explain", "lab"), "lab", id="explain"),
        pytest.param(("explain", "lab", "store.persistence.size"), "lab", id="explain a value"),
        pytest.param(("site", "--output", "site"), "dome lab", id="site"),
        pytest.param(("diff",), "dome lab", id="diff"),
        pytest.param(("lint", *ENGINE), "dome lab", id="lint"),
        pytest.param(("lint", "--dead-values", *ENGINE), "dome lab", id="lint --dead-values"),
        pytest.param(("hydrate", "lab", *ENGINE), "dome lab", id="hydrate"),
    ],
)
def test_every_verb_loads_the_repository_once_and_resolves_an_environment_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], environments: str
) -> None:
    monkeypatch.chdir(root)
    made = Made(monkeypatch)

    result = CliRunner().invoke(command, arguments)

    assert result.exit_code in (0, 1), result.output
    assert made.loaded == 1
    assert made.resolved == Counter(environments.split())


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("hydrate", [(), ("--hydrate", *ENGINE)], ids=["values", "objects"])
def test_a_comparison_with_a_revision_loads_two_repositories(
    root: Path, monkeypatch: pytest.MonkeyPatch, hydrate: tuple[str, ...]
) -> None:
    monkeypatch.chdir(root)
    made = Made(monkeypatch)

    result = CliRunner().invoke(command, ["diff", "--base", "main", "--fail-outside", "lab", *hydrate])

    assert result.exit_code == 0, result.output
    assert made.loaded == 2
    # What the cluster of a touched environment serves is asked once more, for both sides and both runs.
    assert made.resolved == Counter(dome=2, lab=3 if hydrate else 2)


def test_a_spec_that_nothing_reads_is_named_to_who_asks_for_it(small: Path) -> None:
    for stray in ("environments/stage/antu.yaml", "environments/tower.yml"):
        overlay(small, {stray: "name: x\n"})
        name = Path(stray).stem
        for verb in ("render", "list", "validate"):
            result = CliRunner().invoke(command, [verb, name, "--root", str(small)])
            message = f"unknown environment {name!r}: {stray} is not read; move it to environments/{name}.yaml"
            assert (result.exit_code, message in result.stderr) == (2, True), result.output
    result = CliRunner().invoke(command, ["render", "news", "--root", str(small)])
    assert "known: dome, lab" in result.stderr, result.stderr
