"""Asks servers: a module a kind of them. Every connection is made by `reach`."""
