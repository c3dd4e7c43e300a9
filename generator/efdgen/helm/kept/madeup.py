"""Whether what a chart yields follows from what it is given: templates can ask for the time, and for random words.

Whether one does is tried, not guessed. In a copy of the chart, each function that makes something up is `fail`:

    password: {{ randAlphaNum 10 | quote }}     is     password: {{ fail 10 | quote }}

Where Helm renders the copy, none of these was reached: what comes of it is what comes of the chart itself, each time.
That the functions are there is still asked of Helm, by an action that is never done.

A copy can be made where templates can be followed: where each word in an action is a function that is known. What `tpl`
is given is looked at in the copy, too (`giventexts`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from efdgen.errors import ChartError
from efdgen.helm.charts import archive, packing
from efdgen.helm.engines.engine import Release
from efdgen.helm.kept import giventexts, outside, roots
from efdgen.helm.kept.roots import Shown
from efdgen.language.tuples import NamedTuple

_CHANCE = """
    ago bcrypt date dateInZone dateModify date_in_zone date_modify decryptAES durationRound encryptAES genCA
    genCAWithKey genPrivateKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey
    getHostByName htmlDate htmlDateInZone htpasswd keys mustDateModify mustToDate must_date_modify now randAlpha
    randAlphaNum randAscii randBytes randInt randNumeric shuffle toDate unixEpoch uuidv4 values
"""
_MADE_UP = frozenset(_CHANCE.split())
"""What depends on chance, the clock, the time zone, the network, or, as `keys`, on the order in which Go has a map."""

_SURE = """
    abbrev abbrevboth add add1 add1f addf adler32sum all and any append atoi b32dec b32enc b64dec b64enc base biggest
    buildCustomCert call camelcase cat ceil chunk clean coalesce compact concat contains deepCopy deepEqual default
    derivePassword dict dig dir div divf duration empty eq ext fail first float64 floor fromJson fromJsonArray fromToml
    fromYaml fromYamlArray ge get gt has hasKey hasPrefix hasSuffix hello html include indent index initial initials int
    int64 isAbs isset join js kebabcase kindIs kindOf last le len list lookup lower lt max maxf merge mergeOverwrite min
    minf mod mul mulf mustAppend mustChunk mustCompact mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast
    mustMerge mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch
    mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit mustRest mustReverse mustSlice mustToJson
    mustToPrettyJson mustToRawJson mustToToml mustToYaml mustUniq mustWithout ne nindent nospace not omit or osBase
    osClean osDir osExt osIsAbs pick pluck plural prepend print printf println push quote regexFind regexFindAll
    regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace required rest reverse
    round semver semverCompare seq set sha1sum sha256sum sha512sum slice snakecase sortAlpha split splitList splitn
    squote sub subf substr swapcase ternary title toDecimal toJson toPrettyJson toRawJson toString toStrings toToml
    toYaml toYamlPretty tpl trim trimAll trimPrefix trimSuffix trimall trunc tuple typeIs typeIsLike typeOf uniq unset
    until untilStep untitle upper urlJoin urlParse urlquery without wrap wrapWith
    block break continue define else end false if nil range template true with
"""
_KNOWN = frozenset(_SURE.split())
"""What yields the same each time: Go's, Sprig's and Helm's functions, and the words of the language."""

_FORMATTING = "printf"
_FORMAT = re.compile(r'\s*(?:"(?P<text>(?:[^"\\\n]|\\[nt"\\])*)"|`(?P<raw>[^`]*)`)')
_PLAIN_VERBS = re.compile(r"(?:[^%]|%%|%[-+ 0]*\d*(?:\.\d*)?[svqxX])*")
_VERBS = re.compile(r"(?:[^%]|%%|%[-+ 0]*\d*(?:\.\d*)?[svqxXTtdbocUeEfFgG])*")
"""What of `printf` shows no address, as `%p` and `%#v` do; of a version in a list, `%d` shows one, too."""

_PIECE = re.compile(
    r"""
    (?P<end>\}\}) | /\*.*?\*/
    | (?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`) | '(?:\\.|[^'\\\n])*'
    | (?P<name>(?<![\w.$])[^\W\d]\w*) | \w+
    | [^"'`}/\w]+ | [}/]
    """,
    re.VERBOSE | re.DOTALL,
)
_SORTED = re.compile(r"(?:keys|values)(?:\s+[\w.$]+)+\s*\|\s*sortAlpha\b")
"""`keys .Values.hosts | sortAlpha`: the order that Go has is gone."""

_ANY_ORDER = re.compile(
    r"\bCapabilities\b(?!\.(?:KubeVersion|HelmVersion|APIVersions\.Has)\b)|\b(?:Maintainers|Dependencies)\b"
    r"|\.(?:Chart|Subcharts)\b(?!\.\w)|\.Chart\.Metadata\b|[\"'`](?:Chart|Subcharts)[\"'`]"
)
"""What Go prints in any order, as all APIs of a cluster, or with addresses of its memory."""

_IS_TEMPLATE = re.compile(r"(?:charts/[^/]+/)*templates/")
_IS_SCHEMA = re.compile(r"(?:charts/[^/]+/)*values\.schema\.json\Z")


class _UnfollowableError(Exception):
    """What comes of a chart can't be known by reading it."""


class _Read(NamedTuple):
    """What is known of templates, or of a chart with those in it.

    Attributes:
        versions: whether they make versions, which hold addresses.
        counts: whether `printf` shows anything in another way than as a text.
        shown: what they do with all that they are given.
    """

    versions: bool = False
    counts: bool = False
    shown: Shown = Shown()

    def with_(self, other: _Read) -> _Read:
        versions, counts = self.versions or other.versions, self.counts or other.counts
        return _Read(versions, counts, self.shown.with_(other.shown))


class Strict(NamedTuple):
    """A release that fails where another makes something up, and yields the same where it does not.

    Attributes:
        release: the release; the other one itself, where nothing in it makes anything up.
        may_show_all: whether it may show all that templates are given, such as the APIs of a cluster in any order.
    """

    release: Release
    may_show_all: bool


def strict(release: Release) -> Strict | None:
    """Return a release that fails where the given one makes something up; None: nobody can say what it does."""
    try:
        files, read = _chart(release.chart, 0)
    except _UnfollowableError:
        return None
    if read.versions and read.counts:
        return None
    return Strict(release if files is release.chart else release._replace(chart=files), read.shown.is_possible())


def _chart(files: Mapping[str, bytes], depth: int) -> tuple[Mapping[str, bytes], _Read]:
    """Return a chart's files with strict templates, the given ones if they are, and what is known of it."""
    if depth > archive.MAX_SUBCHARTS:
        raise _UnfollowableError
    changed: dict[str, bytes] = {}
    read = _Read()
    for path, content in files.items():
        found: bytes | None = None
        if _IS_TEMPLATE.match(path):
            found, of_this = _known(_template(content))
        elif path.endswith(".tgz") and "charts/" in path:
            found, of_this = _known(_archive(content, depth + 1))
        elif _IS_SCHEMA.match(path) and outside.is_named_in(content):
            raise _UnfollowableError
        else:
            continue
        read = read.with_(of_this)
        if found is not None:
            changed[path] = found
    return ({**files, **changed} if changed else files), read


_Strict = tuple[bytes | None, _Read]
"""A strict file, None if it is so as it is; and what is known of it."""


def _known(found: _Strict | None) -> _Strict:
    if found is None:
        raise _UnfollowableError
    return found


@functools.lru_cache(maxsize=64)
def _archive(content: bytes, depth: int) -> _Strict | None:
    """Return an archive with strict templates; None: nothing is known of it."""
    try:
        files = archive.files(content)
        found, read = _chart(files, depth)
    except (ChartError, _UnfollowableError):
        return None
    return (None if found is files else packing.pack("chart", found)), read


@functools.lru_cache(maxsize=1024)
def _template(content: bytes) -> _Strict | None:
    """Return a strict template; None: nothing is known of it."""
    try:
        text = content.decode()
        if _ANY_ORDER.search(text) or giventexts.NAME in text:
            return None
        return _followed(text)
    except (UnicodeDecodeError, _UnfollowableError):
        return None


def _followed(text: str) -> _Strict:
    replaced: list[tuple[int, int]] = []
    checked: list[tuple[int, int]] = []
    read = _Read(shown=roots.shown(text))
    for piece in _pieces(text):
        name = piece["name"]
        if name in _MADE_UP:
            if not _SORTED.match(text, piece.start()):
                replaced.append(piece.span())
        elif name and name not in _KNOWN:
            raise _UnfollowableError
        elif name == "tpl":
            found = giventexts.operand(text, piece.end())
            if found is None:
                raise _UnfollowableError
            checked.append(found)
        elif name == _FORMATTING:
            form = _format(text, piece.end())
            replaced += [] if _VERBS.fullmatch(form) else [piece.span()]
            read = read.with_(_Read(counts=_PLAIN_VERBS.fullmatch(form) is None))
        read = read.with_(_Read(versions=name == "semver"))
    if checked:
        read = read.with_(_Read(shown=Shown(fields=giventexts.SHOWN)))
    is_strict = bool(replaced or checked)
    return (_failing(text, replaced, checked).encode() if is_strict else None), read


def _format(text: str, at: int) -> str:
    """Return the format that `printf` is given; where that is no plain text, one that can be anything."""
    found = _FORMAT.match(text, at)
    return "%p" if found is None else found["text"] or found["raw"] or ""


def _pieces(text: str) -> Iterator[re.Match[str]]:
    """Yield what stands in the actions of a template, without comments.

    Raises:
        _UnfollowableError: when an action is not closed.
    """
    at = text.find("{{")
    while at >= 0:
        at += 2
        while (piece := _PIECE.match(text, at)) and not piece["end"]:
            yield piece
            at = piece.end()
        if piece is None:
            raise _UnfollowableError
        at = text.find("{{", piece.end())


def _failing(text: str, replaced: Sequence[tuple[int, int]], checked: Iterable[tuple[int, int]]) -> str:
    """Return a template with `fail` at some places, and texts checked. What stood there must still be a function."""
    names = dict.fromkeys(text[start:end] for start, end in replaced)
    edits = [(start, end, "fail") for start, end in replaced]
    for start, end in checked:
        edits += [(start, start, f"({giventexts.CHECKED} "), (end, end, ")")]
    parts, at = [], 0
    for start, end, new in sorted(edits):
        parts += [text[at:start], new]
        at = end
    asked = "".join(f"{{{{ {name} }}}}" for name in names if name != _FORMATTING)
    defined = giventexts.DEFINED if checked else ""
    return "".join((*parts, text[at:], "{{ if false }}", asked, "{{ end }}", defined))
