# Brings the EFD up: environment <% name %>.
#
# Written by `efdgen runbook <% name %> --format sh`: the steps of the runbook, rendered/docs/<% name %>.md, from the cluster
# to the first test. It does not install what the machine needs before that, and there is nothing in it about daily
# work, and nothing that tears down: read the runbook for these.

%% if argocd.managed
session() { # get a token for Argo CD; fails where its first password is gone
  export ARGOCD_SERVER=localhost:8080 ARGOCD_OPTS=--insecure
  ARGOCD_AUTH_TOKEN="$(
    kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath='{.data.password}' | base64 -d |
      jq --raw-input --slurp '{username: "admin", password: .}' |
      curl -fsSk -H 'Content-Type: application/json' --data @- https://localhost:8080/api/v1/session |
      jq --exit-status --raw-output .token
  )"
  export ARGOCD_AUTH_TOKEN
}

connect() { # log in to Argo CD, through a port-forward that ends with this script
  [ -z "$forward" ] || return 0
  kubectl port-forward svc/argocd-server -n argocd 8080:443 >/dev/null &
  forward=$!
  local try
  for try in {1..30}; do
    if curl -fsSk -o /dev/null https://localhost:8080/healthz 2>/dev/null; then break; fi
    kill -0 "$forward" || fail "the port-forward to Argo CD ended: is port 8080 taken?"
    [ "$try" -lt 30 ] || fail "Argo CD does not answer"
    sleep 2
  done
  if kubectl -n argocd get secret argocd-initial-admin-secret >/dev/null 2>&1; then
    session
  else
    argocd login localhost:8080 --insecure --username admin </dev/tty
  fi
}
%% else
%% set url = address(argocd.url)
connect() { # log in to Argo CD, unless that was done
  if argocd context 2>/dev/null | grep -F '*' | grep -F <% url.host ~ url.path %> >/dev/null; then
    if argocd account get-user-info | grep -F 'Logged In: true' >/dev/null; then return 0; fi
  fi
  argocd login <% url.host %> --sso --grpc-web <% ['--grpc-web-root-path', url.path] if url.path %>
}
%% endif

%% if cluster.k3d
%% set wanted = cluster.k3d.k3sVersion | replace('-k3s', '+k3s')
export KUBECONFIG="$HOME/k3s.yaml"

right_cluster() {
  local server
  server="$(kubectl version -o json | jq -r .serverVersion.gitVersion)"
  [ "$server" = <% wanted %> ] || { echo 'STOP: this cluster is not <% wanted %>' >&2; false; }
}
%% else
%% set wanted = 'v' ~ cluster.kubernetesVersion
export KUBECONFIG="${KUBECONFIG:-$HOME/.kube/config}"

right_cluster() {
  local server
  server="$(kubectl version -o json | jq -r .serverVersion.gitVersion)"
  printf '%s\n' <% wanted %> "$server" | sort -V -C || { echo 'STOP: this cluster is older than <% wanted %>' >&2; false; }
%% if argocd.destinationServer != 'https://kubernetes.default.svc'
  local api wanted=<% argocd.destinationServer %>
  api="$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')"
  [ "${api%/}" = "${wanted%/}" ] || { echo "STOP: kubectl talks to another API server than $wanted" >&2; false; }
%% endif
}
%% endif
