"""The program `muontra`, also as `python -m kiosk.cli`."""

import sys
from errno import EDQUOT, EIO, ENOSPC
from io import TextIOWrapper

CANNOT_BE_WRITTEN = frozenset({ENOSPC, EDQUOT, EIO})
INTERRUPTED = 130


def main() -> None:
    """Importing takes seconds on a small machine: Ctrl-C comes then as well. What a terminal
    cannot show is replaced; where nothing more can be written, it is said.
    """
    try:
        from kiosk.cli.main import app  # noqa: PLC0415 - see above

        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        app(prog_name="muontra")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as problem:
        if problem.filename is not None or problem.errno not in CANNOT_BE_WRITTEN:
            raise
        sys.stderr.write(f"What the command says cannot be written: {problem.strerror}.\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
