"""The programs of the demo: service, bench, X server and kiosk, each a process of its own."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

from drivers.simulators.bench_client import BenchClient, BenchGone
from kiosk.demo.shelf import write_shelf
from kiosk.enrolment import PinnedService, enrol

BIN = Path(sys.executable).parent
LIBRARY = "Thư viện tỉnh Sơn Khê"
STATION = "Máy mượn trả 1"
POINT = "TV"
OWNER = "VN-SK"
START_SECONDS = 30.0

STATION_TOML = """\
[station]
name = "{station}"
library = "{library}"
state_folder = "{state}"
isil = "{owner}"

[[device]]

kind = "pad"
driver = "feig_obid"
settings = {{ path = "{bench}/pad" }}

[[device]]

kind = "scanner"
driver = "barcode_serial"
settings = {{ path = "{bench}/scanner" }}

[link]
online_again_seconds = 3

[screen]
width = {width}
height = {height}
fullscreen = false
"""


class DemoFailed(Exception):
    """A program did not start or ended; the text says which and where its log lies."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where everything of one demo lies."""

    top: Path

    @property
    def service(self) -> Path:
        """The service's state."""
        return self.top / "service"

    @property
    def station(self) -> Path:
        """The station's state."""
        return self.top / "station"

    @property
    def bench(self) -> Path:
        """Links of the simulated devices, and the tags' memory."""
        return self.top / "bench"

    @property
    def pictures(self) -> Path:
        """Screenshots."""
        return self.top / "screenshots"

    @property
    def drawn(self) -> Path:
        """What stood on the screen, one JSON object a frame."""
        return self.top / "drawn.jsonl"

    @property
    def socket(self) -> Path:
        """The bench's local socket."""
        return self.top / "bench.socket"

    @property
    def config(self) -> Path:
        """The station's configuration."""
        return self.top / "station.toml"

    @property
    def database(self) -> str:
        """The service's database."""
        return f"sqlite:///{self.service / 'service.db'}"

    def log(self, name: str) -> Path:
        """Where a program writes what it has to say."""
        return self.top / f"{name}.log"

    def make_anew(self) -> None:
        """An empty folder."""
        shutil.rmtree(self.top, ignore_errors=True)
        for folder in (self.service, self.bench, self.pictures):
            folder.mkdir(parents=True)


def fill_library(folders: Folders) -> None:
    """Make the sample library, its virtual books and cards."""
    tags, cards = folders.top / "tags.jsonl", folders.top / "cards.jsonl"
    subprocess.run(
        [
            str(BIN / "muontra-service"), "sample", "--database", folders.database,
            "--tags", str(tags), "--cards", str(cards), "--demo-shelf",
        ],
        check=True,
    )  # fmt: skip
    write_shelf(tags, cards, folders.top / "shelf.jsonl")


def enrol_station(folders: Folders, endpoint: str, width: int, height: int) -> None:
    """Make the station's key on the station, and tell the service of it."""
    said = _service("key", "--state", str(folders.service))
    service_key = said.split("Service key:")[1].split()[0]
    key = enrol(folders.station, PinnedService(endpoint=endpoint, key=service_key))
    place = ("--state", str(folders.service), "--database", folders.database)
    _service("station", "add", STATION, "--point", POINT, f"--key={key.public}", *place)
    folders.config.write_text(
        STATION_TOML.format(
            station=STATION,
            library=LIBRARY,
            state=folders.station,
            owner=OWNER,
            bench=folders.bench,
            width=width,
            height=height,
        ),
        encoding="utf-8",
    )


def _service(*words: str) -> str:
    done = subprocess.run(
        [str(BIN / "muontra-service"), *words], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DemoFailed(f"muontra-service {words[0]}: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def running(
    folders: Folders, name: str, words: Sequence[str], **environment: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program until the block ends; its output goes to its log."""
    with folders.log(name).open("wb") as log:
        process = subprocess.Popen(
            list(words), stdout=log, stderr=log, env=os.environ | environment
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def service_words(folders: Folders, endpoint: str) -> list[str]:
    """How the service is started."""
    place = ["--state", str(folders.service), "--database", folders.database]
    return [str(BIN / "muontra-service"), "run", "--listen", endpoint, *place]


def bench_words(folders: Folders) -> list[str]:
    """How the bench is started, keeping the times of wire and air."""
    return [
        sys.executable, "-m", "drivers.simulators.bench", "--state", str(folders.bench),
        "--socket", str(folders.socket), "--books", str(folders.top / "shelf.jsonl"), "--timed",
    ]  # fmt: skip


def kiosk_words(folders: Folders) -> list[str]:
    """How the kiosk is started, noting every frame that was drawn."""
    program = str(BIN / "muontra-kiosk")
    return [program, "--config", str(folders.config), "--drawn", str(folders.drawn)]


def panel_words(folders: Folders, left: int) -> list[str]:
    """How the bench panel is started, `left` pixels from the edge: beside the kiosk, never over."""
    program = str(BIN / "muontra-bench-panel")
    return [program, "--socket", str(folders.socket), "--left", str(left)]


def free_endpoint() -> str:
    """A port on this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def bench_client(folders: Folders) -> BenchClient:
    """The bench, once it is there."""
    deadline = monotonic() + START_SECONDS
    while True:
        try:
            return BenchClient(folders.socket)
        except BenchGone as problem:
            if monotonic() > deadline:
                raise DemoFailed(f"{problem}; see {folders.log('bench')}") from problem
        sleep(0.05)


@contextmanager
def virtual_display(folders: Folders, width: int, height: int) -> Iterator[str]:
    """An X server without a screen; yields its name."""
    take, give = os.pipe()
    screen = f"{width}x{height}x24"
    words = ["Xvfb", "-displayfd", str(give), "-screen", "0", screen, "-nolisten", "tcp"]
    with folders.log("xvfb").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log, pass_fds=(give,))
        os.close(give)
        try:
            with os.fdopen(take) as named:
                yield f":{named.readline().strip()}"
        finally:
            server.terminate()
            server.wait()
