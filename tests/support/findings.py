"""The formats of machines, read back: every place that they name must be in a line that is there."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema

from efdgen.errors import Location, Problem, Severity
from efdgen.report.findings import as_github, as_sarif

_UNESCAPED = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


@functools.cache
def _sarif() -> jsonschema.Draft4Validator:
    # The standard's own schema, errata 1, without its descriptions:
    # https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
    file = Path(__file__).parents[1] / "data/sarif-schema-2.1.0.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def problems(output: str) -> list[Problem]:
    """Return the problems of efdgen's JSON, without their paths."""
    return [
        Problem(
            fact["code"],
            fact["message"],
            Location(fact["file"], fact["line"], fact["column"]),
            hint=fact["hint"],
            severity=Severity(fact["severity"]),
        )
        for fact in json.loads(output)["problems"]
    ]


def sarif_results(text: str) -> list[dict[str, Any]]:
    """Return the results of a SARIF log, which must be valid."""
    assert list(_sarif().iter_errors(json.loads(text))) == []
    return _results(text)


def _results(text: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(text)["runs"][0]["results"]
    return listed


def sarif_places(listed: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int, int]]:
    """Yield file, line and column of results; 0 for a column that they leave out."""
    for result in listed:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        yield unquote(place["artifactLocation"]["uri"]), region["startLine"], region.get("startColumn", 0)


def github_places(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield file, line and column of annotations; 0 for those that they leave out."""
    for line in text.splitlines():
        listed = line.split("::")[1].partition(" ")[2]
        found = dict(pair.split("=", 1) for pair in listed.split(","))
        file = re.sub("%[0-9A-F]{2}", lambda match: _UNESCAPED[match[0]], found["file"])
        yield file, int(found.get("line", 0)), int(found.get("col", 0))


def assert_there(root: Path, places: Iterable[tuple[str, int, int]], without: set[str]) -> None:
    """Assert that places are in lines that files have; `without` are files that are missing, and folders."""
    for file, line, column in places:
        if file in without:
            assert line <= 1
            continue
        if line <= 1 and not column:
            assert (root / file).is_file(), file  # any file has a first line
            continue
        # An editor shows an empty line after the last line's end.
        lines = re.split(r"\r\n?|\n", (root / file).read_bytes().decode(errors="replace"))
        assert line <= len(lines), (file, line)
        if line and column:
            assert column <= len(lines[line - 1]) + 1, (file, line, column)


def assert_reported(root: Path, found: Sequence[Problem]) -> None:
    """Assert that every format says every problem, on a line that is there: `sarif_results` looks at the rest."""
    files = {problem.location.file for problem in found}
    without = {file for file in files if not (root / file).is_file() or not os.access(root / file, os.R_OK)}
    results = _results(as_sarif(found))
    annotations = list(github_places(as_github(found)))
    assert len(results) == len(annotations) == len(found)
    assert_there(root, sarif_places(results), without)
    assert_there(root, annotations, without)
