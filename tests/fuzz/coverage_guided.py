"""One target under atheris, as a process: `python -m tests.fuzz.coverage_guided NAME [FLAG …]`.

It ends with the first input that breaks something; the flags are those of libFuzzer.
"""

import sys

import atheris

with atheris.instrument_imports(include=["drivers", "kiosk", "service"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Does not return: libFuzzer ends the process."""
    program, name, *flags = sys.argv
    atheris.Setup([program, *flags], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
