"""Text with values, loops and conditions: runbooks and pages, as people write them.

A document is Markdown, or shell commands. A value stands as `<% expression %>`. Lines that begin with `%%` are control
lines, in Jinja2's own syntax (`%% if`, `%% elif`, `%% else`, `%% endif`; `%% for name in list`, with `if` behind it or
without, `%% endfor`; `%% set name = ...`), or comments (`%% # ...`). Jinja2 parses the expressions, the evaluator
evaluates them, no code is generated. A value is quoted by the place that it stands in, for the shell or for Markdown,
and can't add structure: a heading, a fence or a row is one only where the document's own text begins it.

    ### Sync <% app.name %> {#sync}                      Heading(3, "Sync influxdb", "sync")
                                                  ->
    ```bash by-hand                                      Fence("bash", ("by-hand",), "kubectl get 'a b'")
    kubectl get <% odd %>
    ```

`parse` reads a document, once: its lines, and blocks of those in which no value stands. `fill` fills it, for each
environment.
"""

from efdgen.language.documents.filling import fill, fill_lines, fill_text
from efdgen.language.documents.model import Block, Fence, Heading, Prose
from efdgen.language.documents.parts import Document
from efdgen.language.documents.reading import parse

__all__ = ["Block", "Document", "Fence", "Heading", "Prose", "fill", "fill_lines", "fill_text", "parse"]
