"""The woven band along the top: a motif of whole pixels, made once and repeated."""

from ui.theme import Art, channels, tokens


def weave_pixels(art: Art) -> tuple[int, int, bytes]:
    """Width, height and RGB bytes of one repeat, its first row on top: air, motif, thread."""
    motif = tokens().weave.motif
    colours = {
        "a": art.weave_a,
        "b": art.weave_b,
        "c": art.weave_c,
        ".": art.weave_bg,
        "=": art.weave_a,
    }
    width = len(motif[0])
    rows = ("." * width, *motif, "." * width, "=" * width)
    cell = tokens().weave.cell_px
    data = bytearray()
    for row in rows:
        line = b"".join(_pixel(colours[letter]) * cell for letter in row)
        data += line * cell
    return width * cell, len(rows) * cell, bytes(data)


def _pixel(colour: str) -> bytes:
    return bytes(round(channel * 255) for channel in channels(colour))
