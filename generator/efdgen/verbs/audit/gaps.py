"""What is not in Vault yet: the paths and keys that somebody has to put there."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedEnvironment
from efdgen.environment.secrets import Gap
from efdgen.language.tuples import NamedTuple
from efdgen.review.audit import AREAS
from efdgen.verbs.audit.answers import AskError, KeyState, Unanswered, VaultAnswer, VaultQuestion
from efdgen.verbs.audit.asking import dns, vault
from efdgen.verbs.audit.asking.reach import Means, Server, server_of
from efdgen.verbs.audit.named import matched, servers
from efdgen.verbs.audit.plan import plan
from efdgen.verbs.audit.tokens import Tokens


class Gaps(NamedTuple):
    """What is not in Vault, and what is not known.

    Attributes:
        found: the paths that lack something, sorted; None: nothing is known of any.
        unknown: by path, or the server's address, why it is not known.
        instead: what was connected to in place of the server that the spec names; None: that itself.
    """

    found: tuple[Gap, ...] | None
    unknown: dict[str, Unanswered]
    instead: Server | None = None


def gaps(environment: ResolvedEnvironment, means: Means, tokens: Tokens) -> Gaps:
    """Ask Vault what it lacks of what an environment needs.

    Raises:
        UsageError: when a connection is to lead elsewhere, and nothing is asked there.
    """
    asked = plan(environment, AREAS)
    matched(means.instead, servers(asked))
    question = asked.vault
    if question is None:
        return Gaps((), {})
    try:
        reach = dns.reach(means, [server_of(question.address)])
        token = tokens.of(environment.facts.name, question.address, [question.address], means.instead)
    except AskError as error:
        return Gaps(None, {question.address: error.unanswered})
    answer = vault.ask(reach, question, token)
    if answer.server is not None:
        return Gaps(None, {question.address: answer.server})
    unknown = {path: said for path, said in answer.paths.items() if isinstance(said, Unanswered)}
    if len(unknown) == len(answer.paths):
        return Gaps(None, unknown)
    return Gaps(tuple(_found(question, answer)), unknown, reach.instead(server_of(question.address)))


def _found(question: VaultQuestion, answer: VaultAnswer) -> Iterator[Gap]:
    for wanted in question.paths:
        state = answer.paths[wanted.path]
        if isinstance(state, Unanswered):
            continue
        lacking = tuple(key for key in wanted.keys if state.keys.get(key, KeyState.EMPTY) is not KeyState.SOUND)
        if lacking or not state.keys:
            yield Gap(wanted.path, lacking, state.is_there, state.is_versioned, state.is_deleted, state.at)
