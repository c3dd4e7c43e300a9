"""Helm, with what it made before: where all that a result comes of is as it was, Helm is not asked again.

What is kept is found by a digest of everything: charts and values, names, the cluster, Helm, and efdgen itself. It is
kept where it would be the same again (`madeup`). That includes what Helm refuses, and what it logs; not what took too
long, nor what went wrong with the machine.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from efdgen.errors import ChartError
from efdgen.helm import made as making
from efdgen.helm.engines.engine import Capabilities, Engine, Printed, Release, is_late
from efdgen.helm.kept import lean, madeup
from efdgen.helm.kept.entries import Entries
from efdgen.helm.kept.hearing import Hearing
from efdgen.helm.made import Determined, Made
from efdgen.helm.objects import Object
from efdgen.helm.printing import Manifests
from efdgen.language.tuples import NamedTuple

_OF_TEMPLATES = re.compile(
    r'executing "|execution error at \(|don\'t meet the specifications of the schema|^type mismatch on '
)
"""How Helm begins to say what a template or a schema does not take; all else may be the machine's fault."""

_OF_SCHEMAS = "don't meet the specifications of the schema"
_LINE = re.compile(r"^\s*- ", re.MULTILINE)

_UNEXPECTED = "efdgen.invalid/looks-who-shows-this"

_MADE, _REFUSED, _MADE_UP, _READS_FILES = "made", "refused", "made up", "reads files"


class PrintingEngine(Engine, Protocol):
    """One of efdgen's own engines.

    Attributes:
        noted: what it logged.
    """

    noted: list[str]

    def printed(self, release: Release, capabilities: Capabilities) -> Printed:
        """Return what Helm makes of a release, and what it logs.

        Raises:
            ChartError: with Helm's message.
        """


class Told(NamedTuple):
    """What an engine says of itself: see `Engine`."""

    description: str
    cautions: tuple[str, ...]


class _Once(NamedTuple):
    """What came of a release.

    Attributes:
        manifests: what it yields.
        error: why it yields nothing; None: it does.
        said: what Helm logged; None: nobody knows.
        is_determined: whether it would be the same again.
    """

    manifests: Manifests
    error: ChartError | None
    said: tuple[str, ...] | None
    is_determined: bool = False


class _Anew(NamedTuple):
    """What came of releases, what Helm logged (None: nobody knows), and whether all would be the same again."""

    made: Made
    said: tuple[str, ...] | None
    is_determined: bool


class Keeping:
    """An engine that keeps what it makes.

    Args:
        load: returns the engine; not called while everything is there.
        told: what the engine says of itself.
        identity: what tells the engine, and efdgen's own part in a result, from others.
        entries: where results are kept; None: they are not.
        hears: whether the engine writes what Helm logs to the error output of the process.
        whole: whether texts are wanted beside objects.
    """

    def __init__(
        self,
        load: Callable[[], PrintingEngine],
        told: Told,
        identity: bytes,
        entries: Entries | None,
        *,
        hears: bool,
        whole: bool = False,
    ) -> None:
        self._load = load
        self._told = told
        self._identity = identity
        self.entries = entries
        self._hears = hears
        self._whole = whole
        self._noted: list[str] = []
        self._talking: set[str] = set()
        self._late = 0
        self._loaded: PrintingEngine | None = None
        self._loading = threading.Lock()
        self.hearing = Hearing()

    @property
    def description(self) -> str:
        """Return what the engine is, with its version."""
        return self._told.description

    @property
    def cautions(self) -> Sequence[str]:
        """Return where its results could differ from those of Argo CD."""
        return self._told.cautions

    @property
    def noted(self) -> Sequence[str]:
        """Return what was logged, now or when it was made, as far as it is not on the error output."""
        return [*self._noted, *(self._loaded.noted if self._loaded else ())]

    def plain(self) -> PrintingEngine:
        """Return the engine itself, which keeps nothing."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def template(self, release: Release, capabilities: Capabilities) -> list[tuple[str, str]]:
        """Return what a release yields, made anew.

        Raises:
            ChartError: with Helm's message.
        """
        return self.plain().template(release, capabilities)

    def made(self, releases: Sequence[Release], capabilities: Capabilities) -> Made:
        """Return what comes of the releases of an app; see `made.Maker`."""
        return self._made(releases, capabilities, self.entries)

    def made_anew(self, releases: Sequence[Release], capabilities: Capabilities) -> Made:
        """Return the same, which is not looked for, and not kept."""
        return self._made(releases, capabilities, None)

    def repeat(self, said: Sequence[str]) -> None:
        """Say again what Helm logged."""
        self._noted += said

    def _made(self, releases: Sequence[Release], capabilities: Capabilities, entries: Entries | None) -> Made:
        bare = [lean.leaned(each) for each in releases]
        made = self._of(bare, releases, capabilities, entries)
        if made is None:
            made = self._of(releases, releases, capabilities, entries)
        return made or self._anew(releases, releases, capabilities, is_kept=False).made

    def _of(
        self,
        these: Sequence[Release],
        given: Sequence[Release],
        capabilities: Capabilities,
        entries: Entries | None,
    ) -> Made | None:
        """Return what comes of releases; None: they lack files that it may depend on."""
        is_bare = any(one is not other for one, other in zip(these, given, strict=True))
        digest = _digest(self._identity, these, capabilities)
        found = entries.read(digest, whole=self._whole) if entries else None
        if found is not None and found[0][0] in (_MADE, _REFUSED):
            return self._again(found, digest.hex())
        if found is not None and found[0][0] == _MADE_UP:
            return making.make(self.plain(), given, capabilities)
        reads_files = found is not None or (is_bare and any(map(lean.may_read_files, these)))
        if reads_files:
            if entries and found is None:
                entries.write(digest, (_READS_FILES,), ())
            return None
        anew = self._anew(these, given, capabilities, is_kept=entries is not None)
        if entries and anew.said is not None:
            self._keep(entries, digest, anew)
        made = anew.made._replace(releases=()) if anew.made.error else anew.made
        return made._replace(determined=Determined(digest.hex(), anew.said) if anew.is_determined else None)

    @staticmethod
    def _keep(entries: Entries, digest: bytes, anew: _Anew) -> None:
        made, said, is_determined = anew
        if not is_determined:
            if not made.error:
                entries.write(digest, (_MADE_UP,), ())
        elif made.error:
            entries.write(digest, (_REFUSED, made.error, said), ())
        else:
            plain = tuple((each.source, each.data) for each in made.objects)
            entries.write(digest, (_MADE, plain, said), tuple(map(tuple, made.releases)))

    def _anew(
        self, these: Sequence[Release], given: Sequence[Release], capabilities: Capabilities, *, is_kept: bool
    ) -> _Anew:
        """Have Helm make releases: these, or the given ones where these might lack files."""
        said: tuple[str, ...] | None = ()
        texts: list[Manifests] = []
        is_determined = True
        for release, whole in zip(these, given, strict=True):
            once = self._once(release, whole, capabilities, is_kept=is_kept)
            is_determined = is_determined and once.is_determined
            said = None if said is None or once.said is None else (*said, *once.said)
            if once.error is not None:
                return _Anew(Made((), (), str(once.error)), said, is_determined)
            texts.append(once.manifests)
        try:
            return _Anew(making.read(given, texts), said, is_determined)
        except ChartError as error:
            return _Anew(Made((), tuple(texts), str(error)), said, is_determined)

    def _again(self, found: tuple[Any, ...], digest: str) -> Made:
        """Return what was kept."""
        kind, what, said = found[0]
        self._noted += said
        determined = Determined(digest, said)
        if kind == _REFUSED:
            return Made((), (), what, determined)
        return Made(tuple(Object(*each) for each in what), found[1] if self._whole else (), "", determined)

    def _once(self, release: Release, whole: Release, capabilities: Capabilities, *, is_kept: bool) -> _Once:
        """Have Helm make a release, and find out whether that would be the same again.

        Args:
            release: the release, or one that lacks files.
            whole: the release.
            capabilities: what the cluster can do.
            is_kept: whether the result would be kept.
        """
        strict = madeup.strict(release)
        if strict is None:
            return self._heard(whole, capabilities)
        tried = self._heard(strict.release, capabilities)
        # Of a change that shows all that templates are given, it is enough to know that it differs.
        is_shown = strict.may_show_all and is_kept and self._shows_all(tried, strict.release, capabilities)
        if tried.error is None:
            return tried._replace(is_determined=not is_shown)
        is_told = strict.release is release or is_late(str(tried.error))
        once = tried if is_told else self._heard(whole, capabilities)
        # The same words of both: nothing was made up before.
        is_same = str(once.error) == str(tried.error) and _is_lasting(str(once.error))
        return once._replace(is_determined=is_same and not is_shown)

    def _shows_all(self, once: _Once, release: Release, capabilities: Capabilities) -> bool:
        """Say whether something else comes of a release with an API that no template asks for."""
        more = capabilities._replace(api_versions=(*capabilities.api_versions, _UNEXPECTED))
        again = self._heard(release, more)
        return str(again.error) != str(once.error) or list(again.manifests) != list(once.manifests)

    def _heard(self, release: Release, capabilities: Capabilities) -> _Once:
        """Have Helm make a release, and hear what it logs."""
        if not self._hears:
            return self._run(release, capabilities)
        if release.name not in self._talking or self._was_late():
            with self.hearing.beside_others():
                before = self.hearing.length()
                once = self._run(release, capabilities)
                is_quiet = before >= 0 and self.hearing.length() == before
            if is_quiet:
                return once
            # A thread that nobody waits for can say something at any time.
            if before < 0 or self._was_late():
                return once._replace(said=None)
        with self.hearing.alone():
            before = self.hearing.length()
            once = self._run(release, capabilities)
            lines = self.hearing.since(before)
        if lines:
            self._talking.add(release.name)
        return once._replace(said=None if self._was_late() else (*(once.said or ()), *lines))

    def _was_late(self) -> bool:
        """Say whether a chart took too long, and may still be at work."""
        return self._late > 0

    def _run(self, release: Release, capabilities: Capabilities) -> _Once:
        try:
            manifests, said = self.plain().printed(release, capabilities)
        except ChartError as error:
            self._late += is_late(str(error))
            return _Once((), error, ())
        self._noted += said
        return _Once(manifests, None, tuple(said))


def _is_lasting(error: str) -> bool:
    """Say whether Helm would refuse it again in the same words: it says what schemas do not take in any order."""
    if _OF_SCHEMAS in error and len(_LINE.findall(error)) > 1:
        return False
    return _OF_TEMPLATES.search(error) is not None


def _digest(identity: bytes, releases: Sequence[Release], capabilities: Capabilities) -> bytes:
    """Return a digest of all that a result comes of."""
    found = hashlib.sha256(identity)
    for part in _parts(releases, capabilities):
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def _parts(releases: Sequence[Release], capabilities: Capabilities) -> Iterator[bytes]:
    yield repr(capabilities).encode()
    for release in releases:
        paths = sorted(release.chart)
        yield repr((release.name, release.namespace, paths, len(release.values))).encode()
        yield from (release.chart[path] for path in paths)
        yield from release.values
