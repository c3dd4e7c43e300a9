"""An environment with nothing left to decide, and what follows from it: hosts, secrets, volumes, order, values."""
