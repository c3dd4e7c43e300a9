"""Made-up environments for the site, harmless ones and hostile ones."""

from __future__ import annotations

import functools
from typing import Any

from efdgen.environment.model import Pin
from efdgen.render.graph import content, svg
from efdgen.render.pages import environment as environment_page
from efdgen.render.pages import fleet as fleet_page
from efdgen.report.site.model import App, Environment, Fleet, Row
from efdgen.report.site.rows import Makers
from efdgen.repository.load import load
from efdgen.repository.model import RunbookDocuments
from support.checkout import ROOT


@functools.cache
def runbook() -> RunbookDocuments:
    """Return the runbook's documents."""
    return load(ROOT).runbook


MAKERS = Makers(
    page=lambda environment: environment_page.page(environment, runbook()),
    picture=lambda each: svg.svg(content.graph(each)),
    fleet_page=lambda environments: fleet_page.page([fleet_page.row(each) for each in environments]),
)
"""Who makes what the site shows beside the values, as `efdgen site` has it."""

EVIL = "</script><script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\"><b>&amp;'\"\u202e"
FENCE = "```bash\necho <b>\n```\n"


def environment(name: str = "lab", text: str = "text", **changed: Any) -> Environment:
    pin = Pin(text, text, text)
    app = App(text, text, text, text, text, text, (pin,), (text,))
    given: dict[str, Any] = {
        "name": name,
        "title": text,
        "site": text,
        "place": text,
        "aliases": (text,),
        "kubernetes": text,
        "argocd": text,
        "vault": (text, text),
        "broker": text,
        "services": {text: text},
        "apps": (app,),
        "picture": "",
        "page": f"# {text}\n\n## {text}\n\n{text}\n\n{FENCE}",
    }
    return Environment(**{**given, **changed})


def evil() -> Fleet:
    rows = (
        Row(EVIL, (EVIL, 1), {"lab": EVIL, "field": [EVIL]}),
        Row(EVIL, (EVIL,), {"lab": f"{EVIL}\n{EVIL}"}),
        Row("efd", ("list",), {"lab": [EVIL, "b"], "field": ["b", EVIL]}, is_order=True),
    )
    return Fleet((environment("lab", EVIL), environment("field", EVIL)), rows)
