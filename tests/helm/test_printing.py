"""What `helm template` prints, byte for byte: of both engines, and beside the command where it is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from efdgen.helm import engines
from efdgen.helm.engines.engine import Capabilities, Release
from efdgen.helm.printing import printed
from support import needs
from support.standins import metadata, pack

CLUSTER = Capabilities("1.21.5", ())
HOOK = "kind: Job\nmetadata:\n  name: {}\n  annotations: {{helm.sh/hook: '{}'}}\n"
CHART = {
    "Chart.yaml": metadata("chart") + "dependencies:\n- {name: below, version: 1.2.3, repository: 'https://x.org'}\n",
    "charts/below-1.2.3.tgz": pack("below", {"Chart.yaml": metadata("below"), "crds/b.yaml": "kind: B\n\n"}),
    "crds/a.yaml": "# The first.\nkind: CustomResourceDefinition\n---\nkind: CustomResourceDefinition\n",
    "templates/b.yaml": f"{HOOK.format('after', 'post-install')}---\n{HOOK.format('before', 'pre-install')}",
    "templates/a.yaml": "\n---\n\nkind: Zebra\n# kept\n---\nkind: Pod\nn: 2\n---\nkind: Service\n--- # no\nkind: Ape\n",
    "templates/c.yaml": "# nothing but this\n---\nkind: Pod\nn: 1 # one\ntext: |\n  a\n\n  b\n\n\n",
    "templates/d.yaml": "kind: List\nitems: [{kind: Pod}]\n---\nmetadata: {annotations: {helm.sh/hook: crd-install}}",
    "templates/e.yaml": "{{ if false }}kind: Nothing{{ end }}",
    "templates/g.yaml": "---\n\n---\n--- # c\n",
    "templates/h.yaml": "---\n\n---\nkind: Zoo\n",
    "templates/_f.yaml": "kind: Partial",
    "templates/NOTES.txt": "Thanks.",
}
EXPECTED = """\
---
# Source: chart/crds/a.yaml
# The first.
kind: CustomResourceDefinition
---
kind: CustomResourceDefinition

---
# Source: chart/charts/below/crds/b.yaml
kind: B


---
# Source: chart/templates/a.yaml
kind: Service
---
# Source: chart/templates/a.yaml
kind: Pod
n: 2
---
# Source: chart/templates/c.yaml
kind: Pod
n: 1 # one
text: |
  a

  b
---
# Source: chart/templates/c.yaml
# nothing but this
---
# Source: chart/templates/g.yaml
---
---
# Source: chart/templates/g.yaml
# c
---
# Source: chart/templates/a.yaml
# no
kind: Ape
---
# Source: chart/templates/d.yaml
kind: List
items: [{kind: Pod}]
---
# Source: chart/templates/a.yaml
kind: Zebra
# kept
---
# Source: chart/templates/h.yaml
---
kind: Zoo
---
# Source: chart/templates/b.yaml
kind: Job
metadata:
  name: after
  annotations: {helm.sh/hook: 'post-install'}
---
# Source: chart/templates/b.yaml
kind: Job
metadata:
  name: before
  annotations: {helm.sh/hook: 'pre-install'}
"""


def release() -> Release:
    files = {path: text.encode() if isinstance(text, str) else text for path, text in CHART.items()}
    return Release("release", "space", files, [])


def by_the_command(folder: Path) -> str:
    for path, content in release().chart.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    asked = ["helm", "template", "release", str(folder), "-n", "space", "--kube-version", "1.21.5", "--include-crds"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout


def test_the_library_s_results_are_printed_as_the_command_does() -> None:
    assert printed(engines.choose("sdk").template(release(), CLUSTER)) == EXPECTED


@needs.HELM.needed
def test_the_command_prints_that_and_its_results_are_printed_so_again(tmp_path: Path) -> None:
    assert by_the_command(tmp_path) == EXPECTED
    assert printed(engines.choose("helm").template(release(), CLUSTER)) == EXPECTED


def test_a_release_of_nothing_is_an_empty_line() -> None:
    assert printed([]) == "\n"
    assert printed([("a/templates/x.yaml", HOOK.format("a", "test"))]).startswith("\n---\n# Source: a/")
