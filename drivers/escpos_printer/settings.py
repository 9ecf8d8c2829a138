"""How a receipt printer is connected and what paper it has."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from drivers.serial_port import Flow, Parity

Seconds = Annotated[float, Meta(gt=0, le=30)]


class PrinterSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path`: a serial line, `/dev/usb/lp0` with `line = "usb"`, or `tcp://host:9100`.

    `dots`: the width that is printed (384 on paper of 58 mm, 512 or 576 on 80 mm). `profile`: a
    name of python-escpos, which knows whether the printer cuts. `answer_seconds`: how long an
    answer is waited for. `quiet_seconds`: a second one within this time makes both doubtful.
    `settle_seconds`: how long after a receipt the printer is asked how it went. `must_answer`: a
    printer that tells no status is taken for none.
    """

    path: str
    line: Literal["serial", "usb"] = "serial"
    baud: Annotated[int, Meta(gt=0)] = 38400
    parity: Parity = "none"
    flow: Flow = "none"
    mode: Literal["raster", "plain"] = "raster"
    dots: Literal[384, 512, 576] = 576
    cut: Literal["full", "partial", "none"] = "partial"
    profile: str = "default"
    answer_seconds: Seconds = 0.5
    quiet_seconds: Seconds = 0.05
    settle_seconds: Seconds = 1.5
    must_answer: bool = False
