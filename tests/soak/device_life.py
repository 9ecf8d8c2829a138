"""A process in which drivers live through simulated hours: one JSON line a driver.

python -m tests.soak.device_life --minutes 1440 --seed 1 feig_obid metratec
"""

import sys
from argparse import ArgumentParser
from importlib import import_module

from tests.soak.virtual_time import installed


def main() -> None:
    """Nothing of ours is imported before the clock is in its place."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=1440)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=("descriptor", "log"), help="a fault in the driver")
    parser.add_argument("drivers", nargs="*")
    options = parser.parse_args()
    time = installed()
    life = import_module("tests.soak.life")
    for lived in life.live_all(time, options):
        sys.stdout.write(lived + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
