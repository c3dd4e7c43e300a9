"""Many questions at once, none of which can hold up the others."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from efdgen.language.shown import count
from efdgen.verbs.audit.answers import AskError, Unanswered
from efdgen.verbs.audit.asking.reach import NotNamedError

Key = TypeVar("Key")
Answer = TypeVar("Answer")

_AT_ONCE = 32


def ask_all(
    questions: Mapping[Key, Callable[[], Answer]],
    seconds: float,
    progress: Callable[[int, int], None],
    interrupted: Callable[[], None] | None = None,
) -> dict[Key, Answer | Unanswered]:
    """Ask everything, side by side, and return each answer, or why there is none.

    Args:
        questions: what is asked, by a key of its own.
        seconds: how long one may take altogether, whatever it waits for; then it is left alone.
        progress: is told how many were answered, and of how many.
        interrupted: is told when somebody presses Ctrl-C: what was not answered until then is unknown. None: the
            interrupt goes on.

    Raises:
        NotNamedError: when one asks a server that nobody named.
    """
    done: queue.SimpleQueue[tuple[Key, Answer | Unanswered | NotNamedError]] = queue.SimpleQueue()
    waiting = iter(questions.items())
    until: dict[Key, float] = {}
    found: dict[Key, Answer | Unanswered] = {}
    while len(found) < len(questions):
        while len(until) < _AT_ONCE and (item := next(waiting, None)) is not None:
            until[item[0]] = time.monotonic() + seconds
            # A thread that waits for ever ends with the process.
            threading.Thread(target=_ask, args=(*item, done), daemon=True).start()
        try:
            key, answer = done.get(timeout=max(0.0, min(until.values()) - time.monotonic()))
        except KeyboardInterrupt:
            if interrupted is None:
                raise
            interrupted()
            stopped = Unanswered("the audit was interrupted before it was answered")
            return {key: found.get(key, stopped) for key in questions}
        except queue.Empty:
            answers: list[tuple[Key, Answer | Unanswered]] = []
            late = [key for key, end in until.items() if end <= time.monotonic()]
            answers += [
                (key, Unanswered(f"no whole answer within {count(seconds, 'second')}", "try again")) for key in late
            ]
        else:
            if isinstance(answer, NotNamedError):
                raise answer
            answers = [(key, answer)] if key in until else []
        for key, each in answers:
            del until[key]
            found[key] = each
            progress(len(found), len(questions))
    return {key: found[key] for key in questions}


def _ask(
    key: Key, question: Callable[[], Answer], done: queue.SimpleQueue[tuple[Key, Answer | Unanswered | NotNamedError]]
) -> None:
    try:
        done.put((key, question()))
    except AskError as error:
        done.put((key, error.unanswered))
    except NotNamedError as error:
        done.put((key, error))
    except Exception as error:  # noqa: BLE001 - its text and its traceback may hold what a server sent
        reason = f"what came can't be understood ({type(error).__name__})"
        done.put((key, Unanswered(reason, "is it the right server? If it is, please report this")))
