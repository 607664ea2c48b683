"""From any file to a tile's picture: square, small, upright, bare; what is none names its file."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sample_pictures import draw

from common.errors import Refusal
from common.pictures import AIM_BYTES, MOST_BYTES, SIDE
from hub.picture_making import check, make

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255, 255, 255)


def made(path: Path) -> Image.Image:
    content = make(path)
    check(content)
    return Image.open(BytesIO(content))


def near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel: Any = image.getpixel(at)
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def halves(size: tuple[int, int], left: Any, right: Any, mode: str = "RGB") -> Image.Image:
    """Return a picture in two colours, one beside the other."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def noise(size: tuple[int, int]) -> Image.Image:
    """Return a picture that hardly anything can pack."""
    return Image.effect_noise(size, 120).convert("RGB")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "bmp", "tiff"])
@pytest.mark.parametrize("size", [(640, 480), (300, 420), (90, 90), (2000, 1500)])
def test_it_is_a_small_square_whatever_it_came_as(
    tmp_path: Path, suffix: str, size: tuple[int, int]
) -> None:
    path = tmp_path / f"1.{suffix}"
    draw("Pain", "amber").resize(size).save(path)
    image = made(path)
    assert (image.size, image.format, image.mode) == ((SIDE, SIDE), "JPEG", "RGB")
    assert len(make(path)) <= AIM_BYTES


def test_its_middle_is_cut_out_where_little_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    wide = Image.new("RGB", (400, 300), RED)
    wide.paste(GREEN, (60, 10, 340, 290))
    wide.save(path)
    image = made(path)
    assert near(image, (128, 128), GREEN)
    assert near(image, (14, 128), GREEN), "the edges of the wider side are gone"


def test_all_of_it_is_shown_on_white_where_much_would_be_lost(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    Image.new("RGB", (100, 400), BLUE).save(path)
    image = made(path)
    assert near(image, (128, 8), BLUE)
    assert near(image, (128, 248), BLUE)
    assert near(image, (20, 128), WHITE)


def test_it_stands_upright_and_says_nothing_of_the_camera(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned a quarter clockwise.
    exif[0x010F] = "A camera"
    halves((600, 600), RED, BLUE).save(path, exif=exif, comment=b"at home", quality=95)
    image = made(path)
    assert near(image, (128, 20), RED)
    assert near(image, (128, 236), BLUE)
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile"} & image.info.keys()
    assert b"camera" not in make(path)


def other_colours() -> bytes:
    """Return a profile of colours in which red is what screens call green."""
    cms = pytest.importorskip("PIL.ImageCms")
    profile = bytearray(cms.ImageCmsProfile(cms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    entries = {
        profile[132 + 12 * at : 136 + 12 * at].decode(): 132 + 12 * at for at in range(count)
    }
    red, green = (slice(entries[name] + 4, entries[name] + 12) for name in ("rXYZ", "gXYZ"))
    profile[red], profile[green] = profile[green], profile[red]
    return bytes(profile)


def test_colours_are_those_that_its_profile_says(tmp_path: Path) -> None:
    for mode, kind in (("RGB", "jpeg"), ("RGBA", "png")):
        path = tmp_path / f"wide.{kind}"
        Image.new("RGB", (300, 300), "red").convert(mode).save(path, icc_profile=other_colours())
        assert near(made(path), (50, 50), (0, 255, 0)), mode


def test_a_profile_that_is_none_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "odd.png"
    Image.new("RGB", (300, 300), "red").save(path, icc_profile=b"no profile")
    assert near(made(path), (50, 50), (255, 0, 0))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "1.png"
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (100, 100, 200, 200))
    image.convert(mode).save(path, transparency=0 if mode == "P" else None)
    small = made(path)
    assert near(small, (10, 10), WHITE)
    assert near(small, (128, 128), (0, 0, 0))


@pytest.mark.parametrize("mode", ["1", "L", "CMYK", "I;16"])
def test_other_ways_to_keep_colours_are_read(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "1.tiff"
    Image.new(mode, (300, 300), 0).save(path)
    assert made(path).size == (SIDE, SIDE)


def test_the_worst_of_all_still_fits(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    noise((512, 512)).save(path)
    assert len(make(path)) <= MOST_BYTES


def test_the_same_file_gives_the_same_picture_and_a_picture_stays_what_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "1.png"
    draw("Pain", "amber").save(path)
    content = make(path)
    assert make(path) == content
    again = tmp_path / "2.jpg"
    again.write_bytes(content)
    assert make(again) == content


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that unpacks to a great many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(bytes(10_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def whole_jpeg() -> bytes:
    packed = BytesIO()
    noise((400, 400)).save(packed, "JPEG")
    return packed.getvalue()


BAD = {
    "empty": b"",
    "text": "Café crème, 4,20 €\n".encode(),
    "a page": b"<html><img src='1.jpg'></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "cut short": whole_jpeg()[:4_000],
    "a bomb": bomb(60_000, 60_000),
    "a smaller bomb": bomb(9_000, 9_000),
    "an impossible one": bomb(0, 5),
    "half a head": whole_jpeg()[:30],
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_refused_by_its_file_s_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "3017620422003.jpg"
    path.write_bytes(BAD[name])
    with pytest.raises(Refusal) as raised:
        make(path)
    assert raised.value.problem.code == "picture_unreadable"
    assert raised.value.problem.params["file"] == "3017620422003.jpg"
    assert raised.value.problem.params["reason"]


def test_a_folder_or_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.jpg"):
        with pytest.raises(Refusal) as raised:
            make(path)
        assert raised.value.problem.code == "picture_unreadable"


def packed(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


UNFIT = {
    "nothing": b"",
    "no picture": b"\xff\xd8 and no more",
    "another size": packed(Image.new("RGB", (SIDE, SIDE + 1))),
    "another kind": packed(Image.new("RGB", (SIDE, SIDE)), "PNG"),
    "too large": packed(noise((SIDE, SIDE)), quality=100),
    "metadata": packed(Image.new("RGB", (SIDE, SIDE)), comment=b"at home"),
    "cut short": packed(noise((SIDE, SIDE)), quality=30)[:6_000],
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_make_would_not_have_made_is_unfit(name: str) -> None:
    with pytest.raises(Refusal) as raised:
        check(UNFIT[name])
    assert raised.value.problem.code == "picture_unfit"
