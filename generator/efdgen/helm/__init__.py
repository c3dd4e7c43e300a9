"""Helm's own engines: the `helm` command, or Helm's library in this process."""
