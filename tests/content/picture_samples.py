"""Picture files for tests, good and bad."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

Colour = tuple[int, ...]


def picture(
    name: str = "PNG",
    size: tuple[int, int] = (40, 30),
    *,
    mode: str = "RGB",
    colour: Any = (200, 30, 30),
    **options: Any,
) -> bytes:
    """The bytes of a plain picture; `name` is Pillow's name of the format."""
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, name, **options)
    return buffer.getvalue()


def halves(name: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, (255, 0, 0))
    image.paste((0, 0, 255), (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A small PNG whose header promises more pixels than its data could hold."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def opened(data: bytes) -> Image.Image:
    """What a browser would see."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
