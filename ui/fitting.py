"""Choosing how a text is said so that it fits: shorter words before smaller type, never cut."""

from collections.abc import Callable

from msgspec import Struct

from ui.presenter.catalogue import Words

Width = Callable[[str], float]
"""How wide a text is in the wanted style, in the unit of the room given."""


class Fitted(Struct, frozen=True):
    """The lines as they will stand. `shortened`: an ellipsis was needed. `cut`: nothing fitted."""

    lines: tuple[str, ...]
    shortened: bool = False
    cut: bool = False


def fit(
    words: Words, room: float, width: Width, *, lines: int = 1, shortens: bool = False
) -> Fitted:
    """The longest way to say it in `room`, on up to `lines` lines.

    One line before two; if even the shortest does not fit it is shortened with an ellipsis, which
    is right only for titles (`shortens`); for anything else the result is marked as cut.
    """
    for said in words:
        for limit in range(1, lines + 1):
            wrapped = wrap(said, room, width)
            if len(wrapped) <= limit and all(width(line) <= room for line in wrapped):
                return Fitted(tuple(wrapped))
    return Fitted(_with_ellipsis(words[-1], room, width, lines), shortened=True, cut=not shortens)


def wrap(text: str, room: float, width: Width) -> list[str]:
    """Break at spaces; a no-break space stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _with_ellipsis(text: str, room: float, width: Width, lines: int) -> tuple[str, ...]:
    wrapped = wrap(text, room, width)
    kept, last = wrapped[: lines - 1], " ".join(wrapped[lines - 1 :])
    while last and width(f"{last}…") > room:
        last = last[:-1]
    return (*kept, f"{last.rstrip()}…")
