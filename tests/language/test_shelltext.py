"""Which place a value stands in, in the text of shell commands."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from efdgen.errors import InvalidInputError
from efdgen.language import documents
from efdgen.language.documents import Fence
from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE, Place
from efdgen.language.shelltext import ShellText, defined
from efdgen.language.texttemplate import TextFile
from support import needs
from support.foreach import for_each


def reached(text: str) -> ShellText:
    """Follow a text, with values where it has `@`."""
    shell = ShellText()
    shell.follow(text.replace("@", VALUE))
    return shell


@for_each(
    ("text", "place"),
    [
        ("", Place.SHELL_COMMAND),
        ("ls ", Place.SHELL_WORD),
        ("ls|", Place.SHELL_COMMAND),
        ("x=$(", Place.SHELL_COMMAND),
        ("diff <(", Place.SHELL_COMMAND),
        ("ls \\\n", Place.SHELL_WORD),
        ("x=", Place.SHELL_PART),
        ("ls /", Place.SHELL_PART),
        ("ls @", Place.SHELL_PART),
        ("ls \\'", Place.SHELL_PART),
        ("ls a\\\n", Place.SHELL_PART),
        ("echo it\\'s ", Place.SHELL_WORD),
        ("echo '", Place.SHELL_SINGLE),
        ("echo 'a\nb", Place.SHELL_SINGLE),
        ("echo 'a\\", Place.SHELL_SINGLE),
        ("echo 'a' ", Place.SHELL_WORD),
        ('echo "', Place.SHELL_DOUBLE),
        ("echo \"it's ", Place.SHELL_DOUBLE),
        ('echo "a\\"b ', Place.SHELL_DOUBLE),
        ('echo "$x ', Place.SHELL_DOUBLE),
        ('echo "$(ls ', Place.SHELL_WORD),
        ("echo \"$(jq '", Place.SHELL_SINGLE),
        ('echo "$(jq "', Place.SHELL_DOUBLE),
        ('echo "$(jq .) ', Place.SHELL_DOUBLE),
        ('echo "(', Place.SHELL_DOUBLE),
        ("# ", Place.SHELL_COMMENT),
        ("ls # it's ", Place.SHELL_COMMENT),
        ("ls;# it's @ isn't ", Place.SHELL_COMMENT),
        ("ls # it's\n", Place.SHELL_COMMAND),
        ("echo a#b' ", Place.SHELL_SINGLE),
        ("echo $# ", Place.SHELL_WORD),
        ("echo ${#x} ", Place.SHELL_WORD),
        ("a\\\n#b' ", Place.SHELL_SINGLE),
        ("${x:-", Place.SHELL_PLAIN),
        ('"${x:-', Place.SHELL_PLAIN),
        ('"${x:-$(ls ', Place.SHELL_PLAIN),
        ("${x:-a} ", Place.SHELL_WORD),
        ("$((1+", Place.SHELL_NUMBER),
        ("$((1+(2*", Place.SHELL_NUMBER),
        ("$((1+(2*3))) ", Place.SHELL_WORD),
        ("((i<<2)); ", Place.SHELL_COMMAND),
        ("$'a\\'", Place.SHELL_PLAIN),
        ("$'a\\'b' ", Place.SHELL_WORD),
        ("f() { ", Place.SHELL_COMMAND),
        ("case $x in a) ", Place.SHELL_COMMAND),
        ('"$(case $x in (a) echo b ;; c) echo ', Place.SHELL_WORD),
        ('"$(case $x in a) ls ;; esac) ', Place.SHELL_DOUBLE),
        ('"$(echo case; echo esac) ', Place.SHELL_DOUBLE),
        ("grep a <<< ", Place.SHELL_WORD),
        ("cat <<'EOF' ", Place.SHELL_WORD),
        ("cat <<'EOF'\n ", Place.HERE_DOCUMENT),
        ('cat <<"EOF"\nit\'s ', Place.HERE_DOCUMENT),
        ("cat <<\\EOF\nX", Place.HERE_DOCUMENT),
        ("cat <<'EOF'\nEOF\nls ", Place.SHELL_WORD),
        ("cat <<'EOF'\n EOF\nEOF \n- ", Place.HERE_DOCUMENT),
        ("cat <<-'EOF'\n\tEOF\nls ", Place.SHELL_WORD),
        ("cat <<'A' <<'B'\nA\n ", Place.HERE_DOCUMENT),
        ("cat <<'A' <<'B'\nA\nB\nls ", Place.SHELL_WORD),
        ("echo '<<EOF'\n", Place.SHELL_COMMAND),
        ("# <<EOF\n", Place.SHELL_COMMAND),
    ],
)
def test_a_value_stands_in(text: str, place: Place) -> None:
    assert reached(text).place() is place


@for_each(
    ("text", "message"),
    [
        ("echo `ls ", "between the shell's backticks"),
        ('echo "`ls ', "between the shell's backticks"),
        ("echo $", "right behind a $"),
        ("echo \\", "right behind a \\"),
        ('echo "\\', "right behind a \\"),
        ("cat <<EOF\na ", "a here-document that the shell expands"),
        ("cat <<'EOF'\n", "could end the here-document, EOF"),
        ("cat <<'EOF'\nEO", "could end the here-document, EOF"),
        ("cat <<-'EOF'\n\t\tE", "could end the here-document, EOF"),
        ("cat <<@\n ", "first word can't be followed"),
        ("cat <<'A@'\n ", "first word can't be followed"),
        ("cat <<'EOF' \\\n | x\n ", "can't be continued"),
        ('"${x:-"a"} ', 'a " inside ${...}'),
        ("((a); b) ", "a bracket inside ((...))"),
    ],
)
def test_no_value_can_stand_in(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match="a value can't stand") as caught:
        reached(text).place()
    assert caught.value.code == "E302"
    assert message in caught.value.message


@for_each(
    ("text", "place"),
    [
        ("x=\"$(if case a in a) echo '", Place.SHELL_SINGLE),
        ("x=\"$(while case a in a) echo '", Place.SHELL_SINGLE),
        ('x="$(case a in a) case b in b) echo "', Place.SHELL_DOUBLE),
        ('x="$(case a in a) case b in b) ls;; esac;; esac)', Place.SHELL_DOUBLE),
        ("arr[", Place.SHELL_NUMBER),
        ("arr['", Place.SHELL_NUMBER),
        ("arr=([", Place.SHELL_NUMBER),
        ("arr=(", Place.SHELL_WORD),
        ("[ ", Place.SHELL_WORD),
        ("echo {a,", Place.SHELL_NUMBER),
        ("echo {a,b}", Place.SHELL_PART),
        ("{ ", Place.SHELL_COMMAND),
        ("echo \\ #", Place.SHELL_PART),
        ("echo \\ ", Place.SHELL_PART),
        ("let x=", Place.SHELL_NUMBER),
        ('let "x=', Place.SHELL_NUMBER),
        ('let "x=$(echo ', Place.SHELL_NUMBER),
        ("[[ 1 -eq ", Place.SHELL_NUMBER),
        ("[[ a == ", Place.SHELL_WORD),
        ("[[ -v ", Place.SHELL_NAME),
        ("test -v ", Place.SHELL_NAME),
        ("read -r ", Place.SHELL_NAME),
        ("read -rp ", Place.SHELL_WORD),
        ("printf -v ", Place.SHELL_NAME),
        ("unset '", Place.SHELL_NAME),
        ("declare ", Place.SHELL_NAME),
        ("declare x=", Place.SHELL_PART),
        ("export ", Place.SHELL_WORD),
        ("ask_secret ", Place.SHELL_NAME),
        ("ask_secret A '", Place.SHELL_SINGLE),
        ("${", Place.SHELL_NAME),
        ("${x:", Place.SHELL_NUMBER),
        ("${x[", Place.SHELL_NUMBER),
        ("x=1 ", Place.SHELL_COMMAND),
        ("ls >", Place.SHELL_WORD),
        ("done <", Place.SHELL_WORD),
        ("cat <<EOF\na\\\nEOF\nEOF\n", Place.SHELL_COMMAND),
    ],
)
def test_what_the_shell_evaluates_has_a_place_of_its_own(text: str, place: Place) -> None:
    assert reached(text).place() is place


@for_each(
    ("text", "message"),
    [
        ("cat <<'EOF' - \"a\nb ", "leaves something else open"),
        ("cat <<'EOF' $(ls\nb ", "leaves something else open"),
        ("x=$(cat <<'EOF')\nb ", "a here-document in brackets or quotations"),
        ("x=\"$(cat <<'EOF'\nit's\nEOF\n)", "a here-document in brackets or quotations"),
        ("x=\"$(time case a in a) echo 'v ", "behind time can't be followed"),
        ("x=\"$(a=1 case a in a) echo 'v ", "behind a=1 can't be followed"),
        ("x=$(@ case a in a) echo ", "case begins a command"),
        ('x="$(case esac in (esac) echo ', "with the word esac in it"),
        ("echo $(( '", "a ' inside ((...))"),
        ("(( x = 'a' ? '", "a ' inside ((...))"),
        ("echo $[ ", "$[...] can't be followed"),
        ('echo "$[ ', "$[...] can't be followed"),
        ("cat <<'EO'F\n ", "first word can't be followed"),
        ('cat <<E"O"F\n ', "first word can't be followed"),
        ("cat <<EOF-x\n ", "first word can't be followed"),
        ("cat <<EOF", "first word can't be followed"),
        ("[[ ", "can make it arithmetic"),
        ('[[ "', "can make it arithmetic"),
        ("[[ 1 -eq 1 && ", "can make it arithmetic"),
        ("declare -i n; n=", "makes the shell evaluate"),
        ("local -n n; n=", "makes the shell evaluate"),
        ("declare -", "can't be an option of `declare`"),
        ("coproc X { echo ", "`coproc` can't be followed"),
        ("printf @ ", "could be its option -v"),
        ('[ "@" ', "could be its option -v"),
        ("echo @#' ", "a comment begins behind it"),
        ("${ ", "and a blank can't be followed"),
        ("$'\\x2", "a part of what begins with \\"),
        ("echo $\\\n(ls ", "in the middle of an operator"),
        ("x=$(cat <<'EOF'\nEOF) '\n ", "a here-document in brackets or quotations"),
    ],
)
def test_what_could_be_evaluated_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match="a value can't") as caught:
        reached(text).place()
    assert message in caught.value.message


def test_a_value_right_before_a_redirection_is_refused() -> None:
    with pytest.raises(ExpressionError, match="could be the number of a stream"):
        reached("echo @>x")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("f() { :; }\n", ["f"]),
        ("f () { :; }\n  function g {\n  h() (ls)\n}\n", ["f", "g", "h"]),
        ("function f() { :; }\nif f; then g() { :; }; fi\n", ["f", "g"]),
        ("# f()\necho 'f()' \"\nf() {\" <<'E'\nf() {\nE\n", []),
        ("x=(a); echo $(f) ${x:-f()}\n", []),
    ],
)
def test_functions_that_are_defined(text: str, names: list[str]) -> None:
    assert list(defined(text)) == names


LIKE_DEFINITIONS = [
    "f() {",
    "g ( ) { ls; }",
    "}",
    "echo $(ls)",
    "function h {",
    "cat <<'E'",
    "E",
    "'",
    '"',
    "# i()",
    "(ls)",
]


@given(
    st.lists(st.sampled_from([*LIKE_DEFINITIONS, "ls \\", "case a in a) f ;; esac", "x=()", "j() (", ")"]), max_size=8)
)
def test_functions_are_found_as_far_as_the_last_line_that_can_define_one(lines: list[str]) -> None:
    text = "\n".join(lines)
    shell = ShellText()
    shell.follow(f"{text}\n")
    assert list(defined(text)) == shell.defined


LEAVES = (
    "printf '%s\\0' <% value %> >&3",
    "printf '%s\\0' '<% value %>' >&3",
    'printf "%s\\0" "<% value %>" >&3',
    "x=<% value %>; printf '%s\\0' \"$x\" >&3",
    "printf '%s\\0' {a,b}''<% value %> >&3",
    "printf '%s\\0' \\ #<% value %> >&3",
    "case <% value %> in '<% value %>') printf '%s\\0' ok >&3 ;; esac",
    "[[ a != <% value %> ]] && printf '%s\\0' \"<% value %>\" >&3",
    "declare y=<% value %>; printf '%s\\0' \"$y\" >&3",
)
PRINTED: dict[str, Callable[[str], list[str]]] = {
    LEAVES[4]: lambda value: [f"a{value}", f"b{value}"],
    LEAVES[5]: lambda value: [f" #{value}"],
    LEAVES[6]: lambda _: ["ok"],
}
AROUND = (
    ': "$({})"',
    ': $({}; echo "\')")',
    "({})",
    "{{ {}; }}",
    "if true; then {}; fi",
    ': "$(if case a in a) {};; esac; then :; fi)"',
    "case b in a) ;; (b) {} ;; esac",
    ': "$(case esac in (esac) {};; esac)"',
    "while :; do {}; break; done",
    "f() {{ {}; }}; f",
    "function g {{\n{}\n}}\ng",
    "# it's $(\n{}",
    "echo a#\\' >/dev/null; {}",
    "cat <<'E' >/dev/null\nit's $(\nE\n{}",
    "cat <<E >/dev/null\n'\\\nE\nE\n{}",
    ': $(( (1 << 2) + 3 )) ${{#x}} "${{x:-a}}" `echo \'"\'`; {}',
    "[[ a =~ (a|'b c') ]] && {{ {}; }}",
    ": <(:) >(:) 2>&1 &>/dev/null; {}",
)
VALUES = (
    '"$(touch pwn)"',
    "'; touch pwn; '",
    ";touch pwn",
    "$(touch pwn)",
    "a[$(touch pwn)]",
    ") touch pwn;;",
    "a\ntouch pwn\n",
)


@needs.BASH.needed
@given(
    cases=st.lists(
        st.tuples(st.sampled_from(LEAVES), st.lists(st.sampled_from(AROUND), max_size=4)), min_size=8, max_size=16
    )
)
@example(cases=[(leaf, [around]) for leaf in LEAVES for around in AROUND])
@settings(max_examples=4, deadline=None)
def test_no_value_becomes_a_command_whatever_is_around_it(cases: list[tuple[str, list[str]]]) -> None:
    scripts, expected = [], []
    for number, (leaf, arounds) in enumerate(cases):
        text = leaf
        for around in arounds:
            text = around.format(text)
        value = VALUES[number % len(VALUES)]
        try:
            document = documents.parse(TextFile("lab.md", f"```bash\n{text}\n```\n"))
            (fence,) = documents.fill(document, {"value": value})
        except InvalidInputError:
            continue  # refused, which is always safe
        assert isinstance(fence, Fence)
        scripts.append(fence.text)
        expected += PRINTED.get(leaf, lambda value: [value])(value)
    run = subprocess.run(
        ["bash"],
        input="exec 3>&1\ntouch() { echo PWNED >&3; }\n" + "\n".join(scripts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PWNED" not in run.stdout.split("\0")
    assert run.stdout.split("\0")[:-1] == expected, run.stderr


@for_each("text", ["'", '"', "$(ls", "(", "${x", "cat <<'EOF'\n", "case a in", "`ls", "cat <<A"])
def test_what_does_not_end_is_open(text: str) -> None:
    assert reached(text).is_open


@needs.BASH.needed
@pytest.mark.parametrize(
    "text",
    [
        "echo 'a' \"b$(echo 'c)' \"d\")\" $'e\\'f' # it's\n",
        "x=\"$(cat <<'EOF'\nit's (\nEOF\n)\"\n",
        'case a in a) echo "$(case b in b) echo c ;; esac)" ;; esac\n',
        "echo $((1 + (2 * 3))) ${x:-a} `echo 'b'` a#b\n",
        "cat <<-'A' <<'B'\n\tA\n'\nB\n",
        "f() { (echo a); }\nf\ncat <<<'a'\n((1 << 2)) && echo d\n",
    ],
)
def test_what_bash_takes_for_whole_is_not_open(text: str) -> None:
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)
    assert not reached(text).is_open


@for_each(
    ("text", "place"),
    [
        ("rm ", Place.SHELL_ARGUMENT),
        ('rm "', Place.SHELL_DOUBLE_FIRST),
        ("rm ''\"", Place.SHELL_DOUBLE_FIRST),
        ("rm x '", Place.SHELL_SINGLE_FIRST),
        ("rm 'a", Place.SHELL_SINGLE),
        ("rm --x=", Place.SHELL_PART),
        ('rm --x="', Place.SHELL_DOUBLE),
        ("rm -- ", Place.SHELL_WORD),
        ("rm -- @ ", Place.SHELL_WORD),
        ("rm -- '", Place.SHELL_SINGLE),
        ("kubectl exec a -- ls ", Place.SHELL_ARGUMENT),
        ("rm -- a; rm ", Place.SHELL_ARGUMENT),
        ("x=", Place.SHELL_PART),
        ("x='", Place.SHELL_SINGLE),
        ("x=(", Place.SHELL_WORD),
        ("ls >", Place.SHELL_WORD),
        ("for x in ", Place.SHELL_WORD),
        ("case ", Place.SHELL_WORD),
        ("[[ a == ", Place.SHELL_WORD),
        ("ssh ", Place.SHELL_ARGUMENT),
        ("ssh -p 22 ", Place.SHELL_ARGUMENT),
        ("bash x.sh ", Place.SHELL_ARGUMENT),
        ("echo eval ", Place.SHELL_ARGUMENT),
        ("eval x; ls ", Place.SHELL_ARGUMENT),
    ],
)
def test_a_value_that_could_be_an_option_has_a_place_of_its_own(text: str, place: Place) -> None:
    assert reached(text).place_of_value() is place


@for_each(
    "text",
    [
        "bash -c '",
        'sh -ec "ls ',
        "/bin/bash -o pipefail -c ",
        "xargs sh -c 'ls ",
        "kubectl exec a -- sh -c '",
        'bash -c "$(echo ',
        "eval ",
        'eval "$(ls ',
        "trap ",
        "alias x=",
        "source <(echo ",
        ". ",
        "ssh host ",
        "ssh @ '",
        "sudo ssh -p 22 host ls ",
    ],
)
def test_no_value_stands_in_what_is_read_as_a_command_once_more(text: str) -> None:
    with pytest.raises(ExpressionError, match="is read as a command once more"):
        reached(text).place_of_value()


@for_each("text", ["", "ls|", "x=$(", "ls-", "'", "if ", "x=1 ", "sudo bash -c ls; "])
def test_no_value_is_a_command(text: str) -> None:
    with pytest.raises(ExpressionError, match="can't be a command"):
        reached(text).place_of_value()
