"""The pages that are kept beside the rendered charts: the fleet, and each environment. Pure."""
