"""What a change of the rendered tree means: which environments, which apps, which values. Pure."""
