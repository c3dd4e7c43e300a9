"""Third-party charts: the only user of the network. `repositories` knows the kinds of places, and mirrors of these.

`index` and `http`: Helm repositories; `oci`: registries; `gitcharts`: Git. `logins` finds logins, `cache` keeps, `lock`
says which archive was reviewed, `archive` reads it.
"""
