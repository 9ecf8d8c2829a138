"""The bytes of a whole tag memory, whatever stands in them."""

from drivers.tags.problems import EncodingCode, TagEncodingError


def filled(data: bytes, size: int | None, block_size: int) -> bytes:
    """The data with zeros behind them, `size` bytes in all; without a size, the fewest whole
    blocks that end in a zero byte. Raises TagEncodingError when the data do not fit.
    """
    if size is None:
        size = len(data) + block_size - len(data) % block_size
    if len(data) > size:
        raise TagEncodingError(
            EncodingCode.TOO_LONG,
            f"The data need {len(data)} bytes, the tag has {size}: "
            "leave elements out or shorten them.",
        )
    return data.ljust(size, b"\x00")


def turned(memory: bytes, block_size: int) -> bytes:
    """The memory with the bytes of each block in reverse order."""
    starts = range(0, len(memory), block_size)
    return b"".join(memory[at : at + block_size][::-1] for at in starts)
