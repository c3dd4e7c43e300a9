"""Overrides that change no object: `efdgen lint --dead-values`, with Helm's library and charts written for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from efdgen.cli import helmwarnings
from efdgen.errors import Problem
from efdgen.helm import engines
from efdgen.helm.engines.engine import Engine
from efdgen.helm.hydrate import Object
from efdgen.output import disk
from efdgen.rules.overrides import edits
from efdgen.rules.overrides.baseline import Baseline
from efdgen.rules.overrides.charttext import ChartText, texts
from efdgen.verbs import deadvalues, project
from efdgen.verbs.lint import Linted
from support import asked, layer
from support.checkout import edit
from support.foreach import for_each
from support.repository import overlay, small_repository
from support.standins import Whichever, metadata, pack

pytestmark = pytest.mark.usefixtures("helm_once")

LAB, DOME, FACTS = "environments/lab.yaml", "environments/dome.yaml", "environments/shared/facts.yaml"

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: store}
data:
"""

# What tests/small-repository/templates/apps/store/values.yaml sets, and nothing else.
STORE = f"""{CONFIG_MAP}
  image: {{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag }}}} {{{{ .Values.image.pullPolicy }}}}
  replicas: {{{{ .Values.replicaCount | quote }}}}
  persistence: {{{{ toJson .Values.persistence | quote }}}}
  secret: {{{{ .Values.existingSecret }}}}
  ingress: {{{{ toJson .Values.ingress | quote }}}}
  config: {{{{ toJson .Values.config | quote }}}}
  heap: {{{{ .Values.heapOptions | quote }}}}
  resources: {{{{ toJson .Values.resources | quote }}}}
"""

DEFAULTS = """\
image: {repository: other/store, tag: latest, pullPolicy: Always}
persistence: {enabled: false}
resources: {}
heapOptions: ""
retention: {days: 7}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_repository(tmp_path)


def search(
    root: Path,
    *names: str,
    template: str = STORE,
    values: str = DEFAULTS,
    schema: str = "{}",
    redundant: bool = False,
    helm: Engine | None = None,
) -> Linted:
    """Look for dead values; the app `store` has a chart with one template, and the others' charts echo all values."""
    files = {"values.yaml": values, "values.schema.json": schema, "templates/store.yaml": template}
    charts = Whichever({"store-chart": files})
    return deadvalues.search(root, names, helm or engines.choose("sdk"), charts, redundant=redundant)


def found(linted: Linted) -> list[tuple[str, str, int]]:
    """Return codes and places."""
    assert linted.failed == ()
    return [(problem.code, problem.location.file, problem.location.line) for problem in linted.problems]


def line(root: Path, file: str, text: str) -> int:
    """Return the number of the only line that begins with a text, but for blanks."""
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, content in enumerate(lines, 1) if content.strip().startswith(text)]
    return number


def override(root: Path, text: str, file: str = LAB) -> None:
    """Add values of the store to a spec."""
    if file == LAB:
        edit(root / LAB, "    values:\n      persistence:\n", f"    values:\n{text}      persistence:\n")
    else:
        edit(root / DOME, "  store: {}\n", f"  store:\n    values:\n{text}")


def read_by_nobody(problem: Problem) -> str:
    """Return the value that a problem says nothing reads, or that has no effect."""
    if " has no effect now (" in problem.message:
        return problem.message.partition(" has ")[0]
    return problem.message.partition(" reads ")[2].partition(" (")[0]


def only(linted: Linted) -> Problem:
    (problem,) = linted.problems
    assert linted.failed == ()
    return problem


def test_where_everything_is_read_nothing_is_found(root: Path) -> None:
    assert found(search(root)) == []


def test_a_chart_inside_that_is_switched_off_is_told_from_a_dead_key() -> None:
    files = {
        "store/Chart.yaml": "dependencies:\n"
        "- {name: cache, alias: disk, condition: 'disk.enabled, cached'}\n- {name: other}\n",
        "store/values.yaml": "disk: {enabled: false}\n",
    }
    text = ChartText([(("a",), files)])
    assert text.switched_off(("a", "disk", "size"), {}) == "a.disk.enabled"
    assert text.switched_off(("a", "disk", "enabled"), {}) == ""
    assert text.switched_off(("a", "disk", "size"), {"a": {"disk": {"enabled": True}}}) == ""
    assert text.switched_off(("a", "other", "size"), {}) == ""
    assert ChartText([((), {})]).switched_off(("disk", "size"), {}) == ""


def test_a_key_that_was_renamed_in_the_chart_is_dead(root: Path) -> None:
    override(root, "      retentionDays: 30\n")
    edit(root / "templates/apps/store/chart-keys.yaml", "config: {}\n", "config: {}\nretentionDays: {}\n")

    problem = only(search(root))

    assert (problem.code, problem.location.file) == ("W704", LAB)
    assert problem.location.line == line(root, LAB, "retentionDays")
    assert problem.message == ("nothing in the chart store-chart 1.2.3 reads retentionDays (store in environment lab)")
    assert problem.hint == "remove it; or did you mean 'retention'?"


def test_a_dead_map_is_reported_leaf_by_leaf(root: Path) -> None:
    override(root, "      env:\n        A: x\n        B: [1, 2]\n        C: {D: null, E: true}\n")

    assert [read_by_nobody(p) for p in search(root).problems] == ["env.A", "env.B", "env.C.D", "env.C.E"]


DRAFT = '{"$schema": "http://json-schema.org/draft-07/schema#", "properties": '


def test_what_a_chart_insists_on_is_not_to_be_removed_alone(root: Path) -> None:
    override(root, "      env: {A: x, B: v, C: z}\n      level: info\n")
    # All three can go at once, and B can't go before A.
    env = '{"env": {"dependencies": {"A": ["B"]}}, "level": {"enum": ["info", "debug"]}}}'

    linted = search(root, schema=DRAFT + env, values=f"{DEFAULTS}level: debug\n")

    assert [problem.message.partition(" (")[0] for problem in linted.problems] == [
        "nothing in the chart store-chart 1.2.3 reads env.A",
        "nothing in the chart store-chart 1.2.3 reads env.C",
        # It is held to the schema: that nothing reads it, or that the chart says the same, would be untrue.
        "level changes nothing",
    ]
    same = search(root, schema=DRAFT + env, values=f"{DEFAULTS}level: info\n").problems[-1]
    assert same.message.startswith("level says what the chart store-chart 1.2.3 does anyway (")


def test_what_can_t_go_together_is_not_proposed_together(root: Path) -> None:
    with (root / "templates/apps/store/values.yaml").open("a", encoding="utf-8") as file:
        file.write("one: x\nother: v\n")
    wants_one = '{{ if not (or .Values.one .Values.other) }}{{ fail "set one" }}{{ end }}'

    linted = search(root, template=f"{STORE}{wants_one}\n")

    assert only(linted).message == "one has no effect now (store in environments dome, lab)"
    assert linted.notes == ("1 more can go, but not together with these: remove these, and look again",)


def test_a_map_with_one_live_value_in_it_is_taken_apart(root: Path) -> None:
    override(root, "      env:\n        A: x\n        B: b\n        C: z\n        D: v\n")

    linted = search(root, template=f"{STORE}  b: {{{{ (.Values.env).B | quote }}}}\n")

    assert [read_by_nobody(p) for p in linted.problems] == ["env.A", "env.C", "env.D"]


def test_what_is_read_under_a_condition_is_alive_where_the_condition_holds(root: Path) -> None:
    override(root, "      env:\n        LOUD: true\n        LEVEL: high\n")
    template = f"{STORE}{{{{- if (.Values.env).LOUD }}}}\n  level: {{{{ .Values.env.LEVEL }}}}\n{{{{- end }}}}\n"
    assert found(search(root, template=template)) == []

    edit(root / LAB, "        LOUD: true\n", "        LOUD: false\n")
    codes = {read_by_nobody(p): p.code for p in search(root, template=template, redundant=True).problems}
    assert codes["env.LEVEL"] == "W704"


def test_what_a_template_reads_is_not_to_be_removed_though_it_shows_nowhere(root: Path) -> None:
    uses = {
        "len": "{{ randAlphaNum (int .Values.env.len) | b64enc }}",
        "rx": "{{ if regexMatch `^v` .Values.env.rx }}yes{{ end }}",
        "api": "{{ if .Capabilities.APIVersions.Has `no.such/v1` }}{{ .Values.env.api }}{{ end }}",
        "found": "{{ range (lookup `v1` `Secret` `` ``).items }}{{ $.Values.env.found }}{{ end }}",
    }
    override(root, "      env: {len: 12, rx: v1, api: x, found: x, dead: x}\n")
    lines = "".join(f'  {key}: "{use}"\n' for key, use in uses.items())
    defaults = f"{DEFAULTS}env: {{len: 8, rx: v0, api: y, found: y}}\n"

    problems = search(root, template=f"{STORE}{lines}", values=defaults).problems

    dead = [problem for problem in problems if problem.code == "W704"]
    said = {read_by_nobody(problem): (problem.message.partition(" (")[0], problem.hint) for problem in dead}
    assert said.pop("env.dead")[0] == "nothing in the chart store-chart 1.2.3 reads env.dead"
    look = "a template reads it: look there before you remove it"
    assert said == {f"env.{key}": (f"env.{key} has no effect now", look) for key in uses if f"env.{key}" in said}
    assert {"env.len", "env.api", "env.found"} <= said.keys()


def test_a_value_that_is_only_compared_is_read(root: Path) -> None:
    override(root, "      env: {MODE: quiet}\n")
    template = f'{STORE}{{{{- if eq ((.Values.env).MODE | default "") "loud" }}}}\n  loud: "yes"\n{{{{- end }}}}\n'

    problem = only(search(root, template=template))

    assert (problem.code, problem.location.line) == ("W705", line(root, LAB, "env:"))


def test_a_value_that_is_the_charts_own_is_redundant_in_a_spec_only(root: Path) -> None:
    override(root, "      image: {pullPolicy: Always}\n", DOME)
    edit(root / "templates/apps/store/values.yaml", "  pullPolicy: IfNotPresent\n", "")

    problem = only(search(root))

    assert (problem.code, problem.location.file) == ("W705", DOME)
    assert problem.message == (
        "image.pullPolicy says what the chart store-chart 1.2.3 does anyway (store in environment dome)"
    )


def test_an_app_definition_may_write_down_what_the_chart_does_anyway(root: Path) -> None:
    values = DEFAULTS.replace("pullPolicy: Always", "pullPolicy: IfNotPresent")
    assert found(search(root, values=values)) == []

    place = ("W705", "templates/apps/store/values.yaml", 4)
    assert place in found(search(root, values=values, redundant=True))


def test_a_spec_that_repeats_the_app_definition_is_redundant(root: Path) -> None:
    override(root, "      replicaCount: 1\n")

    problem = only(search(root))

    assert (problem.code, problem.location.line) == ("W705", line(root, LAB, "replicaCount"))
    assert problem.message == "replicaCount says what the app definition says anyway (store in environment lab)"


def test_what_alone_names_a_secret_stays_though_the_chart_says_the_same(root: Path) -> None:
    # W505 would miss who reads it.
    linted = search(root, values=f"{DEFAULTS}existingSecret: store-auth\n", redundant=True)
    place = line(root, "templates/apps/store/values.yaml", "exist")
    assert ("W705", "templates/apps/store/values.yaml", place) not in found(linted)


def test_a_value_that_later_layers_override_everywhere_is_shown_when_asked_for(root: Path) -> None:
    for file in (LAB, DOME):
        override(root, "      existingSecret: other\n", file)
    edit(root / "templates/apps/archive/app.yaml", "extends: store\n", "extends: store\n")
    for file in (LAB, DOME):
        text = (root / file).read_text(encoding="utf-8").replace("other", "store-auth-2")
        overlay(root, {file: text})
    edit(root / "templates/apps/store/app.yaml", "  tls-certs:\n", "  store-auth-2:\n    keys: [user]\n  tls-certs:\n")
    definition = ("W705", "templates/apps/store/values.yaml", line(root, "templates/apps/store/values.yaml", "exist"))

    assert definition not in found(search(root))
    assert definition in found(search(root, redundant=True))


def _override_each(root: Path, values: Sequence[str]) -> int:
    """Override X0, X1, ... of the store's `env`, and return the line of the first."""
    override(root, "      env:\n" + "".join(f"        X{number}: {value}\n" for number, value in enumerate(values)))
    return line(root, LAB, "X0:")


def test_whatever_a_dead_override_is_it_is_found(root: Path) -> None:
    values = ("[a, b]", "[]", "{}", "null", "7", "0.5", "false", '""', "<% name %>")
    first = _override_each(root, values)

    assert found(search(root)) == [("W704", LAB, first + number) for number in range(len(values))]


def test_whatever_a_live_override_is_it_is_left_alone(root: Path) -> None:
    values = ("[a, b]", "7", "0.5", '"text"', "<% name %>")
    _override_each(root, values)
    reading = "".join(f"  x{n}: {{{{ toJson (.Values.env).X{n} | quote }}}}\n" for n in range(len(values)))

    assert found(search(root, template=f"{STORE}{reading}")) == []


def test_null_that_takes_a_value_of_the_chart_away_is_alive(root: Path) -> None:
    override(root, "      env: null\n")

    assert (
        found(search(root, template=f"{STORE}  x: {{{{ toJson .Values.env | quote }}}}\n", values="env: {A: b}\n"))
        == []
    )


def test_a_pin_that_nothing_reads_is_dead(root: Path) -> None:
    template = STORE.replace("{{ .Values.image.repository }}:{{ .Values.image.tag }}", "fixed")

    linted = search(root, template=template)

    assert ("W704", LAB, line(root, LAB, "image.tag:")) in found(linted)
    assert ("W704", "templates/apps/store/values.yaml", 3) in found(linted)


def test_a_pin_to_what_all_have_anyway_is_redundant(root: Path) -> None:
    edit(root / LAB, "value: 1.9.3", "value: 1.9.4")

    assert found(search(root)) == [("W705", LAB, line(root, LAB, "image.tag:"))]


def test_a_parameter_that_nothing_reads_is_dead(root: Path) -> None:
    edit(root / "templates/apps/view/values.yaml", "<% parameters.refresh %>", "10s")

    linted = search(root)

    assert [problem.message for problem in linted.problems if problem.location.file == LAB] == [
        "nothing in templates/apps/view reads the parameter refresh (view in environment lab)"
    ]
    # Another layer overrides it in lab; nothing reads it in dome.
    assert ("W704", "templates/apps/view/app.yaml", line(root, "templates/apps/view/app.yaml", "refresh")) in found(
        linted
    )


def test_a_parameter_that_repeats_its_default_is_redundant(root: Path) -> None:
    edit(root / LAB, "      refresh: 5s\n", "      refresh: 10s\n")

    assert found(search(root)) == [("W705", LAB, line(root, LAB, "refresh"))]


def test_a_parameter_that_only_a_secret_or_a_file_reads_is_alive(root: Path) -> None:
    definition = "templates/apps/view/app.yaml"
    edit(root / definition, "  refresh: 10s\n", "  refresh: 10s\n  colour: red\n  vault: secret/x\n")
    edit(root / definition, "    title: <% feed.title %>\n", "    title: <% parameters.colour %>\n")
    edit(root / definition, "    keys: [client_id]\n", "    keys: [client_id]\n    path: <% parameters.vault %>\n")

    assert found(search(root)) == []


def test_a_value_of_a_site_is_dead_only_if_it_is_so_in_all_of_the_sites_environments(root: Path) -> None:
    edit(root / DOME, "place: the dome\n", "site: north\nplace: the dome\n")
    edit(root / FACTS, "            write_timeout: 60s\n", "            write_timeout: 60s\n          env: {X: why}\n")
    template = f'{STORE}{{{{- if eq .Release.Namespace "store" }}}}{{{{ end }}}}\n'
    shared = ("W704", FACTS, line(root, FACTS, "env:"))

    linted = search(root, template=template)
    assert found(linted) == [shared]
    assert only(linted).message.endswith("(store in environments dome, lab)")

    only_lab = f"{STORE}{{{{- if .Values.resources }}}}\n  x: {{{{ (.Values.env).X }}}}\n{{{{- end }}}}\n"
    assert found(search(root, template=only_lab)) == []


def test_what_is_shared_is_judged_only_with_all_who_share_it(root: Path) -> None:
    override(root, "      env: {W: why}\n")
    edit(
        root / FACTS,
        "        heapOptions: -Xms512M -Xmx512M\n",
        "        heapOptions: -Xms1M -Xmx2M\n        env: {X: why}\n",
    )

    linted = search(root, "lab")

    assert found(linted) == [("W704", LAB, line(root, LAB, "env:"))]
    assert linted.notes == ("what is shared with environment dome was not judged: name them, too, or none",)
    assert found(search(root, "lab", "dome")) == found(search(root))
    assert len(search(root).problems) == 2


def test_everything_below_a_map_that_is_shown_as_a_whole_is_alive(root: Path) -> None:
    override(root, "      config: {a: 1, b: {c: [], d: null, e: false}, f: text}\n")

    assert found(search(root)) == []


def test_what_a_chart_makes_up_each_time_is_no_difference(root: Path) -> None:
    override(root, "      env: {X: why}\n")
    secret = """\
---
apiVersion: v1
kind: Secret
metadata: {name: made-up, annotations: {at: "{{ now }}", checksum: "{{ randAlphaNum 20 | sha256sum }}"}}
data:
  password: {{ randAlphaNum 20 | b64enc }}
  config: {{ printf "level = %s\\npassword = %s\\nheap = %s\\n" "info" (randAlphaNum 9) .Values.heapOptions | b64enc }}
"""
    template = STORE.replace("  heap: {{ .Values.heapOptions | quote }}\n", "")

    assert found(search(root, template=f"{template}{secret}")) == [("W704", LAB, line(root, LAB, "env:"))]


def test_apps_that_cannot_be_hydrated_are_reported_and_the_others_judged(root: Path) -> None:
    edit(root / LAB, "      refresh: 5s\n", "      refresh: 10s\n")

    linted = search(root, template='{{ fail "no store" }}')

    assert [(app.environment, app.app) for app in linted.failed] == [("dome", "store"), ("lab", "store")]
    assert "no store" in linted.failed[0].error
    assert [problem.location.line for problem in linted.problems] == [line(root, LAB, "refresh")]


def test_what_fails_in_one_environment_is_not_judged_in_the_others(root: Path) -> None:
    edit(root / FACTS, "        heapOptions: -Xms512M -Xmx512M\n", "        env: {X: why}\n")
    fails_in_lab = f'{STORE}{{{{- if .Values.resources }}}}{{{{ fail "no" }}}}{{{{ end }}}}\n'

    linted = search(root, template=fails_in_lab)

    assert [(app.environment, app.app) for app in linted.failed] == [("lab", "store")]
    assert linted.problems == ()


def test_a_spec_can_accept_a_dead_value(root: Path) -> None:
    override(root, "      env: {X: why}\n")
    accept = "accept:\n- rule: W704\n  app: store\n  reason: The next chart reads it.\n"
    overlay(root, {LAB: (root / LAB).read_text(encoding="utf-8") + accept})

    assert found(search(root)) == []
    assert project.rendering(root).warnings == ()


# -- the parts


def test_a_list_and_an_empty_map_are_one_override() -> None:
    settings = layer("x", "values: {a: [1, 2], b: {}, c: {d: null}}\nparameters: {e: {f: 1}}\nsecrets: {g: {}}\n")

    assert edits.overrides(settings) == [
        ("values", "a"),
        ("values", "b"),
        ("values", "c", "d"),
        ("parameters", "e", "f"),
    ]


def test_maps_that_are_left_empty_go_too() -> None:
    settings = layer("x", "values: {a: {b: {c: 1}}, d: 2}\n")

    assert edits.without(settings, [("values", "a", "b", "c")]).data == {"values": {"d": 2}}
    assert settings.data == {"values": {"a": {"b": {"c": 1}}, "d": 2}}


@for_each("value", [True, False, 0, 5, 1.5, "", "a", "5", [], ["a"], {}, None])
def test_there_is_always_another_value(value: object) -> None:
    others = edits.alternatives(value, ["a", "b", "7"])

    assert others
    assert value not in others


def objects(*data: dict[str, object]) -> tuple[Object, ...]:
    return tuple(Object("x", one) for one in data)


def test_types_count() -> None:
    assert not Baseline([objects({"a": 1})]).is_same(objects({"a": True}))
    assert not Baseline([objects({"a": 1})]).is_same(objects({"a": 1.0}))
    assert Baseline([objects({"a": 1, "b": 2})]).is_same(objects({"b": 2, "a": 1}))


def test_beside_what_is_made_up_everything_counts() -> None:
    made_up = [objects({"a": f"user=me pass={word} port=1", "b": [1]}) for word in ("xyz", "xab")]

    assert Baseline(made_up).is_same(objects({"a": "user=me pass=other port=1", "b": [1]}))
    assert not Baseline(made_up).is_same(objects({"a": "user=you pass=xyz port=1", "b": [1]}))
    assert not Baseline(made_up).is_same(objects({"a": "user=me pass=xyz port=2", "b": [1]}))
    assert not Baseline(made_up).is_same(objects({"a": "user=me pass=xyz port=1", "b": [2]}))
    assert not Baseline(made_up).is_same(objects({"a": 5, "b": [1]}))


def test_of_what_has_another_form_each_time_nothing_is_said() -> None:
    assert not Baseline([objects({"a": 1}), objects()]).is_same(objects({"a": 1}))
    assert not Baseline([objects({"a": {"b": 1}}), objects({"a": {"c": 1}})]).is_same(objects({"a": {"b": 1}}))


def test_a_damaged_archive_says_nothing() -> None:
    text = ChartText([((), texts(b"no archive"))])

    assert (text.literals("a"), text.hint(("a",))) == ([], "remove it")


def test_literals_stand_on_lines_with_the_key() -> None:
    template = '{{ if eq .Values.mode "loud" }}\n{{ .Values.mode-2 | default "no" }}\n{{ if gt .Values.mode 3.5 }}\n'
    archive = pack("c", {"Chart.yaml": metadata("c"), "templates/a.yaml": template, "other/b.yaml": '{{ mode "x" }}'})

    assert ChartText([((), texts(archive))]).literals("mode") == ["loud", "3.5"]


def test_nothing_is_written(root: Path) -> None:
    before = disk.read(root / "environments")
    search(root)

    assert disk.read(root / "environments") == before
    assert not (root / "rendered").exists()


# -- what is kept


MAKING_UP = f"{STORE}  word: {{{{ randAlphaNum 8 }}}}\n"
NOT_HERE = f"{STORE}  word: {{{{ if .Values.on }}}}{{{{ randAlphaNum 8 }}}}{{{{ end }}}}\n"


@pytest.mark.parametrize("template", [MAKING_UP, NOT_HERE])
def test_only_what_changed_is_tried_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    override(root, "      retention: {days: 7}\n      heapOption: -Xmx1g\n")
    names = asked.noted(monkeypatch)

    def kept() -> Linted:
        names.clear()
        helm = asked.keeping(tmp_path / "kept")
        with helmwarnings.once(helm):
            return search(root, "lab", template=template, helm=helm)

    first = search(root, "lab", template=template)
    assert [problem.code for problem in first.problems] == ["W704", "W704"]
    assert kept() == first
    all_of_it = len(names)
    assert kept() == first
    assert set(names) == ({"store"} if template is MAKING_UP else set())
    edit(root / LAB, "heapOption: -Xmx1g", "heapOption: -Xmx2g")
    expected = search(root, "lab", template=template)
    assert kept() == expected
    assert len(names) < all_of_it
    assert set(names) == {"store"}
