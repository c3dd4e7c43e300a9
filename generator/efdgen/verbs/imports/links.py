"""Links of a source: those that stay in it are followed, as Git and Argo CD do; others are not.

values-north.yaml -> ../common/north.yaml     the file's content
templates -> ../common/templates              the folder's files, below templates/
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

_MOST_STEPS = 40
"""Links on the way to a file; as many as Linux follows."""

_ROUNDS = 8
"""Links in folders that are named by links in folders that are ..."""

_OUT = "a link out of the repository is not followed"
_CIRCLE = "a link that leads in a circle is not followed"


def followed(
    files: Mapping[str, bytes], links: Mapping[str, str], unread: Mapping[str, str], most: int
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files with those that links name, and the links that are not followed, with the reason.

    Args:
        files: contents, by path.
        links: what each link holds, by its path.
        unread: files that are there and were not read, with the reason.
        most: how many files there may be; links to folders are not followed once there are more.
    """
    found = dict(files)
    lost: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in sorted(links):
        target, why = _target(path, links)
        if why:
            lost[path] = why
        elif target in files:
            found[path] = files[target]
        elif target in unread:
            lost[path] = f"it is a link to {target}: {unread[target]}"
        elif not target or f"{path}/".startswith(f"{target}/"):
            lost[path] = _CIRCLE
        elif any(file.startswith(f"{target}/") for file in (*files, *links)):
            folders[path] = target
        else:
            lost[path] = f"it is a link to {target}, which is not there"
    for _ in range(_ROUNDS):
        new = _below(found, folders)
        if not new or len(found) > most:
            return found, lost
        found.update(new)
    return found, {**lost, **dict.fromkeys(folders, _CIRCLE)}


def _below(files: Mapping[str, bytes], folders: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of folders that links name which are not there yet."""
    return {
        path: content
        for link, target in folders.items()
        for file, content in files.items()
        if file.startswith(f"{target}/") and (path := f"{link}/{file[len(target) + 1 :]}") not in files
    }


def _target(path: str, links: Mapping[str, str]) -> tuple[str, str]:
    """Return the path that a link leads to in the end, or why it is not followed."""
    rest, done, steps = path.split("/")[::-1], list[str](), 0
    while rest:
        part = rest.pop()
        if part == "..":
            if not done:
                return "", _OUT
            done.pop()
        elif part not in ("", "."):
            done.append(part)
            said = links.get(posixpath.join(*done))
            if said is not None:
                steps += 1
                if not said or said.startswith("/"):
                    return "", _OUT
                if steps > _MOST_STEPS:
                    return "", _CIRCLE
                done.pop()
                rest += said.split("/")[::-1]
    return "/".join(done), ""
