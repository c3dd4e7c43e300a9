"""Charts in OCI registries: a real registry's HTTP interface, on loopback."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from efdgen.errors import ChartError
from efdgen.helm.charts import http, oci, versions
from efdgen.helm.charts.repositories import Repositories
from efdgen.language import installing
from efdgen.repository.model import ChartReference
from support import many, warm
from support.chartserver import Chart, ChartServer, Handler, chart, status, truncated


@pytest.fixture
def server() -> Iterator[ChartServer]:
    """A registry on loopback."""
    with ChartServer() as running:
        yield running


@pytest.fixture(autouse=True)
def no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the machine's own logins and proxies out; return the folder for those of Docker."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    for variable in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / ".docker"


def pushed(server: ChartServer, version: str = "1.0.0", path: str = "charts") -> tuple[ChartReference, Chart]:
    served = chart("demo", version)
    return ChartReference("demo", version, server.push(served, path)), served


def refusal(function: Callable[[ChartReference, float], object], reference: ChartReference, timeout: float = 5) -> str:
    with pytest.raises(ChartError) as caught:
        function(reference, timeout)
    return str(caught.value)


@pytest.mark.parametrize("path", ["charts", "a/b/c", "example.org/charts"])
@pytest.mark.parametrize("version", ["1.0.0", "1.0.0-rc.1+build.5"])
def test_a_chart_is_downloaded_by_its_tag(server: ChartServer, version: str, path: str) -> None:
    reference, served = pushed(server, version, path)
    assert oci.download(reference, 5) == served.archive
    assert oci.source(reference) == f"{reference.repository}/demo:{version.replace('+', '_')}"
    assert server.agents == {http.USER_AGENT}


def test_a_slash_behind_the_repository_does_not_matter(server: ChartServer) -> None:
    reference, served = pushed(server)
    assert oci.download(reference._replace(repository=f"{reference.repository}/"), 5) == served.archive


def test_the_versions_are_the_tags_of_all_pages(server: ChartServer) -> None:
    reference, _ = pushed(server)
    base = "/v2/charts/demo/tags/list"
    first, second = (json.dumps({"tags": tags}).encode() for tags in (["1.0.0", "1.1.0_b"], ["2.0.0", "latest"]))
    server.answers[base] = status(200, first, Link=f'<{base}?last=1.1.0_b>; rel="next"')
    server.answers[f"{base}?last=1.1.0_b"] = status(200, second)
    assert oci.versions(reference, 5) == ["1.0.0", "1.1.0+b", "2.0.0", "latest"]


def test_an_unknown_version_is_told_from_known_ones(server: ChartServer) -> None:
    reference, _ = pushed(server)
    unknown = reference._replace(version="1.0.1")
    with pytest.raises(http.NotFoundError) as caught:
        oci.download(unknown, 5)
    address = f"{reference.repository}/demo"
    assert str(caught.value) == f"{address}:1.0.1: the server answers 404 Not Found; is the repository's URL right?"
    better = oci.unknown_version(unknown, caught.value, 5)
    assert str(better) == f"{address} has no version 1.0.1; near it: 1.0.0"
    server.push(chart("demo", "v3.0.0"))
    of_tag_with_v = oci.unknown_version(reference._replace(version="3.0.0"), caught.value, 5)
    assert "its tag v3.0.0 is none for Helm" in str(of_tag_with_v)
    assert Repositories(5).versions(reference) == ["1.0.0"]
    other = unknown._replace(name="other")
    assert oci.unknown_version(other, caught.value, 5) is caught.value


def test_an_archive_that_only_the_manifest_names_is_not_an_unknown_version(server: ChartServer) -> None:
    reference, served = pushed(server)
    server.answers[f"/v2/charts/demo/blobs/sha256:{served.sha256}"] = status(404)

    said = refusal(lambda chart, timeout: Repositories(timeout).download(chart, ""), reference)

    assert said == (
        f"{reference.repository}/demo:1.0.0: the server answers 404 Not Found, and its manifest names the archive "
        f"sha256:{served.sha256}; half of it was uploaded, or it was deleted: try again later, or ask the repository's "
        "maintainers"
    )


def test_a_version_that_is_among_the_tags_is_not_called_unknown(server: ChartServer) -> None:
    reference, _ = pushed(server)
    error = http.NotFoundError("the server answers 404 Not Found")

    assert oci.unknown_version(reference, error, 5) is error


def test_a_blob_other_than_its_digest_is_refused(server: ChartServer) -> None:
    reference, served = pushed(server)
    server.answers[f"/v2/charts/demo/blobs/sha256:{served.sha256}"] = status(200, b"rubbish")
    assert refusal(oci.download, reference).endswith(f", and the registry says sha256:{served.sha256}; try again")


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (b"{}", "it is no Helm chart; is the repository's URL right?"),
        (b'{"layers": [{"mediaType": "x"}]}', "it is no Helm chart; is the repository's URL right?"),
        (b"[]", "it is no Helm chart; is the repository's URL right?"),
        (b"<html>", "the answer is not JSON; is it an OCI registry?"),
    ],
)
def test_what_is_no_chart_is_refused(server: ChartServer, manifest: bytes, message: str) -> None:
    reference, _ = pushed(server)
    server.answers["/v2/charts/demo/manifests/1.0.0"] = status(200, manifest)
    assert refusal(oci.download, reference) == f"{oci.source(reference)}: {message}"


@pytest.mark.parametrize(
    ("code", "message"),
    [(500, "500 Internal Server Error; try again later"), (429, "429 Too Many Requests; try again later")],
)
def test_a_refusal_is_passed_on_at_once(server: ChartServer, code: int, message: str) -> None:
    reference, _ = pushed(server)
    server.answers["/v2/charts/demo/manifests/1.0.0"] = status(code)
    assert refusal(oci.download, reference) == f"{oci.source(reference)}: the server answers {message}"
    assert len(server.requests) == 1


@pytest.mark.parametrize("what", ["head", "body"])
def test_a_registry_that_sends_for_ever(server: ChartServer, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_SILENCES", 2)
    reference, served = pushed(server)
    blob = f"/v2/charts/demo/blobs/sha256:{served.sha256}"
    server.answers[blob] = server.trickle if what == "body" else server.trickle_head
    assert refusal(oci.download, reference, 0.5) == (
        f"{oci.source(reference)}: not all of it was there after 1 second; try again, with a longer --timeout"
    )


def test_a_registry_that_can_t_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        reference = ChartReference("demo", "1.0.0", f"oci://127.0.0.1:{port}/charts")
        silent = refusal(oci.download, reference, 0.2)
    where = oci.source(reference)
    assert silent == f"{where}: no answer for 0.2 seconds; try again, with a longer --timeout"
    assert refusal(oci.download, reference) == (
        f"{where}: connection refused; is the URL right, and the server running?"
    )


def test_a_download_that_stops_in_the_middle(server: ChartServer) -> None:
    reference, served = pushed(server)
    server.answers[f"/v2/charts/demo/blobs/sha256:{served.sha256}"] = truncated(served.archive[:100])
    assert refusal(oci.download, reference) == (
        f"{oci.source(reference)}: the connection ended before everything was there; try again"
    )


def test_a_chart_that_is_too_big_is_refused(server: ChartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    reference, served = pushed(server)
    monkeypatch.setattr(oci, "MAX_ARCHIVE", len(served.archive) - 1)
    assert refusal(oci.download, reference) == (
        f"{oci.source(reference)} has more than {len(served.archive) - 1:,} bytes; that is not a chart"
    )


def guard(server: ChartServer, credentials: str = "") -> None:
    """Let the registry ask for a token, and give one to whoever has the credentials."""
    protected = dict(server.answers)
    challenge = f'Bearer realm="{server.url}/token",service="test",scope="repository:charts/demo:pull"'

    def token(handler: Handler) -> None:
        wanted = f"Basic {base64.b64encode(credentials.encode()).decode()}" if credentials else ""
        sound = handler.headers.get("Authorization", "") == wanted
        status(200, b'{"token": "sesame"}')(handler) if sound else status(401)(handler)

    def asking(path: str) -> Callable[[Handler], None]:
        def answer(handler: Handler) -> None:
            if handler.headers.get("Authorization") == "Bearer sesame":
                protected[path](handler)
            else:
                status(401, WWW_Authenticate=challenge)(handler)

        return answer

    server.answers = {path: asking(path) for path in protected}
    server.answers["/token"] = token


def test_a_registry_that_wants_an_anonymous_token_gets_one(server: ChartServer) -> None:
    reference, served = pushed(server)
    guard(server)
    assert oci.download(reference, 5) == served.archive
    assert oci.versions(reference, 5) == ["1.0.0"]


def test_a_login_of_docker_is_used(server: ChartServer, no_login: Path) -> None:
    reference, served = pushed(server)
    guard(server, "me:secret")
    host = server.url.removeprefix("http://")
    assert refusal(oci.download, reference) == (
        f"{oci.source(reference)}: the registry wants a login; run: docker login {host}"
    )
    no_login.mkdir()
    auth = {"auths": {host: {"auth": base64.b64encode(b"me:secret").decode()}}}
    (no_login / "config.json").write_text(json.dumps(auth), encoding="utf-8")
    assert oci.download(reference, 5) == served.archive


def test_the_verbs_know_registries(server: ChartServer, tmp_path: Path) -> None:
    reference, served = pushed(server)
    server.push(chart("demo", "1.2.0"))
    root = tmp_path / "root"
    (root / "environments").mkdir(parents=True)
    (root / "templates/apps/demo").mkdir(parents=True)
    text = f"description: x\nchart: {{name: demo, version: '1.0.0', repository: '{reference.repository}'}}\n"
    (root / "templates/apps/demo/app.yaml").write_text(text, encoding="utf-8")

    def efdgen(*arguments: str) -> subprocess.CompletedProcess[str]:
        return warm.efdgen("charts", *arguments, "--root", root)

    result = efdgen("fetch")
    assert (result.returncode, result.stderr) == (0, "")
    assert (tmp_path / f".cache/efdgen/charts/{served.sha256}.tgz").read_bytes() == served.archive
    assert f"url: {oci.source(reference)}\n" in (root / "charts.lock").read_text(encoding="utf-8")
    assert efdgen("verify").returncode == 0
    assert "1.2.0" in efdgen("outdated").stdout
    (root / "templates/apps/demo/app.yaml").write_text(text.replace("1.0.0", "1.1.0"), encoding="utf-8")
    result = efdgen("fetch")
    assert (result.returncode, result.stderr) == (
        5,
        f"error: demo 1.1.0: {reference.repository}/demo has no version 1.1.0; near it: 1.0.0, 1.2.0\n",
    )


def test_without_oras_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oras.container", None)
    reference = ChartReference("demo", "1.0.0", "oci://oci.example.org/charts")
    assert refusal(oci.download, reference) == (
        "oci://oci.example.org/charts/demo: charts in OCI registries need the library oras; "
        f"install it: {installing.command('oci')}"
    )


# -- versions


plain = st.tuples(*[st.integers(0, 12)] * 3).map(lambda parts: ".".join(map(str, parts)))


@many
@given(plain, st.lists(plain | st.sampled_from(["latest", "1.0", "13.0.0-rc.1"]), max_size=8))
def test_the_newest_is_the_greatest_and_no_prerelease(pin: str, known: list[str]) -> None:
    def key(text: str) -> tuple[int, ...]:
        return tuple(map(int, text.split(".")))

    later = [
        text for text in known if text.replace(".", "").isdigit() and text.count(".") == 2 and key(text) > key(pin)
    ]
    same = [text for text in later if key(text)[0] == key(pin)[0]]
    assert versions.newer(pin, known) == (max(later, key=key, default=None), max(same, key=key, default=None))
