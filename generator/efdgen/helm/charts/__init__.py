"""Third-party charts: the only user of the network. `index`: over HTTP; `oci`: from OCI registries.

`gitcharts`: from Git. `http` downloads, `cache` keeps, `lock` says which archive was reviewed, `archive` reads it.
"""
