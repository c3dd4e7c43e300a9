"""Charts from mirrors: of the repository, and of a machine; over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from efdgen import cli
from efdgen.helm.charts import lock
from efdgen.helm.charts.cache import Cache
from efdgen.helm.charts.lock import LockedChart
from efdgen.language import yamlio
from efdgen.repository import mirrors
from efdgen.repository.mirrors import Mirror
from efdgen.verbs import project
from support.chartserver import Chart, ChartServer, chart
from support.checkout import found
from support.repository import overlay

PUBLISHED = "https://charts.example.org/stable"
DEMO = chart("demo", "1.0.0")
SETTINGS = "environments/shared/charts.yaml"


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """The mirror."""
    with ChartServer() as running:
        yield running


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one app, and a machine without settings."""
    monkeypatch.setenv("EFDGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for variable in ("EFDGEN_MIRRORS", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    pinned = f"description: x\nchart:\n  name: demo\n  version: '1.0.0'\n  repository: {PUBLISHED}\n"
    overlay(tmp_path / "root", {"templates/apps/demo/app.yaml": pinned, "environments/shared/README.md": ""})
    return tmp_path / "root"


def charts(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.command, ["charts", *arguments, "--root", str(root)])


def written(prefix: str, url: str, more: str = "") -> str:
    return f"mirrors:\n  {prefix}:\n    url: {url}\n{more}"


def shared(root: Path, prefix: str, url: str, more: str = "") -> None:
    overlay(root, {SETTINGS: written(prefix, url, more)})


def locked(root: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = yamlio.load((root / lock.FILE).read_text(encoding="utf-8"))["charts"]
    return found


def lock_demo(root: Path, url: str, archive: Chart = DEMO) -> None:
    entry = LockedChart("demo", "1.0.0", PUBLISHED, url, archive.sha256)
    (root / lock.FILE).write_text(lock.dump([entry]), encoding="utf-8")


def of(*pairs: tuple[str, str]) -> list[Mirror]:
    return [Mirror(prefix, url, "test") for prefix, url in pairs]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.org/charts", "https://m.org/c"),
        ("https://a.org/charts/", "https://m.org/c/"),
        ("https://a.org/charts/x/y.tgz", "https://m.org/c/x/y.tgz"),
        ("https://a.org/charts-old/x.tgz", None),
        ("https://a.org.evil.org/charts/", None),
        ("https://a.org/charts/deep/z.tgz", "oci://r.org/d/z.tgz"),
    ],
)
def test_the_longest_prefix_wins_and_ends_where_a_part_of_a_path_does(url: str, expected: str | None) -> None:
    all_ = of(("https://a.org/charts/deep", "oci://r.org/d"), ("https://a.org/charts/", "https://m.org/c/"))
    mirror = mirrors.mirror_of(url, all_)
    assert (None if mirror is None else mirrors.mirrored(url, mirror).rstrip("/")) == (
        expected and expected.rstrip("/")
    )
    if mirror is not None and mirror.url.startswith("https:"):
        assert mirrors.published(f"{mirror.url}x.tgz", mirror) == f"{mirror.prefix}x.tgz"


def test_a_later_mirror_of_one_prefix_wins() -> None:
    mirror = mirrors.mirror_of(
        "https://a.org/x", of(("https://a.org/", "https://m.org"), ("https://a.org", "https://n.org"))
    )
    assert mirror is not None
    assert mirror.url == "https://n.org"


def test_a_mirror_has_the_locked_archive_and_the_lock_stays_as_it_is(root: Path, server: ChartServer) -> None:
    server.add(DEMO)
    shared(root, "https://charts.example.org/stable/", server.url)
    lock_demo(root, "https://releases.example.org/demo-1.0.0.tgz")
    before = (root / lock.FILE).read_bytes()
    result = charts(root, "fetch")
    assert (result.exit_code, result.stderr) == (0, "")
    assert Cache(root.parent / "cache").read(DEMO.sha256) == DEMO.archive
    assert (root / lock.FILE).read_bytes() == before
    assert charts(root, "verify").exit_code == 0


def test_what_a_mirror_has_is_held_to_the_lock(root: Path, server: ChartServer) -> None:
    other = server.add(chart("demo", "1.0.0", {"values.yaml": "evil: true\n"}))
    shared(root, PUBLISHED, server.url)
    lock_demo(root, f"{PUBLISHED}/demo-1.0.0.tgz")
    result = charts(root, "fetch")
    assert result.exit_code == 5
    said = f"{server.url}/demo-1.0.0.tgz has the SHA-256 digest {other.sha256}, and charts.lock:3 says {DEMO.sha256}"
    assert said in result.stderr


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        (None, f"{PUBLISHED}/demo-1.0.0.tgz"),
        (["{mirror}/demo-1.0.0.tgz"], f"{PUBLISHED}/demo-1.0.0.tgz"),
        (["{host}/cache/demo-1.0.0.tgz"], None),
    ],
    ids=["relative", "below the mirror", "elsewhere on its host"],
)
def test_a_lock_made_through_a_mirror_never_names_it(
    root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch, urls: list[str] | None, expected: str | None
) -> None:
    mirror = f"{server.url}/proxy"
    served = [url.format(mirror=mirror, host=server.url) for url in urls or ["demo-1.0.0.tgz"]]
    server.add(DEMO, urls=served)
    for path in ("/proxy/index.yaml", "/proxy/demo-1.0.0.tgz", "/cache/demo-1.0.0.tgz"):
        server.answers[path] = server.file(path.rpartition("/")[2])
    monkeypatch.setenv("EFDGEN_MIRRORS", f"{PUBLISHED}={mirror}")
    result = charts(root, "fetch")
    assert (result.exit_code, result.stderr) == (0, "")
    (entry,) = locked(root)
    assert entry.get("url") == expected
    assert "127.0.0.1" not in (root / lock.FILE).read_text(encoding="utf-8")
    # A lock without a URL is one that others can use.
    assert charts(root, "verify").exit_code == 0


def test_a_registry_can_be_the_mirror_of_a_helm_repository(root: Path, server: ChartServer) -> None:
    shared(root, "https://charts.example.org/", f"{server.push(DEMO, 'proxy/stable')}".removesuffix("/stable"))
    result = charts(root, "fetch")
    assert (result.exit_code, result.stderr) == (0, "")
    assert locked(root)[0]["sha256"] == DEMO.sha256
    assert "url" not in locked(root)[0]


def test_archives_alone_can_have_a_mirror(root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.add(DEMO)
    lock_demo(root, "https://releases.example.org/demo-1.0.0.tgz")
    before = (root / lock.FILE).read_bytes()
    monkeypatch.setenv("EFDGEN_MIRRORS", f"https://releases.example.org/={server.url}/")
    assert charts(root, "fetch").exit_code == 0
    assert server.requests == ["/demo-1.0.0.tgz"]
    assert (root / lock.FILE).read_bytes() == before


def test_a_machine_wins_over_the_repository(root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.add(DEMO)
    shared(root, PUBLISHED, "https://mirror.example.org/")
    overlay(root.parent / "config", {"efdgen/charts.yaml": written(PUBLISHED, server.url)})
    assert charts(root, "fetch").exit_code == 0
    assert charts(root, "outdated").stdout == "0 of 1 chart has a newer version\n"
    # The variable wins over the file.
    monkeypatch.setenv("EFDGEN_MIRRORS", f"{PUBLISHED}={server.url}/none")
    assert "/none/index.yaml: the server answers 404" in charts(root, "outdated").stderr


def test_a_mirror_that_fails_says_whose_place_it_takes(root: Path, server: ChartServer) -> None:
    shared(root, PUBLISHED, server.url)
    assert charts(root, "fetch").stderr == (
        f"error: demo 1.0.0: {server.url}/index.yaml has no chart 'demo': it is empty "
        f"(it is asked in the place of {PUBLISHED}: {SETTINGS})\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mirrors: []\n", "must be a mapping"),
        ("- a\n", "must be a mapping"),
        (written(PUBLISHED, "https://u:secret@m.example.org"), "without a user name"),
        (written(PUBLISHED, "https://m.example.org", "    rendered: true\n"), "rendered"),
        ("vendored: true\n", "vendored"),
    ],
)
def test_a_machine_s_file_that_is_wrong(root: Path, text: str, said: str) -> None:
    overlay(root.parent / "config", {"efdgen/charts.yaml": text})
    result = charts(root, "fetch")
    assert result.exit_code == 3, result.output
    assert f"{root.parent}/config/efdgen/charts.yaml:" in result.stderr
    assert said in result.stderr
    assert "secret" not in result.stderr


@pytest.mark.parametrize("word", ["https://a.example.org", "https://a.example.org=https://u:secret@m.org", "a=b"])
def test_a_variable_that_is_wrong(root: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("EFDGEN_MIRRORS", word)
    result = charts(root, "fetch")
    assert (result.exit_code, result.stderr) == (
        5,
        (
            "error: EFDGEN_MIRRORS holds a word that is not PREFIX=URL, two URLs without user names: fix it, or unset "
            "the variable\n"
        ),
    )


@pytest.mark.parametrize("word", ["https://a.example.org=ftp://u:secret@b", "ftp://a=https://b.example.org"])
def test_a_variable_with_a_url_of_another_kind_says_which(
    root: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("EFDGEN_MIRRORS", word)
    assert charts(root, "fetch").stderr == (
        "error: EFDGEN_MIRRORS names a URL of ftp://, which is not taken, but https://, http:// or oci:// is: "
        "fix it, or unset the variable\n"
    )


def test_a_mirror_that_is_rendered_stands_in_wrapper_charts(small: Path) -> None:
    overlay(small, {SETTINGS: written("https://charts.example.org/", "oci://m.example.org/c", "    rendered: true\n")})
    tree = project.rendering(small, ["lab"]).tree
    assert "  repository: oci://m.example.org/c\n" in tree["apps/store/Chart.yaml"].decode()
    overlay(small, {SETTINGS: written("https://charts.example.org/", "oci://m.example.org/c")})
    tree = project.rendering(small, ["lab"]).tree
    assert "  repository: https://charts.example.org/\n" in tree["apps/store/Chart.yaml"].decode()


def test_the_settings_are_checked(small: Path) -> None:
    overlay(small, {SETTINGS: "mirrors:\n  https://charts.example.org:\n    ulr: https://m.example.org\n"})
    (problem,) = found(small)
    assert (problem.code, problem.location.line, problem.hint) == ("E201", 3, "did you mean 'url'?")


def test_a_mirror_that_stands_for_no_chart_is_named(
    root: Path, server: ChartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add(DEMO)
    shared(root, "https://charts.example.org/stable/", server.url)
    with (root / "environments/shared/charts.yaml").open("a", encoding="utf-8") as file:
        file.write("  https://chart.example.org/:\n    url: https://m.example.org/\n")
    monkeypatch.setenv("EFDGEN_MIRRORS", "https://others.example.org/=https://m.example.org/")
    result = charts(root, "fetch")
    assert result.exit_code == 0
    assert result.stderr == (
        "warning: environments/shared/charts.yaml: no chart's repository or archive begins with the mirror's "
        "https://chart.example.org/\n"
    )
