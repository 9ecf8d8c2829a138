"""The few SVG words that the drawings use. Lengths are millimetres unless a drawing says units."""

from collections.abc import Iterable

from msgspec import Struct

Svg = str


class Sprite(Struct, frozen=True):
    """A part of a picture with its place in it. Small parts are kept and used again; what is far
    away may be `soft`: drawn at half the size.
    """

    x: float
    y: float
    w: float
    h: float
    svg: Svg
    soft: bool = False


def document(w: float, h: float, *parts: Svg) -> Svg:
    """A whole picture of `w` by `h`."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" '
        f'preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def rounded(x: float, y: float, w: float, h: float, r: float, fill: str, extra: str = "") -> Svg:
    """A rounded rectangle."""
    return (
        f'<rect x="{x:.3f}" y="{y:.3f}" width="{w:.3f}" height="{h:.3f}" '
        f'rx="{r:.3f}" fill="{fill}" {extra}/>'
    )


def disc(x: float, y: float, r: float, fill: str, extra: str = "") -> Svg:
    """A filled circle."""
    return f'<circle cx="{x:.3f}" cy="{y:.3f}" r="{r:.3f}" fill="{fill}" {extra}/>'


def shape(d: str, fill: str, extra: str = "") -> Svg:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}" {extra}/>'


def stroke(d: str, colour: str, width: float, extra: str = "") -> Svg:
    """A drawn line with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:.3f}" '
        f'stroke-linecap="round" stroke-linejoin="round" {extra}/>'
    )


def moved(x: float, y: float, parts: Iterable[Svg], scale: float = 1, turn: float = 0) -> Svg:
    """A group put at x, y, turned by degrees, then scaled."""
    return (
        f'<g transform="translate({x:.3f} {y:.3f}) rotate({turn:g}) scale({scale:.5f})">'
        f"{''.join(parts)}</g>"
    )


def diamond(x: float, y: float, half_w: float, half_h: float, fill: str) -> Svg:
    """A rhombus around x, y."""
    return shape(
        f"M{x - half_w:.2f} {y:.2f}L{x:.2f} {y - half_h:.2f}L{x + half_w:.2f} {y:.2f}"
        f"L{x:.2f} {y + half_h:.2f}Z",
        fill,
    )
