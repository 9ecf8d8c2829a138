"""Short sounds, each with its own meaning. A kiosk without a loudspeaker stays silent.

Owner: Kivy's main thread.
"""

import math
import struct
import wave
from pathlib import Path
from typing import Any

from kiosk.views import Chime

RATE = 22_050
LOUDNESS = 0.25
FADE_SECONDS = 0.02
SOUND_DEVICES = Path("/dev/snd")

NOTES: dict[Chime, tuple[tuple[float, float], ...]] = {
    Chime.DONE: ((660, 0.09), (880, 0.16)),
    Chime.NEEDS_YOU: ((587, 0.14), (587, 0.14)),
    Chime.DONE_TAG_OPEN: ((660, 0.09), (880, 0.09), (587, 0.18)),
    Chime.REFUSED: ((392, 0.22),),
}
"""Frequency in hertz and length in seconds of each note."""


class Chimes:
    """Makes the sound files once, loads each once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sounds: dict[Chime, Any] = {}

    def load(self) -> None:
        """Open the loudspeaker ahead of the first sound, if there is one."""
        if not any(SOUND_DEVICES.glob("pcm*p")):
            return
        from kivy.core.audio import SoundLoader  # noqa: PLC0415 (not before the first picture)

        self._folder.mkdir(parents=True, exist_ok=True)
        for chime, notes in NOTES.items():
            path = self._folder / f"{chime}.wav"
            write_notes(path, notes)
            self._sounds[chime] = SoundLoader.load(str(path))

    def play(self, chime: Chime) -> None:
        """Play a sound, if there is a loudspeaker."""
        sound = self._sounds.get(chime)
        if sound is not None:
            sound.play()


def write_notes(path: Path, notes: tuple[tuple[float, float], ...]) -> None:
    """A mono 16-bit file of soft sine tones."""
    samples = [sample for note in notes for sample in _tone(*note)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def _tone(hertz: float, seconds: float) -> list[int]:
    count, fade = int(RATE * seconds), int(RATE * FADE_SECONDS)
    peak = 32_767 * LOUDNESS
    return [
        round(
            peak * min(1, i / fade, (count - i) / fade) * math.sin(2 * math.pi * hertz * i / RATE)
        )
        for i in range(count)
    ]
