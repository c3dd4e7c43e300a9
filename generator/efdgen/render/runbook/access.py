"""How people get at the data."""

from __future__ import annotations

from collections.abc import Iterator

from efdgen.environment.model import ResolvedApp, ResolvedEnvironment
from efdgen.render.runbook.model import Command, Phase, Step
from efdgen.render.runbook.words import app_with_chart, part

_NOTEBOOK = "https://github.com/lsst-sqre/notebook-demo/blob/master/experiments/efd/Accessing_EFD_data.ipynb"
_REWRITE = "nginx.ingress.kubernetes.io/rewrite-target"


def phase(environment: ResolvedEnvironment) -> Phase | None:
    """Return the phase, or None where there is nothing to get at."""
    steps = [*_chronograf(environment), *_influxdb(environment), *_topics(environment)]
    return Phase("access", "Get at the data", tuple(steps)) if steps else None


def _chronograf(environment: ResolvedEnvironment) -> Iterator[Step]:
    app = app_with_chart(environment, "chronograf")
    host = app.hosts.get("chronograf") if app else None
    if app is None or host is None:
        return
    elsewhere = _redirect(app)
    more = f" It sends the browser on to <{elsewhere}>." if elsewhere else ""
    data = "" if app_with_chart(environment, "influxdb") else " This environment has no InfluxDB of its own."
    login = " Log in with GitHub." if part(app, "oauth").get("github") else ""
    yield Step(
        "chronograf",
        "Use Chronograf",
        (f"Dashboards and queries are at <https://{host}>.{login}{more}{data}",),
    )


def _redirect(app: ResolvedApp) -> str:
    """Return the address that an app's ingress sends browsers to, or nothing."""
    ingress = app.values.get("ingress")
    target = (ingress.get("annotations") or {}).get(_REWRITE, "") if isinstance(ingress, dict) else ""
    return target.partition("$")[0] if target.startswith("https://") else ""


def _influxdb(environment: ResolvedEnvironment) -> Iterator[Step]:
    app = app_with_chart(environment, "influxdb")
    host = app.hosts.get("influxdb") if app else None
    if host is None:
        return
    yield Step(
        "efd-client",
        "Use the EFD client",
        (
            (
                "In Python, the EFD client returns data frames of pandas. It knows deployments by name, and asks for "
                f"their credentials itself: choose the name that stands for `{host}`."
            ),
            Command("pip install lsst-efd-client", by_hand=True),
            Command(
                "from lsst_efd_client import EfdClient\n\n"
                "print(EfdClient.list_efd_names())\n"
                'client = EfdClient("<a name from that list>")\n'
                "topics = await client.get_topics()  # in a notebook; elsewhere, in a coroutine",
                "python",
                by_hand=True,
            ),
            f"The notebook <{_NOTEBOOK}> shows it from the query to the plot.",
        ),
    )
    yield Step(
        "influxql",
        "Ask InfluxDB itself",
        (
            "Over HTTP, with a user of InfluxDB; curl asks for the password.",
            Command(
                f"read -rp 'user of InfluxDB: ' user\n"
                f"curl -fsS -G https://{host}/query -u \"$user\" --data-urlencode 'q=SHOW DATABASES' | jq .",
                by_hand=True,
            ),
        ),
    )


def _topics(environment: ResolvedEnvironment) -> Iterator[Step]:
    host = next((app.hosts["kafdrop"] for app in environment.apps if "kafdrop" in app.hosts), None)
    if host is not None:
        yield Step(
            "kafdrop",
            "Look into Kafka's topics",
            (f"Kafdrop, at <https://{host}>, shows topics and messages to members of the GitHub organisation.",),
        )
