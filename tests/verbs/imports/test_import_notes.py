"""Comments of the source stand at what they are about: at the key, at that very value, in the environment's spec."""

from __future__ import annotations

from collections.abc import Mapping

from efdgen.helm import engines
from efdgen.verbs.imports import result
from efdgen.verbs.imports.model import Source
from support import handwritten

NAMES = ("east", "north", "south")


def imported(changed: Mapping[str, str], replaced: tuple[str, str] = ("", "")) -> dict[str, str]:
    """Import three environments of an app db; `replaced` changes its Application. The findings are below `findings`."""
    files = handwritten.repository({name: {"db": {}} for name in NAMES})
    files |= {f"apps/db/{path}": text.encode() for path, text in changed.items()}
    template = "apps/parent/templates/db.yaml"
    files[template] = files[template].decode().replace(*replaced).encode()
    made = result.run(Source("hand", files), engines.choose("sdk"))
    texts = {path: content.decode() for path, content in made.files.items()}
    return texts | {"findings": "".join(f"{each.message}\n" for each in made.findings if each.code == "I410")}


def spec(name: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in (f"name: {name}", "apps:", *lines))


DEFINITION = "templates/apps/db/values.yaml"
BASE = "db:\n  q: 30s  # short\n  qq: 30s\n  # base above\n  s: 1\n"
ONE = "# The head\ndb:\n  q: 120s\n  qq: 120s  # long\n  # one above\n  s: 2\n"
OF_NORTH = (
    *("  # The head", "  db:", "    values:", "      q: 120s"),
    *("      qq: 120s  # long", "      # one above", "      s: 2"),
)


def test_what_an_environment_overrides_keeps_the_comments_of_both_where_they_belong() -> None:
    made = imported({"values.yaml": BASE, "values-north.yaml": ONE})
    assert made[DEFINITION] == "q: 30s  # short\nqq: 30s\n# base above\ns: 1\n"
    assert made["environments/north.yaml"] == spec("north", *OF_NORTH)
    assert made["findings"] == ""
    # Behind a blank line, or a line that begins a document, the head is one, too; that of all goes into the definition.
    for line in ("\n", "---\n"):
        head = ONE.replace("head\n", f"head\n{line}")
        made = imported({"values.yaml": f"# Of all.\n{line}{BASE}", "values-north.yaml": head})
        assert made[DEFINITION].startswith("# Of all.\n\nq: 30s  # short\n")
        assert made["environments/north.yaml"] == spec("north", *OF_NORTH)
    same = {f"values-{name}.yaml": "# The same.\n\ndb: {}\n" for name in NAMES}
    made = imported({"values.yaml": BASE, **same})
    assert made[DEFINITION].startswith("# The same.\n\nq: 30s")
    assert "same" not in made["environments/north.yaml"]


def test_what_one_says_of_lists_and_mappings_is_not_said_of_all() -> None:
    base = "db:\n  plugins: [a]\n  wall:\n    high: 1\n"
    own = "db:\n  # North has its own.\n  plugins: [b]\n  # North is high.\n  wall:\n    wide: 2\n"
    made = imported({"values.yaml": base, "values-north.yaml": own})
    assert "#" not in made[DEFINITION]
    lines = ("  db:", "    values:", "      # North has its own.", "      plugins:", "      - b")
    wall = ("      # North is high.", "      wall:", "        wide: 2")
    assert made["environments/north.yaml"] == spec("north", *lines, *wall)
    # What most say of their own is said of all.
    said = "db:\n  # The wall.\n  wall:\n    wide: "
    made = imported({"values.yaml": base, **{f"values-{name}.yaml": f"{said}{len(name)}\n" for name in NAMES}})
    assert "# The wall.\nwall:\n" in made[DEFINITION]


def test_comments_of_values_in_an_application_and_of_files_for_a_chart_of_others_go_along() -> None:
    inline = (
        "helm:\n      values: |\n        db:\n          # How big.\n          size: 1  # GiB\n          # gone: 1\n"
    )
    made = imported({}, ("helm:\n", inline))
    assert made[DEFINITION] == "# How big.\nsize: 1  # GiB\n"
    assert made["findings"] == "1 of 3 comment lines did not go along: apps/parent/templates/db.yaml (1)\n"
    helm = "helm: {valueFiles: ['$v/apps/db/values-{{ .Values.env }}.yaml']}"
    sources = f"sources:\n  - {{chart: db, repoURL: https://c.example.net, targetRevision: 1.0.0, {helm}}}\n"
    lent = f"{sources}  - {{repoURL: https://git.example.org/deployments, ref: v}}\n"
    files = handwritten.repository({name: {"db": {}} for name in NAMES})
    text = files["apps/parent/templates/db.yaml"].decode()
    source = text[text.index("source:\n") : text.index("{{- end -}}")]
    same = {f"values-{name}.yaml": "# How big.\nsize: 1\nlog: x  # all of it\n" for name in NAMES}
    made = imported(same | {"values-north.yaml": "size: 2  # more\nlog: x\n"}, (source, lent))
    assert made[DEFINITION] == "# How big.\nsize: 1\nlog: x  # all of it\n"
    assert "size: 2  # more\n" in made["environments/north.yaml"]
