"""Downloads over HTTP: proxies, redirections, limits, and what to do when something fails."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from efdgen import __version__
from efdgen.errors import ChartError
from efdgen.helm import threads
from efdgen.helm.charts import logins
from efdgen.helm.charts.logins import Login
from efdgen.language.shown import count

MAX_ARCHIVE = 50_000_000
"""Bytes that a chart's archive may have; real ones have some ten thousands."""

Result = TypeVar("Result")

USER_AGENT = f"efdgen/{__version__}"

MOST_SILENCES = 20
"""How often as long as a server may be silent a whole download may take."""

_PIECE = 1 << 16
_MAX_REDIRECTIONS = 10
_REDIRECTIONS = (301, 302, 303, 307, 308)


class TooSlowError(Exception):
    """A download has taken too long as a whole."""


class NotFoundError(ChartError):
    """A server does not have what was asked for."""


_RIGHT = "; is the repository's URL right?"


def named_but_missing(error: NotFoundError, named: str) -> ChartError:
    """Return the error for what a server does not have, although something there names it: the URL is right.

    Args:
        error: what was raised.
        named: what names it, as a clause.
    """
    advice = "half of it was uploaded, or it was deleted: try again later, or ask the repository's maintainers"
    return ChartError(str(error).replace(_RIGHT, f", and {named}; {advice}"))


def quoted(url: str) -> str:
    """Return a URL with all that no URL holds percent-encoded: spaces, quotes, backslashes, control characters."""
    return urllib.parse.quote(url, safe="%/:=&?~#+!$,;@()*[]")


def deadline(timeout: float) -> float:
    """Return when a download that begins now must be done, in seconds of the monotonic clock.

    Args:
        timeout: how long a server may be silent, in seconds.
    """
    return time.monotonic() + timeout * MOST_SILENCES


def hold(end: float) -> None:
    """Go on only before a deadline.

    Raises:
        TooSlowError: when it has passed.
    """
    if time.monotonic() > end:
        raise TooSlowError


def within(timeout: float, task: Callable[[], Result]) -> Result:
    """Do a download, the head of its answer included: of that, a server may send a byte now and then for ever.

    Args:
        timeout: how long a server may be silent, in seconds.
        task: what to do.

    Raises:
        TooSlowError: when it takes MOST_SILENCES times as long; what is at work then ends with the process.
    """
    try:
        return threads.within(timeout * MOST_SILENCES, task)
    except TimeoutError:
        raise TooSlowError from None


def get(url: str, timeout: float, limit: int, login: Login | None = None) -> bytes:
    """Download something.

    Args:
        url: where it is.
        timeout: how long the server may be silent, in seconds; all of it may take MOST_SILENCES times as long.
        limit: the most bytes.
        login: for a server that has none of its own here.

    Raises:
        NotFoundError: when the server does not have it.
        ChartError: when anything else goes wrong; says what to do.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        port_is_sound = parts.port != 0
    except ValueError:
        port_is_sound = False
        parts = urllib.parse.urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_sound:
        raise ChartError(f"{url} is not a URL that charts can be downloaded from; only http:// and https:// are")
    if "@" in parts.netloc:
        safe = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        message = f"the URL of {safe} holds a user name; take it out"
        raise ChartError(f"{message}: logins stand in Helm's repositories.yaml or in a netrc file (see docs/charts.md)")
    try:
        return within(timeout, lambda: _followed(url, timeout, limit, login))
    except TooSlowError as error:
        raise failed(url, error, timeout) from None


def _followed(url: str, timeout: float, limit: int, lent: Login | None) -> bytes:
    """Download something, wherever the server leads; each server is asked with its own login, and no other's."""
    place = url
    end = deadline(timeout)
    for _ in range(_MAX_REDIRECTIONS):
        access = logins.of_url(place)
        # What was lent is for the URL itself, and for nobody whom it leads to.
        login = access.login or (lent if place == url else None)
        request = urllib.request.Request(  # noqa: S310 - the schemes are looked at
            quoted(place), headers={"User-Agent": USER_AGENT}
        )
        if login is not None:
            request.add_header("Authorization", f"Basic {login.basic}")
        try:
            with _opener(access.context).open(request, timeout=timeout) as response:
                return _read(response, url, limit, end)
        except urllib.error.HTTPError as error:
            with error:
                led = _led(place, error)
                if led is None:
                    raise refused(url, error.code, login) from None
                place = led
        except (urllib.error.URLError, OSError, http.client.HTTPException, ValueError, TooSlowError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise failed(url, reason, timeout) from None
    raise refused(url, HTTPStatus.FOUND)


def _led(place: str, answer: urllib.error.HTTPError) -> str | None:
    """Return where an answer leads; None: nowhere.

    Raises:
        ChartError: when that is less safe.
    """
    location = answer.headers.get("Location")
    if answer.code not in _REDIRECTIONS or not location:
        return None
    try:
        old, new = urllib.parse.urlsplit(place), urllib.parse.urlsplit(urllib.parse.urljoin(place, location))
    except ValueError:
        return None
    if new.scheme not in ("http", "https") or (old.scheme == "https" and new.scheme != "https"):
        raise ChartError(f"{_plain(old)} leads to {_plain(new)}, which is less safe; ask the repository's maintainers")
    # What stands before the host would be a login that a server made up.
    return new._replace(netloc=new.netloc.rpartition("@")[2]).geturl()


def _plain(parts: urllib.parse.SplitResult) -> str:
    """Return a URL without what can be secret in it: a login, and the signature of a query."""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _read(response: Any, url: str, limit: int, end: float) -> bytes:
    promised = response.headers.get("Content-Length")
    content = bytearray()
    while True:
        piece = response.read1(_PIECE)  # what is there: a slow server would take hours for a whole piece
        hold(end)
        content += piece
        if len(content) > limit:
            raise ChartError(f"{url} has more than {limit:,} bytes; that is not a chart, and not an index of charts")
        if not piece:
            break
    if promised is not None and promised.isdecimal() and len(content) < int(promised):
        raise http.client.IncompleteRead(bytes(content), int(promised) - len(content))
    return bytes(content)


def refused(url: str, status: int, login: Login | None = None) -> ChartError:
    """Return the error for an answer that is not a success; the login is the one that was given, if any was."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    said = f"{url}: the server answers {phrase}"
    if status in range(HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST):
        return ChartError(f"{said}, and leads in a circle or to no http URL; is the repository's URL right?")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return NotFoundError(f"{said}{_RIGHT}")
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ChartError(f"{said}; the proxy that https_proxy or http_proxy names wants a login")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        if login is not None:
            return ChartError(f"{said}; it does not take the login from {login.source}")
        return ChartError(f"{said}; if it wants a login, run helm repo add with it, or write it into a netrc file")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return ChartError(f"{said}; try again later")
    return ChartError(f"{said}; is the repository's URL right?")


def failed(url: str, reason: object, timeout: float) -> ChartError:
    """Return the error for a request that got no answer, or only a part of it."""
    if isinstance(reason, TooSlowError):
        most = count(timeout * MOST_SILENCES, "second")
        return ChartError(f"{url}: not all of it was there after {most}; try again, with a longer --timeout")
    if isinstance(reason, TimeoutError):
        return ChartError(f"{url}: no answer for {count(timeout, 'second')}; try again, with a longer --timeout")
    if isinstance(reason, ssl.SSLCertVerificationError):
        why = reason.verify_message
        return ChartError(f"{url}: its certificate can't be trusted: {why}; SSL_CERT_FILE can name others to trust")
    if isinstance(reason, ssl.SSLError):
        return ChartError(f"{url}: TLS fails: {reason.reason or reason}; does the server speak https there?")
    if isinstance(reason, http.client.IncompleteRead):
        return ChartError(f"{url}: the connection ended before everything was there; try again")
    if isinstance(reason, ConnectionRefusedError):
        return ChartError(f"{url}: connection refused; is the URL right, and the server running?")
    if isinstance(reason, ConnectionError | http.client.HTTPException):
        return ChartError(f"{url}: the connection broke: {reason}; try again")
    said = reason.strerror if isinstance(reason, OSError) and reason.strerror else reason
    return ChartError(f"{url}: {said}; is the URL right, and the network there?")


def _opener(context: ssl.SSLContext | None) -> urllib.request.OpenerDirector:
    """Return what opens http and https, and follows nothing; proxies are those of the environment."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
