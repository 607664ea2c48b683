"""A QR code before a camera, which here is a film; without a camera there is none."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from common import invitation
from hub import qr
from kiosk.camera import PREVIEW_WIDTH, Camera, Look, find_camera

PATIENCE_S = 20.0
TEXT = invitation.write(
    invitation.Invitation("0123456789ABCDEQ", bytes(32), bytes(range(32)), 47801, ("10.0.0.2",))
)


@pytest.fixture
def cv2() -> Any:
    pytest.importorskip("zxingcpp")
    return pytest.importorskip("cv2")


def film(cv2: Any, path: Path, with_code: bool) -> Path:
    """Make a film of 640 × 480: grey, then, where it is wanted, a QR code held askew."""
    import numpy

    out = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (640, 480))
    grey = numpy.full((480, 640, 3), 120, numpy.uint8)
    for _ in range(3):
        out.write(grey)
    if with_code:
        code = cv2.imdecode(
            numpy.frombuffer(qr.image(Path("x.png"), TEXT), numpy.uint8), cv2.IMREAD_COLOR
        )
        turned = cv2.getRotationMatrix2D((180, 180), 12, 0.9)
        grey[60:420, 140:500] = cv2.warpAffine(code, turned, (360, 360), borderValue=(90, 90, 90))
        for _ in range(3):
            out.write(grey)
    out.release()
    return path


def watch(source: Path) -> Look:
    """Return the last that a camera sees."""
    camera = Camera(str(source))
    try:
        end = time.monotonic() + PATIENCE_S
        while not (look := camera.newest()).text and not look.failed:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        camera.close()
    return look


def test_a_code_held_before_the_camera_is_read(cv2: Any, tmp_path: Path) -> None:
    look = watch(film(cv2, tmp_path / "code.avi", with_code=True))
    assert look.text == TEXT
    assert (look.width, look.height) == (PREVIEW_WIDTH, 360)
    assert len(look.rgb) == look.width * look.height * 3


def test_a_camera_that_ends_or_cannot_be_opened_says_so(cv2: Any, tmp_path: Path) -> None:
    assert watch(film(cv2, tmp_path / "grey.avi", with_code=False)) == Look(failed=True)
    assert watch(tmp_path / "none.avi") == Look(failed=True)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems are asked by opening")
def test_a_camera_is_there_where_its_device_is(cv2: Any, tmp_path: Path) -> None:
    assert find_camera(tmp_path) is None
    for name in ("video10", "video2", "video-nonsense"):
        (tmp_path / name).touch()
    assert find_camera(tmp_path) == 2
