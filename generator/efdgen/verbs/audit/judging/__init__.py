"""From answers to findings, a module a kind of server. Pure."""
