"""Run the command: `efdgen`, or `python -m efdgen`."""

import sys


def main() -> None:
    """Run the command; who interrupts it while it is still being imported gets no traceback."""
    try:
        from efdgen.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
