"""Edits of what people wrote: which file and place one is about, what it means, and what hides it."""
