"""What specs say about apps, as their schemas allow it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.checkout import found
from support.repository import small_repository

LINK = "templates/apps/link"
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"minProperties": 50}, "E206"),
    ({"maxProperties": 0}, "E206"),
    ({"type": "array"}, "E204"),
    ({"enum": ["x"]}, "E205"),
    ({"not": {}}, "E201"),
]


def test_a_schema_can_refuse_parameters_or_values_as_a_whole(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    for kind in ("parameters", "values"):
        file = root / f"{LINK}/{kind}.schema.json"
        before = file.read_text()
        for more, code in WRONG:
            file.write_text(json.dumps({**json.loads(before), **more}))
            problems = found(root)
            whole = [each for each in problems if each.path == ("apps", "link", kind)]
            assert [(each.code, each.location.file) for each in whole] == [(code, "environments/lab.yaml")]
        file.write_text(before)


def test_an_unknown_parameter_is_said_once(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    spec = root / "environments/lab.yaml"
    spec.write_text(spec.read_text().replace("refresh: 5s", "refesh: 5s"))
    rules = root / "templates/apps/view/parameters.schema.json"
    rules.write_text('{"additionalProperties": {"type": "integer"}}')
    problems = [each for each in found(root) if each.location.file == "environments/lab.yaml"]
    assert [(each.code, each.path) for each in problems] == [("E402", ("apps", "view", "parameters", "refesh"))]


def test_what_the_definition_has_as_text_is_pinned_as_text_whatever_the_keys_of_the_chart_say(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    keys = root / "templates/apps/store/chart-keys.yaml"
    keys.write_text(keys.read_text().replace("tag: {}", "tag: {digest: {}}"))
    assert {each.code for each in found(root)} == {"W548"}
    values = root / "templates/apps/store/values.yaml"
    values.write_text(values.read_text().replace('  tag: "1.9.4"\n', ""))
    hints = [each.hint for each in found(root) if each.code == "E405"]
    assert hints == ["pin what is in it, such as image.tag.digest"]
