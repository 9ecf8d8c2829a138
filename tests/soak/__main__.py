"""`make soak`: the long runs that `make test` only samples.

Example: make soak ARGS='crashes --kills 200'. Without a name all of them run.
"""

import sys
from argparse import ArgumentParser

from tests.soak import crashes, devices, fuzzing

PARTS = {"crashes": crashes, "devices": devices, "fuzzing": fuzzing}


def main() -> int:
    """Exit 0 only if all went well."""
    parser = ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=1, help="of the first block of everything")
    for part in PARTS.values():
        part.add_options(parser)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    ends: list[int] = [PARTS[name].run(options) for name in options.parts or PARTS]
    return max(ends)


if __name__ == "__main__":
    sys.exit(main())
