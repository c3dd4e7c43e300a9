"""Run the command: `efdgen`, or `python -m efdgen`."""

import gc
import sys


def main() -> None:
    """Run the command; who interrupts it while it is still being imported gets no traceback."""
    # A run is short and makes next to no cycles: looking for them takes a tenth of its time, and Python looks once more
    # at its end, but for what is frozen.
    gc.disable()
    try:
        from efdgen.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)
    finally:
        gc.freeze()


if __name__ == "__main__":
    main()
