"""How every benchmark tells its figures: a table on the screen, JSON and a plot in build/bench."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

FOLDER = Path("build/bench")

console = Console(width=120, highlight=False)


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` (0 to 1) of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def save(name: str, figures: object) -> Path:
    """Keep the figures as JSON."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures)))
    return path


def plot_file(name: str) -> Path:
    """Where the plot of a benchmark goes."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{name}.png"


def plot_ratios(name: str, bars: Sequence[tuple[str, float]], goal: float) -> Path:
    """Bars against the goal, as a picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 0.9 + 0.28 * len(bars)), layout="constrained")
    names, values = [label for label, _ in bars], [value for _, value in bars]
    colours = ["#0B5C62" if value <= goal else "#F2A33A" for value in values]
    axes.barh(names, values, color=colours)
    axes.axvline(goal, color="#A8281F", linestyle="--", label=f"goal {goal:.2f}")
    axes.set_xlabel("ratio to the baseline of the same run")
    axes.invert_yaxis()
    axes.legend()
    path = plot_file(name)
    figure.savefig(path, dpi=120)
    return path
