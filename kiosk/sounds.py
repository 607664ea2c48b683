"""What a till lets be heard: short tones for a scan and for what went wrong, made here.

Owns the tones and their bytes as a WAV file. Who plays them is `kiosk.speaker`.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

_RATE_HZ: Final = 22_050
_LOUDNESS: Final = 0.4
_FADE_MS: Final = 6


class Sound(Enum):
    """One sound."""

    SCAN = "scan"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Tone:
    """So many ms of one pitch; 0 Hz is silence."""

    hz: int
    ms: int


TONES: Final[Mapping[Sound, tuple[Tone, ...]]] = {
    Sound.SCAN: (Tone(1_760, 70),),
    Sound.ERROR: (Tone(330, 140), Tone(0, 60), Tone(247, 220)),
}


def wav(sound: Sound) -> bytes:
    """Return a sound as a WAV file: one channel, 16 bits."""
    samples = [sample for tone in TONES[sound] for sample in _samples(tone)]
    data = struct.pack(f"<{len(samples)}h", *samples)
    layout = struct.pack("<HHIIHH", 1, 1, _RATE_HZ, 2 * _RATE_HZ, 2, 16)
    chunks = _chunk(b"fmt ", layout) + _chunk(b"data", data)
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


def _samples(tone: Tone) -> list[int]:
    """Return a tone that fades in and out, so that it does not click."""
    count, fade = _RATE_HZ * tone.ms // 1_000, _RATE_HZ * _FADE_MS // 1_000
    most = _LOUDNESS * 32_767
    return [
        round(
            most
            * min(1.0, at / fade, (count - at) / fade)
            * math.sin(2 * math.pi * tone.hz * at / _RATE_HZ)
        )
        for at in range(count)
    ]
