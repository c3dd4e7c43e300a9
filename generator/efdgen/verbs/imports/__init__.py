"""From a hand-written repository to specs and definitions, with the proof that nothing changes.

`result.run` does it in memory; `telling.told` says what came of it; `folder` writes it; `since` compares two.
"""
