"""USB adapters with a serial line behind them, by their usual ids.

What is behind one nobody can see: each driver of serial devices names them all. Many readers have
one built in, as 3M pads and metraTec readers have one by FTDI.
"""

from drivers.registry import UsbPlace

SERIAL_ADAPTERS = (
    UsbPlace(0x0403, 0x6001, "FTDI FT232 serial adapter"),
    UsbPlace(0x0403, 0x6015, "FTDI FT230X serial adapter"),
    UsbPlace(0x067B, 0x2303, "Prolific PL2303 serial adapter"),
    UsbPlace(0x10C4, 0xEA60, "Silicon Labs CP210x serial adapter"),
    UsbPlace(0x1A86, 0x7523, "WCH CH340 serial adapter"),
)
