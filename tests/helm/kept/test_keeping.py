"""What is kept of Helm's results: it is what Helm makes, whatever was changed, damaged, or done meanwhile."""

from __future__ import annotations

import random
import re
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from efdgen.cli import helmwarnings
from efdgen.errors import ChartError
from efdgen.helm import engines, made
from efdgen.helm.engines import sdk
from efdgen.helm.engines.engine import Capabilities, Engine, Printed, Release
from efdgen.helm.kept import choosing, keeping
from efdgen.helm.kept.keeping import Keeping
from efdgen.helm.made import Made
from efdgen.output.cache import program
from efdgen.output.cache.store import Store
from support import needs
from support.standins import metadata, pack

CLUSTER = Capabilities("1.21.5", ("probe/v1",))
OBJECT = "apiVersion: v1\nkind: %s\nmetadata: {name: %s}\ndata:\n"
SECRET = "correct-horse-battery-staple"

INNER = {
    "Chart.yaml": metadata("inner"),
    "values.yaml": "size: 10\n",
    "templates/inner.yaml": OBJECT % ("ConfigMap", "inner") + "  size: {{ .Values.size | quote }}\n",
}
FILES: dict[str, str | bytes] = {
    "Chart.yaml": metadata("wrap", more="dependencies: [{name: inner, version: 1.0.0}]\n"),
    "charts/inner-1.0.0.tgz": pack("inner", INNER),
    "templates/a.yaml": OBJECT % ("ConfigMap", "{{ .Release.Name }}")
    + "  all: {{ toJson .Values | quote }}\n  at: {{ .Release.Namespace }} {{ .Capabilities.KubeVersion.Version }}\n"
    + '  has: {{ .Capabilities.APIVersions.Has "probe/v1" | quote }}\n',
    "templates/s.yaml": OBJECT % ("Secret", "s") + "  word: {{ .Values.word | b64enc }}\n",
    "values.yaml": "color: red\n",
    "values-other.yaml": "color: blue\n",
}
VALUES = (b"count: 1\nword: correct-horse-battery-staple\n", b"color: green\n")


def release(files: dict[str, str | bytes] | None = None, values: Sequence[bytes] = VALUES) -> Release:
    chart = {
        path: text.encode() if isinstance(text, str) else text for path, text in {**FILES, **(files or {})}.items()
    }
    return Release("wrap", "here", chart, values)


class Counted:
    """An engine that says how often it was asked."""

    def __init__(self, engine: Engine) -> None:
        assert isinstance(engine, sdk.Sdk)
        self._engine = engine
        self.noted: list[str] = []
        self.description = engine.description
        self.cautions = engine.cautions
        self.asked = 0

    def printed(self, given: Release, capabilities: Capabilities) -> Printed:
        self.asked += 1
        return self._engine.printed(given, capabilities)

    def template(self, given: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        self.asked += 1
        return self._engine.template(given, capabilities)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hydrated"


@pytest.fixture
def helm(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Have the library counted whenever somebody asks for an engine."""
    counted = Counted(engines.choose("sdk"))
    monkeypatch.setattr(engines, "choose", lambda _name: counted)
    monkeypatch.setattr(choosing, "has_library", lambda: True)
    return counted


def kept(folder: Path) -> Keeping:
    """Return what a run uses, in a process whose error output goes to a file, as the command line has it."""
    engine = choosing.choose("sdk", Store(folder, files=1000), whole=True)
    assert isinstance(engine, Keeping)
    return engine


def come(engine: Engine, *releases: Release, cluster: Capabilities = CLUSTER) -> Made:
    """Return what comes of releases: an error is a result, too."""
    with helmwarnings.once(engine):
        try:
            found = made.make(engine, releases, cluster)
        except ChartError as error:
            return Made((), (), str(error))
    return found._replace(determined=None, releases=tuple(tuple(map(tuple, each)) for each in found.releases))


def anew(*releases: Release, cluster: Capabilities = CLUSTER) -> Made:
    """Return what comes of releases without a cache."""
    return come(sdk.Sdk(), *releases, cluster=cluster)


def test_the_same_is_not_asked_of_helm_again(folder: Path, helm: Counted) -> None:
    first = come(kept(folder), release())
    assert first == anew(release())
    assert helm.asked == 1
    assert come(kept(folder), release()) == first
    # Without a word of `.Files`, values of other environments are nothing that a chart depends on.
    assert come(kept(folder), release({"values-other.yaml": "color: pink\n", "values-third.yaml": ""})) == first
    assert helm.asked == 1


def changed(random_: random.Random) -> Iterator[tuple[str, tuple[Release, ...], Capabilities]]:
    """Yield inputs with one thing changed each: the kind of thing, the releases, the cluster."""
    base = release()
    yield "name", (base._replace(name="wrapp"),), CLUSTER
    yield "namespace", (base._replace(namespace="there"),), CLUSTER
    yield "version", (base,), CLUSTER._replace(kubernetes_version="1.22.5")
    yield "APIs", (base,), CLUSTER._replace(api_versions=())
    yield "order of values", (base._replace(values=(b"color: green\n", b"color: black\n")),), CLUSTER
    yield "reverse of that", (base._replace(values=(b"color: black\n", b"color: green\n")),), CLUSTER
    yield "a cut elsewhere", (base._replace(values=(VALUES[0] + VALUES[1],)),), CLUSTER
    yield "one more release", (base, base._replace(name="git")), CLUSTER
    yield "a template of another name", (release({"templates/b.yaml": FILES["templates/a.yaml"]}),), CLUSTER
    yield (
        "another archive",
        (release({"charts/inner-1.0.0.tgz": pack("inner", {**INNER, "values.yaml": ""})}),),
        CLUSTER,
    )
    a, b = base.chart["templates/a.yaml"], base.chart["templates/s.yaml"]
    moved = {"templates/a.yaml": a[:-1], "templates/s.yaml": a[-1:] + b}
    yield "a line break elsewhere", (base._replace(chart={**base.chart, **moved}),), CLUSTER
    renamed = {("templates/b.yaml" if path == "templates/a.yaml" else path): text for path, text in base.chart.items()}
    yield "another name of a template", (base._replace(chart=renamed),), CLUSTER
    tables = b"word: x\nm: {a: 1}\n", b"m: {b: 2}\n"
    yield "two tables", (base._replace(values=tables),), CLUSTER
    yield "two tables in one file", (base._replace(values=(tables[0] + tables[1], b"")),), CLUSTER
    for path, content in base.chart.items():
        if not path.startswith(("values-", "charts/")):
            for _ in range(4):
                yield path, (base._replace(chart={**base.chart, path: another(content, random_)}),), CLUSTER
    for number, content in enumerate(VALUES):
        for _ in range(4):
            values = [*VALUES[:number], another(content, random_), *VALUES[number + 1 :]]
            yield f"values {number}", (base._replace(values=values),), CLUSTER


def another(content: bytes, random_: random.Random) -> bytes:
    """Return a text with another byte at some place."""
    at = random_.randrange(len(content))
    byte = random_.choice(b"abxyz019 :{}\n-\"'")
    return content[:at] + bytes([byte]) + content[at + 1 :]


def test_whatever_is_changed_what_is_kept_is_what_helm_makes(folder: Path, helm: Counted) -> None:
    come(kept(folder), release())
    for what, releases, cluster in changed(random.Random(7)):  # noqa: S311 - not to be kept secret
        expected = anew(*releases, cluster=cluster)
        for _ in range(2):
            assert come(kept(folder), *releases, cluster=cluster) == expected, what
    # Each was made once, but for what may have gone wrong with the machine.
    assert helm.asked < 80


def test_what_helm_refuses_is_kept_and_what_may_be_the_machines_fault_is_not(folder: Path, helm: Counted) -> None:
    failing = release({"templates/f.yaml": '{{ fail (print "no " .Values.word) }}'})
    no_yaml = release({"templates/f.yaml": "{{ .Values.word }}: {"})
    schema = release({"values.schema.json": '{"required": ["size"]}'})
    for number, given in enumerate((failing, no_yaml, schema), 1):
        assert come(kept(folder), given) == come(kept(folder), given) == anew(given)
        assert helm.asked == number
    several = release({"values.schema.json": '{"properties": {"count": {"type": "null"}, "word": {"type": "null"}}}'})
    assert come(kept(folder), several).error != ""
    assert come(kept(folder), several).error != ""
    # Helm says them in any order.
    assert helm.asked == 5
    no_chart = release({"Chart.yaml": "name: wrap\n"})
    assert come(kept(folder), no_chart) == come(kept(folder), no_chart) == anew(no_chart)
    assert helm.asked == 7


def test_what_is_made_up_is_made_each_time(folder: Path, helm: Counted) -> None:
    chart = {"templates/r.yaml": OBJECT % ("ConfigMap", "r") + "  word: {{ randAlphaNum 20 }}\n"}
    results = {str(come(kept(folder), release(chart)).objects) for _ in range(3)}
    assert len(results) == 3
    # Once it was tried whether it would be the same.
    assert helm.asked == 4
    off = {"templates/r.yaml": f"{{{{ if .Values.on }}}}{chart['templates/r.yaml']}{{{{ end }}}}"}
    assert come(kept(folder), release(off)) == come(kept(folder), release(off)) == anew(release(off))
    assert helm.asked == 5


def test_files_that_a_template_reads_count(folder: Path, helm: Counted) -> None:
    reading = OBJECT % ("ConfigMap", "f") + "  text: {{ %s | quote }}\n"
    helpers = (
        '{{ define "one" }}{{ include "two" (dict "b" .a) }}{{ end }}'
        '{{ define "two" }}{{ if hasPrefix "color: p" ((get .b (print "Fil" "es")).Get "values-other.yaml") }}p'
        "{{ end }}{{ end }}"
    )
    looped = (
        "range $k, $v := . }}{{ if hasPrefix `Fil` $k }}{{ $v.Get `values-other.yaml` | sha256sum }}{{ end }}{{ end"
    )
    for template in (
        reading % '.Files.Get "values-other.yaml"',
        reading % "get . (print `Fil` `es`)",
        reading % '(index . (printf "Fi%s" "les")).Get "values-other.yaml"',
        reading % '(index . (list "Fi" "les" | join "")).Get "values-other.yaml" | len',
        reading.replace(" | quote", "") % looped,
        reading % 'include "one" (dict "a" $)',
        reading % "toJson (first (list .))",
        reading % 'index .AsMap (print "Fi" "les")',
        reading % 'tpl (print "{" "{ (index . (print `Fi` `les`)).Get `values-other.yaml` }" "}") .',
        reading % 'tpl "{{ .Values | toJson }}" (dict "Values" .)',
    ):
        chart: dict[str, str | bytes] = {"templates/f.yaml": template, "templates/_h.tpl": helpers}
        other = {**chart, "values-other.yaml": "color: pinks\n"}
        first, second = (come(kept(folder), release(files)) for files in (chart, other))
        assert first != second, template
        assert [first, second] == [anew(release(chart)), anew(release(other))]
        asked = helm.asked
        assert [come(kept(folder), release(files)) for files in (chart, other)] == [first, second]
        assert helm.asked == asked or "tpl" in template or "toJson" in template or "get . " in template


def test_a_chart_that_shows_all_that_it_is_given_is_made_each_time(folder: Path, helm: Counted) -> None:
    """All of a cluster's APIs are in it, which Go has in any order, or an address of its memory."""
    shown = OBJECT % ("ConfigMap", "f") + "  text: {{ %s | quote }}\n"
    helper = '{{ define "all" }}{{ toYaml .context }}{{ end }}'
    for template in (
        "toYaml $ | b64enc",
        "toYaml . | sha256sum",
        "print .",
        'include "all" (dict "context" $)',
        "(list . | first | toYaml)",
        "fail (toYaml $)",
    ):
        given = release({"templates/f.yaml": shown % template, "templates/_h.tpl": helper})
        with helmwarnings.once(engine := kept(folder)):
            found = made.make(engine, [given], CLUSTER)
        assert (bool(found.error), found.determined) == ("fail" in template, None), template
    helm.asked = 0
    text = '{{ define "x" }}{{ range $key, $value := . }}{{ $key }}: {{ toYaml $value }}{{ end }}{{ end }}'
    given = release({"templates/_h.tpl": text, "templates/f.yaml": INCLUDING})
    assert come(kept(folder), given) == anew(given)
    assert come(kept(folder), given) == anew(given)
    # What may show it is looked at once more.
    assert helm.asked == 2


INCLUDING = OBJECT % ("ConfigMap", "f") + '  {{ include "x" (dict "a" .Values.count) }}\n'


def test_another_helm_and_another_efdgen_make_it_anew(
    folder: Path, helm: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    come(kept(folder), release())
    known = sdk.identity()
    monkeypatch.setattr(sdk, "identity", lambda: f"{known}, newer")
    come(kept(folder), release())
    assert helm.asked == 2
    monkeypatch.setattr(program, "digest", lambda: "newer")
    come(kept(folder), release())
    assert helm.asked == 3
    monkeypatch.setattr(program, "digest", lambda: None)
    assert choosing.choose("sdk", Store(folder)) is helm


def test_a_library_that_worked_is_not_loaded_to_say_what_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept(folder)
    come(first, release())

    def load(_name: str) -> Engine:
        raise AssertionError

    monkeypatch.setattr(engines, "choose", load)
    for name in ("sdk", choosing.QUICKEST):
        again = choosing.choose(name, Store(folder))
        assert (again.description, list(again.cautions)) == (first.description, list(first.cautions))
        assert come(again, release()).objects == anew(release()).objects


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "swap", "open to others"])
def test_a_damaged_entry_is_none(folder: Path, helm: Counted, damage: str) -> None:
    given = [release(), release(values=(b"count: 2\nword: x\n",))]
    expected = [come(kept(folder), each) for each in given]
    files = entries(folder)
    contents = [path.read_bytes() for path in files]
    for number, (path, content) in enumerate(zip(files, contents, strict=True)):
        at = len(content) - 9
        if damage == "open to others":
            path.chmod(0o666)
            continue
        path.write_bytes(
            {
                "flip": content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
                "cut": content[:at],
                "empty": b"",
                "swap": contents[number - 1],
            }[damage]
        )
    asked = helm.asked
    assert [come(kept(folder), each) for each in given] == expected
    assert helm.asked == asked + 2
    assert [come(kept(folder), each) for each in given] == expected
    assert helm.asked == asked + 2


def test_many_runs_at_once_use_one_folder(folder: Path, helm: Counted) -> None:
    given = [release(values=(f"count: {number}\nword: x\n".encode(),)) for number in range(4)]
    expected = [anew(each).objects for each in given]
    wrong: list[str] = []

    def run() -> None:
        engine = kept(folder)
        for _ in range(5):
            for each, right in zip(given, expected, strict=True):
                if engine.made([each], CLUSTER).objects != right:
                    wrong.append(each.values[0].decode())
                for path in entries(folder):
                    path.unlink(missing_ok=True)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert helm.asked > 4


def test_nobody_reads_in_the_folder_what_is_kept(folder: Path) -> None:
    engine = kept(folder)
    result = come(engine, release())
    assert result.objects
    failed = come(engine, release({"templates/f.yaml": '{{ fail (print "no " .Values.word) }}'}))
    assert SECRET in failed.error
    found = made.make(engine, [release()], CLUSTER)
    assert found.determined is not None
    assert entries(folder)
    for path in entries(folder):
        content = path.read_bytes()
        for word in (SECRET, "Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==", "ConfigMap", "wrap"):
            assert word.encode() not in content
            assert word not in path.name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        # Nor does it compress, as texts would.
        assert len(set(content[-200:])) > 90
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


WARNING = {
    "charts/inner-1.0.0.tgz": pack("inner", {**INNER, "values.yaml": "table: none\nsize: 1\n"}),
    "values.yaml": "inner: {table: {a: 1}}\n",
}


def test_what_helm_logs_is_said_again(folder: Path, helm: Counted, capfd: pytest.CaptureFixture[str]) -> None:
    def said(engine: Engine, *given: Release) -> list[str]:
        capfd.readouterr()
        for each in given:
            come(engine, each)
        return re.findall(r"^warning: .*", capfd.readouterr().err, re.MULTILINE)

    hook = release({"templates/h.yaml": f"{OBJECT % ('ConfigMap', 'h')}  a: b\n".replace("{name: h}", HOOK)})
    quiet, loud = release(), release(WARNING)
    expected = [said(sdk.Sdk(), each) for each in (quiet, loud, hook)]
    assert [len(each) for each in expected] == [0, 1, 1], expected
    assert "wrap.inner.table" in expected[1][0]
    engine = kept(folder)
    assert said(engine, loud) == expected[1]
    # Once beside others, and once alone; after that, alone at once.
    assert helm.asked == 2
    assert said(engine, loud._replace(namespace="there")) == expected[1]
    assert helm.asked == 3
    assert [said(kept(folder), each) for each in (quiet, loud, hook)] == expected
    asked = helm.asked
    assert [said(kept(folder), each) for each in (quiet, loud, hook)] == expected
    assert helm.asked == asked


HOOK = '{name: h, annotations: {"helm.sh/hook": crd-install}}'


def test_where_nobody_hears_what_helm_logs_nothing_is_kept(folder: Path, helm: Counted) -> None:
    engine = kept(folder)
    for number in range(2):
        assert engine.made([release()], CLUSTER).determined == made.Determined(
            engine.made([release()], CLUSTER).determined.digest,
            None,  # type: ignore[union-attr]
        )
        assert helm.asked == 2 * (number + 1)


def test_a_warning_is_told_of_the_chart_that_it_is_about(folder: Path) -> None:
    engine = kept(folder)
    given = [release(WARNING), *(release(values=(f"count: {n}\nword: x\n".encode(),)) for n in range(6))]
    with helmwarnings.once(engine):
        found: dict[int, Made] = {}
        threads = [
            threading.Thread(target=lambda n=n: found.update({n: engine.made([given[n]], CLUSTER)}))  # type: ignore[misc]
            for n in range(len(given))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    talking = [n for n, each in sorted(found.items()) if each.determined and each.determined.said]
    assert talking == [0]
    assert all(each.determined and each.determined.said is not None for each in found.values())


def test_the_command_keeps_what_it_makes_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs.HELM.require()
    engine = choosing.choose("helm", Store(folder), whole=True)
    assert isinstance(engine, Keeping)
    loud = release(WARNING)
    first = [come(engine, each) for each in (release(), loud)]
    assert first == [come(engines.choose("helm"), each) for each in (release(), loud)]
    noted = [helmwarnings.text_of(line) for line in engine.noted]
    again = choosing.choose("helm", Store(folder), whole=True)
    assert isinstance(again, Keeping)
    monkeypatch.setattr(again, "plain", lambda: pytest.fail("Helm is asked"))
    assert [come(again, each) for each in (release(), loud)] == first
    assert [helmwarnings.text_of(line) for line in again.noted] == noted != []


def test_a_chart_that_takes_too_long_is_not_kept(folder: Path, helm: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    late = "Helm was not done after 30 seconds: a template of the chart may never end, or repeat too much"
    printed = helm.printed

    def too_late(given: Release, capabilities: Capabilities) -> Printed:
        printed(given, capabilities)
        raise ChartError(late)

    monkeypatch.setattr(helm, "printed", too_late)
    assert come(kept(folder), release()).error == late
    monkeypatch.undo()
    assert keeping.is_late(late)
    assert come(kept(folder), release()) == anew(release())
