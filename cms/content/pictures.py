"""Reading and writing picture files: what may be decoded, and what is stored instead of the bytes that came in.

No byte of an upload reaches a visitor: every picture is decoded under limits and encoded anew, without metadata
and without whatever was appended to it.
"""

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from cms.content.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
AT_ONCE = 2
"""Pictures of `MAX_PIXELS` take hundreds of megabytes while they are decoded, however small their files are. Threads
that wait for each other take none."""
MAX_SIDE = 3200
"""Larger pictures are reduced: no screen shows more, and every visitor would pay for it."""
WIDTHS = (320, 640, 960, 1280, 1920)
LONGEST_WEBP = 16_383
"""Pixels of a side; the format has no room for more (RFC 9649)."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
"""The decoders that are tried, chosen by content; never by the name that a file came with."""
# What Pillow's decoders raise for damaged files differs from format to format: AVIF's a RuntimeError.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError, RuntimeError)


_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Encoded:
    """An encoded picture: pixels, bytes and what they are."""

    width: int
    height: int
    extension: str
    mime: str
    data: bytes


def read_upload(stream: IO[bytes]) -> bytes:
    """The bytes of an upload. Raises `InvalidInput` where there are none or more than `MAX_BYTES`."""
    data = stream.read(MAX_BYTES + 1)
    if not data:
        raise _refused(_l("The file is empty."))
    if len(data) > MAX_BYTES:
        raise _refused(_l("The picture is larger than %(size)d MB.", size=MAX_BYTES // 1024 // 1024))
    return data


def digest_of(data: bytes) -> str:
    """What tells two files apart: SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def decoded(data: bytes) -> Iterator[tuple[Image.Image, str]]:
    """What `decode` gives, for the length of the block; waits while this process is at work on `AT_ONCE` pictures."""
    with _turns:
        yield decode(data)


def decode(data: bytes) -> tuple[Image.Image, str]:
    """The picture in a file and its format by Pillow's name.

    The picture is upright, in RGB or RGBA, without metadata; of an animation it is the first frame. Raises
    `InvalidInput` with the reason where it cannot be taken.
    """
    head = data[:1024].lstrip().lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"\xef\xbb\xbf<")):
        raise _refused(
            _l("SVG drawings cannot be taken, because they can contain scripts. Save it as PNG or WebP first.")
        )
    try:
        # The size stands in the header: it is judged before a pixel is decoded.
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_many_pixels()
            image.load()
            return _plain(image), image.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise _refused(_l("This is not a picture that can be taken. Use JPEG, PNG, WebP, GIF or AVIF.")) from error
    except _DAMAGED as error:
        raise _refused(_l("The picture is damaged: it could not be read to its end.")) from error


def encode_original(image: Image.Image, source_format: str) -> Encoded:
    """The picture as it is kept: photographs as JPEG, drawings as PNG, neither wider nor higher than `MAX_SIDE`."""
    image = within(image, (MAX_SIDE, MAX_SIDE))
    if image.mode == "RGB" and source_format in {"JPEG", "AVIF"}:
        return _encode(image, "JPEG", "jpg", "image/jpeg", {"quality": 88, "progressive": True, "optimize": True})
    if source_format in {"WEBP", "AVIF"}:
        return _encode(image, "WEBP", "webp", "image/webp", {"quality": 88, "method": 4})
    return _encode(image, "PNG", "png", "image/png", {})


def encode_renditions(image: Image.Image) -> Iterator[Encoded]:
    """The picture in every width of `WIDTHS` below its own, and in its own where that is not far above; as WebP.

    Of a very long one, the widths are left out in which it would be longer than `LONGEST_WEBP`.
    """
    widths = [width for width in WIDTHS if width < image.width]
    if image.width <= WIDTHS[-1]:
        widths.append(image.width)
    sizes = [(width, max(1, round(image.height * width / image.width))) for width in widths]
    sizes = [size for size in sizes if size[1] <= LONGEST_WEBP] or [_size_within(image, (MAX_SIDE, MAX_SIDE))]
    for size in sizes:
        smaller = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        # Slower methods save a twentieth of the bytes and cost twice the time of somebody who waits for an upload.
        yield _encode(smaller, "WEBP", "webp", "image/webp", {"quality": 80, "method": 2})


def within(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in its proportions, neither wider nor higher than `size` (width, height); itself where it fits."""
    if image.width <= size[0] and image.height <= size[1]:
        return image
    return image.resize(_size_within(image, size), Image.Resampling.LANCZOS)


def _size_within(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    """Of a line that is a thousand times as long as high, a pixel is left of its height."""
    scale = min(size[0] / image.width, size[1] / image.height, 1)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _plain(image: Image.Image) -> Image.Image:
    """A copy with pixels only: turned as the camera was held (`image` is, too), in sRGB, in one of two modes."""
    # A copy less than otherwise: each is as large as the picture.
    ImageOps.exif_transpose(image, in_place=True)
    upright = image
    profile = upright.info.get("icc_profile")
    if upright.mode.startswith("I"):
        # Sixteen bits of grey: eight are shown.
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    transparent = upright.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in upright.info
    if profile and upright.mode in {"RGB", "RGBA", "CMYK", "L"}:
        upright = _in_srgb(upright, profile)
    plain = upright.convert("RGBA" if transparent else "RGB")
    if transparent and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that cannot be read says nothing about the colours.
        return image
    return converted if converted is not None else image


def _encode(image: Image.Image, name: str, extension: str, mime: str, options: dict[str, Any]) -> Encoded:
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return Encoded(image.width, image.height, extension, mime, buffer.getvalue())


def _too_many_pixels() -> InvalidInput:
    return _refused(
        _l("The picture has more than %(count)d million pixels. Make it smaller first.", count=MAX_PIXELS // 1_000_000)
    )


def _refused(message: Any) -> InvalidInput:
    return InvalidInput({"file": message})
