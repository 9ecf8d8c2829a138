"""Readers in the drawings. They never stand for the person at the screen: nobody is drawn from a
name. A figure is 190 by 300 units around x = 0, its feet on y = 0.
"""

from msgspec import Struct

from ui.drawings.svg import Svg, diamond, disc, rounded, shape, stroke
from ui.theme import Colour

DARK = "#2A211C"
HAIR = "#22201E"
MOUTH = "#8C4430"
BODY = "M-78 0V-105C-78-150-48-172 0-172S78-150 78-105V0Z"
LEFT_PAGE = "M0-82Q-28-101-57-93V-24Q-28-30 0-13Z"
RIGHT_PAGE = "M0-82Q28-101 57-93V-24Q28-30 0-13Z"


class Person(Struct, frozen=True):
    """One reader. `hair` and `dress` are drawn behind the face and on the body."""

    skin: Colour
    shirt: Colour
    sleeve: Colour
    book: Colour
    behind: tuple[Svg, ...] = ()
    hair: tuple[Svg, ...] = ()
    dress: tuple[Svg, ...] = ()


BOB = shape(
    "M-59-238C-59-285-34-306 0-306S59-285 59-238V-186Q59-176 49-176H-49Q-59-176-59-186Z", HAIR
)
FRINGE = shape(
    "M-56-240C-56-284-34-304 0-304S56-284 56-240Q44-256 38-271Q6-252-40-259Q-52-253-56-240Z", HAIR
)
GREY = shape(
    "M-56-240C-58-286-32-304 0-304S58-286 56-240Q50-250 46-268Q0-284-46-268Q-50-250-56-240Z",
    "#D6D6D2",
)
GLASSES = (
    disc(-20, -236, 14, "none", f'stroke="{DARK}" stroke-width="4"'),
    disc(20, -236, 14, "none", f'stroke="{DARK}" stroke-width="4"'),
    stroke("M-6-237H6", DARK, 4),
)
COLLAR = shape("M-20-172 0-140 20-172Q0-160-20-172Z", "#F5F1EA")
SEAM = stroke("M0-140V0", "#5A3F30", 3.5)
CAP = (
    shape("M-57-258C-57-292-34-310 0-310S57-292 57-258V-254H-57Z", "#232F59"),
    shape("M-57-262Q0-284 57-262V-240Q0-262-57-240Z", "#B5472F"),
    *[diamond(18 * i, -262 + abs(i) * 2.4, 5, 7, "#FFDFA0") for i in range(-2, 3)],
)
NECKLINE = (
    shape("M-30-168 0-112 30-168Q0-150-30-168Z", "#F8E8D2"),
    stroke("M-30-166 0-112 30-166", "#B5472F", 8),
)
HEM = (
    rounded(-78, -17, 156, 5, 0, "#7FD1C9"),
    *[diamond(-66 + 22 * i, -2, 9, 9, ("#E0603F", "#F2A33A")[i % 2]) for i in range(7)],
)
BUN = disc(0, -312, 24, HAIR)

ELDER = Person("#DDA57C", "#7A5A43", "#5D4333", "#1F6B45", (), (GREY, *GLASSES), (COLLAR, SEAM))
WOMAN = Person("#E5B48A", "#F2A33A", "#C9801C", "#0B5C62", (BOB,), (FRINGE,))
YOUTH = Person("#D9A074", "#2F3E73", "#232F59", "#F2A33A", (), CAP, (*NECKLINE, *HEM))
LIBRARIAN = Person("#E5B48A", "#0B5C62", "#0B5C62", "#0B5C62", (BUN,), (FRINGE,), (COLLAR,))


def reading(person: Person) -> list[Svg]:
    """A reader with an open book."""
    return [
        *bust(person),
        *[rounded(x, -118, 33, 82, 16.5, person.sleeve) for x in (-86, 53)],
        shape(LEFT_PAGE, person.book),
        shape(RIGHT_PAGE, person.book),
        stroke("M0-80V-15", "#000000", 4, 'stroke-opacity="0.28"'),
        *[disc(x, -46, 17, person.skin) for x in (-52, 52)],
    ]


def waving(person: Person) -> list[Svg]:
    """A reader who waves, a book under the arm."""
    return [
        *bust(person),
        stroke("M-52-112-88-196", person.sleeve, 31),
        disc(-98, -226, 20, person.skin),
        rounded(4, -102, 68, 92, 4, person.book),
        rounded(4, -102, 14, 92, 4, "#000000", 'fill-opacity="0.25"'),
        rounded(50, -122, 33, 96, 16.5, person.sleeve),
        disc(48, -34, 17, person.skin),
    ]


def bust(person: Person) -> list[Svg]:
    """Body, neck, face and hair, without arms."""
    return [
        *person.behind,
        shape(BODY, person.shirt),
        *person.dress,
        rounded(-17, -206, 34, 44, 15, person.skin),
        rounded(-17, -196, 34, 16, 8, "#000000", 'fill-opacity="0.12"'),
        *[disc(x, -236, 9, person.skin) for x in (-53, 53)],
        f'<ellipse cx="0" cy="-240" rx="52" ry="55" fill="{person.skin}"/>',
        *[disc(x, -221, 8, "#E5795A", 'fill-opacity="0.32"') for x in (-33, 33)],
        *[disc(x, -236, 5, DARK) for x in (-20, 20)],
        stroke("M-14-217Q0-204 14-217", MOUTH, 4),
        *person.hair,
    ]
