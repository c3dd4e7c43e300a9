"""Why a value is what it is: every layer that had a say, with file and line, and the formula of what is derived.

Nothing is recorded while environments are resolved. Here the layers are walked again for the one value that somebody
asks about, and its expression is evaluated once more with names that remember what was looked up.
"""
