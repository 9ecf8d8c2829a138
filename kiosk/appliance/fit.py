"""Whether *this* version can go on where another stopped.

`python -m kiosk.appliance.fit ROOT NAME…` prints one line for each thing that it cannot read or
send; exit code 1 if there is any. Each version has this program, so that one version can ask
another before it takes over.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

from kiosk.config import ConfigurationError, load_config
from kiosk.doctor.store_copy import look_at_store


def problems(root: Path, names: Iterable[str]) -> Iterator[str]:
    """For stations that do not run, by the name of their configuration."""
    for name in names:
        try:
            config = load_config(root / f"etc/muontra/{name}.toml")
        except ConfigurationError as problem:
            yield from problem.problems
            continue
        seen = look_at_store(root / config.station.state_folder.lstrip("/"))
        if seen.held:
            yield f"{name}: runs; stop it first"
        if seen.trouble or seen.unseen:
            yield f"{name}: {seen.trouble or seen.unseen}"


def main() -> None:
    """As the module says."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # the lines say it all
    found = list(problems(Path(sys.argv[1]), sys.argv[2:]))
    print("\n".join(found))  # noqa: T201 - the program's output
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
