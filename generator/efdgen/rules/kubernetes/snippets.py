"""Rules about annotations that an ingress controller refuses: those that put text into the configuration of nginx.

What the controller allows follows from its ConfigMap, and from its version where that says nothing:
https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#allow-snippet-annotations

    1.8 and older    allowed, unless allow-snippet-annotations is false
    1.9 and newer    refused, unless it is true
    1.12 and newer   refused, unless annotations-risk-level is Critical, too: by default, it is High
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from efdgen.language.layers import at
from efdgen.language.tuples import NamedTuple
from efdgen.rules.kubernetes import check
from efdgen.rules.kubernetes.world import Placed, Pods, Said, World

CODES = ("E712",)

_SNIPPET = re.compile(r"nginx\.ingress\.kubernetes\.io/[a-z-]*snippet\Z")
_CLASS = "kubernetes.io/ingress.class"
_CONTROLLER = re.compile(r"(?:ingress-nginx/controller|nginx-ingress-controller)\b")
"""In the image of a controller, or in its command."""
_VERSION = re.compile(r":(?:[a-z-]*-)?v?(?P<major>\d+)\.(?P<minor>\d+)")
_ALLOW, _RISK = "allow-snippet-annotations", "annotations-risk-level"
_REFUSED_SINCE = (1, 9)
_HIGH_SINCE = (1, 12)


class _Controller(NamedTuple):
    """An ingress controller: what it reads, and for which Ingresses.

    Attributes:
        settings: its ConfigMap; None: it has none, or nobody here makes it.
        who: what people call it.
        version: its version; None: the image does not say it.
        classes: the ingress classes that are its own; none: nobody says.
    """

    settings: Placed | None
    who: str
    version: tuple[int, int] | None
    classes: frozenset[str]

    def reason(self) -> str:
        """Return why it refuses snippets; empty: it allows them, or nobody knows."""
        said = at(self.settings.data, ("data",), None) if self.settings is not None else None
        said = said if isinstance(said, Mapping) else {}
        where = f"{check.name(self.settings.data)} of {self.settings.app}" if self.settings is not None else self.who
        shown = ".".join(map(str, self.version)) if self.version is not None else ""
        allowed = str(said.get(_ALLOW, "")).lower()
        if allowed == "false":
            return f"{where} says {_ALLOW}: false"
        if not allowed and self.version is not None and self.version >= _REFUSED_SINCE:
            also = f", and {_RISK}: Critical" if self.version >= _HIGH_SINCE else ""
            return f"version {shown} allows none unless {where} says {_ALLOW}: true{also}"
        level = str(said.get(_RISK) or "").lower()
        if level and level != "critical":
            return f"{where} says {_RISK}: {said[_RISK]}, and a snippet is Critical"
        if not level and self.version is not None and self.version >= _HIGH_SINCE:
            return f"a snippet is Critical to version {shown}, which allows High unless {where} says {_RISK}: Critical"
        return ""


def refused(found: World) -> Iterator[Said]:
    """Find annotations of Ingresses that the ingress controller of the environment forbids."""
    controllers = list(_controllers(found))
    for each in found.placed:
        annotations = at(each.data, ("metadata", "annotations"), None)
        for key in annotations if each.key.kind == "Ingress" and isinstance(annotations, Mapping) else ():
            if _SNIPPET.match(str(key)):
                reasons = [controller.reason() for controller in _of(each, annotations, controllers)]
                if any(reasons):
                    yield Said(
                        "E712",
                        each,
                        f"the ingress controller refuses the annotation {key}",
                        next(filter(None, reasons)),
                    )


def _of(ingress: Placed, annotations: Mapping[str, Any], controllers: list[_Controller]) -> list[_Controller]:
    """Return the controllers that take an Ingress: by its class where they say theirs, else any of them."""
    said = at(ingress.data, ("spec", "ingressClassName"), None) or annotations.get(_CLASS)
    return [each for each in controllers if not said or not each.classes or str(said) in each.classes]


def _controllers(found: World) -> Iterator[_Controller]:
    """Yield the controllers that are there, and ConfigMaps that say what they are for, whoever reads them."""
    maps = {each.key[2:]: each for each in found.placed if each.key.kind == "ConfigMap"}
    read = set()
    for pods in found.pods:
        for container in pods.lasting():
            image = str(container.get("image", ""))
            words = [str(word) for key in ("command", "args") for word in container.get(key) or ()]
            if not _CONTROLLER.search(image) and not any(map(_CONTROLLER.search, words)):
                continue
            flags = dict(word.lstrip("-").partition("=")[::2] for word in words if word.startswith("--"))
            place = flags.get("configmap", "").rpartition("/")[2]
            settings = maps.get((pods.made_by.key.namespace, place))
            if settings is not None:
                read.add(settings.key)
            match = _VERSION.search(image.partition("@")[0].rpartition("/")[2])
            version = (int(match["major"]), int(match["minor"])) if match else None
            yield _Controller(settings, check.name(pods.made_by.data), version, _classes(found, pods, flags))
    for each in maps.values():
        if each.key not in read and at(each.data, ("data", _ALLOW), None) is not None:
            yield _Controller(each, "", None, frozenset())


def _classes(found: World, pods: Pods, flags: Mapping[str, str]) -> frozenset[str]:
    """Return the ingress classes of a controller: the one that it is started with, and those that name it."""
    own = {flags["ingress-class"]} if flags.get("ingress-class") else set()
    controller = flags.get("controller-class")
    for each in found.placed:
        of = at(each.data, ("spec", "controller"), None) if each.key.kind == "IngressClass" else None
        if of and (of == controller or (controller is None and each.app == pods.made_by.app)):
            own.add(each.key.name)
    return frozenset(own)
