"""Chart repositories that are OCI registries: the only user of oras, which the extra `oci` brings."""

from __future__ import annotations

import json
import logging
import re
import urllib.parse
from http import HTTPStatus
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NoReturn

from efdgen.errors import ChartError
from efdgen.helm.charts import http, logins
from efdgen.helm.charts.cache import digest
from efdgen.helm.charts.http import MAX_ARCHIVE, USER_AGENT
from efdgen.helm.charts.index import near
from efdgen.helm.charts.logins import Login
from efdgen.language import installing
from efdgen.repository.model import ChartReference

if TYPE_CHECKING:
    from oras.container import Container  # type: ignore[import-untyped]

_ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PIECE = 1 << 16
_REALM = re.compile(r'realm="([^"]*)"', re.IGNORECASE)
_PARAMETERS = re.compile(r"(\w+)=\"([^\"]*)\"")


def source(chart: ChartReference) -> str:
    """Return the address of a chart's archive: a tag can't hold a +, Helm writes _ for it."""
    return f"{_address(chart)}:{chart.version.replace('+', '_')}"


def _address(chart: ChartReference) -> str:
    return f"{chart.repository.rstrip('/')}/{chart.name}"


def download(chart: ChartReference, timeout: float) -> bytes:
    """Return a chart's archive; it has the digest that the registry names for it.

    Raises:
        NotFoundError: when the registry does not have it.
        ChartError: when anything else goes wrong; says what to do.
    """
    with _Client(chart, timeout) as client:
        manifest, _ = client.json(client.container.manifest_url(), source(chart), {"Accept": _MANIFEST})
        layers = manifest.get("layers") if isinstance(manifest, dict) else None
        for layer in layers if isinstance(layers, list) else []:
            if isinstance(layer, dict) and layer.get("mediaType") == _ARCHIVE and isinstance(layer.get("digest"), str):
                content = client.blob(layer["digest"], source(chart))
                if f"sha256:{digest(content)}" != layer["digest"]:
                    message = f"{source(chart)}: the archive has the digest sha256:{digest(content)}"
                    raise ChartError(f"{message}, and the registry says {layer['digest']}; try again")
                return content
    raise ChartError(f"{source(chart)}: it is no Helm chart; is the repository's URL right?")


def versions(chart: ChartReference, timeout: float) -> list[str]:
    """Return the versions of a chart that a registry has.

    Raises:
        NotFoundError: when the registry does not have the chart.
        ChartError: when anything else goes wrong; says what to do.
    """
    with _Client(chart, timeout) as client:
        return client.tags()


def unknown_version(chart: ChartReference, error: ChartError, timeout: float) -> ChartError:
    """Return the error for a chart that a registry does not have, with the versions that it does have."""
    try:
        known = versions(chart, timeout)
    except ChartError:
        return error
    if chart.version in known:
        return error
    message = f"{_address(chart)} has no version {chart.version}"
    if f"v{chart.version}" in known:
        tag = f"its tag v{chart.version} is none for Helm"
        return ChartError(f"{message}: {tag}; ask its maintainers for one without a v")
    return ChartError(f"{message}; {near(chart.version, [each for each in known if each[:1] != 'v'])}")


class _Client:
    """Asks one registry for one chart. Only loopback is asked without TLS."""

    def __init__(self, chart: ChartReference, timeout: float) -> None:
        try:
            from oras.container import Container
            from oras.provider import Registry  # type: ignore[import-untyped]
        except ImportError:
            message = f"{_address(chart)}: charts in OCI registries need the library oras"
            raise ChartError(f"{message}; install it: {installing.command('oci')}") from None
        logging.getLogger("oras.logger").setLevel(logging.CRITICAL + 1)
        parts = urllib.parse.urlsplit(_address(chart))
        path = parts.path.strip("/")
        self._address = _address(chart)
        self._timeout = timeout
        self._registry = Registry(hostname=parts.netloc, insecure=parts.hostname in _LOOPBACK)
        self._registry.session.headers["User-Agent"] = USER_AGENT
        # What is refused is not read: its connection is of no more use.
        self._registry.session.hooks["response"].append(lambda answer, **_: None if answer.ok else answer.close())
        request = self._registry.session.request
        self._registry.session.request = lambda *args, **options: request(*args, **{"timeout": timeout, **options})
        self.container: Container = Container("chart")
        self.container.registry = parts.netloc
        self.container.namespace, _, self.container.repository = path.rpartition("/")
        self.container.tag = chart.version.replace("+", "_")
        self._login = logins.of_registry(parts.netloc)
        self._let_log_in()

    def _let_log_in(self) -> None:
        """Let the registry have its login, and nobody else: not whom it leads to, nor whom it names less safely."""
        session, login, authenticate = self._registry.session, self._login, self._registry.auth.authenticate_request
        # What requests finds in a netrc file itself is for any host, and would take the place of a token.
        session.auth = lambda request: request

        def rebuild(request: Any, response: Any) -> None:
            if session.should_strip_auth(response.request.url, request.url):
                request.headers.pop("Authorization", None)

        def respond(response: Any, headers: dict[str, str], *, refresh: bool = False) -> tuple[dict[str, str], bool]:
            challenge = response.headers.get("Www-Authenticate") or ""
            if challenge.lower().startswith("basic"):
                if login is None or login.is_identity:
                    return headers, False
                return {**(headers or {}), "Authorization": f"Basic {login.basic}"}, True
            realm = urllib.parse.urlsplit(next(iter(_REALM.findall(challenge)), ""))
            if login is not None and realm.scheme == "http" and realm.hostname not in _LOOPBACK:
                raise ChartError(f"{self._address}: the registry wants its login sent to {realm.netloc} without TLS")
            if login is not None and login.is_identity:
                token = self._token(login, challenge)
                return ({**(headers or {}), "Authorization": f"Bearer {token}"}, True) if token else (headers, False)
            answer: tuple[dict[str, str], bool] = authenticate(response, headers, refresh=refresh)
            return answer

        session.rebuild_auth = rebuild
        self._registry.auth.authenticate_request = respond
        if login is not None and not login.is_identity:
            self._registry.auth._basic_auth = login.basic  # noqa: SLF001 - its setter takes what we do not hold

    def _token(self, login: Login, challenge: str) -> str:
        """Return the token that the registry's service gives for an identity token; empty: it gives none.

        https://distribution.github.io/distribution/spec/auth/oauth/
        """
        asked = dict(_PARAMETERS.findall(challenge))
        form = {"grant_type": "refresh_token", "client_id": "efdgen", "refresh_token": login.identity}
        form |= {key: asked[key] for key in ("service", "scope") if key in asked}
        # Nobody whom the service leads to hears of it.
        answer = self._registry.session.post(asked.get("realm", ""), data=form, allow_redirects=False)
        try:
            said = answer.json() if answer.ok else {}
        except ValueError:
            said = {}
        token = said.get("access_token") or said.get("token") if isinstance(said, dict) else ""
        return token if isinstance(token, str) else ""

    def __enter__(self) -> _Client:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        self._registry.session.close()

    def tags(self) -> list[str]:
        """Return the tags as versions, from every page of the list."""
        found: list[str] = []
        url = self.container.tags_url()
        for _ in range(1000):
            data, links = self.json(url, self._address, {})
            tags = data.get("tags") if isinstance(data, dict) else None
            found += [tag.replace("_", "+") for tag in tags or [] if isinstance(tag, str)]
            link = links.get("next", {}).get("url")
            if not link:
                break
            joined = urllib.parse.urlsplit(urllib.parse.urljoin(f"//{url}", link))
            url = f"{self.container.registry}{joined.path}?{joined.query}"
        return found

    def blob(self, digest: str, what: str) -> bytes:
        """Return what a manifest names by its digest."""
        try:
            return self.content(self.container.get_blob_url(digest), what, {})[0]
        except http.NotFoundError as error:
            raise http.named_but_missing(error, f"its manifest names the archive {digest}") from None

    def json(self, url: str, what: str, headers: dict[str, str]) -> tuple[Any, Any]:
        """Return an answer that is JSON, and the links in its head."""
        content, links = self.content(url, what, headers)
        try:
            return json.loads(content), links
        except ValueError:
            raise ChartError(f"{what}: the answer is not JSON; is it an OCI registry?") from None

    def content(self, url: str, what: str, headers: dict[str, str]) -> tuple[bytes, Any]:
        """Return the bytes of an answer, and the links in its head."""
        try:
            return http.within(self._timeout, lambda: self._content(url, what, headers))
        except http.TooSlowError as error:
            raise http.failed(what, error, self._timeout) from None

    def _content(self, url: str, what: str, headers: dict[str, str]) -> tuple[bytes, Any]:
        from urllib3.exceptions import HTTPError

        end = http.deadline(self._timeout)
        response = self._request(url, headers, what)
        content = bytearray()
        try:
            # iter_content waits for whole pieces, hours where a server is slow.
            while piece := response.raw.read1(_PIECE, decode_content=True):
                http.hold(end)
                content += piece
                if len(content) > MAX_ARCHIVE:
                    raise ChartError(f"{what} has more than {MAX_ARCHIVE:,} bytes; that is not a chart")
        except (OSError, HTTPError) as error:
            self._fail(what, error)
        finally:
            response.close()
        return bytes(content), response.links

    def _request(self, url: str, headers: dict[str, str], what: str) -> Any:
        from oras.auth import AuthenticationException  # type: ignore[import-untyped]

        registry = self._registry
        try:
            # Without the retries around it, which wait for two minutes before they say what is wrong.
            ask = type(registry).do_request.__wrapped__
            response = ask(registry, f"{registry.prefix}://{url}", "GET", headers=headers, stream=True)
        except (AuthenticationException, ValueError):
            raise self._not_let_in(what) from None
        except OSError as error:
            self._fail(what, error)
        if response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise self._not_let_in(what)
        if not response.ok:
            raise http.refused(what, response.status_code)
        return response

    def _not_let_in(self, what: str) -> ChartError:
        if self._login is not None:
            return ChartError(f"{what}: the registry does not take the login from {self._login.source}")
        return ChartError(f"{what}: the registry wants a login; run: docker login {self._registry.hostname}")

    def _fail(self, what: str, error: Exception) -> NoReturn:
        """Raise what is wrong with a connection: urllib3's reason lies deep inside of what requests raises."""
        import requests

        reason: Any = error
        if isinstance(error, requests.Timeout):
            reason = TimeoutError()
        else:
            seen: list[Any] = [error]
            while seen:
                inner = seen.pop()
                if isinstance(inner, OSError | HTTPException) and not isinstance(inner, requests.RequestException):
                    reason = inner
                    break
                if isinstance(inner, BaseException):
                    seen += [inner.__cause__, inner.__context__, getattr(inner, "reason", None), *inner.args]
        raise http.failed(what, reason, self._timeout) from None
