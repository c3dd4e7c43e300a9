"""A tag on its way through four stages, step by step: what is typed, what changes, what is rendered, what runs where.

`pytest tests/whole/test_promotion.py --update-scenarios` writes tests/data/promotion.txt anew.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from efdgen import cli
from support.checkout import edit, snapshot
from support.repository import small_repository

EXPECTED = Path(__file__).parents[1] / "data/promotion.txt"
SPEC = "name: {name}\ncluster:\n  provides: [vault-secrets-operator, ingress-nginx]\napps:\n  store: {{}}\n"
STAGES = ("lab", "east", "west", "dome")
STEPS = (
    'pin lab store.image.tag 2.0.0 --reason "Tried here first."',
    "promote store --to east",
    "promote store --to west",
    "promote store --to dome",
)


def fleet(folder: Path) -> Path:
    """Four environments in four stages, all of which run the default."""
    root = small_repository(folder)
    for name in ("east", "west"):
        (root / f"environments/{name}.yaml").write_text(SPEC.format(name=name), encoding="utf-8")
    pin = "    pins:\n      image.tag:\n        value: 1.9.3\n        reason: 1.9.4 has not been tried here.\n"
    edit(root / "environments/lab.yaml", pin, "")
    order = "".join(f"- [{name}]\n" for name in STAGES)
    edit(root / "environments/shared/facts.yaml", "defaults:\n", f"stages:\n{order}defaults:\n")
    return root


def run(root: Path, words: str) -> str:
    result = CliRunner(env={"NO_COLOR": "1"}).invoke(cli.command, [*shlex.split(words), "--root", str(root)])
    assert result.exit_code == 0, result.output
    return result.stdout


def told(root: Path) -> Iterator[str]:
    """Yield what each step shows; every rendered file that differs from the step before is named."""
    before: dict[str, bytes] = {}
    for step in ("", *STEPS):
        sources = snapshot(root)
        if step:
            run(root, step)
            yield f"$ efdgen {step}"
        for file, content in snapshot(root).items():
            old, new = sources.get(file, b"").decode(), content.decode()
            lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
            if old != new and file.startswith(("environments/", "templates/")):
                yield from (f"  {file}", *(f"    {line}" for line in lines if not line.startswith("@@")))
        run(root, "render")
        rendered = {path: content for path, content in snapshot(root).items() if path.startswith("rendered/apps/")}
        yield f"  rendered: {', '.join(sorted(p for p in rendered if before and rendered[p] != before.get(p))) or '-'}"
        values = (yaml.safe_load(rendered[f"rendered/apps/store/values-{name}.yaml"]) for name in STAGES)
        tags = [each["store-chart"]["image"]["tag"] for each in values]
        yield "  " + " | ".join(f"{name}: {tag}" for name, tag in zip(STAGES, tags, strict=True))
        shown = run(root, "versions store --format markdown").splitlines()
        yield from (f"  {line.split(' | ', 1)[1]}" for line in shown if "image.tag" in line or "example/store" in line)
        before = rendered


def test_a_tag_goes_from_stage_to_stage_as_expected(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = "\n".join([*told(fleet(tmp_path)), ""])
    if request.config.getoption("--update-scenarios"):
        EXPECTED.write_text(found, encoding="utf-8")
    assert found == EXPECTED.read_text(encoding="utf-8")
