"""Markdown with values, loops and conditions: runbooks and pages, as people write them.

A document is Markdown. A value stands as `<% expression %>`; lines that begin with `%%` are control lines, in Jinja2's
own syntax (`%% if`, `%% elif`, `%% else`, `%% endif`, `%% for ... in ...`, `%% for ... in ... if ...`, `%% endfor`,
`%% set name = ...`); lines that begin with `%#` are comments. Jinja2 parses, the evaluator of expressions evaluates, no
code is generated. A value is quoted by the place that it stands in, for the shell or for Markdown, and can't add
structure: a heading, a fence or a row is one only where the template's own text begins it.

    ### Sync <% app.name %> {#sync}                      Heading(3, "Sync influxdb", "sync")
                                                  ->
    ```bash by-hand                                      Fence("bash", ("by-hand",), "kubectl get 'a b'")
    kubectl get <% odd %>
    ```
"""

from efdgen.language.documents.filling import fill
from efdgen.language.documents.model import Block, Document, Fence, Heading, Prose
from efdgen.language.documents.reading import CONTROL, parse

__all__ = ["CONTROL", "Block", "Document", "Fence", "Heading", "Prose", "fill", "parse"]
