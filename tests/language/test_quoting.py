"""Values in the text of commands and of Markdown: real bash, and a real reader of Markdown, say what became of them."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from efdgen.language import documents, quoting
from efdgen.language.documents import Block, Fence, Heading, Prose
from efdgen.language.expressions import ExpressionError
from efdgen.language.places import Place
from efdgen.language.quoting import Markdown, Verbatim, quote
from efdgen.language.texttemplate import TextFile
from support import HIDDEN, many, needs
from support.documents import problems_of
from support.foreach import for_each

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
PRINTABLE = TEXTS.map(lambda text: "".join(filter(str.isprintable, text)))
AWKWARD = [
    "'",
    '"',
    "$(id)",
    "`id`",
    "\\",
    "\\'",
    "a\nb",
    "!",
    "a!b",
    "-n",
    "~",
    "*",
    "{a,b}",
    "#",
    "\x1b[0m",
    "é\u2028",
    "",
]


def filled(template: str, **names: object) -> tuple[Block, ...]:
    return documents.fill(documents.parse(TextFile("lab.md", template)), names)


def command(template: str, **names: object) -> str:
    (fence,) = filled(f"```bash\n{template}\n```\n", **names)
    assert isinstance(fence, Fence)
    return fence.text


def printed(script: str) -> list[str]:
    """Run commands in bash, and return what they print, cut at each U+0000."""
    run = subprocess.run(
        ["bash"], input=script.encode(), capture_output=True, check=True, timeout=60, env={"LC_ALL": "C.UTF-8"}
    )
    assert run.stderr == b""
    return run.stdout.decode().split("\0")[:-1]


PLACES = {
    "a word": "printf '%s\\0' <% value %>",
    "a word behind dashes": "show -- <% value %>",
    "a part of a word": "printf '%s\\0' x<% value %>y",
    "single quotes": "printf '%s\\0' 'x<% value %>y'",
    "double quotes": 'printf "%s\\0" "x<% value %>y"',
    "a word in a substitution": "printf '%s\\0' \"$(printf '%s' <% value %>; echo .)\"",
    "single quotes in a substitution": "printf '%s\\0' \"$(printf '%s' '<% value %>'; echo .)\"",
    "double quotes in a substitution": "printf '%s\\0' \"$(printf '%s' \"<% value %>\"; echo .)\"",
    "an assignment": "text=<% value %>; printf '%s\\0' \"$text\"",
    "behind a case": "printf '%s\\0' \"$(case a in b) ;; a) printf '%s' <% value %>; echo . ;; esac)\"",
}
AROUND: dict[str, Callable[[str], str]] = {
    "a part of a word": lambda text: f"x{text}y",
    "single quotes": lambda text: f"x{text}y",
    "double quotes": lambda text: f"x{text}y",
    "a word in a substitution": lambda text: f"{text}.",
    "single quotes in a substitution": lambda text: f"{text}.",
    "double quotes in a substitution": lambda text: f"{text}.",
    "behind a case": lambda text: f"{text}.",
}


BEGIN_A_WORD = {"a word", "behind a case", *(where for where in PLACES if where.endswith(" in a substitution"))}
SHOW = "show() { shift; printf '%s\\0' \"$@\"; }\n"


@pytest.mark.parametrize("where", sorted(BEGIN_A_WORD))
@pytest.mark.parametrize("value", ["-rf", "-", "--x=y", -1])
def test_no_value_is_an_option(where: str, value: object) -> None:
    (problem,) = problems_of(command_of, PLACES[where], value)
    assert (problem.code, problem.location.line) == ("E304", 2)
    assert "it would be an option" in problem.message


def command_of(template: str, value: object) -> str:
    return command(template, value=value)


def test_who_writes_a_list_means_its_options() -> None:
    assert command("argocd login lab <% ['--sso'] if value else [] %>", value=True) == "argocd login lab --sso"


@needs.BASH.needed
@pytest.mark.parametrize("where", PLACES)
@given(values=st.lists(TEXTS, min_size=20, max_size=40))
@example(values=AWKWARD)
@settings(max_examples=8, deadline=None)
def test_bash_prints_exactly_the_value(where: str, values: list[str]) -> None:
    document = documents.parse(TextFile("lab.md", f"```bash\n{PLACES[where]}\n```\n"))
    values = [value for value in values if where not in BEGIN_A_WORD or not value.startswith("-")]
    commands = [documents.fill(document, {"value": value})[0] for value in values]
    script = "\n".join(fence.text for fence in commands if isinstance(fence, Fence))
    assert script.count("\n") == len(values) - 1  # no value makes a line
    assert printed(SHOW + script) == [AROUND.get(where, str)(value) for value in values]


@needs.BASH.needed
@given(values=st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=5, max_size=20))
@settings(max_examples=8, deadline=None)
def test_a_list_is_as_many_words(values: list[list[str]]) -> None:
    script = "\n".join(command("printf '%s\\0' <% words %>", words=words) for words in values)
    assert printed(script) == [word for words in values for word in words]


@needs.BASH.needed
@given(values=st.lists(PRINTABLE, min_size=10, max_size=20))
@example(values=["EOF", "$(id)", "'"])
@settings(max_examples=8, deadline=None)
def test_a_here_document_holds_the_value(values: list[str]) -> None:
    template = "cat <<'EOF'; printf '\\0'\n  a: <% value %>\n <% value %>\nEOF"
    script = "\n".join(command(template, value=value) for value in values)
    assert printed(script) == [f"  a: {value}\n {value}\n" for value in values]


@needs.BASH.needed
def test_a_comment_stays_one() -> None:
    text = command("echo a # <% value %>isn't\necho <% value %>", value="$(id) 'b")
    assert text == "echo a # $(id) 'bisn't\necho '$(id) '\"'\"'b'"
    with pytest.raises(Exception, match="holds a line break"):
        command("# <% value %>", value="a\nb")


@for_each(
    ("template", "value", "expected"),
    [
        ("kubectl get <% value %>", "a b", "kubectl get 'a b'"),
        ("kubectl get <% value %>", "influxdb", "kubectl get influxdb"),
        ("--name=<% value %>", "$x", "--name='$x'"),
        ('echo "costs <% value %> now"', "$5!", 'echo "costs \\$5"\'!\'" now"'),
        ("jq '.x == \"<% value %>\"'", "it's", "jq '.x == \"it'\\''s\"'"),
        ("echo \"$(jq '<% value %>')\"", "a'b", "echo \"$(jq 'a'\\''b')\""),
        ("get <% value %>; done", "", "get ''; done"),
        ("get <% value %> done", None, "get done"),
        ("get <% value %>", [], "get"),
        ("get <% value %>", ["a", "b c", 1], "get a 'b c' 1"),
        ('x="${x:-<% value %>}"', "8640", 'x="${x:-8640}"'),
        ("echo <% value %>", True, "echo true"),
        ("grep x <<< <% value %>", "a b", "grep x <<< 'a b'"),
        ("printf <% value %>", "\x1b'\n", "printf $'\\x1b\\'\\x0a'"),
    ],
)
def test_a_value_in_a_command(template: str, value: object, expected: str) -> None:
    assert command(template, value=value) == expected


@pytest.mark.parametrize(
    ("template", "value", "message"),
    [
        ('"${x:-<% value %>}"', "a}b", "'a}b' can't stand here"),
        ("$((1 + <% value %>))", "x[$(id)]", "can't stand here"),
        ("$'<% value %>'", "a b", "can't stand here"),
        ("x=<% value %>", ["a", "b"], "a list in the middle of text"),
        ("echo <% value %>", {"a": 1}, "a mapping in the middle of text"),
        ("echo <% value %>", Markdown("`a`"), "in Markdown's code style can stand in prose only"),
        ("echo <% value %>", "\0\n", "can't hold the character U+0000"),
    ],
)
def test_what_a_place_can_t_hold_is_refused(template: str, value: object, message: str) -> None:
    (problem,) = problems_of(lambda: command(template, value=value))
    assert problem.code == "E304"
    assert message in problem.message


# -- Markdown

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shape(tokens: Sequence[Token]) -> list[str]:
    """Return the blocks of a text, and what stands in them beside text: links, code, emphasis."""
    found = []
    for token in tokens:
        if token.type != "inline":
            found.append(token.type)
        found += [child.type for child in token.children or () if child.type not in ("text", "text_special")]
    return found


PROSE = {
    "a paragraph": "The app <% value %> is here.\n",
    "the beginning of a paragraph": "<% value %> is an app.\n",
    "the end of a line": "An app is\n<% value %>\n",
    "a whole paragraph": "<% value %>\n",
    "behind a digit": "1<% value %> is here.\n",
    "behind a mark": "#<% value %>\n",
    "two values": "<% value %><% value %> x\n",
    "a heading": "### Sync <% value %> {#sync}\n",
    "an item": "- <% value %>\n- more\n",
    "a cell": "| a | b |\n| --- | --- |\n| <% value %> | x |\n",
    "code": "The app <% code(value) %> is here.\n",
    "code in a cell": "| a | b |\n| --- | --- |\n| <% code(value) %> | x |\n",
    "code that begins a paragraph": "<% code(value) %> x\n",
    "an address": "See <https://lab.org/<% value %>> for more.\n",
    "a heading's end": "### Sync <% value %>\n",
    "a word": "~~a~~ <% value %>[it](b) x<% value %>y~ [it]<% value %>\n",
    "a cell further in": "| a | b |\n| --- | --- |\n | <% value %> | <% code(value) %> |\n",
    "a table in an item": "- | a | b |\n  | --- | --- |\n  | <% value %> | <% code(value) %> |\n",
    "the end of a link": "See [it](<https://lab.org/<% value %>>) now.\n",
    "a link": "See [it](https://lab.org/<% value %>) now.\n",
    "a link's text": "See [it <% value %>](https://lab.org/) now.\n",
}


def written(blocks: Sequence[Block]) -> str:
    """Return blocks as a page has them."""
    texts = []
    for block in blocks:
        if isinstance(block, Heading):
            texts.append(f"{'#' * block.level} {block.text}")
        elif isinstance(block, Prose):
            texts.append(block.text)
    return "\n\n".join(texts) + "\n"


@pytest.mark.parametrize("where", PROSE)
@given(
    value=st.one_of(TEXTS, st.text("#-+*>|`~=_[]()<>!&\\.1 \n\t:{}x", max_size=12)).filter(
        lambda text: text.split() != [] and not HIDDEN.search(text)
    )
)
@example(value="# a")
@example(value="``` `` ```")
@example(value="a\n\n- b\n| c |")
@example(value="1. a")
@example(value="---")
@example(value="#")
@example(value="a #")
@example(value="~~a~~")
@example(value="a!")
@example(value="(b)")
@example(value=": b")
@example(value="https:// ~b~")
@example(value="<script>alert(1)</script>")
@many
def test_no_value_adds_structure(where: str, value: str) -> None:
    assert shape_with(where, value) == plain_shape(where)


def shape_with(where: str, value: str) -> list[str]:
    names = {"code": lambda text: Markdown(quoting.in_code(text))}
    return shape(MARKDOWN.parse(written(filled(PROSE[where], value=value, **names))))


@functools.cache
def plain_shape(where: str) -> list[str]:
    return shape_with(where, "x")


@given(value=st.text("`~#- \n'\"x", max_size=12))
@many
def test_no_value_ends_a_fence(value: str) -> None:
    (fence,) = filled("```bash\nls x<% value %>\nls x<% value %>\n```\n", value=value)
    assert isinstance(fence, Fence)
    assert fence.text.count("\n") == 1


@for_each(
    ("value", "place", "expected"),
    [
        ("a|b", Place.CELL, "a\\|b"),
        ("a|b", Place.CELL_CODE, "a\\|b"),
        ("5.1.0", Place.PROSE_LINE, "5.1.0"),
        ("5. b", Place.PROSE_LINE, "5\\. b"),
        ("a  b\nc", Place.PROSE, "a b c"),
        ("*a_b*", Place.PROSE, "\\*a\\_b\\*"),
        ("a b>", Place.ADDRESS, "a%20b%3E"),
        ("a?b&lt;&c=1", Place.ADDRESS, "a?b%26lt;&c=1"),
        ("https://a.org/b", Place.ADDRESS_WHOLE, "https://a.org/b"),
        ("HTTP://a", Place.ADDRESS_WHOLE, "HTTP://a"),
        ("mailto:a@b.org", Place.ADDRESS_WHOLE, "mailto:a@b.org"),
        ("https://a.org/(b)", Place.ADDRESS_BEGIN, "https://a.org/%28b%29"),
        ("../a.md", Place.ADDRESS_BEGIN, "../a.md"),
        ("#a", Place.ADDRESS_BEGIN, "#a"),
        (" javascript:a", Place.ADDRESS_BEGIN, "%20javascript:a"),
        ("javascript&colon;a", Place.ADDRESS_BEGIN, "javascript%26colon;a"),
        (None, Place.CODE_BEGIN, " "),
        (" ", Place.CELL_CODE_BEGIN, " "),
        (None, Place.CODE, ""),
        ("$x$ ~a~ a#b #1", Place.PROSE, "\\$x\\$ \\~a\\~ a#b \\#1"),
        ("@a https://b.org", Place.PROSE, "@a https://b.org"),
        ("https://b.org/~c|", Place.CELL, "<https://b.org/~c>\\|"),
        ("https://b.org/~c", Place.LINK_TEXT, "https://b.org/\\~c"),
        ("https://b.org/~c|!", Place.CELL_LINK_TEXT, "https://b.org/\\~c\\|\\!"),
        (Markdown("`a|b`"), Place.LINK_TEXT, "`a|b`"),
        (Markdown("`a|b`"), Place.CELL_LINK_TEXT, "`a\\|b`"),
        ("a\x85\u2028b\rc", Place.PROSE, "a b c"),
        ("\x1b\u202e", Place.DATA, '"\\u001b\\u202e"'),
        ("\x1b\u202e", Place.DATA_TEXT, "\\u001b\\u202e"),
        ("\x1b\u202e", Place.SHELL_WORD, "$'\\x1b\\xe2\\x80\\xae'"),
        (None, Place.PROSE, ""),
        (None, Place.DATA, "null"),
        ({"a": ["é"]}, Place.DATA, '{"a": ["é"]}'),
        ('a"b', Place.DATA_TEXT, 'a\\"b'),
        (Verbatim("*a*"), Place.PROSE, "*a*"),
        (Markdown("`a|b`"), Place.CELL, "`a\\|b`"),
        ("sync-a.b", Place.NAME, "sync-a.b"),
    ],
)
def test_a_value_in_markdown_and_in_data(value: object, place: Place, expected: str) -> None:
    assert quote(value, place) == expected


@for_each(
    ("value", "place"),
    [
        ("a`b", Place.CODE),
        ("a b", Place.NAME),
        ("!--", Place.ADDRESS_WHOLE),
        ("script", Place.ADDRESS_WHOLE),
        ("javascript:a", Place.ADDRESS_WHOLE),
        ("https://a b", Place.ADDRESS_WHOLE),
        ("https://a>", Place.ADDRESS_WHOLE),
        ("", Place.ADDRESS_WHOLE),
        (None, Place.ADDRESS_WHOLE),
        ("javascript:a", Place.ADDRESS_BEGIN),
        ("JavaScript:a", Place.ADDRESS_BEGIN),
        ("data:a", Place.ADDRESS_BEGIN),
        ("script:a", Place.ADDRESS_PATH),
        ("a\0b", Place.PROSE),
        ("a\x1bb", Place.CODE),
        ("a\x9bb", Place.PROSE_LINE),
        ("a\u202eb", Place.CELL),
        ("a\u2066b", Place.VERBATIM),
        ("a\nb", Place.VERBATIM),
        ("a\x07", Place.HERE_DOCUMENT),
        ([1], Place.PROSE),
    ],
)
def test_what_markdown_can_t_hold_is_refused(value: object, place: Place) -> None:
    with pytest.raises(ExpressionError) as caught:
        quote(value, place)
    assert caught.value.code == "E304"


def test_what_can_t_be_seen_is_located_in_a_document_and_replaced_elsewhere() -> None:
    (problem,) = problems_of(lambda: filled("At\n<% place %>.\n", place="x\0\x1b\u202ey"))
    assert (problem.code, problem.location.line, problem.location.column) == ("E304", 2, 1)
    assert "U+0000" in problem.message
    assert quoting.in_prose("x\0\x1b\u202ey") == "x\ufffd\ufffd\ufffdy"
    assert quoting.in_code("x\0y") == "`x\ufffdy`"
