"""``python -m runyard``, and what the ``runyard`` command starts."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process. Ctrl-C before it is loaded ends it as Ctrl-C later does."""
    try:
        from runyard.cli.main import main as command

        command()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
