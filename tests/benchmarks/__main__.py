"""`python -m tests.benchmarks [NAME …]`: every module of this package that defines `run()`."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import tests.benchmarks
from tests.benchmarks.report import FOLDER, console


def main(wanted: list[str]) -> None:
    """All of them, or those named."""
    names = [module.name for module in iter_modules(tests.benchmarks.__path__)]
    for name in wanted or [name for name in names if name != "__main__"]:
        run = getattr(import_module(f"tests.benchmarks.{name}"), "run", None)
        if run is not None:
            console.rule(name)
            run()
    console.print(f"Figures and plots lie in {FOLDER}")


if __name__ == "__main__":
    main(sys.argv[1:])
