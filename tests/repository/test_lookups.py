"""What documents look up by name, and that nothing has: all of it is found at once."""

from __future__ import annotations

from pathlib import Path

from efdgen.repository.load import load
from support.repository import overlay, small_repository

PHASE = """\
---
phase: looking
title: Looking
when: <% app('gone1') is not none %>
---

### Look at it

%% set found = app('gone2')
%% if host('gone3') and app('store-chart')
See <% host('gone4') %>.
%% for item in [app('gone5')]
None.
%% endfor
%% else
%% if false
<% app('gone6') %>
%% endif
%% endif
"""
FLEET = """\
columns:
- name: one
  is: at <% host('gone7') %>
  when: <% app('gone8') is none %>
"""
ADDRESSES = """\
addresses:
- name: one
  address: <% 'x' if app('gone9') else none %>
"""
FILES: dict[str, str | bytes | None] = {
    "templates/runbook/30-looking.md": PHASE,
    "templates/pages/fleet.yaml": FLEET,
    "templates/pages/addresses.yaml": ADDRESSES,
}


def test_every_lookup_that_finds_nothing_anywhere_is_found_at_once(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, FILES)
    found = {problem.message: str(problem.location) for problem in load(root).problems}
    chart, service = "no app is made from a chart", "there is no service"
    assert found == {
        f"{chart} 'gone1'": "templates/runbook/30-looking.md:4:7",
        f"{chart} 'gone2'": "templates/runbook/30-looking.md:9:16",
        f"{service} 'gone3'": "templates/runbook/30-looking.md:10:7",
        f"{service} 'gone4'": "templates/runbook/30-looking.md:11:5",
        f"{chart} 'gone5'": "templates/runbook/30-looking.md:12:8",
        f"{chart} 'gone6'": "templates/runbook/30-looking.md:17:1",
        f"{service} 'gone7'": "templates/pages/fleet.yaml:3:7",
        f"{chart} 'gone8'": "templates/pages/fleet.yaml:4:9",
        f"{chart} 'gone9'": "templates/pages/addresses.yaml:3:12",
    }


def test_while_an_app_definition_has_problems_nobody_knows_what_there_is(tmp_path: Path) -> None:
    root = small_repository(tmp_path)
    overlay(root, {**FILES, "templates/apps/store/app.yaml": "a: [\n"})
    assert {problem.location.file for problem in load(root).problems} == {"templates/apps/store/app.yaml"}
