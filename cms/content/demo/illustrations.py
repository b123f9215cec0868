"""The illustrations of the demonstration site, drawn by these lines and by nothing else."""

import math
from collections.abc import Callable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from cms.content.demo.brushes import (
    SCALE,
    Colour,
    canvas,
    fill_below,
    finished,
    glow,
    gradient,
    mist,
    mix,
    ridge,
    smooth_heights,
)
from cms.content.demo.shapes import (
    dot,
    ear,
    glints,
    heap,
    line_of_letters,
    outline,
    pans,
    pen,
    sail,
    squares,
    thread,
    tile,
    way,
)


def draw_all(folder: Path) -> None:
    """Draws every illustration into a folder, as `<name>.jpg`."""
    for name, draw in ILLUSTRATIONS.items():
        # The pictures are the same on every machine: a seed, not a secret.
        random = Random(f"meridian {name}")  # noqa: S311
        draw(random).save(folder / f"{name}.jpg", quality=92, subsampling=0)


def harbour(random: Random) -> Image.Image:
    """A harbour at dusk: headlands one behind the other, a low sun, sails."""
    image = canvas()
    width, height = image.size
    horizon = height * 0.60
    sky = [(0.0, (38, 44, 92)), (0.45, (128, 90, 136)), (0.78, (238, 148, 118)), (1.0, (255, 211, 150))]
    image.paste(gradient((width, int(horizon)), sky), (0, 0))
    sea = [(0.0, (236, 158, 122)), (0.18, (150, 104, 136)), (1.0, (24, 33, 72))]
    image.paste(gradient((width, height - int(horizon)), sea), (0, int(horizon)))
    sun = (width * 0.64, horizon - height * 0.07)
    image = glow(image, sun, height * 0.42, (255, 214, 150), 0.75)
    draw = ImageDraw.Draw(image)
    radius = height * 0.055
    draw.ellipse((sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius), fill=(255, 240, 206))
    for layer in range(4):
        depth = layer / 3
        edge = ridge(random, width, horizon - height * (0.085 - 0.03 * layer), height * (0.07 - 0.012 * layer))
        slope = [(x, max(y, horizon - height * 0.24) + (x / width) * height * 0.055 * layer) for x, y in edge]
        edge = [(x, min(y, horizon)) for x, y in slope]
        fill_below(draw, edge, horizon, mix((196, 122, 128), (58, 48, 92), depth))
    glints(draw, random, sun[0], horizon, height)
    for x, y, size in ((0.20, 0.70, 1.0), (0.33, 0.655, 0.55), (0.80, 0.76, 1.35), (0.50, 0.64, 0.4)):
        sail(draw, width * x, height * y, height * 0.075 * size)
    return finished(image, random)


def tiles(random: Random) -> Image.Image:
    """A wall of glazed tiles, each with an eight-pointed star, no two of quite the same blue."""
    image = canvas((226, 220, 205))
    draw = ImageDraw.Draw(image)
    side = 200 * SCALE
    blues: list[Colour] = [(32, 74, 135), (45, 96, 158), (24, 58, 112), (66, 118, 170)]
    for row in range(-1, image.height // side + 1):
        for column in range(-1, image.width // side + 1):
            x, y = column * side + side // 2, row * side + side // 2
            tile(draw, (x, y), side, random.choice(blues), random)
    image = glow(image, (image.width * 0.28, image.height * 0.22), image.height * 0.6, (255, 246, 224), 0.34)
    return finished(image, random, grain=0.08)


def loom(random: Random) -> Image.Image:
    """Cloth seen closely: a diamond twill, thread by thread."""
    image = canvas((60, 38, 40))
    draw = ImageDraw.Draw(image)
    size = 13 * SCALE
    warp: list[Colour] = [(235, 221, 194), (228, 206, 170), (242, 230, 208)]
    bands: list[Colour] = [(178, 74, 52), (36, 58, 98), (206, 138, 62), (36, 58, 98), (140, 46, 52)]
    columns, rows = image.width // size + 1, image.height // size + 1
    for row in range(rows):
        weft = bands[(row // 14) % len(bands)]
        for column in range(columns):
            turn = abs(column % 28 - 14) + abs(row % 28 - 14)
            over = turn % 7 < 4
            colour = warp[column % 3] if over else weft
            thread(draw, (column * size, row * size), size, colour, upright=over, random=random)
    image = glow(image, (image.width * 0.7, image.height * 0.25), image.height * 0.7, (255, 236, 204), 0.3)
    return finished(image, random, grain=0.1)


def draft(random: Random) -> Image.Image:
    """The weaver's draft of a cloth on squared paper, with the cloth that follows from it."""
    image = canvas((240, 234, 218))
    draw = ImageDraw.Draw(image)
    cell, left, top = 32 * SCALE, 4 * 32 * SCALE, 2 * 32 * SCALE
    order = [0, 1, 2, 3, 2, 1] * 6
    for number, shaft in enumerate(order):
        squares(draw, [(left + number * cell, top + (3 - shaft) * cell)], cell, (32, 52, 96))
    pedals = order[:19]
    below = top + 5 * cell
    for row, pedal in enumerate(pedals):
        lifted = {pedal, (pedal + 1) % 4}
        woven = [left + number * cell for number, shaft in enumerate(order) if shaft in lifted]
        squares(draw, [(x, below + row * cell) for x in woven], cell, mix((172, 66, 50), (120, 44, 60), row / 19))
        squares(draw, [(left + (len(order) + 1 + pedal) * cell, below + row * cell)], cell, (32, 52, 96))
    for lines in range(0, image.width, cell):
        draw.line((lines, 0, lines, image.height), fill=(206, 200, 190), width=SCALE)
        draw.line((0, lines, image.width, lines), fill=(206, 200, 190), width=SCALE)
    return finished(image, random, grain=0.1)


def salt_pans(random: Random) -> Image.Image:
    """Salt pans before sunrise: pools that hold the sky, and heaps of salt between them."""
    image = canvas()
    width, height = image.size
    horizon = height * 0.36
    sky = [(0.0, (94, 132, 170)), (0.5, (184, 184, 196)), (0.82, (246, 200, 172)), (1.0, (255, 226, 184))]
    image.paste(gradient((width, int(horizon)), sky), (0, 0))
    image = glow(image, (width * 0.32, horizon), height * 0.3, (255, 232, 186), 0.8)
    draw = ImageDraw.Draw(image)
    fill_below(draw, ridge(random, width, horizon - height * 0.02, height * 0.02), horizon + 4, (122, 124, 150))
    draw.rectangle((0, horizon, width, height), fill=(116, 98, 96))
    vanishing = (width * 0.46, horizon - height * 0.06)
    steps = [0.0, 0.035, 0.085, 0.16, 0.27, 0.43, 0.66, 1.05]
    for number, (near, far) in enumerate(zip(steps[1:], steps, strict=False)):
        pans(draw, random, vanishing, (horizon + far * (height - horizon), horizon + near * (height - horizon)), number)
    for x, y, size in ((0.14, 0.63, 1.0), (0.27, 0.525, 0.6), (0.73, 0.58, 0.8), (0.86, 0.80, 1.5), (0.60, 0.475, 0.4)):
        heap(draw, width * x, height * y, height * 0.075 * size)
    return finished(mist(image, horizon - height * 0.08, horizon + height * 0.02, (255, 228, 196), 0.45), random)


def letters(random: Random) -> Image.Image:
    """Strokes of a broad pen on paper, joined as the letters of one line are joined."""
    image = canvas((243, 235, 219))
    width, height = image.size
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.60, height * 0.12, width * 0.86, height * 0.536), fill=(214, 160, 70))
    for offset, weight, colour in ((0.30, 0.5, (222, 207, 180)), (0.74, 0.42, (226, 212, 188))):
        pen(draw, line_of_letters(width, height * offset, height * 0.10, 0.9), height * 0.06 * weight, colour)
    pen(draw, line_of_letters(width, height * 0.53, height * 0.19, 0.0), height * 0.07, (30, 36, 54))
    for x, y in ((0.30, 0.80), (0.335, 0.80), (0.66, 0.27), (0.115, 0.34)):
        dot(draw, (width * x, height * y), height * 0.026, (160, 52, 44))
    return finished(image, random, grain=0.12)


def contours(random: Random) -> Image.Image:
    """A map of mountains that are on no map: bands of height, their lines, and a way across."""
    size = (800, 500)
    heights = smooth_heights(random, size)
    low, high = heights.getextrema()
    heights = heights.point(lambda value: (value - low) * 255 / max(1, high - low))  # type: ignore[operator]  # one band: two numbers
    tints: list[Colour] = [(196, 216, 206), (214, 224, 196), (232, 226, 190), (236, 212, 168), (226, 188, 146)]
    image = Image.new("RGB", size, tints[0])
    large = heights.resize((size[0] * 3, size[1] * 3), Image.Resampling.BICUBIC)
    image = image.resize(large.size)
    for band in range(1, 16):
        above = large.point(lambda value, level=band * 16: 255 if value >= level else 0)
        tint = mix(tints[min(band // 4, 3)], tints[min(band // 4, 3) + 1], band % 4 / 4)
        image.paste(tint, mask=above)
        edge = outline(above, 3 if band % 4 == 0 else 2)
        image.paste(mix(tint, (110, 74, 52), 0.62 if band % 4 == 0 else 0.4), mask=edge)
    way(ImageDraw.Draw(image), image.width, image.height)
    image = image.crop((4, 4, image.width - 4, image.height - 4))
    return finished(image, random, grain=0.08)


def wheat(random: Random) -> Image.Image:
    """A field at harvest under a large sun."""
    image = canvas()
    width, height = image.size
    image.paste(
        gradient((width, height), [(0.0, (250, 224, 176)), (0.6, (248, 190, 120)), (1.0, (222, 140, 74))]), (0, 0)
    )
    sun = (width * 0.30, height * 0.34)
    image = glow(image, sun, height * 0.4, (255, 246, 214), 0.85)
    draw = ImageDraw.Draw(image)
    radius = height * 0.13
    draw.ellipse((sun[0] - radius, sun[1] - radius, sun[0] + radius, sun[1] + radius), fill=(255, 250, 232))
    hills: list[Colour] = [(214, 164, 104), (198, 136, 74), (170, 106, 54)]
    for layer, colour in enumerate(hills):
        base = height * (0.56 + 0.09 * layer)
        fill_below(draw, ridge(random, width, base, height * 0.06, waves=3), height, colour)
    for _stalk in range(230):
        root = random.uniform(-0.02, 1.02) * width
        reach = random.uniform(0.20, 0.46) * height
        ear(draw, random, (root, height * 1.01), reach, mix((146, 88, 42), (246, 206, 122), random.random()))
    return finished(image, random)


def meridian(random: Random) -> Image.Image:
    """A globe of lines before the stars, with one line in light."""
    image = canvas()
    width, height = image.size
    image.paste(gradient((width, height), [(0.0, (10, 16, 38)), (0.7, (24, 40, 76)), (1.0, (58, 74, 112))]), (0, 0))
    centre, radius = (width * 0.5, height * 0.56), height * 0.40
    image = glow(image, centre, radius * 1.35, (92, 132, 190), 0.5)
    draw = ImageDraw.Draw(image)
    for _star in range(520):
        x, y, size = random.uniform(0, width), random.uniform(0, height), random.choice((1, 1, 2, 2, 3)) * SCALE / 2
        draw.ellipse(
            (x - size, y - size, x + size, y + size), fill=mix((90, 110, 160), (255, 244, 220), random.random())
        )
    box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
    draw.ellipse(box, fill=(20, 34, 68), outline=(150, 178, 216), width=3 * SCALE)
    for step in range(1, 8):
        turn = math.sin(math.pi * (step / 8 - 0.5))
        half = abs(radius * turn)
        draw.ellipse((centre[0] - half, box[1], centre[0] + half, box[3]), outline=(74, 104, 156), width=2 * SCALE)
        level, reach = radius * turn, radius * math.sqrt(1 - turn * turn)
        flat = radius * 0.10 * math.sqrt(1 - turn * turn)
        middle = centre[1] + level
        draw.ellipse(
            (centre[0] - reach, middle - flat, centre[0] + reach, middle + flat),
            outline=(74, 104, 156),
            width=2 * SCALE,
        )
    half = radius * 0.383
    draw.arc((centre[0] - half, box[1], centre[0] + half, box[3]), 270, 90, fill=(255, 202, 112), width=6 * SCALE)
    return finished(image, random)


ILLUSTRATIONS: dict[str, Callable[[Random], Image.Image]] = {
    "harbour": harbour,
    "tiles": tiles,
    "loom": loom,
    "draft": draft,
    "salt-pans": salt_pans,
    "letters": letters,
    "contours": contours,
    "wheat": wheat,
    "meridian": meridian,
}
