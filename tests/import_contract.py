"""The import-linter contract of this project: a list of all that a package may import.

A list of what is allowed forgets nothing; a list of what is forbidden does.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# The parts of the standard library that reach no thread, clock, file or network by import alone.
PURE = frozenset(
    "__future__ abc bisect collections dataclasses datetime decimal enum fractions functools heapq "
    "itertools math operator re string types typing unicodedata".split()
)
NAMED_GROUPS = {"pure": PURE, "stdlib": frozenset(sys.stdlib_module_names)}


def within(module: str, packages: Iterable[str]) -> bool:
    """True when the module is one of the packages or lies in one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


class MayImport(Contract):
    """`packages` import nothing but themselves, `may_import` and `outside`; direct imports only.

    `except_for` are sub-packages with a contract of their own. `outside` names the libraries, or
    the groups `pure` and `stdlib`; without it every library may be imported.
    """

    type_name = "may_import"

    packages: Any = fields.ListField(subfield=fields.StringField())
    except_for: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    may_import: Any = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    outside: Any = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Keep the contract when every package exists and no import leaves the list."""
        del verbose
        problems = [*self.missing(graph), *self.forbidden(graph)]
        return ContractCheck(kept=not problems, metadata={"problems": problems})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each problem."""
        for problem in check.metadata["problems"]:
            output.print_error(f"- {problem}", bold=False)

    def missing(self, graph: ImportGraph) -> Iterator[str]:
        named = {*self.packages, *self.except_for, *self.may_import}
        return (f"{name} does not exist" for name in sorted(named - graph.modules))

    def forbidden(self, graph: ImportGraph) -> Iterator[str]:
        for importer in sorted(graph.modules):
            if within(importer, self.packages) and not within(importer, self.except_for):
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    if not self.allows(imported):
                        yield f"{importer} may not import {imported}"

    def allows(self, imported: str) -> bool:
        if within(imported, self.session_options["root_packages"]):
            return within(imported, [*self.packages, *self.may_import])
        return self.outside is None or imported in self.libraries()

    def libraries(self) -> frozenset[str]:
        return frozenset().union(*(NAMED_GROUPS.get(name, {name}) for name in self.outside))
