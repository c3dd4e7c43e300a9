"""What Argo CD has, against what the specs say: Applications, what they deploy, and what people set by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from efdgen.environment.argocd import without_empty
from efdgen.language import secrecy
from efdgen.review.audit import ARGOCD, Finding, Status
from efdgen.verbs.audit.answers import ArgoCdQuestion, Unanswered

IsRendered = Callable[[str, str], bool | None]
"""Says whether a chart's folder at a commit is what `rendered/` has here; None: it can't be known."""

_MOST = 5
_LONGEST = 300
_CLAIM = "PersistentVolumeClaim"
_SHORT = 9

_BY_HAND = ("values", "valuesObject", "version", "skipCrds", "passCredentials")
"""What somebody can set of Helm in an Application, beside parameters; nothing that is rendered has any."""


def judge(
    question: ArgoCdQuestion, answer: Sequence[Mapping[str, Any]] | Unanswered, is_rendered: IsRendered
) -> Iterator[Finding]:
    """Yield what is to be said of each Application, those that should be there first."""
    if isinstance(answer, Unanswered):
        for name in question.expected:
            yield Finding(ARGOCD, name, Status.UNKNOWN, answer.reason, answer.advice)
        return
    there = {str(_held(item, "metadata").get("name")): item for item in answer}
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
        self._spec = _held(there, "spec")
        self._status = _held(there, "status")
        self._is_rendered = is_rendered

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong; where nothing is, that it is there."""
        found = [*self._settings(), *self._by_hand(), *self._state(), *self._revision()]
        yield from found
        if not found:
            yield self._finding(Status.THERE, f"Synced and Healthy, at {self._shown_revision()}")

    def _finding(self, status: Status, detail: str, advice: str = "") -> Finding:
        return Finding(ARGOCD, self._name, status, detail, advice)

    def _settings(self) -> Iterator[Finding]:
        """Yield where it deploys something else, or to somewhere else, than the specs say."""
        wrong = []
        for path in (("project",), ("destination", "server"), ("destination", "namespace")):
            wanted, there = _at(self._wanted, path), _at(self._spec, path)
            if wanted != there:
                wrong.append(f"{'.'.join(path)} is {there or 'not set'}, not {wanted}")
        pairs = zip(_sources(self._wanted), _sources(self._spec), strict=False)
        wrong += [
            f"source{number or ''}.{key} is {there.get(key) or 'not set'}, not {wanted.get(key)}"
            for number, (wanted, there) in enumerate(pairs)
            for key in ("repoURL", "path", "targetRevision")
            if not _same(key, wanted.get(key), there.get(key))
        ]
        if len(_sources(self._wanted)) != len(_sources(self._spec)):
            wrong.append(f"it has {len(_sources(self._spec))} sources, not {len(_sources(self._wanted))}")
        helm, set_helm = _held(_first(self._wanted), "helm"), _held(_first(self._spec), "helm")
        wrong += [
            f"source.helm.{key} is {set_helm.get(key) or 'not set'}, not {helm[key]}"
            for key in ("valueFiles", "releaseName")
            if key in helm and helm[key] != set_helm.get(key)
        ]
        if wrong:
            yield self._finding(
                Status.DIFFERENT, _masked("; ".join(wrong)), f"argocd app get {self._name}, and sync its parent"
            )

    def _by_hand(self) -> Iterator[Finding]:
        """Yield what people set beside what is rendered; names only, since a value may be a secret."""
        helm, wanted = _held(_first(self._spec), "helm"), _held(_first(self._wanted), "helm")
        by_hand = []
        for key in ("parameters", "fileParameters"):
            expected = {each["name"]: each.get("value") for each in wanted.get(key, ())}
            there = {str(each.get("name")): each.get("value") for each in _listed(helm, key)}
            by_hand += [f"helm parameter {name}" for name in there if there[name] != expected.get(name)]
            by_hand += [f"helm parameter {name} (taken away)" for name in expected if name not in there]
        by_hand += [f"helm {key}" for key in _BY_HAND if helm.get(key)]
        for name in ("kustomize", "plugin", "directory"):
            if _first(self._spec).get(name):
                by_hand.append(name)
        if by_hand:
            detail = f"set by hand: {', '.join(by_hand)}"
            advice = f"put it into the spec, or take it back: argocd app unset {self._name} --parameter NAME"
            yield self._finding(Status.DIFFERENT, detail, advice)
        policy, wanted_policy = (without_empty(_held(each, "syncPolicy")) for each in (self._spec, self._wanted))
        if policy != wanted_policy:
            automatic = "automated" in policy and "automated" not in wanted_policy
            detail = "automated sync is switched on" if automatic else "its syncPolicy is not that of the spec"
            advice = f"argocd app set {self._name} --sync-policy none" if automatic else "sync its parent"
            yield self._finding(Status.DIFFERENT, detail, advice)

    def _state(self) -> Iterator[Finding]:
        """Yield what Argo CD itself says is wrong."""
        sync = _held(self._status, "sync").get("status", "")
        health = _held(self._status, "health").get("status", "")
        said = "; ".join(
            f"{each.get('type')}: {str(each.get('message', ''))[:_LONGEST]}"
            for each in _listed(self._status, "conditions")
            if str(each.get("type", "")).endswith("Error")
        )
        if sync == "OutOfSync":
            resources = _listed(self._status, "resources")
            different = [_named(each) for each in resources if each.get("status") == "OutOfSync"]
            detail = f"OutOfSync: {_some(different)}" if different else "OutOfSync"
            advice = f"argocd app diff {self._name}, then argocd app sync {self._name}"
            yield self._finding(Status.DIFFERENT, _masked(f"{detail}{f'; {said}' if said else ''}"), advice)
        elif sync != "Synced" or said:
            detail = _masked(f"Argo CD can't compare it{f': {said}' if said else ''}")
            yield self._finding(Status.UNKNOWN, detail, f"argocd app get {self._name} --refresh")
        if health and health != "Healthy":
            sick = [
                f"{_named(each)} ({_held(each, 'health').get('status')})"
                for each in _listed(self._status, "resources")
                if _held(each, "health").get("status", "Healthy") != "Healthy"
            ]
            status = Status.MISSING if health == "Missing" else Status.DIFFERENT
            # Which object it is, Argo CD 3 keeps to itself unless it is told to write it down.
            detail = f"its health is {health}{f': {_some(sick)}' if sick else ''}"
            yield self._finding(status, detail, f"argocd app get {self._name}; kubectl get events")

    def _revision(self) -> Iterator[Finding]:
        """Yield whether what it was compared with is what the specs render to."""
        commit = self._commit()
        path = _first(self._wanted).get("path", "")
        if not commit:
            return
        rendered = self._is_rendered(commit, path)
        short = commit[:_SHORT]
        if rendered is None:
            yield self._finding(Status.UNKNOWN, f"it is at {short}, which is not in this clone", "git fetch")
        elif not rendered:
            detail = f"it is at {short}, where {path} is not what it is here"
            yield self._finding(Status.DIFFERENT, detail, "is what is here merged, and Argo CD refreshed?")

    def _commit(self) -> str:
        sync = _held(self._status, "sync")
        revisions = sync.get("revisions")
        found = sync.get("revision") or (revisions[0] if isinstance(revisions, list) and revisions else "")
        return str(found)

    def _shown_revision(self) -> str:
        return self._commit()[:_SHORT] or "no revision"


def _is_ours(question: ArgoCdQuestion, item: Mapping[str, Any]) -> bool:
    """Say whether an Application belongs to this environment: its app of apps made it, or it reads its values."""
    metadata = _held(item, "metadata")
    label = _held(metadata, "labels").get("app.kubernetes.io/instance")
    tracking = str(_held(metadata, "annotations").get("argocd.argoproj.io/tracking-id", "")).partition(":")[0]
    if question.parent in (label, tracking):
        return True
    source = _first(_held(item, "spec"))
    repository, folder = question.source
    files = _held(source, "helm").get("valueFiles") or ()
    return (
        _same("repoURL", repository, source.get("repoURL"))
        and str(source.get("path", "")).startswith(f"{folder}/")
        and f"values-{question.environment}.yaml" in files
    )


def _too_many(question: ArgoCdQuestion, name: str, item: Mapping[str, Any]) -> Finding:
    resources = _listed(_held(item, "status"), "resources")
    claims = [str(each.get("name")) for each in resources if each.get("kind") == _CLAIM]
    kinds = Counter(str(each.get("kind")) for each in resources if each.get("kind") != _CLAIM)
    cascades = bool(_held(item, "metadata").get("finalizers"))
    held = [f"the claims {', '.join(claims)}"] if claims else []
    held += [f"{number} {kind}" for kind, number in sorted(kinds.items())]
    what = f"; a prune would delete {', '.join(held)}" if held and cascades else ""
    what = what or ("; a prune would delete it, and leave what it deployed" if not cascades else "")
    detail = f"no spec has it{what}"
    advice = (
        f"argocd app sync {question.parent} --prune deletes it; look at its claims first"
        if claims
        else (f"argocd app sync {question.parent} --prune deletes it")
    )
    return Finding(ARGOCD, name, Status.DIFFERENT, detail, advice)


def _same(key: str, wanted: Any, there: Any) -> bool:
    """Compare what Argo CD takes for the same: a repository with or without `.git`, no revision and HEAD."""
    if key == "repoURL":
        return str(wanted).removesuffix(".git").rstrip("/") == str(there).removesuffix(".git").rstrip("/")
    if key == "targetRevision":
        return (wanted or "HEAD") == (there or "HEAD")
    return bool(wanted == there)


def _sources(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in spec.get("sources") or [spec.get("source") or {}] if isinstance(each, Mapping)]


def _first(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter(_sources(spec)), {})


def _held(data: Any, key: str) -> Mapping[str, Any]:
    found = data.get(key) if isinstance(data, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _listed(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = data.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _at(data: Any, path: Iterable[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _named(resource: Mapping[str, Any]) -> str:
    return f"{resource.get('kind')} {resource.get('name')}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more}"


def _masked(text: str) -> str:
    return secrecy.masked(" ".join(text.split()))
