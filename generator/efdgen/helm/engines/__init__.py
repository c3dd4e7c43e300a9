"""Helm's own engines: the `helm` command, or Helm's library in this process."""

from __future__ import annotations

from efdgen.errors import ChartError
from efdgen.helm.engines.engine import Engine
from efdgen.language import installing


def choose(name: str = "auto") -> Engine:
    """Return an engine.

    Raises:
        ChartError: when it is not installed; says what to do.
    """
    from efdgen.helm.engines import command, sdk

    found: Engine | None = None
    if name in ("auto", "helm"):
        found = command.find()
    if found is None and name in ("auto", "sdk"):
        found = sdk.find()
    if found is not None:
        return found
    missing = {
        "auto": "there is no Helm here",
        "helm": "the command `helm` is not installed",
        "sdk": "Helm's library is not installed",
    }[name]
    ways = [] if name == "sdk" else ["install the command: https://helm.sh/docs/intro/install/"]
    ways += [] if name == "helm" else [f"install the library: {installing.command('helm')}"]
    raise ChartError(f"{missing}; {', or '.join(ways)}")
