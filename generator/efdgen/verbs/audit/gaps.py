"""What is not in Vault yet: the paths and keys that somebody has to put there."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.secrets import Gap
from efdgen.language.tuples import NamedTuple
from efdgen.review.audit import VAULT
from efdgen.verbs.audit.answers import KeyState, Unanswered, VaultAnswer, VaultQuestion
from efdgen.verbs.audit.asking import vault
from efdgen.verbs.audit.asking.reach import Means, Reach, server_of
from efdgen.verbs.audit.plan import plan


class Gaps(NamedTuple):
    """What is not in Vault, and what is not known.

    Attributes:
        found: the paths that lack something, sorted.
        unknown: by path, or the server's address, why it is not known.
    """

    found: tuple[Gap, ...]
    unknown: dict[str, Unanswered]


def gaps(environment: ResolvedEnvironment, means: Means, token: str) -> Gaps:
    """Ask Vault what it lacks of what an environment needs."""
    question = plan(environment, (VAULT,)).vault
    if question is None:
        return Gaps((), {})
    reach = Reach(means, [server_of(question.address)])
    answer = vault.ask(reach, question, token)
    if answer.server is not None:
        return Gaps((), {question.address: answer.server})
    unknown = {path: said for path, said in answer.paths.items() if isinstance(said, Unanswered)}
    return Gaps(tuple(_found(question, answer)), unknown)


def _found(question: VaultQuestion, answer: VaultAnswer) -> Iterator[Gap]:
    for wanted in question.paths:
        state = answer.paths[wanted.path]
        if isinstance(state, Unanswered):
            continue
        lacking = tuple(key for key in wanted.keys if state.keys.get(key, KeyState.EMPTY) is not KeyState.SOUND)
        if lacking or not state.keys:
            yield Gap(wanted.path, lacking, has_others=bool(state.keys))
