"""Changes of what people write, as people and accidents make them, and specs that may have what others have."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from efdgen.errors import EfdgenError, InvalidInputError

WORDS = ["ant", "bee", "cat"]
DOMAINS = ["one.org", "two.org", "sub.one.org"]
HOSTED = st.builds("{}.{}".format, st.sampled_from([*WORDS, "status", "store-bee"]), st.sampled_from(DOMAINS))
TEXTS = HOSTED | st.sampled_from([*WORDS, "secret/bee/x", "secret/teams/ant", "https://argocd.one.org/cat"])


@st.composite
def specs(draw: st.DrawFn, name: str) -> str:
    """Draw a spec whose facts and values may be those of others."""
    lines = [f"name: {name}", f"domain: {draw(st.sampled_from(DOMAINS))}"]
    lines += ["cluster:", "  provides: [vault-secrets-operator, ingress-nginx]"]
    for part in (
        ["hosts:", f"  store: {draw(HOSTED)}"],
        ["vault:", f"  pathPrefix: secret/{draw(st.sampled_from(['ant', 'bee', 'teams/cat']))}"],
        ["argocd:", f"  url: https://argocd.{draw(st.sampled_from(DOMAINS))}"],
        [f"aliases: [{draw(st.sampled_from(WORDS))}-two]"],
        ["accept:", f"- rule: {draw(st.sampled_from(['E501', 'E503', 'E521', 'E523']))}", "  reason: it is so"],
    ):
        lines += part if draw(st.booleans()) else []
    return "\n".join([*lines, "apps:", "  store:", "    values:", f'      note: "{draw(TEXTS)}"', ""])


class Edit:
    """A change of one input, as people and accidents make it."""

    def __init__(self, data: st.DataObject, files: Sequence[Path]) -> None:
        of_specs = [path for path in files if path.parent.name == "environments"]
        self.path = data.draw(st.sampled_from(of_specs or list(files)) | st.sampled_from(list(files)), "file")
        self._data = data

    def make(self) -> None:
        content = self.path.read_bytes() if self.path.exists() else b""
        how = self._data.draw(st.sampled_from(["letter", "digit", "line gone", "line twice", "byte", "gone"]), "how")
        if how == "gone":
            self.path.unlink(missing_ok=True)
            return
        kind = {"letter": rb"[a-z]", "digit": rb"[0-9]"}.get(how)
        if kind is not None:
            places = [match.start() for match in re.finditer(kind, content)]
            new = self._data.draw(st.sampled_from(b"abcdeilmnorst" if how == "letter" else b"0123456789"), "new")
        elif how == "byte":
            places, new = list(range(len(content))), self._data.draw(st.integers(0, 255), "new")
        else:
            lines = content.splitlines(keepends=True)
            at = self._data.draw(st.integers(0, max(0, len(lines) - 1)), "line")
            self.path.write_bytes(
                b"".join(lines[:at] + (lines[at : at + 1] * 2 if "twice" in how else []) + lines[at + 1 :])
            )
            return
        if places:
            at = self._data.draw(st.sampled_from(places), "at")
            self.path.write_bytes(content[:at] + bytes([new]) + content[at + 1 :])


def came_of(run: Callable[[], Any]) -> Any:
    """Return what comes of a run: its result, or what is wrong."""
    try:
        return run()
    except InvalidInputError as error:
        return error.problems
    except EfdgenError as error:
        return type(error), str(error)
