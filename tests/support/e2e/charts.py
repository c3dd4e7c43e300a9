"""Charts in place of the third-party ones: of the same names and versions, with what Argo CD finds hard in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from efdgen.helm.hydrate import dependencies
from efdgen.output.tree import FileTree
from support.chartserver import Chart, chart

_ECHO = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Chart.Name }}-values
  namespace: {{ .Release.Namespace }}
data:
  values.yaml: |
    {{- toYaml .Values | nindent 4 }}
"""
"""Shows the values that reach the chart, a line each."""

_RUNS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Chart.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  selector:
    matchLabels: &labels
      app: {{ .Chart.Name }}
  template:
    metadata:
      labels: *labels
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: pause
        image: registry.k8s.io/pause:3.10
        volumeMounts: [ {{- range until CLAIMS }}{name: data-{{ . }}, mountPath: /data/{{ . }}}, {{ end -}} ]
      volumes:
      {{- range until CLAIMS }}
      - name: data-{{ . }}
        persistentVolumeClaim:
          claimName: data-{{ . }}
      {{- end }}
"""
"""Runs something that does nothing, with every claim of the app."""

_CLAIMS = """\
{{- range until CLAIMS }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data-{{ . }}
  namespace: {{ $.Release.Namespace }}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: local-path
  resources:
    requests:
      storage: 1Mi
{{- end }}
"""

_SPECIAL = {
    # The cluster fills in the address.
    "ingress-nginx": """\
apiVersion: v1
kind: Service
metadata:
  name: ingress-nginx-controller
  namespace: {{ .Release.Namespace }}
spec:
  type: LoadBalancer
  clusterIP: ""
  selector:
    app: ingress-nginx
  ports:
  - port: 443
""",
    # The cluster fills the rules of the first with those of the second.
    "telegraf-ds": """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: influx:telegraf
aggregationRule:
  clusterRoleSelectors:
  - matchLabels:
      rbac.authorization.k8s.io/aggregate-to-telegraf: "true"
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: influx:stats:viewer
  labels:
    rbac.authorization.k8s.io/aggregate-to-telegraf: "true"
rules:
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [get, list, watch]
""",
}
"""What app definitions declare `ignoreDifferences` for, by chart: else the app would be OutOfSync for ever."""


def charts(tree: FileTree, claims: Mapping[str, int]) -> Iterator[Chart]:
    """Yield a chart for each one that a rendered tree depends on, once.

    Args:
        tree: the rendered tree.
        claims: how many volumes each app claims, by app.
    """
    wanted: dict[tuple[str, str], int] = {}
    for path, content in tree.items():
        *_, app, name = ("", *path.split("/"))
        if name == "Chart.yaml":
            for each in dependencies(content):
                key = each.name, each.version
                # An app can have the chart of another.
                wanted[key] = max(wanted.get(key, 0), claims.get(app, 0))
    for (name, version), number in wanted.items():
        files = {
            "templates/values.yaml": _ECHO,
            "templates/runs.yaml": _RUNS.replace("CLAIMS", str(number)),
            "templates/claims.yaml": _CLAIMS.replace("CLAIMS", str(number)),
        }
        if name in _SPECIAL:
            files["templates/special.yaml"] = _SPECIAL[name]
        yield chart(name, version, files)
