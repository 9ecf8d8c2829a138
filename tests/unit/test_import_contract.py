import pytest
from grimp import ImportGraph

from tests.import_contract import MayImport

ROOTS = {"root_packages": ["drivers", "kiosk", "service"]}


def graph_of(*imports: tuple[str, str]) -> ImportGraph:
    graph = ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    return graph


def problems(graph: ImportGraph, **options: list[str]) -> list[str]:
    check = MayImport("planted", ROOTS, dict(options)).check(graph, verbose=False)
    found: list[str] = check.metadata["problems"]
    assert check.kept == (not found)
    return found


def test_an_import_of_another_package_of_ours_is_found() -> None:
    graph = graph_of(("drivers.feig", "kiosk.views"), ("drivers", "serial"))
    assert problems(graph, packages=["drivers"]) == ["drivers.feig may not import kiosk.views"]


def test_a_package_may_import_itself_and_what_its_list_names() -> None:
    graph = graph_of(("kiosk.pad", "kiosk.views"), ("kiosk.pad", "drivers.facts"))
    graph.add_module("kiosk")
    graph.add_module("drivers")
    assert problems(graph, packages=["kiosk"], may_import=["drivers"]) == []


def test_a_package_whose_name_only_begins_alike_is_another_package() -> None:
    graph = graph_of(("kiosk.pad", "service.circulation_extras"))
    graph.add_module("kiosk")
    graph.add_module("service.circulation")
    found = problems(graph, packages=["kiosk"], may_import=["service.circulation"])
    assert found == ["kiosk.pad may not import service.circulation_extras"]


@pytest.mark.parametrize("impure", ["threading", "time", "os", "sqlite3", "zmq"])
def test_a_pure_package_that_reaches_outside_is_found(impure: str) -> None:
    graph = graph_of(("kiosk", impure), ("kiosk", "enum"), ("kiosk", "msgspec"))
    found = problems(graph, packages=["kiosk"], outside=["pure", "msgspec"])
    assert found == [f"kiosk may not import {impure}"]


def test_a_sub_package_with_its_own_contract_is_left_to_it() -> None:
    graph = graph_of(("service.circulation.rules", "kiosk"), ("service.server", "zmq"))
    graph.add_module("service")
    graph.add_module("service.circulation")
    assert problems(graph, packages=["service"], except_for=["service.circulation"]) == []


def test_a_misspelt_package_never_passes_unchecked() -> None:
    assert problems(graph_of(("kiosk", "zmq")), packages=["kiosc"]) == ["kiosc does not exist"]
