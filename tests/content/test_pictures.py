"""Reading and writing picture files."""

import io
import threading
from typing import Any

import pytest
from PIL import Image, ImageCms

from cms.content import pictures
from cms.content.errors import InvalidInput
from tests.content.picture_samples import bomb, halves, opened, picture

pytestmark = pytest.mark.usefixtures("app_context")


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as error:
        pictures.decode(data)
    assert set(error.value.errors) == {"file"}
    return str(error.value)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_listed_format_is_read_by_its_content(name: str) -> None:
    image, source_format = pictures.decode(picture(name))
    assert source_format == name
    assert image.size == (40, 30)
    assert image.mode == "RGB"


@pytest.mark.parametrize("name", ["BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_refused(name: str) -> None:
    assert "JPEG" in refusal(picture(name))


@pytest.mark.parametrize("data", [b"<svg/>", b"  <?xml version='1.0'?><svg/>", b"\xef\xbb\xbf<svg>", b"<!DOCTYPE svg>"])
def test_drawings_that_can_contain_scripts_are_refused(data: bytes) -> None:
    assert "SVG" in refusal(data)


@pytest.mark.parametrize(
    "data", [b"x", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<html>", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8 "]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(data)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.35, 0.7])
def test_a_picture_that_was_cut_off_is_refused(name: str, share: float) -> None:
    whole = halves(name, (300, 200))
    assert refusal(whole[: int(len(whole) * share)])


def test_a_picture_whose_pixels_are_noise_is_refused() -> None:
    """Its head is whole, and what its decoder raises is of a kind of its own."""
    damaged = bytearray(halves("AVIF", (64, 64)))
    pixels = damaged.index(b"mdat") + 8
    damaged[pixels:] = b"\xff" * (len(damaged) - pixels)
    assert refusal(bytes(damaged))


@pytest.mark.parametrize(("width", "height"), [(9000, 5000), (12_000, 10_000), (60_000, 60_000)])
def test_the_size_is_judged_before_a_pixel_is_decoded(width: int, height: int) -> None:
    assert "million pixels" in refusal(bomb(width, height))


def test_an_upload_is_neither_empty_nor_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.read_upload(io.BytesIO(b"abc")) == b"abc"
    monkeypatch.setattr(pictures, "MAX_BYTES", 3)
    for data in (b"", b"abcd"):
        with pytest.raises(InvalidInput):
            pictures.read_upload(io.BytesIO(data))


def test_a_picture_is_turned_as_the_camera_was_held_and_forgets_where_it_was() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x010E] = "taken at home"
    data = halves("JPEG", exif=exif, comment=b"secret")
    image, source_format = pictures.decode(data)
    assert image.size == (20, 40)
    stored = pictures.encode_original(image, source_format)
    assert b"home" in data
    assert b"home" not in stored.data
    assert b"secret" not in stored.data
    assert not opened(stored.data).getexif()
    red, _green, blue = opened(stored.data).getpixel((10, 2))
    assert red > 200 > blue


def test_what_is_appended_to_a_picture_is_lost() -> None:
    payload = b"<script>alert(1)</script>"
    image, source_format = pictures.decode(picture("PNG") + payload)
    stored = pictures.encode_original(image, source_format)
    assert payload not in stored.data


def test_of_an_animation_the_first_frame_is_kept() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (10, 10), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    image, _format = pictures.decode(buffer.getvalue())
    assert image.getpixel((5, 5))[0] > 200


@pytest.mark.parametrize(
    ("mode", "colour", "name", "result"),
    [
        ("RGBA", (10, 20, 30, 128), "PNG", "RGBA"),
        ("RGBA", (10, 20, 30, 255), "PNG", "RGB"),
        ("LA", (10, 128), "PNG", "RGBA"),
        ("L", 128, "PNG", "RGB"),
        ("1", 1, "PNG", "RGB"),
        ("P", 3, "GIF", "RGB"),
        ("CMYK", (0, 255, 255, 0), "JPEG", "RGB"),
        ("I;16", 40_000, "PNG", "RGB"),
    ],
)
def test_every_kind_of_pixel_becomes_one_of_two(mode: str, colour: Any, name: str, result: str) -> None:
    image, _format = pictures.decode(picture(name, mode=mode, colour=colour))
    assert image.mode == result


def test_sixteen_bits_of_grey_keep_their_lightness() -> None:
    image, _format = pictures.decode(picture("PNG", mode="I;16", colour=32_768))
    assert 120 <= image.getpixel((1, 1))[0] <= 136


def test_colours_are_brought_to_the_space_of_screens() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (srgb, profile, b"nonsense"):
        image, _format = pictures.decode(picture("PNG", icc_profile=icc))
        assert image.getpixel((1, 1)) == (200, 30, 30)
        assert not image.info


@pytest.mark.parametrize(
    ("name", "mode", "extension"),
    [
        ("JPEG", "RGB", "jpg"),
        ("AVIF", "RGB", "jpg"),
        ("AVIF", "RGBA", "webp"),
        ("WEBP", "RGB", "webp"),
        ("PNG", "RGB", "png"),
        ("GIF", "RGBA", "png"),
    ],
)
def test_photographs_and_drawings_are_kept_in_kind(name: str, mode: str, extension: str) -> None:
    assert pictures.encode_original(Image.new(mode, (8, 8)), name).extension == extension


def test_no_side_is_longer_than_screens_are_wide() -> None:
    stored = pictures.encode_original(Image.new("RGB", (4000, 100)), "JPEG")
    assert (stored.width, stored.height) == (pictures.MAX_SIDE, 80)


@pytest.mark.parametrize(
    ("width", "widths"),
    [(100, [100]), (320, [320]), (700, [320, 640, 700]), (2400, [320, 640, 960, 1280, 1920])],
)
def test_sizes_stop_at_the_picture_s_own(width: int, widths: list[int]) -> None:
    sizes = list(pictures.encode_renditions(Image.new("RGB", (width, width // 2))))
    assert [size.width for size in sizes] == widths
    assert all(opened(size.data).size == (size.width, size.height) for size in sizes)
    assert all(size.mime == "image/webp" for size in sizes)


@pytest.mark.parametrize(
    ("size", "stored", "sizes"),
    [
        # A page that was photographed on a phone from its top to its end.
        ((1080, 18_000), (192, 3200), [(320, 5333), (640, 10_667), (960, 16_000)]),
        ((1080, 20_000), (173, 3200), [(320, 5926), (640, 11_852)]),
        # A line: what is left of the other side is a pixel.
        ((10_000, 1), (3200, 1), [(320, 1), (640, 1), (960, 1), (1280, 1), (1920, 1)]),
        ((1, 20_000), (1, 3200), [(1, 3200)]),
    ],
)
def test_very_long_pictures_are_taken_in_the_sizes_that_there_is_room_for(
    size: tuple[int, int], stored: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    image = Image.new("RGB", size)
    original = pictures.encode_original(image, "PNG")
    assert opened(original.data).size == stored
    assert [opened(one.data).size for one in pictures.encode_renditions(image)] == sizes


def test_few_pictures_are_decoded_at_once() -> None:
    """However many threads a server has: one picture may take half a gigabyte."""
    data, go_on, begun = picture(), threading.Event(), threading.Semaphore(0)

    def work() -> None:
        with pictures.decoded(data):
            begun.release()
            go_on.wait(60)

    threads = [threading.Thread(target=work) for _one in range(pictures.AT_ONCE + 1)]
    for thread in threads:
        thread.start()
    for _one in range(pictures.AT_ONCE):
        assert begun.acquire(timeout=60)
    assert not begun.acquire(timeout=0.2)
    go_on.set()
    assert begun.acquire(timeout=60)
    for thread in threads:
        thread.join()


def test_a_picture_that_cannot_be_read_keeps_nobody_waiting() -> None:
    for _one in range(pictures.AT_ONCE + 1):
        with pytest.raises(InvalidInput), pictures.decoded(b"no picture"):
            pass
    with pictures.decoded(picture()) as (image, source_format):
        assert (image.size, source_format) == ((40, 30), "PNG")
