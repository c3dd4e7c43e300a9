"""Which overrides change nothing that is deployed: each is taken away, and the objects are looked at."""
