"""What the static site shows of all environments, as data. Pure."""
