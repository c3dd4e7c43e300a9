"""The EFD's rendered tree: readable by every parser, valid, and honest about where it comes from."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from efdgen.output import layout
from efdgen.verbs import render
from support import differences, go
from support.charts import applications, everything
from support.checkout import changes, names, snapshot
from support.efd import EFD
from support.parsers import libyaml

RENDERED = EFD / "rendered"
FILES = sorted(path.relative_to(RENDERED).as_posix() for path in RENDERED.rglob("*") if path.is_file())
YAML_FILES = [path for path in FILES if path.endswith((".yaml", ".yml"))]
FEEDS = [path for path in FILES if path.endswith(".json")]
PAGES = [path for path in FILES if path.endswith(".md")]
APPS = [
    *("vault-secrets-operator", "ingress-nginx", "cp-helm-charts", "influxdb", "chronograf", "kapacitor"),
    *("kafka-connect-manager", "kafdrop", "oauth2-proxy", "telegraf", "telegraf-ds"),
]


def test_it_is_what_the_specs_render_to() -> None:
    outcome = render.check(EFD)
    assert (outcome.changes, outcome.foreign, outcome.edited) == ((), (), ())
    assert outcome.unchanged == len(FILES)


def test_every_file_is_a_chart_s_a_feed_or_a_page() -> None:
    assert len(YAML_FILES) > 100
    assert [layout.FLEET, *(layout.page(name) for name in names())] == PAGES
    rest = set(FILES).difference(YAML_FILES, FEEDS, PAGES)
    assert rest == {"apps/efd/templates/_environment.tpl"}


# -- YAML


def documents(text: str) -> Iterator[str]:
    """Yield the documents of a stream that hold more than comments."""
    for document in re.split(r"^---\n", text, flags=re.MULTILINE):
        if any(line.strip() and not line.startswith("#") for line in document.splitlines()):
            yield document


@pytest.mark.parametrize("app", sorted({path.split("/")[1] for path in YAML_FILES}))
def test_yaml_means_the_same_to_every_parser(app: str) -> None:
    for path in (path for path in YAML_FILES if path.startswith(f"apps/{app}/")):
        text = (RENDERED / path).read_text(encoding="utf-8")
        by_pyyaml = list(yaml.load_all(text, yaml.CSafeLoader))
        # ruamel.yaml refuses a key that stands twice in a mapping.
        by_ruamel = list(YAML(typ="safe", pure=True).load_all(text))
        by_go = [go(document) for document in documents(text)]
        assert len(by_pyyaml) == len(by_ruamel) == len(by_go) > 0, path
        for one, two, three in zip(by_pyyaml, by_ruamel, by_go, strict=True):
            assert isinstance(one, dict), path
            assert differences(one, two) == [], path
            assert differences(one, three, as_float64=True) == [], path


def test_yaml_ends_with_a_line_end_and_has_no_other_blanks() -> None:
    for path in YAML_FILES:
        content = (RENDERED / path).read_bytes()
        assert content.endswith(b"\n"), path
        assert not re.search(rb"[\t\r]", content), path


# -- feeds


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")


def feed_problems(feed: Mapping[str, Any]) -> Iterator[str]:
    """Yield what https://www.jsonfeed.org/version/1.1/ does not allow."""
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "version"
    if not isinstance(feed.get("title"), str):
        yield "title"
    for key in ("home_page_url", "feed_url"):
        if key in feed and not re.match(r"https?://\S+\Z", feed[key]):
            yield key
    items = feed.get("items")
    if not isinstance(items, list):
        yield "items"
        return
    if len({item.get("id") for item in items}) != len(items):
        yield "an id stands twice"
    for item in items:
        yield from _item_problems(item)


def _item_problems(item: Mapping[str, Any]) -> Iterator[str]:
    if not (isinstance(item.get("id"), str) and item["id"]):
        yield f"id of {item}"
    if not any(isinstance(item.get(key), str) for key in ("content_text", "content_html")):
        yield f"content of {item}"
    for key in ("url", "title", "image", "summary"):
        if key in item and not isinstance(item[key], str):
            yield f"{key} of {item}"
    for key in ("date_published", "date_modified"):
        if key in item:
            if not _RFC_3339.match(item[key]):
                yield f"{key} of {item}"
            datetime.fromisoformat(item[key])
    authors = item.get("authors", [])
    if not isinstance(authors, list) or not all(
        isinstance(author, dict) and author.keys() & {"name", "url", "avatar"} for author in authors
    ):
        yield f"authors of {item}"


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_valid_json_feed_1_1(path: str) -> None:
    feed = json.loads((RENDERED / path).read_bytes())
    assert list(feed_problems(feed)) == []
    assert feed["items"]
    # The site publishes rendered/ as it is: the feed says where it will be found.
    assert feed["feed_url"].endswith(f"/{path}")


@pytest.mark.parametrize("path", FEEDS)
def test_chronograf_reads_the_feed_where_it_is_published(path: str) -> None:
    values = (RENDERED / path).parents[1] / f"values-{Path(path).stem}.yaml"
    url = libyaml(values.read_text(encoding="utf-8"))["chronograf"]["env"]["STATUS_FEED_URL"]
    assert url == json.loads((RENDERED / path).read_bytes())["feed_url"]


# -- where files come from


_MARK = re.compile(r"(?:# |<!-- |\{\{- /\* )Generated by efdgen from (.+) as (.+); do not edit\. sha256:[0-9a-f]{16}")


def test_the_first_line_says_that_it_is_generated_and_from_what() -> None:
    for path in set(FILES) - set(FEEDS):
        first = (RENDERED / path).read_text(encoding="utf-8").splitlines()[0]
        mark = _MARK.match(first)
        assert mark is not None, (path, first)
        assert mark[2] == path
        for source in mark[1].split(" and "):
            assert (EFD / source).exists(), (path, source)
        environment = layout.environment_of(path)
        assert (f"environments/{environment}.yaml" in mark[1]) is (environment is not None), path


def test_a_shared_file_names_no_environment() -> None:
    anyone = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, names()))})(?![A-Za-z0-9])")
    shared = [path for path in FILES if layout.environment_of(path) is None and path not in PAGES]
    assert len(shared) > 40
    for path in shared:
        assert not anyone.search(path)
        assert not anyone.search((RENDERED / path).read_text(encoding="utf-8")), path


def test_shared_files_are_all_but_values_feeds_and_pages() -> None:
    owned = re.compile(r"apps/[^/]+/(?:values-([a-z0-9-]+)\.yaml|feeds/([a-z0-9-]+)\.json)|docs/([a-z0-9-]+)\.md")
    for path in FILES:
        name = layout.environment_of(path)
        match = owned.fullmatch(path)
        assert name == (next(filter(None, match.groups())) if match else None)
        assert name is None or name in names()


# -- API versions


def fits(api_version: str, kind: str, kubernetes: tuple[int, int]) -> bool:
    """Say whether a Kubernetes version serves an API: https://kubernetes.io/docs/reference/using-api/deprecation-guide/."""
    served: dict[tuple[str, str], tuple[tuple[int, int], tuple[int, int]]] = {
        ("networking.k8s.io/v1", "Ingress"): ((1, 19), (9, 0)),
        ("networking.k8s.io/v1beta1", "Ingress"): ((1, 14), (1, 22)),
        **{("v1", core): ((1, 0), (9, 0)) for core in ("Namespace", "Service", "ConfigMap")},
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): ((1, 16), (9, 0)),
        # Custom resources: what serves them comes with their operators.
        ("argoproj.io/v1alpha1", "Application"): ((1, 0), (9, 0)),
        ("ricoberger.de/v1alpha1", "VaultSecret"): ((1, 0), (9, 0)),
    }
    first, gone = served.get((api_version, kind), ((9, 0), (9, 0)))
    return first <= kubernetes < gone


@functools.cache
def kubernetes_version(environment: str) -> tuple[int, int]:
    values = libyaml((RENDERED / f"apps/efd/values-{environment}.yaml").read_text(encoding="utf-8"))
    major, minor, _ = values["kubernetesVersion"].split(".")
    return int(major), int(minor)


@pytest.mark.parametrize("environment", names())
def test_every_api_version_fits_the_cluster(environment: str) -> None:
    objects = list(everything(EFD, environment))
    assert len(objects) > 1
    for app, found in objects:
        assert fits(found["apiVersion"], found["kind"], kubernetes_version(environment)), (app, found["apiVersion"])


# -- specs


def written_lines(file: Path) -> int:
    """Return the lines of a YAML file, comments and blank lines left out."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def test_specs_are_short() -> None:
    specs = sorted((EFD / "environments").glob("*.yaml"))
    assert len(specs) == 6
    assert sum(map(written_lines, [*specs, EFD / "environments/shared/facts.yaml"])) <= 800


FROM_SCRATCH = """\
name: antu
place: Cerro Antu
cluster:
  kubernetesVersion: "1.21.5"
  storageClass: local-path
feed:
  news: [chronograf-1.9.4]
argocd:
  managed: true
apps:
  vault-secrets-operator: {}
  ingress-nginx: {}
  cp-helm-charts: {}
  influxdb: {}
  chronograf: {}
  kapacitor: {}
  kafka-connect-manager:
    parameters:
      influxdbSinks:
        influxdb-sink: {}
  kafdrop: {}
  oauth2-proxy: {}
  telegraf: {}
  telegraf-ds: {}
"""


def test_an_environment_with_the_summit_s_eleven_apps_takes_thirty_lines(checkout: Path) -> None:
    assert len(FROM_SCRATCH.splitlines()) <= 30
    before = snapshot(checkout / "rendered")
    (checkout / "environments/antu.yaml").write_text(FROM_SCRATCH, encoding="utf-8")
    outcome = render.write(checkout)
    assert outcome.warnings == ()
    after = changes(before, snapshot(checkout / "rendered"))
    assert after == {
        **{f"apps/{app}/values-antu.yaml": "added" for app in ("efd", *APPS)},
        "apps/chronograf/feeds/antu.json": "added",
        "docs/antu.md": "added",
        "README.md": "changed",
    }
    deployed = applications(checkout, {"env": "antu"})
    assert sorted(deployed) == sorted(APPS) == sorted(applications(checkout, {"env": "summit"}))
    for path, content in snapshot(checkout / "rendered").items():
        assert layout.environment_of(path) != "antu" or b"summit" not in content, path
