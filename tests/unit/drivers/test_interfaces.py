"""The drivers are what they say they are; mypy proves it, and the calls have the right names."""

from drivers.barcode_serial.driver import BarcodeSettings, SerialBarcodeScanner
from drivers.feig_obid.driver import FeigReader, FeigSettings
from drivers.interfaces import BarcodeScanner, TagReader


def test_a_feig_pad_is_a_tag_reader_and_a_serial_scanner_a_barcode_scanner() -> None:
    pad: TagReader = FeigReader(FeigSettings(path="nothing"))
    scanner: BarcodeScanner = SerialBarcodeScanner(BarcodeSettings(path="nothing"))
    for device in (pad, scanner):
        device.cancel()
        device.close()
