from importlib.metadata import EntryPoint

import pytest

from drivers.registry import GROUP, Driver, installed_drivers, load_drivers


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_the_drivers_of_this_installation_load() -> None:
    loaded = installed_drivers()
    for name in ("feig_obid", "barcode_serial", "barcode_hid"):
        driver = loaded[name].driver
        assert driver is not None, loaded[name].reason
        assert driver.name == name


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("drivers.no_such_module:DRIVER", "No module named"),
        ("drivers.registry:NO_SUCH_NAME", "NO_SUCH_NAME"),
        ("drivers.registry:GROUP", "no Driver record"),
        ("antigravity_of_nobody:x", "No module named"),
    ],
)
def test_a_driver_that_fails_to_load_is_named_and_the_rest_load(value: str, reason: str) -> None:
    loaded = load_drivers(
        [point("broken", value), point("feig_obid", "drivers.feig_obid.driver:DRIVER")]
    )
    assert loaded["broken"].driver is None
    assert reason in loaded["broken"].reason
    assert isinstance(loaded["feig_obid"].driver, Driver)


def test_a_driver_whose_import_ends_the_program_otherwise_is_only_out_of_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: EntryPoint) -> object:
        raise RuntimeError("library libfoo.so is missing")

    monkeypatch.setattr(EntryPoint, "load", fail)
    loaded = load_drivers([point("feig_obid", "drivers.feig_obid.driver:DRIVER")])
    assert loaded["feig_obid"].reason == "RuntimeError: library libfoo.so is missing"
