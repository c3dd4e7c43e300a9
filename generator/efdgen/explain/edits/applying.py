"""Edits of files, one after the other, in memory: those that only take out read a file once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from efdgen.errors import UsageError
from efdgen.explain.edits.making import Edit
from efdgen.language.yamlio import parse
from efdgen.language.yamlio.cutting import Cutting
from efdgen.language.yamlio.editing import EditError


def applied(edits: Sequence[Edit], original: Callable[[str], str]) -> dict[str, str]:
    """Return the texts of the files that are edited, in the order in which they first are.

    Args:
        edits: the edits, each of what those before it left.
        original: returns the text of a file before all of them.

    Raises:
        UsageError: when one can't be made, with the place that is in the way.
    """
    try:
        return _applied(edits, original, _File)
    except EditError:
        # What is wrong was seen after more edits than those that it comes of.
        return _applied(edits, original, _Anew)


def _applied(edits: Sequence[Edit], original: Callable[[str], str], kind: type[_Anew]) -> dict[str, str]:
    files: dict[str, _Anew] = {}
    for edit in edits:
        name = edit.target.file
        if name not in files:
            files[name] = kind(original(name))
        files[name].apply(edit)
    return {name: file.read() for name, file in files.items()}


class _Anew:
    """A text that is read for each edit of it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def apply(self, edit: Edit) -> None:
        """Make an edit."""
        try:
            self.text = edit.apply(self.text)
        except EditError as error:
            raise _located(error, edit, self.text) from None

    def read(self) -> str:
        """Return the text."""
        return self.text


class _File(_Anew):
    """A text that is read once for all edits that only take out, as far as they stand behind each other."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._cutting: Cutting | None = None

    def apply(self, edit: Edit) -> None:
        """Make an edit.

        Raises:
            EditError: when those before it do not come to what they must.
        """
        if edit.cut is None:
            self.text, self._cutting = self.read(), None
            super().apply(edit)
            return
        if self._cutting is None:
            self._cutting = Cutting(self.text)
        before = self._cutting.text
        try:
            edit.cut(self._cutting)
        except EditError as error:
            if self._cutting.text != before:
                raise
            raise _located(error, edit, self.read()) from None

    def read(self) -> str:
        """Return the text.

        Raises:
            EditError: when it is not what it must be.
        """
        return self.text if self._cutting is None else self._cutting.checked(())


def _located(error: EditError, edit: Edit, text: str) -> UsageError:
    location = parse(text, edit.target.file).locate(error.path, key=True)
    return UsageError(f"{location}: {error}")
