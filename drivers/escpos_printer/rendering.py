"""A printed receipt as a picture, for technicians and tests: what stands on the paper."""

from PIL import Image, ImageOps

from drivers.escpos_printer.picture import draw
from drivers.escpos_printer.print_commands import Feed, Printed, Raster, Text, commands_in


def rendered(receipt: bytes, dots: int) -> Image.Image:
    """The receipt in black (0) and white (255), `dots` wide, up to its last line."""
    pieces = [piece for command in commands_in(receipt) if (piece := _piece(command, dots))]
    paper = Image.new("1", (dots, sum(piece.height for piece in pieces)), 255)
    top = 0
    for piece in pieces:
        paper.paste(piece, (0, top))
        top += piece.height
    return paper


def _piece(command: Printed, dots: int) -> Image.Image | None:
    match command:
        case Raster(width, rows):
            black = Image.frombytes("1", (width * 8, command.height), rows)
            return ImageOps.invert(black.convert("L")).convert("1")
        case Text(letters):
            return draw([letters.decode("ascii", "replace")], dots)
        case Feed(lines):
            return Image.new("1", (dots, lines * 30), 255)
        case _:
            return None
