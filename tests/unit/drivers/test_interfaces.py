"""The drivers are what they say they are; mypy proves it, and the calls have the right names."""

from drivers.barcode_hid.driver import HidBarcodeScanner, HidSettings
from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.interfaces import BarcodeScanner, TagReader


def test_a_feig_pad_is_a_tag_reader_and_scanners_of_both_kinds_are_barcode_scanners() -> None:
    pad: TagReader = FeigReader(FeigSettings(path="nothing"))
    scanner: BarcodeScanner = SerialBarcodeScanner(BarcodeSettings(path="nothing"))
    keyboard: BarcodeScanner = HidBarcodeScanner(HidSettings(path="nothing"))
    for device in (pad, scanner, keyboard):
        device.cancel()
        device.close()
