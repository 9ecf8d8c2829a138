"""What all commands say things with."""

from rich.console import Console

from kiosk.cli.at_hand import whole_table

PATH = "/dev/muontra/1a86-7523-0123456789abcdef"


def test_a_narrow_terminal_cuts_nothing_off() -> None:
    table = whole_table("Device", "Port", "Driver")
    table.add_row("pad", PATH, "bibliotheca_3m")
    narrow = Console(width=40)
    with narrow.capture() as shown:
        narrow.print(table)
    cells = [line.split("│") for line in shown.get().splitlines() if "│" in line]
    assert "".join(cell[2].strip() for cell in cells) == PATH
    assert "".join(cell[3].strip() for cell in cells) == "bibliotheca_3m"
