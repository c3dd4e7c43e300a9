"""The phase that deploys: apps in their order, Argo CD's certificate, and volumes that outlive their claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_order
from efdgen.environment.secrets import ARGOCD_TLS, secrets
from efdgen.environment.volumes import volumes
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import code, table
from efdgen.repository.paths import PARENT

_TIMEOUT = 900
"""Seconds that an app has to become healthy: images are large, and links slow."""


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase."""
    ordered = sync_order(environment.apps)
    first = [app for app in ordered if app.definition.wave < 0]
    rest = [app for app in ordered if app.definition.wave >= 0]
    steps = [
        *_provided(environment),
        _applications(environment, ordered),
        *(_one(app, environment) for app in first),
        *([_rest(rest, bool(first))] if rest else ()),
        *([_certificate()] if environment.facts.argocd.managed else ()),
        *_retain(environment),
    ]
    automatic = any(app.sync_policy is not None for app in environment.apps)
    by_hand = "" if automatic else "Nothing is synced but by hand, on purpose. "
    return Phase(
        "sync",
        "Deploy the EFD",
        tuple(steps),
        f"{by_hand}The order follows from what the apps require of each other. Each "
        f"command waits until the app is healthy, {_TIMEOUT // 60} minutes at most; all of them can be run again, and "
        "Argo CD's web page does the same.",
        ("kubectl", "curl", "jq"),
    )


def _provided(environment: ResolvedEnvironment) -> Iterator[Step]:
    """Yield a check for each app that the cluster brings along and apps here require."""
    required = {name for app in environment.apps for name in app.definition.requires}
    for name in environment.facts.cluster.provides:
        if name not in required:
            continue
        yield Step(
            f"provided-{name}",
            f"Check that the cluster has {name}",
            (
                f"{name} is the cluster's own, and not deployed from here: its pods must be ready.",
                Command(
                    "kubectl wait --for=condition=Ready pod --all-namespaces --timeout=120s \\\n"
                    f"  -l app.kubernetes.io/name={name} --field-selector=status.phase=Running"
                ),
            ),
        )
    if secrets(environment) and "vault-secrets-operator" in environment.facts.cluster.provides:
        yield Step(
            "provided-vaultsecrets",
            "Check that the cluster knows VaultSecrets",
            (
                "The definition comes with the operator.",
                Command(_ESTABLISHED),
            ),
        )


_ESTABLISHED = "kubectl wait --for=condition=Established crd/vaultsecrets.ricoberger.de --timeout=60s"


def _applications(environment: ResolvedEnvironment, ordered: Sequence[ResolvedApp]) -> Step:
    if not (environment.facts.argocd.managed and ordered):
        return Step(
            "sync-app-of-apps",
            "Sync the app of apps",
            (
                "This makes the Applications; none of them is synced yet.",
                Command("connect", only="script"),
                Command(f"argocd app sync {PARENT}\nargocd app get {PARENT}"),
            ),
        )
    resources = " \\\n".join(f"  --resource argoproj.io:Application:{app.definition.name}" for app in ordered)
    return Step(
        "sync-app-of-apps",
        "Make the Applications",
        (
            (
                "Of the app of apps, only the Applications: what else it holds (Argo CD's certificate, host and "
                "permissions) needs apps that are not there yet. None of the Applications is synced by this."
            ),
            Command("connect", only="script"),
            Command(f"argocd app sync {PARENT} \\\n{resources}"),
        ),
    )


def _sync(app: ResolvedApp) -> str:
    name = app.definition.name
    return f"argocd app sync {name} --timeout {_TIMEOUT}\nargocd app wait {name} --health --timeout {_TIMEOUT}"


def _one(app: ResolvedApp, environment: ResolvedEnvironment) -> Step:
    name = app.definition.name
    parts: list[str | Command] = [app.definition.description, Command(_sync(app))]
    if app.definition.manual_secrets and secrets(environment):
        parts += ["From here on, the cluster knows VaultSecrets.", Command(_ESTABLISHED)]
    return Step(f"sync-{name}", f"Sync {name}", tuple(parts))


def _rest(apps: Sequence[ResolvedApp], others: bool) -> Step:
    return Step(
        "sync-rest",
        "Sync the other apps" if others else "Sync the apps",
        (
            "One after the other, in this order.",
            Command("\n".join(_sync(app) for app in apps)),
            (
                "When one does not become healthy, look at its events and logs (see *Look at logs*), mend the cause, "
                "and go on from there."
            ),
            Command("argocd app list"),
        ),
    )


def _certificate() -> Step:
    return Step(
        "argocd-certificate",
        "Give Argo CD its certificate",
        (
            (
                f"The rest of the app of apps: Argo CD's ingress, its permissions, and the VaultSecret `{ARGOCD_TLS}`. "
                "Argo CD takes the certificate as soon as the Secret is there, without a restart."
            ),
            Command(
                f"argocd app sync {PARENT}\n"
                "for _ in {1..60}; do\n"
                f"  if kubectl -n argocd get secret {ARGOCD_TLS} >/dev/null 2>&1; then break; fi\n"
                "  sleep 5\n"
                "done\n"
                f"kubectl -n argocd get secret {ARGOCD_TLS}"
            ),
        ),
    )


def _retain(environment: ResolvedEnvironment) -> Iterator[Step]:
    found = volumes(environment)
    if not found:
        return
    namespaces = list(dict.fromkeys(volume.namespace for volume in found))
    claims = [(name, sum(v.claims for v in found if v.namespace == name)) for name in namespaces]
    rows = [
        (v.app, v.what, str(v.claims), v.size, f"`{v.storage_class}`" if v.storage_class else "the cluster's default")
        for v in found
    ]
    checks = "\n".join(f"bound {namespace} {count}" for namespace, count in claims)
    changes = "\n".join(f"retain {namespace}" for namespace in namespaces)
    yield Step(
        "retain",
        "Keep the data when a claim is deleted",
        (
            "The volumes that the apps claim:",
            table(("app", "volume", "claims", "size each", "storage class"), rows),
            f"All of them must be bound (`bound NAMESPACE CLAIMS`, in {code(namespaces)}).",
            Command(
                "bound() { # bound NAMESPACE CLAIMS: are so many claims bound?\n"
                "  local there\n"
                '  there="$(kubectl get pvc -n "$1" -o json | jq \'[.items[] | select(.status.phase == "Bound")] |'
                " length')\" || return\n"
                '  echo "$1: $there of $2 claims are bound"\n'
                '  [ "$there" -ge "$2" ]\n'
                "}\n"
                f"{checks}"
            ),
            (
                "New volumes have the reclaim policy Delete: who deletes the claim, deletes the data. This changes "
                "every volume that is bound to a claim of these apps to Retain; run it again whenever a claim was "
                "added."
            ),
            Command(
                "retain() { # retain NAMESPACE\n"
                '  kubectl get pvc -n "$1" -o jsonpath=\'{range .items[*]}{.spec.volumeName}{"\\n"}{end}\' |\n'
                "    xargs -r -I '{}' kubectl patch pv '{}' "
                '-p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'\n'
                "}\n"
                f"{changes}\n"
                "kubectl get pv -o custom-columns=NAMESPACE:.spec.claimRef.namespace,CLAIM:.spec.claimRef.name,"
                "SIZE:.spec.capacity.storage,POLICY:.spec.persistentVolumeReclaimPolicy"
            ),
        ),
    )
