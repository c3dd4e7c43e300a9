"""The verbs as functions: what the command line calls, and what a program can call instead.

Its public face, a module a subject; each costs only what it needs:

- `project`: `find_root`, `open_project`, `resolve`, `rendering`: a repository, its environments, what they render to
- `render`: `check` and `write`: a rendering against the output folder
- `diff`, `objectdiff`: what a change means, for values and for Kubernetes objects
- `explain`: an environment, ready for questions
- `lint`, `deadvalues`: what is wrong with the objects, and which overrides change none
- `charts`: third-party charts, fetched, verified, outdated
"""

__all__ = ["charts", "deadvalues", "diff", "explain", "lint", "objectdiff", "project", "render"]
