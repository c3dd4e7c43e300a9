"""`efdgen audit`: what is really out there, against what the specs say. It reads, and changes nothing.

    ResolvedEnvironment --plan--> questions --asking--> answers --judging--> findings

`plan` and `judging` are pure. `asking` has a module a kind of server; every connection is made by its `reach`, which
knows the servers that the plan names, and refuses any other.
"""
