"""What Argo CD has, against what the specs say: Applications, what they deploy, and what people set by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.language import secrecy
from efdgen.review.audit import ARGOCD, Finding, Status
from efdgen.verbs.audit.answers import ArgoCdQuestion, Unanswered
from efdgen.verbs.audit.judging import specs
from efdgen.verbs.audit.judging.specs import held

IsRendered = Callable[[str, str], bool | None]
"""Says whether a chart's folder at a commit is what `rendered/` has here; None: it can't be known."""

_MOST = 5
_LONGEST = 300
_CLAIM = "PersistentVolumeClaim"
_SHORT = 9

_SYNC = ("Synced", "OutOfSync", "Unknown")
_HEALTH = ("Healthy", "Progressing", "Degraded", "Suspended", "Missing")
"""What Argo CD says; where it says something else, or nothing, nothing is known."""

_LISTS, _MAPPINGS = ("conditions", "resources"), ("sync", "health", "operationState")
_FAILED = ("Failed", "Error")


def judge(
    question: ArgoCdQuestion, answer: Sequence[Mapping[str, Any]] | Unanswered, is_rendered: IsRendered
) -> Iterator[Finding]:
    """Yield what is to be said of each Application, those that should be there first."""
    if isinstance(answer, Unanswered):
        for name in question.expected:
            yield Finding(ARGOCD, name, Status.UNKNOWN, answer.reason, answer.advice)
        return
    there = {str(held(item, "metadata").get("name")): item for item in answer}
    for name, wanted in question.expected.items():
        if name not in there:
            advice = (
                f"the runbook of {question.environment} makes it"
                if name == question.parent
                else f"argocd app sync {question.parent} --resource argoproj.io:Application:{name}"
            )
            yield Finding(ARGOCD, name, Status.MISSING, "there is no such Application", advice)
        else:
            yield from _Application(name, wanted, there[name], is_rendered).findings()
    for name, item in there.items():
        if name not in question.expected and _is_ours(question, item):
            yield _too_many(question, name, item)


class _Application:
    """One Application: what it must be, and what it is."""

    def __init__(self, name: str, wanted: Mapping[str, Any], there: Mapping[str, Any], is_rendered: IsRendered) -> None:
        self._name = name
        self._wanted = wanted
        self._metadata = held(there, "metadata")
        self._spec = held(there, "spec")
        self._status = held(there, "status")
        self._is_rendered = is_rendered

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong; where nothing is, that it is there."""
        found = [*self._deleted(), *self._deployed(), *self._state(), *self._revision(), *self._operation()]
        yield from found
        if not found:
            yield self._finding(Status.THERE, f"Synced and Healthy, at {self._commit()[:_SHORT]}")

    def _finding(self, status: Status, detail: str, advice: str = "", *, is_warning: bool = False) -> Finding:
        return Finding(ARGOCD, self._name, status, detail, advice, is_warning)

    def _deleted(self) -> Iterator[Finding]:
        since = self._metadata.get("deletionTimestamp")
        if since:
            advice = f"who deletes it, and what holds it? argocd app get {self._name}; its finalizers"
            yield self._finding(Status.DIFFERENT, f"it is being deleted, since {str(since)[:_LONGEST]}", advice)

    def _deployed(self) -> Iterator[Finding]:
        """Yield what it deploys, where that is not what is rendered."""
        if not self._spec:
            yield self._finding(Status.UNKNOWN, "Argo CD does not say what it deploys", self._look())
            return
        wrong = "; ".join(specs.settings(self._wanted, self._spec))
        if wrong:
            advice = f"argocd app get {self._name}, and sync its parent"
            yield self._finding(Status.DIFFERENT, _masked(wrong), advice)
        by_hand = specs.by_hand(self._wanted, self._spec)
        if by_hand:
            is_set = all(" parameter " in each and not each.endswith(")") for each in by_hand)
            back = f"argocd app unset {self._name} --parameter NAME" if is_set else f"argocd app edit {self._name}"
            detail = f"set by hand: {', '.join(by_hand)}"
            yield self._finding(Status.DIFFERENT, detail, f"put it into the spec, or take it back: {back}")
        wanted, policy = specs.sync_policies(self._wanted, self._spec)
        if policy != wanted:
            automatic = "automated" in policy and "automated" not in wanted
            detail = "automated sync is switched on" if automatic else "its syncPolicy is not that of the spec"
            advice = f"argocd app set {self._name} --sync-policy none" if automatic else "sync its parent"
            yield self._finding(Status.DIFFERENT, detail, advice)

    def _state(self) -> Iterator[Finding]:
        """Yield what Argo CD itself says is wrong, and what it does not say."""
        odd = [key for key in _LISTS if not _is_list(self._status.get(key))]
        odd += [key for key in _MAPPINGS if not isinstance(self._status.get(key) or {}, Mapping)]
        if odd:
            detail = f"what Argo CD says of its {' and '.join(odd)} can't be understood"
            yield self._finding(Status.UNKNOWN, detail, self._look())
        yield from self._sync()
        yield from self._health()

    def _sync(self) -> Iterator[Finding]:
        sync = held(self._status, "sync").get("status")
        said = "; ".join(
            f"{each.get('type')}: {str(each.get('message', ''))[:_LONGEST]}"
            for each in _listed(self._status, "conditions")
            if str(each.get("type", "")).endswith("Error")
        )
        if sync not in _SYNC:
            detail = "Argo CD does not say whether it is in sync" if not sync else f"its sync status is {_short(sync)}"
            yield self._finding(Status.UNKNOWN, _masked(f"{detail}{f'; {said}' if said else ''}"), self._look())
        elif sync == "OutOfSync":
            resources = _listed(self._status, "resources")
            different = [_named(each) for each in resources if each.get("status") == "OutOfSync"]
            detail = f"OutOfSync: {_some(different)}" if different else "OutOfSync"
            advice = f"argocd app diff {self._name}, then argocd app sync {self._name}"
            yield self._finding(Status.DIFFERENT, _masked(f"{detail}{f'; {said}' if said else ''}"), advice)
        elif sync != "Synced" or said:
            detail = _masked(f"Argo CD can't compare it{f': {said}' if said else ''}")
            yield self._finding(Status.UNKNOWN, detail, self._look())

    def _health(self) -> Iterator[Finding]:
        health = held(self._status, "health").get("status")
        if health == "Healthy":
            return
        sick = [
            f"{_named(each)} ({held(each, 'health').get('status')})"
            for each in _listed(self._status, "resources")
            if held(each, "health").get("status", "Healthy") != "Healthy"
        ]
        # Which object it is, Argo CD 3 keeps to itself unless it is told to write it down.
        which = f": {_some(sick)}" if sick else ""
        if not health:
            yield self._finding(Status.UNKNOWN, f"Argo CD does not say whether it is healthy{which}", self._look())
            return
        known = Status.DIFFERENT if health in _HEALTH else Status.UNKNOWN
        status = Status.MISSING if health == "Missing" else known
        advice = f"argocd app get {self._name}; kubectl get events"
        yield self._finding(status, f"its health is {_short(health)}{which}", advice)

    def _operation(self) -> Iterator[Finding]:
        """Yield that what was last done with it failed: its state may be that of before."""
        operation = held(self._status, "operationState")
        if operation.get("phase") in _FAILED:
            said = str(operation.get("message") or "")[:_LONGEST]
            detail = f"its last sync ended as {operation['phase']}{f': {said}' if said else ''}"
            advice = f"argocd app get {self._name} --show-operation, then argocd app sync {self._name}"
            yield self._finding(Status.THERE, _masked(detail), advice, is_warning=True)

    def _look(self) -> str:
        return f"argocd app get {self._name} --refresh"

    def _revision(self) -> Iterator[Finding]:
        """Yield whether what it was compared with is what the specs render to."""
        commit = self._commit()
        path = specs.first(self._wanted).get("path", "")
        if not commit:
            if held(self._status, "sync").get("status") in ("Synced", "OutOfSync"):
                yield self._finding(Status.UNKNOWN, "Argo CD does not say which revision it is at", self._look())
            return
        rendered = self._is_rendered(commit, path)
        short = commit[:_SHORT]
        if rendered is None:
            yield self._finding(Status.UNKNOWN, f"it is at {short}, which is not in this clone", "git fetch")
        elif not rendered:
            detail = f"it is at {short}, where {path} is not what it is here"
            yield self._finding(Status.DIFFERENT, detail, "is what is here merged, and Argo CD refreshed?")

    def _commit(self) -> str:
        sync = held(self._status, "sync")
        revisions = sync.get("revisions")
        found = sync.get("revision") or (revisions[0] if isinstance(revisions, list) and revisions else "")
        return found if isinstance(found, str) else ""


def _is_ours(question: ArgoCdQuestion, item: Mapping[str, Any]) -> bool:
    """Say whether an Application belongs to this environment: its app of apps made it, or it reads its values."""
    metadata = held(item, "metadata")
    label = held(metadata, "labels").get("app.kubernetes.io/instance")
    tracking = str(held(metadata, "annotations").get("argocd.argoproj.io/tracking-id", "")).partition(":")[0]
    if question.parent in (label, tracking):
        return True
    source = specs.first(held(item, "spec"))
    repository, folder = question.source
    files = held(source, "helm").get("valueFiles")
    return (
        specs.same("repoURL", repository, source.get("repoURL"))
        and str(source.get("path", "")).startswith(f"{folder}/")
        and isinstance(files, list)
        and f"values-{question.environment}.yaml" in files
    )


def _too_many(question: ArgoCdQuestion, name: str, item: Mapping[str, Any]) -> Finding:
    resources = _listed(held(item, "status"), "resources")
    claims = [str(each.get("name")) for each in resources if each.get("kind") == _CLAIM]
    kinds = Counter(str(each.get("kind")) for each in resources if each.get("kind") != _CLAIM)
    cascades = bool(held(item, "metadata").get("finalizers"))
    lost = [f"the claims {', '.join(claims)}"] if claims else []
    lost += [f"{number} {kind}" for kind, number in sorted(kinds.items())]
    what = f"; a prune would delete {', '.join(lost)}" if lost and cascades else ""
    what = what or ("; a prune would delete it, and leave what it deployed" if not cascades else "")
    going = "; it is being deleted" if held(item, "metadata").get("deletionTimestamp") else ""
    detail = f"no spec has it{going}{what}"
    advice = (
        f"argocd app sync {question.parent} --prune deletes it; look at its claims first"
        if claims
        else (f"argocd app sync {question.parent} --prune deletes it")
    )
    return Finding(ARGOCD, name, Status.DIFFERENT, detail, advice)


def _listed(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = data.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _is_list(said: Any) -> bool:
    return said is None or (isinstance(said, list) and all(isinstance(each, Mapping) for each in said))


def _short(said: Any) -> str:
    return str(said)[:_LONGEST]


def _named(resource: Mapping[str, Any]) -> str:
    return f"{resource.get('kind')} {resource.get('name')}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"


def _masked(text: str) -> str:
    return secrecy.masked(" ".join(text.split()))
