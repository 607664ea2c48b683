"""A till's sounds are files that play, and a speaker that fails holds nothing up."""

import io
import sys
import wave
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from kiosk.sounds import TONES, Sound, wav
from kiosk.speaker import Speaker, system_play


@pytest.mark.parametrize("sound", Sound)
def test_a_sound_is_a_wav_file_of_its_tones_length(sound: Sound) -> None:
    with wave.open(io.BytesIO(wav(sound))) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        ms = 1_000 * file.getnframes() / file.getframerate()
        assert ms == pytest.approx(sum(tone.ms for tone in TONES[sound]), abs=1)
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    assert 8_000 < max(samples) < 20_000
    assert abs(samples[0]) < 200
    assert abs(samples[-1]) < 4_000


def test_what_is_asked_for_is_played_in_order() -> None:
    played: Queue[str] = Queue()
    with Speaker(lambda file: played.put(file.stem)) as speaker:
        speaker.play(Sound.SCAN)
        assert played.get(timeout=10) == "scan"
        speaker.play(Sound.ERROR)
        assert played.get(timeout=10) == "error"


def test_a_player_that_hangs_or_fails_holds_nothing_up() -> None:
    begun, free = Event(), Event()
    played: Queue[str] = Queue()

    def play(file: Path) -> None:
        begun.set()
        free.wait(10)
        played.put(file.stem)
        raise OSError("no device")

    with Speaker(play) as speaker:
        speaker.play(Sound.SCAN)
        assert begun.wait(10)
        for _ in range(50):
            speaker.play(Sound.ERROR)
        assert played.empty()
        free.set()
        # One was waiting; all the others were passed over.
        assert [played.get(timeout=10) for _ in range(2)] == ["scan", "error"]
    assert played.empty()


def test_without_a_player_nothing_is_heard() -> None:
    with Speaker(None) as speaker:
        for _ in range(5):
            speaker.play(Sound.SCAN)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows plays by itself")
def test_the_systems_own_player_is_found_and_may_fail(tmp_path: Path) -> None:
    assert system_play(lambda _: None) is None
    player = tmp_path / "aplay"
    player.write_text('#!/bin/sh\necho "$@" > "$0.told"\nexit 1\n', encoding="ascii")
    player.chmod(0o755)
    play = system_play(lambda name: str(player) if name == "aplay" else None)
    assert play is not None
    play(tmp_path / "x.wav")
    assert (tmp_path / "aplay.told").read_text(encoding="ascii").split() == [
        "-q",
        str(tmp_path / "x.wav"),
    ]
