"""Made-up environments for the site, harmless ones and hostile ones."""

from __future__ import annotations

import functools

from efdgen.environment.model import Address, Known, Pin, ResolvedEnvironment, Vault
from efdgen.environment.resolve import Resolver
from efdgen.errors import Location
from efdgen.render.graph import content, svg
from efdgen.render.pages import environment as environment_page
from efdgen.render.pages import fleet as fleet_page
from efdgen.report.site.model import Environment, Fleet, Row
from efdgen.report.site.rows import Makers
from efdgen.repository.model import AppChart, RunbookDocuments
from support.checkout import repository


def runbook() -> RunbookDocuments:
    """Return the documents of its runbook."""
    return repository().runbook


MAKERS = Makers(
    page=lambda each: environment_page.page(each, repository()),
    picture=lambda each: svg.svg(content.graph(each)),
    fleet_page=lambda all_: fleet_page.page(
        [fleet_page.row(each, repository().pages.columns) for each in all_], repository()
    ),
)
"""Who makes what the site shows beside the values, as `efdgen site` has it."""

EVIL = "</script><script>document.title='evil'</script><img src=x onerror=\"document.title='evil'\"><b>&amp;'\"\u202e"
FENCE = "```bash\necho <b>\n```\n"


@functools.cache
def _real() -> ResolvedEnvironment:
    return Resolver(repository()).resolve("tucson-teststand")


def environment(
    name: str = "lab", text: str = "text", *, argocd: str = "", page: str | None = None, picture: str = ""
) -> Environment:
    """Return an environment with one app, in which everything that people write is `text`."""
    real = _real()
    facts = real.facts._replace(
        name=name,
        title=text,
        place=text,
        aliases=(text,),
        cluster=real.facts.cluster._replace(kubernetes_version=text),
        vault=Vault(text, text),
        argocd=real.facts.argocd._replace(url=argocd or text),
    )
    chart = AppChart(text, text, text, text, "", Location(text))
    definition = real.apps[0].definition._replace(
        name=text, description=text, namespace=text, chart=chart, charts=(chart,)
    )
    app = real.apps[0]._replace(
        definition=definition, application=text, target_revision=text, pins=(Pin(text, text, text),)
    )
    resolved = ResolvedEnvironment(
        spec=real.spec._replace(name=name, site=text),
        facts=facts,
        apps=(app,),
        parent=text,
        project=text,
        services={text: text},
        addresses=(Address(text, text, text, text), Address(text, text, None, text)),
        tables={},
        known=Known(),
        in_sync_order=(app,),
        public_hosts=(),
        names={},
    )
    return Environment(resolved, f"# {text}\n\n## {text}\n\n{text}\n\n{FENCE}" if page is None else page, picture)


def evil() -> Fleet:
    rows = (
        Row(EVIL, (EVIL, 1), {"lab": EVIL, "field": [EVIL]}),
        Row(EVIL, (EVIL,), {"lab": f"{EVIL}\n{EVIL}"}),
        Row("efd", ("list",), {"lab": [EVIL, "b"], "field": ["b", EVIL]}, is_order=True),
    )
    return Fleet((environment("lab", EVIL), environment("field", EVIL)), rows)
