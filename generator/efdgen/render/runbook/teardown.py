"""How an environment goes away."""

from __future__ import annotations

from efdgen.environment.model import K3d, ResolvedApp, ResolvedEnvironment
from efdgen.environment.order import sync_order
from efdgen.environment.secrets import secrets
from efdgen.environment.volumes import volumes
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import app_with_chart, code, hosts
from efdgen.repository.paths import PARENT


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase."""
    k3d = environment.facts.cluster.k3d
    steps = [
        _check(environment),
        _delete(environment),
        *((_cluster(k3d),) if k3d else ()),
        _rest(environment),
    ]
    name = environment.facts.name
    recorded = ": nothing is recorded any more" if app_with_chart(environment, "cp-helm-charts") else ""
    return Phase(
        "teardown",
        "Tear the environment down (destructive)",
        tuple(steps),
        f"**This ends the EFD of {name}{recorded}.** No script does it. Read each step to its end "
        "before you run it, and be sure which cluster you are talking to.",
    )


def _check(environment: ResolvedEnvironment) -> Step:
    parts: list[str | Command] = [
        "The current context must be this environment's.",
        Command("kubectl config current-context\nkubectl cluster-info\nargocd app list"),
    ]
    namespaces = list(dict.fromkeys(volume.namespace for volume in volumes(environment)))
    if namespaces:
        parts += [
            (
                "Volumes with the reclaim policy Delete go with their claims, and the data with them. This must print "
                "nothing; else go back to *Keep the data when a claim is deleted*."
            ),
            Command(
                "kubectl get pv -o json | jq -r '.items[]\n"
                '  | select(.spec.persistentVolumeReclaimPolicy != "Retain")\n'
                f"  | select(.spec.claimRef.namespace | IN({', '.join(_quoted(n) for n in namespaces)}))\n"
                '  | "\\(.metadata.name) \\(.spec.claimRef.namespace)/\\(.spec.claimRef.name)"\''
            ),
        ]
    return Step("teardown-check", "Make sure that the data stays", tuple(parts))


def _quoted(word: str) -> str:
    return f'"{word}"'


def _cascades(app: ResolvedApp) -> bool:
    """Say whether deleting an app's Application deletes its resources: Argo CD's finalizer does that."""
    return app.definition.application.get("finalizers", [""]) not in (None, [])


def _delete_one(app: ResolvedApp) -> tuple[str, str]:
    name = app.definition.name
    return (
        f"argocd app delete {name} --cascade{'' if _cascades(app) else '=false'} --yes",
        f"kubectl -n argocd wait --for=delete application/{name} --timeout=600s",
    )


def _delete(environment: ResolvedEnvironment) -> Step:
    ordered = sync_order(environment.apps)[::-1]
    lines = [line for app in ordered for line in _delete_one(app)]
    stays = [app.definition.name for app in ordered if not _cascades(app)]
    note = (
        f" Of {code(stays)}, only the Application goes: it has no finalizer, on purpose, and what it deployed stays."
        if stays
        else ""
    )
    return Step(
        "delete-apps",
        "Delete the apps",
        (
            (
                "In the reverse order of syncing, and no further than the first that fails. An app takes its namespace "
                "and its claims with it; the volumes, and "
                f"the data in them, stay.{note}"
            ),
            *((Command(" &&\n".join(lines)),) if lines else ()),
            "The app of apps goes last, by itself.",
            Command(f"argocd app delete {PARENT} --cascade=false --yes"),
        ),
    )


def _cluster(k3d: K3d) -> Step:
    return Step(
        "delete-cluster",
        "Delete the cluster",
        (
            (
                f"This deletes the container, and Argo CD with it. The data stays in `{k3d.host_path}`, one folder a "
                "volume (`pvc-<id>_<namespace>_<claim>`); a new cluster makes new folders: copy the content over. "
                "Deleting the folders is up to you."
            ),
            Command(f"sudo /usr/local/bin/k3d cluster delete {k3d.name}\nsudo ls {k3d.host_path}"),
        ),
    )


def _rest(environment: ResolvedEnvironment) -> Step:
    facts = environment.facts
    left = [
        *(
            ("its DNS records (the change batches above, with `DELETE` in place of `UPSERT`)",)
            if any(hosts(environment))
            else ()
        ),
        *((f"its secrets in Vault, below `{facts.vault.path_prefix}`",) if secrets(environment) else ()),
        *(
            ("the released volumes: `kubectl get pv` lists them",)
            if volumes(environment) and not facts.cluster.k3d
            else ()
        ),
        f"`environments/{facts.name}.yaml`: delete it and run `efdgen render`, which removes its files only",
    ]
    keeps = "" if facts.cluster.k3d else " (the cluster is not this environment's, and stays)"
    return Step(
        "teardown-rest",
        "Clean up what is left",
        (
            f"What nothing above removes{keeps}:\n\n"
            + "\n".join(f"- {item};" for item in left[:-1])
            + f"\n- {left[-1]}.",
        ),
    )
