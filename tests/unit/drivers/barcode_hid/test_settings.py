import msgspec
import pytest

from drivers.barcode_hid.driver import HidSettings


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "either path or usb"),
        ({"path": "/dev/input/event3", "usb": "0c2e:0b61"}, "either path or usb"),
        ({"usb": "honeywell"}, r"matching regex"),
        ({"path": "x", "rules": {"symbologies": ["qr"]}}, "aim_identifiers"),
        ({"path": "x", "grabb": True}, "unknown field"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(settings: dict[str, object], told: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(settings, HidSettings)
