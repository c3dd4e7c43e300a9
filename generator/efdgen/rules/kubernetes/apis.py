"""APIs that Kubernetes deprecated and removed, from 1.8 to 1.33, as a table.

https://kubernetes.io/docs/reference/using-api/deprecation-guide/ says what was removed and what replaces it; when
something was deprecated is in the release notes.
"""

from __future__ import annotations

from efdgen.language.tuples import NamedTuple

Version = tuple[int, int]
"""A minor version of Kubernetes: (1, 21)."""


class RetiredApi(NamedTuple):
    """A kind in an API version that Kubernetes deprecated.

    Attributes:
        version: group and version, such as `extensions/v1beta1`.
        kind: the kind.
        deprecated: the version of Kubernetes that deprecated it.
        removed: the first version that does not serve it.
        replacements: groups and versions that serve the kind instead, each with the version of Kubernetes that
            brought it, the oldest first; empty where nothing replaces it.
    """

    version: str
    kind: str
    deprecated: Version
    removed: Version
    replacements: tuple[tuple[str, Version], ...]

    def replacement(self, cluster: Version) -> str:
        """Return the newest replacement that a cluster serves, else an empty text."""
        served = [version for version, since in self.replacements if since <= cluster]
        return served[-1] if served else ""


def minor(version: str) -> Version:
    """Return the minor version that a version such as `1.21.5` or `v1.21` belongs to."""
    parts = version.removeprefix("v").split(".")
    return int(parts[0]), int(parts[1])


def shown(version: Version) -> str:
    """Return a minor version as people write it."""
    return f"{version[0]}.{version[1]}"


def find(version: str, kind: str) -> RetiredApi | None:
    """Return what is known of a kind in an API version; None when it is not deprecated."""
    return _BY_NAME.get((version, kind.removesuffix("List")))


# API version, kinds, deprecated in, removed in, what replaces it since when.
_TABLE = """
extensions/v1beta1                    DaemonSet Deployment ReplicaSet   1.9  1.16 apps/v1@1.9
apps/v1beta1                          Deployment StatefulSet ReplicaSet ControllerRevision 1.9 1.16 apps/v1@1.9
apps/v1beta2                          DaemonSet Deployment ReplicaSet StatefulSet ControllerRevision \
1.9  1.16 apps/v1@1.9
extensions/v1beta1                    NetworkPolicy                     1.9  1.16 networking.k8s.io/v1@1.7
extensions/v1beta1                    PodSecurityPolicy                 1.10 1.16 policy/v1beta1@1.10
extensions/v1beta1                    Ingress       1.14 1.22 networking.k8s.io/v1beta1@1.14 networking.k8s.io/v1@1.19
networking.k8s.io/v1beta1             Ingress IngressClass              1.19 1.22 networking.k8s.io/v1@1.19
scheduling.k8s.io/v1alpha1            PriorityClass   1.14 1.17 scheduling.k8s.io/v1beta1@1.11 scheduling.k8s.io/v1@1.14
scheduling.k8s.io/v1beta1             PriorityClass                     1.14 1.22 scheduling.k8s.io/v1@1.14
rbac.authorization.k8s.io/v1alpha1    ClusterRole ClusterRoleBinding Role RoleBinding \
1.17 1.22 rbac.authorization.k8s.io/v1@1.8
rbac.authorization.k8s.io/v1beta1     ClusterRole ClusterRoleBinding Role RoleBinding \
1.17 1.22 rbac.authorization.k8s.io/v1@1.8
apiextensions.k8s.io/v1beta1          CustomResourceDefinition          1.16 1.22 apiextensions.k8s.io/v1@1.16
admissionregistration.k8s.io/v1beta1  MutatingWebhookConfiguration ValidatingWebhookConfiguration \
1.16 1.22 admissionregistration.k8s.io/v1@1.16
apiregistration.k8s.io/v1beta1        APIService                        1.19 1.22 apiregistration.k8s.io/v1@1.10
authentication.k8s.io/v1beta1         TokenReview                       1.19 1.22 authentication.k8s.io/v1@1.6
authorization.k8s.io/v1beta1          LocalSubjectAccessReview SelfSubjectAccessReview SubjectAccessReview \
SelfSubjectRulesReview 1.19 1.22 authorization.k8s.io/v1@1.6
certificates.k8s.io/v1beta1           CertificateSigningRequest         1.19 1.22 certificates.k8s.io/v1@1.19
coordination.k8s.io/v1beta1           Lease                             1.19 1.22 coordination.k8s.io/v1@1.14
storage.k8s.io/v1beta1                CSIDriver                         1.19 1.22 storage.k8s.io/v1@1.18
storage.k8s.io/v1beta1                CSINode                           1.17 1.22 storage.k8s.io/v1@1.17
storage.k8s.io/v1beta1                StorageClass                      1.19 1.22 storage.k8s.io/v1@1.6
storage.k8s.io/v1beta1                VolumeAttachment                  1.19 1.22 storage.k8s.io/v1@1.13
batch/v2alpha1                        CronJob                      1.8  1.21 batch/v1beta1@1.8 batch/v1@1.21
batch/v1beta1                         CronJob                           1.21 1.25 batch/v1@1.21
discovery.k8s.io/v1beta1              EndpointSlice                     1.21 1.25 discovery.k8s.io/v1@1.21
events.k8s.io/v1beta1                 Event                             1.22 1.25 events.k8s.io/v1@1.19
node.k8s.io/v1beta1                   RuntimeClass                      1.22 1.25 node.k8s.io/v1@1.20
policy/v1beta1                        PodDisruptionBudget               1.21 1.25 policy/v1@1.21
policy/v1beta1                        PodSecurityPolicy                 1.21 1.25
autoscaling/v2beta1                   HorizontalPodAutoscaler  1.19 1.25 autoscaling/v2beta2@1.12 autoscaling/v2@1.23
autoscaling/v2beta2                   HorizontalPodAutoscaler           1.23 1.26 autoscaling/v2@1.23
storage.k8s.io/v1beta1                CSIStorageCapacity                1.24 1.27 storage.k8s.io/v1@1.24
flowcontrol.apiserver.k8s.io/v1beta1  FlowSchema PriorityLevelConfiguration 1.23 1.26 \
flowcontrol.apiserver.k8s.io/v1beta2@1.23 flowcontrol.apiserver.k8s.io/v1beta3@1.26
flowcontrol.apiserver.k8s.io/v1beta2  FlowSchema PriorityLevelConfiguration 1.26 1.29 \
flowcontrol.apiserver.k8s.io/v1beta3@1.26 flowcontrol.apiserver.k8s.io/v1@1.29
flowcontrol.apiserver.k8s.io/v1beta3  FlowSchema PriorityLevelConfiguration 1.29 1.32 \
flowcontrol.apiserver.k8s.io/v1@1.29
"""


def _rows() -> list[RetiredApi]:
    rows = []
    for line in _TABLE.strip().splitlines():
        version, *words = line.split()
        kinds = [word for word in words if word[0].isupper()]
        deprecated, removed = (minor(word) for word in words if word[0].isdigit())
        replaced = [word.split("@") for word in words if "@" in word]
        replacements = tuple((name, minor(since)) for name, since in replaced)
        rows += [RetiredApi(version, kind, deprecated, removed, replacements) for kind in kinds]
    return rows


TABLE = tuple(_rows())
_BY_NAME = {(api.version, api.kind): api for api in TABLE}
