"""What the illustrations are drawn with: skies, ridges, glows, grain. All of it is deterministic."""

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
SIZE = (1600, 1000)
# Drawn at twice the size and reduced: that is what makes the edges smooth.
SCALE = 2


def canvas(colour: Colour = (255, 255, 255)) -> Image.Image:
    """An empty picture at drawing size."""
    return Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), colour)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: the first at 0, the second at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, Colour]]) -> Image.Image:
    """A picture that runs from colour to colour, from top (0) to bottom (1)."""
    column = Image.new("RGB", (1, 256))
    for row in range(256):
        place = row / 255
        for (start, upper), (end, lower) in pairwise(stops):
            if start <= place <= end:
                column.putpixel((0, row), mix(upper, lower, (place - start) / (end - start)))
                break
    return column.resize(size, Image.Resampling.BILINEAR)


def glow(image: Image.Image, centre: Point, radius: float, colour: Colour, strength: float) -> Image.Image:
    """The picture with a soft light; `strength` from 0 to 1."""
    small = (image.width // 8, image.height // 8)
    light = Image.new("L", small, 0)
    x, y, r = centre[0] / 8, centre[1] / 8, radius / 8
    ImageDraw.Draw(light).ellipse((x - r, y - r, x + r, y + r), fill=round(255 * strength))
    light = light.filter(ImageFilter.GaussianBlur(r * 0.6)).resize(image.size, Image.Resampling.BILINEAR)
    image.paste(colour, mask=light)
    return image


def ridge(random: Random, width: int, base: float, height: float, waves: int = 6) -> list[Point]:
    """The upper edge of a chain of hills: waves of falling size, with a little roughness."""
    parts = [
        (random.uniform(0.6, 1.4) * (number + 1), random.uniform(0, math.tau), 1 / (number + 1) ** 1.15)
        for number in range(waves)
    ]
    whole = sum(size for _count, _phase, size in parts)
    points = []
    for x in range(0, width + 16, 16):
        level = sum(size * math.sin(math.tau * count * x / width + phase) for count, phase, size in parts)
        points.append((float(x), base - height * level / whole))
    return points


def fill_below(draw: ImageDraw.ImageDraw, edge: Sequence[Point], bottom: float, colour: Colour) -> None:
    """Everything under an edge in one colour."""
    draw.polygon([*edge, (edge[-1][0], bottom), (edge[0][0], bottom)], fill=colour)


def mist(image: Image.Image, top: float, bottom: float, colour: Colour, strength: float) -> Image.Image:
    """The picture with a veil that thickens from `top` down to `bottom` (in pixels)."""
    veil = Image.new("L", (1, 64), 0)
    for row in range(64):
        veil.putpixel((0, row), round(255 * strength * (row / 63) ** 1.6))
    height = max(1, round(bottom - top))
    mask = Image.new("L", image.size, 0)
    mask.paste(veil.resize((image.width, height), Image.Resampling.BICUBIC), (0, round(top)))
    return Image.composite(Image.new("RGB", image.size, colour), image, mask)


def finished(image: Image.Image, random: Random, grain: float = 0.05) -> Image.Image:
    """The picture in its final size, with the grain of paper and slightly darker corners."""
    image = image.resize(SIZE, Image.Resampling.LANCZOS, reducing_gap=1.0)
    image = ImageChops.soft_light(image, Image.merge("RGB", [noise(random, SIZE, 1.4, grain)] * 3))
    shade = Image.radial_gradient("L").resize(SIZE, Image.Resampling.BICUBIC).point(lambda value: value * 0.16)
    return Image.composite(Image.new("RGB", SIZE, (18, 16, 28)), image, shade)


def noise(random: Random, size: tuple[int, int], coarseness: float, strength: float) -> Image.Image:
    """Grey noise around the middle; `coarseness` is the size of a grain in pixels, `strength` from 0 to 1."""
    small = (max(2, round(size[0] / coarseness)), max(2, round(size[1] / coarseness)))
    speckles = Image.frombytes("L", small, random.randbytes(small[0] * small[1]))
    spread = speckles.point(lambda value: 128 + (value - 128) * strength)
    return spread.resize(size, Image.Resampling.BICUBIC)


def smooth_heights(random: Random, size: tuple[int, int]) -> Image.Image:
    """A landscape of heights (black low, white high) made of noise at three scales."""
    heights = Image.new("L", size, 128)
    for cells, share in ((5, 0.5), (9, 0.36), (17, 0.24)):
        grid = (cells, max(3, round(cells * size[1] / size[0])))
        coarse = Image.frombytes("L", grid, random.randbytes(grid[0] * grid[1]))
        layer = coarse.resize(size, Image.Resampling.BICUBIC)
        heights = Image.blend(heights, layer, share)
    return heights.filter(ImageFilter.GaussianBlur(6))
