"""An environment's runbook: from a bare machine to a running EFD, as data, Markdown and shell script. Pure."""
