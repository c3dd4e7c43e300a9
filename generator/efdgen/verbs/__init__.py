"""The verbs as functions: what the command line calls, and what a program can call instead.

Its public face, a module a subject; each costs only what it needs:

- `project`: `find_root`, `open_project`, `resolve`, `rendering`: a repository, its environments, what they render to
- `render`: `check` and `write`: a rendering against the output folder
- `diff`, `objectdiff`: what a change means, for values and for Kubernetes objects
- `edit`, `tidy`, `new`, `promote`: changes of what people wrote, made in memory and checked before they are written
- `validate`: what is wrong, and what is due today; `versions`: what runs where, since when and why
- `explain`: an environment, ready for questions
- `hydrate`: what Argo CD deploys from, and whether the specs still say so
- `runbook`: how an environment is brought up, as a page or as a script
- `lint`, `deadvalues`: what is wrong with the objects, and which overrides change none
- `charts`: third-party charts, fetched, verified, outdated
- `audit`: what is really out there, against what the specs say

What belongs to a verb has its name in three rooms: cli/hydrate_command.py, verbs/hydrate.py and, for what it shows,
report/hydrate.py. Verbs that only show environments (`list`, `hosts`, `graph`, `site`) need no more than
`project.resolve`; problems are shown by report/text.py and report/findings.py, whoever finds them.
"""

__all__ = [
    "audit",
    "charts",
    "deadvalues",
    "diff",
    "edit",
    "explain",
    "hydrate",
    "lint",
    "new",
    "objectdiff",
    "project",
    "promote",
    "render",
    "runbook",
    "tidy",
    "validate",
    "versions",
]
