"""Which place a value stands in, in the text of shell commands."""

from __future__ import annotations

import subprocess

import pytest

from efdgen.language.expressions import ExpressionError
from efdgen.language.places import VALUE, Place
from efdgen.language.shelltext import ShellText
from support import needs


def reached(text: str) -> ShellText:
    """Follow a text, with values where it has `@`."""
    shell = ShellText()
    shell.follow(text.replace("@", VALUE))
    return shell


@pytest.mark.parametrize(
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
        ("x=\"$(cat <<'EOF'\nit's\nEOF\n)", Place.SHELL_DOUBLE),
        ("echo '<<EOF'\n", Place.SHELL_COMMAND),
        ("# <<EOF\n", Place.SHELL_COMMAND),
    ],
)
def test_a_value_stands_in(text: str, place: Place) -> None:
    assert reached(text).place() is place


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("text", ["'", '"', "$(ls", "(", "${x", "cat <<'EOF'\n", "case a in", "`ls", "cat <<A"])
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
