"""`muontra-kiosk`: the patron's screen of a station. Ends by SIGTERM or SIGINT only."""

import argparse
import faulthandler
import gc
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config import ConfigurationError, StationConfig, load_config
from kiosk.logs import configure_logs
from kiosk.systemd_notify import ATTENDED, Pulse
from ui.kivy_setup import prepare_kivy
from ui.page import Page, page_for
from ui.presenter.catalogue import translator
from ui.theme import ThemeName

if TYPE_CHECKING:
    from ui.window import KioskWindow, Station

EXAMPLE = "example: muontra-kiosk --config /etc/muontra/kiosk.toml --window 1280x800"
SCREEN_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the configuration, open the window, run until a signal."""
    given = _parser().parse_args(arguments)
    try:
        config = load_config(given.config)
    except ConfigurationError as problem:
        sys.exit(f"The configuration has mistakes; mend them and start again.\n{problem}")
    page = _page(config, given)
    fullscreen = given.fullscreen or (config.screen.fullscreen and given.window is None)
    run(config, page, fullscreen=fullscreen, drawn=given.drawn)


def run(config: StationConfig, page: Page, *, fullscreen: bool, drawn: Path | None = None) -> None:
    """Open the window, then the station."""
    configure_logs()
    faulthandler.enable()  # when the watchdog ends it, the log shows where each thread stood
    pulse = Pulse(ATTENDED)
    station = config.station
    window = open_window(
        Path(station.state_folder) / "screen",
        page,
        (station.library, station.language),
        lambda: open_station(config, pulse.report),
        fullscreen=fullscreen,
        drawn=drawn,
    )
    _report_the_screen(pulse)
    try:
        window.run()
    finally:
        pulse.stopping()


def _report_the_screen(pulse: Pulse) -> None:
    """Each turn of Kivy's loop ends with a picture: where the screen hangs, so does the loop."""
    from kivy.clock import Clock  # noqa: PLC0415 (Kivy has read its settings by now)

    Clock.schedule_interval(lambda _dt: pulse.report("screen"), SCREEN_SECONDS)


def open_window(
    home: Path,
    page: Page,
    said: tuple[str, str],
    station: "Callable[[], Station]",
    *,
    fullscreen: bool,
    drawn: Path | None = None,
) -> "KioskWindow":
    """The window of a library, in a language (`said`), that will open a station."""
    gc.disable()  # a start leaves no garbage to look for; the window turns it on again
    prepare_kivy(home, page, fullscreen=fullscreen)
    from ui.diary import Diary  # noqa: PLC0415 (wanted by demos only)
    from ui.window import KioskWindow  # noqa: PLC0415 (imports Kivy, which reads its settings)

    return KioskWindow(
        page,
        *said,
        station,
        sounds=home / "sounds",
        closable=not fullscreen,
        now=local_time,
        diary=Diary(drawn, page) if drawn is not None else None,
    )


def open_station(config: StationConfig, report: Callable[[str], None]) -> "Station":
    """The station itself, imported after the first picture."""
    from kiosk.station import Station  # noqa: PLC0415 (heavy: network, storage, devices)

    return Station(config, translate=translator, report=report)


def local_time() -> datetime:
    """The time on the wall."""
    return datetime.now().astimezone()


def _page(config: StationConfig, given: argparse.Namespace) -> Page:
    width, height = given.window or (config.screen.width, config.screen.height)
    return page_for(
        width,
        height,
        inches=given.inches,
        theme_name=ThemeName(given.theme or config.screen.theme),
        type_percent=given.text_percent or config.screen.text_percent,
        motion=not given.still,
    )


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT, as 1280x800") from None
    return width, height


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="muontra-kiosk", description=__doc__, epilog=EXAMPLE)
    parser.add_argument("--config", type=Path, required=True, help="the station's TOML file")
    parser.add_argument("--window", type=_size, metavar="WxH", help="a window of this size")
    parser.add_argument("--fullscreen", action="store_true", help="the whole panel")
    parser.add_argument("--inches", type=float, help="diagonal of the panel, if it is unusual")
    parser.add_argument("--theme", choices=[str(name) for name in ThemeName])
    parser.add_argument("--text-percent", type=int, choices=(100, 130, 170), help="size of letters")
    parser.add_argument("--drawn", type=Path, metavar="FILE", help="note every drawn frame there")
    parser.add_argument("--still", action="store_true", help="no motion at all")
    return parser


if __name__ == "__main__":
    main()
