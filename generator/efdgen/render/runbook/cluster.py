"""The phase that ends with a Kubernetes cluster that kubectl can talk to."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import Cluster, K3d, ResolvedEnvironment
from efdgen.environment.volumes import volumes
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import code, stop

DOCKER = "20.10.10"
"""The version of Docker CE that the deployment guide was written with."""

KUBECONFIG = '"$HOME/k3s.yaml"'
"""Where the kubeconfig of a k3d cluster is kept, as a shell word."""

_VAULT = "1.9.2"
"""A version of Vault's command line that reads both kinds of KV stores; any later one does."""


def phase(environment: ResolvedEnvironment) -> Phase:
    """Return the phase: making the cluster where k3d makes it, else getting at the one that is there."""
    cluster = environment.facts.cluster
    if cluster.k3d:
        return Phase(
            "cluster",
            "Provision the cluster",
            (
                _tools(cluster),
                _docker(),
                _install_k3d(cluster.k3d),
                _firewall(environment),
                _create(cluster.k3d),
                _kubeconfig(cluster.k3d),
                _right_version(cluster),
                _storage(environment),
                _workers(cluster.k3d),
            ),
            f"One machine, with CentOS 7, Rocky Linux or a relative: Docker runs k3s, a small Kubernetes, in one "
            f"container, and k3d {cluster.k3d.version} makes that container. The volumes of the EFD are in "
            f"`{cluster.k3d.host_path}` on this machine. All commands are for bash.",
            ("sudo", "docker", "systemctl", "curl", "kubectl", "jq"),
        )
    return Phase(
        "cluster",
        "Get at the cluster",
        (_tools(cluster), _access(), _right_version(cluster), _storage(environment)),
        "This cluster is there, and others look after it: nothing is installed on its machines. What follows runs on "
        "any machine that reaches its API server. All commands are for bash.",
        ("kubectl", "jq"),
    )


def _tools(cluster: Cluster) -> Step:
    version = cluster.kubernetes_version
    url = f"https://dl.k8s.io/release/v{version}/bin/linux/amd64/kubectl"
    docker: tuple[str | Command, ...] = ()
    needed = "`kubectl`, `curl`, `jq` and `vault`"
    if cluster.k3d:
        needed = f"Docker CE, {needed}; k3d comes later"
        docker = (
            (
                f"Docker CE: this runbook was written with {DOCKER}; later versions do. Where the repository begins "
                "with a later one (Rocky Linux 9), leave the two versions out."
            ),
            Command(
                "sudo yum install -y yum-utils\n"
                "sudo yum-config-manager --add-repo https://download.docker.com/linux/centos/docker-ce.repo\n"
                f"command -v docker || sudo yum install -y docker-ce-{DOCKER} docker-ce-cli-{DOCKER} containerd.io",
                only="page",
            ),
        )
    return Step(
        "tools",
        "Install the tools",
        (
            f"What is used below: {needed}. What is installed already stays as it is.",
            Command("sudo yum install -y epel-release\nsudo yum install -y curl jq unzip", only="page"),
            *docker,
            (
                f"kubectl, in the version that the spec names for the cluster, {version}; one minor version more or "
                "less works, too."
            ),
            Command(
                f"command -v kubectl || {{\n"
                f"  curl -fsSLO {url} &&\n"
                f'    echo "$(curl -fsSL {url}.sha256)  kubectl" | sha256sum --check &&\n'
                f"    sudo install -m 0755 kubectl /usr/local/bin/kubectl\n}}\n"
                "kubectl version --client",
                only="page",
            ),
            "vault, which checks that every secret is there before anything waits for it.",
            Command(
                f"command -v vault || {{\n"
                f"  curl -fsSLO https://releases.hashicorp.com/vault/{_VAULT}/vault_{_VAULT}_linux_amd64.zip &&\n"
                f"    unzip -o vault_{_VAULT}_linux_amd64.zip vault &&\n"
                f"    sudo install -m 0755 vault /usr/local/bin/vault\n}}",
                only="page",
            ),
        ),
    )


def _docker() -> Step:
    return Step(
        "docker-on-boot",
        "Start Docker on boot",
        (
            "Docker starts with the machine, and k3d's container with Docker: the EFD comes back after a reboot.",
            Command("sudo systemctl enable --now docker\nsudo docker version --format '{{.Server.Version}}'"),
        ),
    )


def _install_k3d(k3d: K3d) -> Step:
    version = f"v{k3d.version}"
    grep = f"grep -F 'k3d version {version}'"
    return Step(
        "install-k3d",
        f"Install k3d {k3d.version}",
        (
            (
                "The install script takes the version from `TAG`, and fetches itself from that version, too. "
                "It goes to `/usr/local/bin`, which `sudo` does not search on CentOS: hence the full path from here "
                f"on. k3s comes later, as the image `rancher/k3s:{k3d.k3s_version}`: the cluster names it, so that "
                "k3d's default does not matter."
            ),
            Command(
                f"if ! k3d version | {grep}; then\n"
                f"  curl -fsSL https://raw.githubusercontent.com/rancher/k3d/{version}/install.sh |"
                f" TAG={version} bash\nfi\n"
                f"k3d version | {grep}"
            ),
        ),
    )


def _firewall(environment: ResolvedEnvironment) -> Step:
    ports = ["80/tcp", "443/tcp", "6443/tcp", *(f"{port}/tcp" for port in _node_ports(environment))]
    return Step(
        "firewall",
        "Open the firewall (where one runs)",
        (
            (
                "k3s shares this machine's network. Where `firewalld` runs, it must let k3s's own networks (pods: "
                "10.42.0.0/16, services: 10.43.0.0/16) through, and the ports that people use."
            ),
            Command(
                "sudo firewall-cmd --permanent --zone=trusted --add-source=10.42.0.0/16 --add-source=10.43.0.0/16\n"
                f"sudo firewall-cmd --permanent {' '.join(f'--add-port={port}' for port in ports)}\n"
                "sudo firewall-cmd --reload",
                by_hand=True,
            ),
        ),
    )


def _node_ports(environment: ResolvedEnvironment) -> Iterator[int]:
    """Yield the ports of the Kafka brokers, as they are reached from outside."""
    _, _, port = (environment.facts.kafka.broker or "").rpartition(":")
    for app in environment.apps:
        kafka = app.values.get("cp-kafka")
        if port.isdigit() and isinstance(kafka, dict):
            yield from range(int(port), int(port) + int(kafka.get("brokers", 1)))


def _create(k3d: K3d) -> Step:
    name = k3d.name
    return Step(
        "create-cluster",
        "Create the cluster",
        (
            (
                "One node; running this again changes nothing. `--network host` lets the host's ports, 443 above all, "
                "reach the services in k3s (not on Docker Desktop for Mac, where it does not work); `--no-lb` leaves "
                "out k3d's own proxy, which that makes needless; `--disable=traefik` leaves the ingress to "
                "ingress-nginx, which Argo CD deploys (since version 5, k3d wants to know where a k3s argument goes: "
                "`@server:0` is the one server). `--volume` keeps what k3s's local-path provisioner writes on the "
                f"host, in `{k3d.host_path}`."
            ),
            Command(
                f"export HOST_PATH={k3d.host_path}\n"
                f"export CONTAINER_PATH={k3d.container_path}\n"
                'sudo mkdir -p "$HOST_PATH"\n'
                f"sudo /usr/local/bin/k3d cluster list {name} || sudo /usr/local/bin/k3d cluster create {name} \\\n"
                "  --network host --no-lb \\\n"
                f"  --image rancher/k3s:{k3d.k3s_version} \\\n"
                '  --volume "$HOST_PATH:$CONTAINER_PATH" \\\n'
                '  --k3s-arg "--disable=traefik@server:0"'
            ),
            "The container starts again with Docker: this prints `unless-stopped` or `always`.",
            Command(
                f"sudo docker inspect --format '{{{{.HostConfig.RestartPolicy.Name}}}}' k3d-{name}-server-0 |\n"
                "  grep -E '^(always|unless-stopped)$'"
            ),
        ),
    )


def _kubeconfig(k3d: K3d) -> Step:
    return Step(
        "kubeconfig",
        "Point kubectl at the cluster",
        (
            "The kubeconfig opens the whole cluster: only you can read the copy. Each new terminal needs the `export`.",
            Command(
                f"sudo /usr/local/bin/k3d kubeconfig get {k3d.name} | install -m 0600 /dev/stdin {KUBECONFIG}\n"
                f"export KUBECONFIG={KUBECONFIG}\n"
                "kubectl wait --for=condition=Ready node --all --timeout=300s\n"
                "kubectl cluster-info"
            ),
            (
                "To use kubectl on another machine, copy the file there, and put this machine's address in place of "
                "`0.0.0.0` (or `localhost`) in its `server:` line."
            ),
        ),
    )


def _access() -> Step:
    return Step(
        "kubeconfig",
        "Point kubectl at the cluster",
        (
            (
                "Ask those who run the cluster for a kubeconfig that may create namespaces and Secrets, and patch "
                "PersistentVolumes; keep it where only you can read it. Each new terminal needs the `export`."
            ),
            Command('export KUBECONFIG="$HOME/.kube/config"   # or where you keep it', only="page"),
            Command('export KUBECONFIG="${KUBECONFIG:-$HOME/.kube/config}"', only="script"),
            Command("kubectl config current-context\nkubectl cluster-info"),
            "Both must name the cluster that you mean.",
        ),
    )


def _right_version(cluster: Cluster) -> Step:
    return Step(
        "right-cluster",
        "Make sure it is the right cluster",
        (
            f"The spec says k3s {cluster.k3d.k3s_version}: a server of any other version is another cluster, or was "
            "upgraded without the spec."
            if cluster.k3d
            else f"The spec says Kubernetes {cluster.kubernetes_version} or later: the rendered API versions fit that.",
            Command(check_version(cluster)),
        ),
    )


def check_version(cluster: Cluster) -> str:
    """Return commands that fail where kubectl talks to a cluster of another version than the spec's."""
    server = """server="$(kubectl version -o json | jq -r .serverVersion.gitVersion)"\n"""
    if cluster.k3d:
        wanted = cluster.k3d.k3s_version.replace("-k3s", "+k3s")
        return f'{server}echo "$server"\n[ "$server" = {wanted} ] || {stop(f"this cluster is not {wanted}")}'
    wanted = f"v{cluster.kubernetes_version}"
    return (
        f'{server}echo "$server"\n'
        f"printf '%s\\n' {wanted} \"$server\" | sort -V -C || {stop(f'this cluster is older than {wanted}')}"
    )


def _storage(environment: ResolvedEnvironment) -> Step:
    found = [volume.storage_class for volume in volumes(environment)]
    classes = sorted({name for name in found if name})
    parts: list[str | Command] = []
    if classes:
        parts += [
            f"The volumes below ask for the storage class{'es' if len(classes) > 1 else ''} {code(classes)}.",
            Command(f"kubectl get storageclass {' '.join(classes)}"),
        ]
    if None in found:
        parts += [
            f"{'Others' if classes else 'The volumes below'} take the cluster's default class: there must be one.",
            Command("kubectl get storageclass | grep -F '(default)'"),
        ]
    return Step("storage-classes", "Check the storage classes", tuple(parts) or ("No app here claims a volume.",))


def _workers(k3d: K3d) -> Step:
    version = k3d.k3s_version.replace("-k3s", "+k3s")
    return Step(
        "workers",
        "Add workers (optional)",
        (
            (
                "One machine is enough. k3d makes nodes only on its own machine, and the host's network takes one: "
                "another machine joins as an agent of plain k3s, in the same version. The join token is a secret: it "
                "goes from machine to machine in a file. Volumes of local-path stay on the node that made them. For "
                f"more servers, see <https://k3d.io/v{k3d.version}/usage/multiserver/>."
            ),
            Command(
                "# here\n"
                f"sudo docker exec k3d-{k3d.name}-server-0 cat /var/lib/rancher/k3s/server/token |\n"
                '  install -m 0600 /dev/stdin "$HOME/k3s.token"\n'
                "# on the other machine, with that file copied there\n"
                'export SERVER="<address of the first machine>"\n'
                "sudo install -D -m 0600 k3s.token /etc/rancher/k3s.token\n"
                f"curl -fsSL https://get.k3s.io | INSTALL_K3S_VERSION={version} sh -s - agent \\\n"
                '  --server "https://$SERVER:6443" --token-file /etc/rancher/k3s.token\n'
                "# here\n"
                "kubectl get nodes -o wide",
                by_hand=True,
            ),
        ),
    )
