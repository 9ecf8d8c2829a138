"""The first good frame in what has come in, for frames that tell their size and carry a check."""

from collections.abc import Callable


def first_good_frame(
    buffer: bytes,
    silent: bool,
    size_at: Callable[[bytes, int], int | None],
    is_good: Callable[[bytes], bool],
) -> tuple[int, bytes]:
    """How many bytes of `buffer` are used up, and the frame at their end if it is there.

    Bytes that cannot begin a good frame are used up. A frame that is still incomplete stays in
    the buffer, unless the line has gone `silent`: then nothing more of it will come.
    `size_at(buffer, at)`: bytes of the frame that begins there, None = not told yet, 0 = no frame
    begins so.
    """
    for at in range(len(buffer)):
        size = size_at(buffer, at)
        incomplete = size is None or size > len(buffer) - at
        if incomplete and not silent:
            return at, b""
        raw = b"" if incomplete else buffer[at : at + (size or 0)]
        if raw and is_good(raw):
            return at + len(raw), raw
    return len(buffer), b""
