"""Run the command as `python -m efdgen`."""

from efdgen.cli import main

main()
