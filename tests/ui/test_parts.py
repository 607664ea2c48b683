"""Parts of screens that can be judged without a window: drawn signs, cut names, the set-up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.widgets.folding import fold
from kiosk.widgets.icon_shapes import SHAPES, arc, box, circle

ROOT = Path(__file__).parents[2]
GRID = 24


def test_signs_stay_on_their_grid() -> None:
    for name, strokes in SHAPES.items():
        for stroke in strokes:
            assert len(stroke) >= 2, name
            for x, y in stroke:
                assert 0 <= x <= GRID, name
                assert 0 <= y <= GRID, name


def test_every_state_of_the_link_has_a_sign_of_its_own() -> None:
    assert len({SHAPES[name] for name in ("online", "offline", "catching_up")}) == 3


def test_round_strokes() -> None:
    ring = circle(12, 12, 5)
    assert ring[0] == pytest.approx(ring[-1])
    assert all(abs((x - 12) ** 2 + (y - 12) ** 2 - 25) < 1e-6 for x, y in ring)
    assert arc(0, 0, 1, 0, 90)[-1] == pytest.approx((0, 1))
    frame = box(2, 4, 22, 20, 2)
    assert min(x for x, _ in frame) == pytest.approx(2)
    assert max(y for _, y in frame) == pytest.approx(20)
    assert frame[0] == pytest.approx(frame[-1])


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("Baguette", 10, "Baguette"),
        ("Lait demi-écrémé 1 L", 12, "Lait\ndemi-écrémé…"),
        ("Farine de blé T55 1 kg", 14, "Farine de blé\nT55 1\u00a0kg"),
        ("Bonbons acidulés 200 g", 16, "Bonbons acidulés\n200\u00a0g"),
        ("Bougies × 30", 8, "Bougies\n×\u00a030"),
        ("Anticonstitutionnellement", 14, "Anticonstitu-\ntionnellement"),
        ("Anticonstitutionnellement", 10, "Anticons-\ntitutionn…"),
        ("Extra-anticonstitutionnel", 20, "Extra-\nanticonstitutionnel"),
        ("Lait demi-écrémé", 6, "Lait\ndemi-…"),
        ("Choux champignons", 9, "Choux\nchampign…"),
        ("Champagnes", 9, "Champa-\ngnes"),
        ("un champagnes", 10, "un\nchampagnes"),
        ("un deuxième champagnes", 9, "un\ndeuxième…"),
        ("deux champagnes", 9, "deux\nchampagn…"),
        ("Assouplissant 1 L", 12, "Assouplis-\nsant 1\u00a0L"),
        ("Multisurfaces", 10, "Multisur-\nfaces"),
        ("Champagne", 8, "Champa-\ngne"),
        ("Rstlnbcdfg", 7, "Rstlnb-\ncdfg"),
        ("Anti", 2, "A…"),
        ("un deux trois quatre cinq", 9, "un deux\ntrois qu…"),
        ("", 10, ""),
        ("  two   spaces  ", 20, "two spaces"),
    ],
)
def test_names_are_cut_to_two_lines(name: str, width: int, expected: str) -> None:
    assert fold(name, 2, width, len) == expected


def run(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a process where Kivy was not imported before."""
    pytest.importorskip("kivy")
    return subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


SETTINGS = """
import json, sys
from pathlib import Path
from kiosk.kivy_setup import WindowSettings, prepare
prepare(WindowSettings(1024, 600, fullscreen=True, show_cursor=False, density=1.5),
        Path(sys.argv[1]))
from kivy.config import Config
from kivy.metrics import Metrics
wanted = ("width", "height", "fullscreen", "borderless", "show_cursor", "left", "top")
print(json.dumps({
    **{name: Config.get("graphics", name) for name in wanted},
    "inputs": list(Config.options("input")),
    "escape": Config.get("kivy", "exit_on_escape"),
    "density": Metrics.density,
    "home": str(Path(sys.argv[1]).is_dir()),
}))
"""


def test_set_up_before_kivy(tmp_path: Path) -> None:
    done = run(SETTINGS, tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == {
        "width": "1024",
        "height": "600",
        "fullscreen": "0",
        "borderless": "1",
        "show_cursor": "0",
        "left": "0",
        "top": "0",
        "inputs": ["mouse"],
        "escape": "0",
        "density": 1.5,
        "home": "True",
    }
    assert done.stderr == ""


def test_set_up_after_kivy_is_refused(tmp_path: Path) -> None:
    late = SETTINGS.replace("import json, sys", "import json, sys, kivy")
    done = run(late, tmp_path)
    assert "RuntimeError: kivy was imported before" in done.stderr
