"""Phases: what comes of a document, and what is refused."""

from __future__ import annotations

import pytest

from efdgen.errors import InvalidInputError, Location
from efdgen.language import documents
from efdgen.language.documents import Fence, Prose
from efdgen.language.texttemplate import TextFile
from efdgen.render.runbook.model import Phase, Step
from efdgen.render.runbook.phases import phase
from efdgen.render.runbook.taken import Taken

TEXT = """\
---
phase: store
title: Fill the store
when: <% wanted %>
---

Before all.

### Open it {#open}

```bash by-hand
open <% name %>
```

Then look.

### Close it {#close}
"""


def made(wanted: object) -> Phase | None:
    document = documents.parse(TextFile("10-store.md", TEXT))
    return phase(document, {"wanted": wanted, "name": "the store"}, "environment lab", Taken("environment lab"))


def test_a_step_has_what_stands_below_its_heading() -> None:
    found = made(wanted=True)
    assert found is not None
    assert found.steps == (
        Step(
            "open",
            "Open it",
            (Fence("bash", ("by-hand",), "open 'the store'", 11), Prose("Then look.")),
            Location("10-store.md", 9, 1),
        ),
        Step("close", "Close it", (), Location("10-store.md", 17, 1)),
    )


def test_what_fits_in_one_environment_does_not_make_what_looks_like_it_fit_in_another() -> None:
    assert made(wanted=True) is not None
    assert made(wanted=False) is None
    for wrong, shown in ((1, "1"), (0, "0"), (1.0, "1.0"), ("True", "'True'")):
        with pytest.raises(InvalidInputError) as caught:
            made(wrong)
        assert [(problem.message, problem.location) for problem in caught.value.problems] == [
            (f"must be true or false, not {shown} (environment lab)", Location("10-store.md", 4, 7))
        ]
