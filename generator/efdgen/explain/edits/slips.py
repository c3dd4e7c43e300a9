"""What people mean who typed something else: the right word, or the right command, beside what is wrong."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from efdgen.errors import Path, Problem, UsageError, dotted
from efdgen.explain.edits import values
from efdgen.explain.edits.making import name
from efdgen.explain.edits.model import DEFAULTS, SPEC, Target
from efdgen.language import suggest
from efdgen.language.expressions import has_expression
from efdgen.language.layers import at
from efdgen.language.yamlio import styles

_NO_REASON, _MISTYPED, _NO_NAME = "E515", "E204", "E401"
_RENAME = "efdgen rename"
_UNKNOWN, _UNREAD = "W511", "W505"
"""The rules about values that no chart knows, and Secrets that nothing reads."""

_IS_BOTH, _IS_LACKING = "E526", "E507"
_PROVIDES: Path = ("cluster", "provides")
_PROVIDED = {_IS_BOTH: re.compile(r"(\S+) is deployed from here"), _IS_LACKING: re.compile(r"needs (\S+?),? ")}
"""The rules about apps that the cluster has from elsewhere, and the app that they are about."""

_BARE = re.compile(r"write (.+) without quotes\Z")
_TRUTHS = {"true": ("yes", "y", "on", "true", "1"), "false": ("no", "n", "off", "false", "0")}
_BEGINS_LIKE_A_NUMBER = re.compile(r"[-+.]?[0-9]")
_WITH_UNIT = re.compile(r"[0-9]+(?:\.[0-9]+)?(?P<unit>[A-Za-z%]+)\Z")
_WITHOUT = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z")
_THOUSANDTHS = "m"
"""The unit of a part of a processor; whole ones have none: 500m, then 2."""

_ALL = ("all", "everywhere", "every", "*")


def advised(problems: Iterable[Problem], targets: Sequence[Target], text: str) -> list[Problem]:
    """Return problems of an edit, with the command that does what was meant, where one is known.

    Args:
        problems: what is wrong with what the edit comes to.
        targets: the places that were to be set.
        text: what was typed as their value; empty: items of a list were.
    """
    return [
        _advised(each, [target for target in targets if target.file == each.location.file], text) for each in problems
    ]


def _advised(problem: Problem, targets: Sequence[Target], text: str) -> Problem:
    provided = _PROVIDED[problem.code].search(problem.message) if problem.code in _PROVIDED else None
    if provided:
        return problem._replace(hint=_handing_over(problem, targets, provided[1]))
    target = next(iter(targets), None)
    if target is None:
        return problem
    where, what = target.where, name(target)
    if problem.code == _NO_NAME and target.setting == ("name",) and _RENAME in problem.hint:
        return problem._replace(hint=f"run: {shlex.join([*_RENAME.split(), where, text])}")
    if problem.code == _NO_REASON and text and not has_expression(text):
        again = shlex.join(["efdgen", "pin", where, what, text, "--reason", "..."])
        return problem._replace(hint=f"pin it: {again}")
    bare = _BARE.match(problem.hint)
    if bare and text:
        return problem._replace(hint=f"type {bare[1]}")  # nobody typed quotes
    if problem.code != _MISTYPED or problem.hint or not text:
        return problem
    if target.app and not target.setting:
        hint = f"efdgen set {where} {what} {{}} lists it; efdgen unset {where} {what} takes it out"
        return problem._replace(hint=hint if target.layer == SPEC else f"name a value of it, such as {what}.image.tag")
    if problem.message.startswith("must be a list"):
        return problem._replace(hint=f"for one more item: {shlex.join(['efdgen', 'set', where, what, '--add', text])}")
    return problem


def _handing_over(problem: Problem, targets: Sequence[Target], app: str) -> str:
    """Return how an app is left to the cluster, or deployed from here, if the edit was about that: both at once."""
    is_about = [each for each in targets if each.layer == SPEC and (_is_app(each, app) or each.setting == _PROVIDES)]
    if not is_about:
        return problem.hint
    where = is_about[0].where
    if (is_about[0].setting == _PROVIDES) is (problem.code == _IS_BOTH):
        left = f"efdgen unset {where} {app} --provided"
        if problem.code == _IS_BOTH:
            return f"to leave it to the cluster: {left}"
        return f"{_without(problem, where)}; or, where the cluster has {app} from elsewhere: {left}"
    return f"to deploy it from here: efdgen set {where} {app} {{}} --not-provided"


def _without(problem: Problem, where: str) -> str:
    """Return how what needs an app is taken out before it."""
    first = str(problem.path[1])
    several = ", and so do" in problem.message
    what = "what needs it out first, one by one" if several else f"{first} out first"
    return f"take {what}: efdgen unset {where} {first}"


def _is_app(target: Target, app: str) -> bool:
    return target.app == app and not target.setting


def refuse_listing(target: Target, value: Any, environments: Sequence[str]) -> None:
    """Refuse to list an app where that deploys nothing: in a site, or in the defaults.

    Args:
        target: the place.
        value: what is to be set there.
        environments: those of the site, or all.

    Raises:
        UsageError: with the command that lists it.
    """
    if value == {} and target.app and not target.setting and target.layer != SPEC:
        where = " ".join(environments) if environments and target.where != DEFAULTS else "ENV"
        again = f"efdgen set {where} {target.app} {{}}"
        raise UsageError(f"{target.where} deploys nothing: an app is deployed where a spec lists it: {again}")


def refuse_items(target: Target, items: Sequence[Any], known: Any) -> None:
    """Refuse items that are not mappings for a list of mappings.

    Args:
        target: the list.
        items: the new items.
        known: what it holds, or what is below it.

    Raises:
        UsageError: with an item that is there, as it would be typed.
    """
    there = [item for item in known if isinstance(item, dict)] if isinstance(known, list) else []
    wrong = next(
        (item for item in items if not isinstance(item, dict) and not (isinstance(item, str) and "<%" in item)), None
    )
    if there and wrong is not None:
        example = shlex.quote(styles.in_brackets(there[0]))
        raise UsageError(f"an item of {name(target)} is a mapping, and {wrong!r} is not: write it like {example}")


def refuse_past(until: Any, today: dt.date) -> None:
    """Refuse a day that has passed, on which a pin is to be looked at again: it would be due at once.

    Args:
        until: what was typed; what is not a day, such as 2027-02-30, is for the schema to refuse.
        today: the day that it is.

    Raises:
        UsageError: when it has.
    """
    try:
        has_passed = dt.date.fromisoformat(str(until)) < today
    except ValueError:
        return
    if has_passed:
        raise UsageError(f"{until} has passed: until is the day by which the pin should be looked at again")


def refuse_other_type(target: Target, text: str, value: Any, now: Any) -> None:
    """Refuse what is of another type than a boolean or a number that is there now.

    Not refused are text in quotes, text that goes on behind a number, such as 500m, and `<% ... %>`.

    Args:
        target: the place.
        text: what was typed.
        value: what it means there.
        now: what is there.

    Raises:
        UsageError: with the word that is likely meant, and how to have the other type all the same.
    """
    if not isinstance(now, int | float) or not isinstance(value, str | int | float):
        return
    is_text, is_truth = isinstance(value, str), isinstance(now, bool)
    if is_text:
        may_have_unit = _BEGINS_LIKE_A_NUMBER.match(text) and not values.looks_like_a_number(text)
        if not values.is_plain(text) or "<%" in text or (may_have_unit and not is_truth):
            return
    elif isinstance(value, bool) is is_truth:
        return
    hint = _truth_meant(text) if is_truth else _number_meant(text)
    what = f"{text!r} is text" if is_text else f"{text} is {'a number' if is_truth else 'true or false'}"
    again = shlex.quote(f'"{text}"')
    how = f"For text, type {again}" if is_text else f"For {text} itself, edit {target.file} by hand"
    raise UsageError(f"{name(target)} is {styles.scalar(now)} now, and {what}: {hint} {how}")


def _truth_meant(text: str) -> str:
    meant = next((each for each, words in _TRUTHS.items() if text.lower() in words), "")
    return suggest.did_you_mean(meant) if meant else "write true or false."


def _number_meant(text: str) -> str:
    meant = values.numbers_meant(text) if values.looks_like_a_number(text) else ()
    return f"{suggest.SIMILAR}{' or '.join(map(repr, meant))}?" if meant else "write a number."


def refuse_without_unit(target: Target, text: str, now: Any, is_taken: Callable[[str], bool]) -> None:
    """Refuse a number for what has a unit now, such as 64 for 32Gi: it would be 64 bytes. 0 needs none.

    Args:
        target: the place.
        text: what was typed.
        now: what is there.
        is_taken: says whether the place takes a text.

    Raises:
        UsageError: with what is likely meant and, where the place takes it, how to type the number all the same.
    """
    unit = _WITH_UNIT.match(now) if isinstance(now, str) else None
    if unit and unit["unit"] != _THOUSANDTHS and _WITHOUT.match(text) and float(text):
        meant = suggest.did_you_mean(text + unit["unit"])
        all_the_same = f" For {text} itself, type '\"{text}\"'" if is_taken(text) else ""
        raise UsageError(f"{name(target)} is {now} now, and {text} has no unit: {meant}{all_the_same}")


def refuse_unknown(
    warnings: Iterable[Problem], targets: Sequence[Target], secrets: Mapping[str, Collection[str]]
) -> None:
    """Refuse values that no chart of the app knows, and Secrets that nothing reads, where one that is known is alike.

    Args:
        warnings: what is odd since the edit.
        targets: the places that were changed.
        secrets: the Secrets of each app, by its name.

    Raises:
        UsageError: when the path that is meant is known; the message says how to write the other one all the same.
    """
    for problem in warnings:
        target = next((each for each in targets if each.file == problem.location.file), None)
        if target is None or problem.code not in (_UNKNOWN, _UNREAD):
            continue
        word = _similar_secret(problem.path, secrets.get(target.app, ())) if problem.code == _UNREAD else ""
        if problem.code == _UNKNOWN and problem.hint.startswith(suggest.SIMILAR):
            word = problem.hint.removeprefix(suggest.SIMILAR).rstrip("?").strip("'")
        if word:
            meant = f"{suggest.SIMILAR}{_instead(target, problem.path, word)}?"
            raise UsageError(f"{problem.message}: {meant} Where it is meant as it is, edit {target.file} by hand")


def _similar_secret(path: Path, names: Collection[str]) -> str:
    """Return another Secret of an app whose name is like that of one that nothing reads; empty: none is."""
    others = {name for name in names if name != path[-1]}
    return (suggest.closest(str(path[-1]), others) or "") if path[-2:-1] == ("secrets",) else ""


def _instead(target: Target, path: Path, word: str) -> str:
    """Return a target as people type it, with another word in the place of the one that is at the end of a path."""
    path = path[2:] if path[:2] == ("apps", target.app) else path
    above = path[:-1] if path[0] in ("values", "secrets") else ("values", *path[:-1])
    wrong = (*above, word)
    rest = target.setting[len(wrong) :]
    return name(target._replace(setting=(*wrong, *rest)))


def similar(target: Target, said: Any) -> str:
    """Return what a layer says that is much like a target that it says nothing of; empty: nothing is.

    Args:
        target: the target.
        said: everything that its file says.
    """
    for depth in range(len(target.path)):
        siblings = at(said, target.path[:depth], None)
        if isinstance(siblings, dict) and target.path[depth] not in siblings:
            match = suggest.closest(str(target.path[depth]), map(str, siblings))
            begin = depth - (len(target.path) - len(target.setting))
            if match is None or not 0 <= begin < len(target.setting):
                return ""
            meant = (*target.setting[:begin], match, *target.setting[begin + 1 :])
            return suggest.SIMILAR + name(target._replace(setting=meant)) + "?"
    return ""


def layer(word: str) -> str:
    """Return what somebody may mean who names all environments as a layer; empty: nobody does."""
    return "; for all environments, definition has the values of an app, defaults the facts" if word in _ALL else ""


def as_parameter(target_app: str, first: str, rest: str) -> str:
    """Return what is said where a parameter of an app is taken for a value of its chart."""
    return f"{dotted((target_app, first))} is not a value of the chart, but a parameter: {target_app}.parameters.{rest}"
