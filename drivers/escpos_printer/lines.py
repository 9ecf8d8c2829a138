"""The lines that a receipt printer may hang on."""

from typing import Protocol

from drivers.deadline import Deadline
from drivers.escpos_printer.settings import PrinterSettings
from drivers.escpos_printer.usb_port import UsbPrinterPort
from drivers.serial_port import SerialPort
from drivers.tcp_port import SCHEME, TcpPort


class PrinterLine(Protocol):
    """What a printer needs of a port (drivers/port.py)."""

    def open(self, deadline: Deadline) -> None: ...
    def close(self) -> None: ...
    def cancel(self) -> None: ...
    def write(self, data: bytes) -> None: ...
    def read_some(self, deadline: Deadline) -> bytes: ...


def line_to(settings: PrinterSettings) -> PrinterLine:
    """An unopened line."""
    if settings.path.startswith(SCHEME):
        return TcpPort(settings.path)
    if settings.line == "usb":
        return UsbPrinterPort(settings.path)
    return SerialPort(settings.path, settings.baud, settings.parity, settings.flow)
