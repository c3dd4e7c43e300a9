"""From environments to files: the charts and their values, pages, runbooks, pictures. Pure."""
