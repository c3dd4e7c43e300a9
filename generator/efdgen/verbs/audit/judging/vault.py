"""What Vault says, against what the specs say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from efdgen.language.shown import count
from efdgen.review.audit import VAULT, Finding, Status
from efdgen.verbs.audit.answers import KeyState, PathState, TokenState, Unanswered, VaultAnswer, VaultQuestion

_WARNING = dt.timedelta(days=30)
_NEARLY = dt.timedelta(minutes=5)
_MOST = 5


def judge(environment: str, question: VaultQuestion, answer: VaultAnswer, now: dt.datetime) -> Iterator[Finding]:
    """Yield what is to be said of the server, of each path, and of the token."""
    if answer.server is not None:
        yield _unknown(question.address, answer.server)
        for each in question.paths:
            yield Finding(VAULT, each.path, Status.UNKNOWN, "Vault could not be asked")
        return
    yield Finding(VAULT, question.address, Status.THERE, "it answers")
    for wanted in question.paths:
        state = answer.paths[wanted.path]
        if isinstance(state, Unanswered):
            yield _unknown(wanted.path, state)
        else:
            yield from _path(wanted.path, wanted.keys, state, f"efdgen secrets {environment} --missing")
    yield from _listed(question, answer)
    yield from _token(question, answer.token, now)


def _path(path: str, keys: tuple[str, ...], state: PathState, fill: str) -> Iterator[Finding]:
    if not state.is_there:
        detail = "its newest version was deleted" if state.is_deleted else "there is no such path"
        yield Finding(VAULT, path, Status.MISSING, detail, fill)
        return
    missing = [key for key in keys if key not in state.keys]
    if missing or not state.keys:
        yield Finding(
            VAULT, path, Status.MISSING, f"no key {', '.join(missing)}" if missing else "it has no keys", fill
        )
    wrong = {
        key: state.keys[key] for key in keys or state.keys if state.keys.get(key, KeyState.SOUND) != KeyState.SOUND
    }
    for key, what in wrong.items():
        yield Finding(
            VAULT, f"{path} {key}", Status.DIFFERENT, f"the value {what.value}", f"{fill} puts the real value there"
        )
    if not (missing or wrong) and state.keys:
        yield Finding(VAULT, path, Status.THERE, f"it has {', '.join(keys or state.keys)}")
    unread = [key for key in state.keys if key not in keys] if keys else []
    if unread:
        yield Finding(
            VAULT, path, Status.THERE, f"nobody reads {', '.join(unread)}", "a leftover, or missing in app.yaml?", True
        )


def _listed(question: VaultQuestion, answer: VaultAnswer) -> Iterator[Finding]:
    below = f"{question.prefix}/*"
    if isinstance(answer.listed, Unanswered):
        yield _unknown(below, answer.listed)
        return
    known = {each.path.strip("/") for each in question.paths}
    for path in answer.listed:
        if path not in known:
            yield Finding(
                VAULT, path, Status.THERE, "no app of this environment uses it", "a leftover? nothing deletes it", True
            )


def _token(question: VaultQuestion, token: TokenState | Unanswered, now: dt.datetime) -> Iterator[Finding]:
    if isinstance(token, Unanswered):
        yield _unknown("the token", token)
        return
    if token.told_in:
        yield Finding(VAULT, "the token", Status.THERE, f"it is that of {token.told_in}: see there")
        return
    narrow = f"one that reads {question.prefix}/ and nothing else is safer"
    beyond = [*([f"read {', '.join(token.reads)}"] if token.reads else []), *(token.others or ())]
    until = "it does not expire" if token.expires is None else f"it counts until {token.expires:%Y-%m-%d %H:%M} UTC"
    if token.is_root:
        yield Finding(VAULT, "the token", Status.DIFFERENT, "it is a root token: it may do everything", narrow)
    elif beyond:
        more = f"; and {len(beyond) - _MOST} more" if len(beyond) > _MOST else ""
        detail = f"it may also {'; '.join(beyond[:_MOST])}{more}"
        yield Finding(VAULT, "the token", Status.DIFFERENT, detail, narrow)
    if token.writes and not token.is_root:
        detail = f"it may change {', '.join(token.writes[:_MOST])}: an audit only reads"
        yield Finding(VAULT, "the token", Status.THERE, detail, narrow, True)
    left = None if token.expires is None else token.expires - now
    if left is not None and left < _NEARLY:
        ended = "it has ended" if left <= dt.timedelta(0) else f"it ends in {count(left.seconds // 60, 'minute')}"
        yield Finding(VAULT, "the token", Status.DIFFERENT, f"{ended}: {until}", "renew it now, or log in anew")
    elif left is not None and left < _WARNING:
        yield Finding(VAULT, "the token", Status.THERE, until, "renew or replace it in time", True)
    elif not (token.is_root or beyond or token.writes):
        looked = "it may do nothing beyond the environment's own"
        if token.others is None:
            looked = "it reads nothing of the other environments; what else it may do is not known"
        yield Finding(VAULT, "the token", Status.THERE, f"{until}; {looked}")


def _unknown(subject: str, why: Unanswered) -> Finding:
    return Finding(VAULT, subject, Status.UNKNOWN, why.reason, why.advice)
