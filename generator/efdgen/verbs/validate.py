"""`efdgen validate`: what people wrote, and whether something in it is due today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from efdgen.verbs import due
from efdgen.verbs.means import ALONE, Means
from efdgen.verbs.model import Rendering
from efdgen.verbs.project import rendering

if TYPE_CHECKING:
    from efdgen.helm.engines.engine import Engine


def validate(
    root: Path,
    names: Sequence[str],
    apps: Sequence[str],
    today: dt.date,
    means: Means = ALONE,
    *,
    engine: Engine | None = None,
) -> Rendering:
    """Render in memory, and add what is due to the warnings.

    Args:
        root: the repository.
        names: the environments; none: all.
        apps: the apps; none: all.
        today: the day on which pins are due.
        means: what may be used to be done sooner.
        engine: the Helm to run templates of our own with; None: they are not run.

    Raises:
        InvalidInputError: with everything wrong with what people wrote.
        UsageError: when an environment or an app is unknown.
    """
    rendered = rendering(root, names, apps, keep=engine is not None, means=means)
    if engine is not None:
        from efdgen.verbs import owntemplates

        owntemplates.refuse_failing(rendered, engine, apps)
    found = due.problems(rendered, means.store, today.isoformat())
    if not found:
        return rendered
    from efdgen.verbs.once import said_once

    return rendered._replace(warnings=tuple(said_once([*rendered.warnings, *found])))
