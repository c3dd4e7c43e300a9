"""The phase that ends with the app of apps in Argo CD."""

from __future__ import annotations

from shlex import quote

from efdgen.environment import rbac
from efdgen.environment.model import ArgoCd, ResolvedEnvironment
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.repository import paths
from efdgen.repository.paths import PARENT

_LOCAL = "localhost:8080"
"""Where the port-forward makes Argo CD appear."""

_MOVING = ("/stable/", "/latest/", "/master/", "/main/", "/HEAD/")


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase: installing Argo CD where the environment has its own, else logging in to the one there is."""
    argocd = environment.facts.argocd
    if argocd.managed:
        return Phase(
            "argocd",
            "Install Argo CD",
            (_install(environment), _cli(_SERVER_IMAGE), _rbac(argocd), _log_in(), _app_of_apps(environment)),
            "Argo CD keeps the cluster as Git says. It, and what it is told to deploy, live in the namespace `argocd`.",
            ("kubectl", "curl", "jq", "base64", "sudo"),
        )
    return Phase(
        "argocd",
        "Get at Argo CD",
        (_cli(_version_of(argocd.url)), _sso(argocd), _app_of_apps(environment)),
        f"The Argo CD at <{argocd.url}> deploys this environment. Others look after it, its certificate and who may do "
        "what: nothing is installed here.",
        ("kubectl", "curl", "jq", "sudo"),
    )


def _install(environment: ResolvedEnvironment) -> Step:
    manifest = environment.facts.argocd.install_manifest
    version = environment.facts.cluster.kubernetes_version
    parts: list[str | Command] = [
        (
            "The namespace, then Argo CD's own manifest, unless Argo CD is there: run again, this must not upgrade it. "
            "`--server-side`, because some of its definitions are too large for an ordinary apply."
        ),
        Command(
            "kubectl create namespace argocd --dry-run=client -o yaml | kubectl apply -f -\n"
            "kubectl -n argocd get deployment argocd-server >/dev/null 2>&1 ||\n"
            "  kubectl apply -n argocd --server-side --force-conflicts \\\n"
            f"    -f {quote(manifest)}\n"
            "kubectl -n argocd wait --for=condition=Available deployment --all --timeout=600s\n"
            "kubectl -n argocd rollout status statefulset argocd-application-controller --timeout=600s"
        ),
    ]
    if any(word in manifest for word in _MOVING):
        parts.append(
            "This address moves with Argo CD's releases, and newer ones drop older versions of Kubernetes: when the "
            f"installation fails, let the spec's `argocd.installManifest` name a release that supports {version}."
        )
    return Step("argocd-install", "Install Argo CD in the cluster", tuple(parts))


_SERVER_IMAGE = (
    'argocd_version="$(kubectl -n argocd get deployment argocd-server -o '
    "jsonpath='{.spec.template.spec.containers[0].image}' |\n  sed -E 's/@.*//; s/.*://')\""
)


def _version_of(url: str) -> str:
    return f"argocd_version=\"$(curl -fsSL {quote(url + '/api/version')} | jq -r .Version | sed 's/+.*//')\""


def _cli(version: str) -> Step:
    url = "https://github.com/argoproj/argo-cd/releases/download/$argocd_version/argocd-linux-amd64"
    return Step(
        "argocd-cli",
        "Install the argocd command",
        (
            "In the version of the server, so that both understand each other.",
            Command(
                f"{version}\n"
                'if ! argocd version --client --short 2>/dev/null | grep -F "${argocd_version:?}"; then\n'
                f'  curl -fsSL -o argocd "{url}" &&\n'
                "    sudo install -m 0755 argocd /usr/local/bin/argocd\n"
                "fi\n"
                'argocd version --client --short | grep -F "$argocd_version"'
            ),
        ),
    )


def _rbac(argocd: ArgoCd) -> Step:
    policy = "".join(f"    {line}\n" for line in rbac.policy_csv(argocd.rbac).splitlines())
    said = [
        *(f"`{p.subject}` may {'' if p.effect == 'allow' else 'not '}{p.action} {p.resource} `{p.object}`"
          for p in argocd.rbac.policies),
        *(f"`{group.subject}` has `{group.role}`" for group in argocd.rbac.groups),
        f"everybody else has `{argocd.rbac.default_role}`",
    ]  # fmt: skip
    data = f"  policy.csv: |\n{policy}" if policy else '  policy.csv: ""\n'
    return Step(
        "argocd-rbac",
        "Say who may do what",
        (
            (
                f"{'; '.join(said)}. Groups come from single sign-on, which is not part of the spec: see "
                "<https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/> and "
                "<https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/>. The app of apps holds the same "
                "ConfigMap, and keeps it so later."
            ),
            Command(
                "kubectl apply --server-side --force-conflicts -f - <<'EOF'\n"
                "apiVersion: v1\n"
                "kind: ConfigMap\n"
                "metadata:\n"
                "  name: argocd-rbac-cm\n"
                "  namespace: argocd\n"
                "  labels:\n"
                "    app.kubernetes.io/name: argocd-rbac-cm\n"
                "    app.kubernetes.io/part-of: argocd\n"
                "data:\n"
                f"{data}"
                f"  policy.default: {argocd.rbac.default_role}\n"
                "EOF"
            ),
        ),
    )


_TOKEN = (
    f"export ARGOCD_SERVER={_LOCAL} ARGOCD_OPTS=--insecure\n"
    'ARGOCD_AUTH_TOKEN="$(\n'
    "  kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d |\n"
    """    jq --raw-input --slurp '{username: "admin", password: .}' |\n"""
    f"    curl -fsSk -H 'Content-Type: application/json' --data @- https://{_LOCAL}/api/v1/session |\n"
    "    jq --exit-status --raw-output .token\n"
    ')"\n'
    "export ARGOCD_AUTH_TOKEN"
)
_PASSWORD = f"argocd login {_LOCAL} --insecure --username admin"


def _log_in() -> Step:
    return Step(
        "argocd-login",
        "Log in through a port-forward",
        (
            (
                "Until its host name and certificate are there, Argo CD is reached through a port-forward, in a second "
                "terminal (with the same `KUBECONFIG`), for as long as `argocd` is used."
            ),
            Command("kubectl port-forward svc/argocd-server -n argocd 8080:443", only="page"),
            (
                "The first password goes from its Secret to Argo CD, and a token comes back: neither is shown, or "
                "stands on a command line. `--insecure` and `-k`: behind the port-forward is a certificate that nobody "
                "signed. The token lasts a day; run this again in each new terminal."
            ),
            Command(_TOKEN, only="page"),
            f"Where the password was changed, and its Secret deleted, log in with `{_PASSWORD}` instead: it asks.",
            Command("connect", only="script"),
            Command("argocd account get-user-info"),
        ),
    )


def _sso(argocd: ArgoCd) -> Step:
    return Step(
        "argocd-login",
        "Log in to Argo CD",
        (
            "This opens a browser, or shows the address to open.",
            Command(_sso_command(argocd), only="page"),
            Command("connect", only="script"),
            Command("argocd account get-user-info"),
            (
                "Argo CD in this cluster must know itself by the same address; where not, kubectl talks to another "
                "cluster than Argo CD, or you may not look."
            ),
            Command("kubectl -n argocd get configmap argocd-cm -o jsonpath='{.data.url}{\"\\n\"}'", by_hand=True),
        ),
    )


def _sso_command(argocd: ArgoCd) -> str:
    host, _, path = argocd.url.removeprefix("https://").partition("/")
    return f"argocd login {host} --sso --grpc-web{f' --grpc-web-root-path /{path}' if path else ''}"


def connect(environment: ResolvedEnvironment) -> str:
    """Return the shell function `connect`, which logs in to Argo CD, once in a run of a script."""
    argocd = environment.facts.argocd
    if not argocd.managed:
        host = argocd.url.removeprefix("https://")
        return (
            "connect() { # log in to Argo CD, unless that was done\n"
            "  if argocd context 2>/dev/null | grep -F '*' | "
            f"grep -F {quote(host)} >/dev/null; then\n"
            "    if argocd account get-user-info | grep -F 'Logged In: true' >/dev/null; then return 0; fi\n"
            "  fi\n"
            f"  {_sso_command(argocd)}\n"
            "}"
        )
    token = "\n".join(f"  {line}" for line in _TOKEN.splitlines())
    return (
        "session() { # get a token for Argo CD; fails where its first password is gone\n"
        f"{token}\n"
        "}\n"
        "\n"
        "connect() { # log in to Argo CD, through a port-forward that ends with this script\n"
        '  [ -z "$forward" ] || return 0\n'
        "  kubectl port-forward svc/argocd-server -n argocd 8080:443 >/dev/null &\n"
        "  forward=$!\n"
        "  local try\n"
        "  for try in {1..30}; do\n"
        f"    if curl -fsSk -o /dev/null https://{_LOCAL}/healthz 2>/dev/null; then break; fi\n"
        '    kill -0 "$forward" || fail "the port-forward to Argo CD ended: is port 8080 taken?"\n'
        '    [ "$try" -lt 30 ] || fail "Argo CD does not answer"\n'
        "    sleep 2\n"
        "  done\n"
        "  if kubectl -n argocd get secret argocd-initial-admin-secret >/dev/null 2>&1; then\n"
        "    session\n"
        "  else\n"
        f"    {_PASSWORD} </dev/tty\n"
        "  fi\n"
        "}"
    )


def _app_of_apps(environment: ResolvedEnvironment) -> Step:
    argocd = environment.facts.argocd
    name = environment.facts.name
    path = f"{argocd.path}/{paths.PARENT}"
    return Step(
        "app-of-apps",
        "Create the app of apps",
        (
            (
                f"`{PARENT}` is the Application whose chart yields one Application an app, for the environment that "
                "`env` names: there is no default. Nothing is deployed yet. Running this again changes nothing."
            ),
            Command(
                f"argocd app create {PARENT} --upsert \\\n"
                f"  --project {argocd.project} \\\n"
                "  --dest-namespace argocd --dest-server https://kubernetes.default.svc \\\n"
                f"  --repo {quote(argocd.repo_url)} \\\n"
                f"  --path {quote(path)} \\\n"
                f"  --revision {quote(argocd.target_revision)} \\\n"
                f"  --helm-set env={name}\n"
                f"argocd app get {PARENT}"
            ),
        ),
    )
