"""The things that the illustrations show: sails, tiles, threads, pools, strokes of a pen."""

import math
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw

from cms.content.demo.brushes import SCALE, Colour, Point, mix


def glints(draw: ImageDraw.ImageDraw, random: Random, x: float, horizon: float, height: float) -> None:
    """Light on water, wider and rarer towards the reader."""
    for _glint in range(240):
        depth = random.random() ** 1.7
        y = horizon + depth * (height - horizon)
        spread = height * (0.05 + 0.34 * depth)
        middle = x + random.gauss(0, 0.5) * spread
        length = height * (0.012 + 0.05 * depth) * random.uniform(0.5, 1.5)
        thickness = max(2, round(height * 0.0035 * (0.5 + depth)))
        colour = mix((255, 226, 176), (132, 98, 132), min(1, depth * 0.9 + random.random() * 0.15))
        draw.line((middle - length, y, middle + length, y), fill=colour, width=thickness)


def sail(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """A boat under two sails; `size` is its height in pixels."""
    hull: Colour = (30, 26, 52)
    draw.polygon([(x, y - size * 1.5), (x, y - size * 0.1), (x + size * 0.75, y - size * 0.1)], fill=(248, 226, 204))
    draw.polygon(
        [(x - size * 0.06, y - size * 1.2), (x - size * 0.06, y - size * 0.1), (x - size * 0.5, y - size * 0.1)],
        fill=(222, 178, 168),
    )
    draw.polygon(
        [
            (x - size * 0.7, y),
            (x + size * 0.8, y),
            (x + size * 0.55, y + size * 0.22),
            (x - size * 0.5, y + size * 0.22),
        ],
        fill=hull,
    )


def tile(draw: ImageDraw.ImageDraw, centre: tuple[int, int], side: int, blue: Colour, random: Random) -> None:
    """A glazed tile: a star in the middle, rings around each corner, which make circles with the neighbours."""
    x, y = centre
    half = side // 2
    glaze = mix((246, 243, 234), (222, 230, 238), random.random())
    draw.rectangle((x - half + 3, y - half + 3, x + half - 3, y + half - 3), fill=glaze)
    pale = mix(blue, glaze, 0.55)
    for corner_x in (x - half, x + half):
        for corner_y in (y - half, y + half):
            for radius, colour in ((0.46, blue), (0.40, glaze), (0.33, (206, 150, 58)), (0.27, glaze), (0.18, pale)):
                quarter(draw, (corner_x, corner_y), (x, y), side * radius, colour)
    star(draw, (x, y), side * 0.36, side * 0.235, 8, blue)
    star(draw, (x, y), side * 0.27, side * 0.18, 8, glaze)
    star(draw, (x, y), side * 0.20, side * 0.10, 8, pale)
    draw.ellipse((x - side * 0.05, y - side * 0.05, x + side * 0.05, y + side * 0.05), fill=(206, 150, 58))


def quarter(draw: ImageDraw.ImageDraw, corner: Point, centre: Point, radius: float, colour: Colour) -> None:
    """A quarter of a disc in the corner of a tile, on the side of its centre."""
    start = {(True, True): 0, (False, True): 90, (False, False): 180, (True, False): 270}
    angle = start[centre[0] > corner[0], centre[1] > corner[1]]
    box = (corner[0] - radius, corner[1] - radius, corner[0] + radius, corner[1] + radius)
    draw.pieslice(box, angle, angle + 90, fill=colour)


def star(draw: ImageDraw.ImageDraw, centre: Point, outer: float, inner: float, points: int, colour: Colour) -> None:
    """A star with as many points, between two radii."""
    corners = []
    for number in range(points * 2):
        radius = outer if number % 2 == 0 else inner
        angle = math.pi * number / points + math.pi / points / 2
        corners.append((centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)))
    draw.polygon(corners, fill=colour)


def thread(
    draw: ImageDraw.ImageDraw, corner: Point, size: int, colour: Colour, *, upright: bool, random: Random
) -> None:
    """One crossing in a cloth: the thread that lies above, and the shadow of the other."""
    x, y = corner
    shade = mix(colour, (20, 14, 20), random.uniform(0.0, 0.16))
    draw.rectangle((x + 1, y + 1, x + size - 2, y + size - 2), fill=mix(shade, (20, 14, 20), 0.3))
    if upright:
        draw.rectangle((x + size * 0.2, y, x + size * 0.8, y + size), fill=shade)
        draw.rectangle((x + size * 0.34, y + 2, x + size * 0.5, y + size - 2), fill=mix(shade, (255, 255, 255), 0.22))
    else:
        draw.rectangle((x, y + size * 0.2, x + size, y + size * 0.8), fill=shade)
        draw.rectangle((x + 2, y + size * 0.34, x + size - 2, y + size * 0.5), fill=mix(shade, (255, 255, 255), 0.18))


def pans(draw: ImageDraw.ImageDraw, random: Random, vanishing: Point, levels: tuple[float, float], number: int) -> None:
    """One row of pools, in perspective."""
    far, near = levels
    gap = (near - far) * 0.16
    colours: list[Colour] = [(255, 222, 186), (244, 196, 176), (208, 180, 190), (164, 172, 198), (126, 150, 186)]
    count = 9
    for column in range(-count, count + 1):
        edges = [(column + side) * 0.24 for side in (0.04, 0.96)]
        corners: list[Point] = []
        for level, order in ((far + gap, edges), (near, edges[::-1])):
            reach = (level - vanishing[1]) * 4.4
            corners.extend((vanishing[0] + edge * reach, level) for edge in order)
        share = min(3.99, number * 0.55 + random.uniform(0, 0.9))
        base = mix(colours[int(share)], colours[int(share) + 1], share % 1)
        draw.polygon(corners, fill=base)
        depth = (near - far) * 0.22
        draw.polygon(
            [*corners[:2], (corners[1][0], corners[1][1] + depth), (corners[0][0], corners[0][1] + depth)],
            fill=mix(base, (255, 244, 224), 0.4),
        )


def squares(draw: ImageDraw.ImageDraw, corners: list[Point], size: int, colour: Colour) -> None:
    """Filled squares of squared paper, each by its upper left corner."""
    for x, y in corners:
        draw.rectangle((x, y, x + size, y + size), fill=colour)


def heap(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """A heap of salt, lit from the left."""
    draw.polygon([(x - size * 1.2, y), (x, y - size), (x + size * 1.2, y)], fill=(252, 246, 238))
    draw.polygon([(x + size * 0.1, y - size * 0.92), (x + size * 1.2, y), (x + size * 0.25, y)], fill=(204, 196, 208))
    draw.ellipse((x - size * 1.2, y - size * 0.12, x + size * 1.2, y + size * 0.12), fill=(232, 222, 220))


def line_of_letters(width: int, base: float, reach: float, phase: float) -> list[Point]:
    """The way of the pen along a line, from right to left."""
    points = []
    for step in range(1400):
        share = step / 1399
        swing = math.sin(share * 19 + phase) * (0.55 + 0.45 * math.sin(share * 7 + phase * 2))
        loop = math.cos(share * 38 + phase) * 0.035 * width * math.sin(share * 9)
        points.append(
            (width * (1.04 - 1.08 * share) + loop, base + reach * swing - reach * 0.35 * math.sin(share * 47))
        )
    return points


def pen(draw: ImageDraw.ImageDraw, points: list[Point], breadth: float, colour: Colour) -> None:
    """A broad nib held at an angle: thick one way, thin the other."""
    dx, dy = breadth * math.cos(math.radians(-58)), breadth * math.sin(math.radians(-58))
    for (x, y), (next_x, next_y) in pairwise(points):
        draw.polygon(
            [(x - dx, y - dy), (x + dx, y + dy), (next_x + dx, next_y + dy), (next_x - dx, next_y - dy)], fill=colour
        )


def dot(draw: ImageDraw.ImageDraw, centre: Point, size: float, colour: Colour) -> None:
    """A diamond, as a broad pen makes it."""
    x, y = centre
    draw.polygon([(x - size, y), (x, y - size * 1.1), (x + size, y), (x, y + size * 1.1)], fill=colour)


def outline(shape: Image.Image, thickness: int) -> Image.Image:
    """Where a shape begins: it differs there from itself, moved a little."""
    across = ImageChops.difference(shape, ImageChops.offset(shape, thickness, 0))
    down = ImageChops.difference(shape, ImageChops.offset(shape, 0, thickness))
    return ImageChops.lighter(across, down)


def way(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    """A dotted way across a map, with a mark at each end."""
    points = []
    for step in range(140):
        share = step / 139
        x = width * (0.06 + 0.86 * share)
        y = height * (0.78 - 0.52 * share + 0.10 * math.sin(share * 9) + 0.03 * math.sin(share * 31))
        points.append((x, y))
    for (x, y), (next_x, next_y) in zip(points[::2], points[1::2], strict=False):
        draw.line((x, y, next_x, next_y), fill=(168, 42, 36), width=9)
    for x, y in (points[0], points[-1]):
        draw.ellipse((x - 20, y - 20, x + 20, y + 20), fill=(168, 42, 36), outline=(250, 244, 230), width=7)


def ear(draw: ImageDraw.ImageDraw, random: Random, root: Point, reach: float, colour: Colour) -> None:
    """A stalk with its ear of wheat, bent by the wind."""
    lean = random.uniform(-0.28, 0.42)
    stem = []
    for step in range(13):
        share = step / 12
        stem.append((root[0] + lean * reach * share * share, root[1] - reach * share))
    draw.line(stem, fill=mix(colour, (90, 54, 26), 0.25), width=round(2.5 * SCALE), joint="curve")
    tip_x, tip_y = stem[-1]
    for grain in range(10):
        share = grain / 9
        y = tip_y + share * reach * 0.26
        x = tip_x - lean * share * reach * 0.46
        size = reach * (0.011 + 0.012 * math.sin(math.pi * (0.25 + 0.7 * share)))
        awn = (x + lean * size * 4, y - size * 6)
        draw.line((x, y, *awn), fill=mix(colour, (255, 240, 200), 0.35), width=SCALE)
        for side in (-1, 1):
            middle = x + side * size * 0.7
            draw.ellipse((middle - size * 0.55, y - size, middle + size * 0.55, y + size), fill=colour)
            draw.ellipse(
                (middle - size * 0.25, y - size * 0.8, middle + size * 0.1, y + size * 0.2),
                fill=mix(colour, (255, 236, 190), 0.3),
            )
