"""Contrast of the design tokens, calculated as WCAG 2.2 says, in light and in dark."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "static" / "src" / "css" / "tokens.css").read_text("utf-8")
AA, AAA, GRAPHIC = 4.5, 7.0, 3.0

# Text upon ground, and the least contrast between them.
PAIRS = [
    *[("text", ground, AAA) for ground in ("surface-page", "surface-raised", "surface-sunken", "surface-hover")],
    *[("text-strong", ground, AAA) for ground in ("surface-page", "surface-raised", "surface-sunken")],
    *[("text-quiet", ground, AA) for ground in ("surface-page", "surface-raised", "surface-sunken", "surface-hover")],
    *[("text-quiet", ground, AAA) for ground in ("surface-page", "surface-raised", "surface-sunken")],
    *[("link", ground, AAA) for ground in ("surface-page", "surface-raised", "surface-sunken")],
    ("on-accent", "accent-3", AA),
    ("on-accent", "accent-hover", AA),
    ("on-danger", "danger-solid", AA),
    ("on-danger", "danger-hover", AA),
    ("accent-5", "accent-1", AAA),
    *[(f"{meaning}-text", f"{meaning}-tint", AAA) for meaning in ("info", "good", "warning", "danger")],
    *[(f"{meaning}-text", "surface-page", AAA) for meaning in ("info", "good", "warning", "danger")],
    *[(meaning, "surface-raised", GRAPHIC) for meaning in ("info", "good", "warning", "danger")],
    ("icon", "surface-page", AA),
    ("icon", "surface-raised", AA),
    ("line-control", "surface-raised", GRAPHIC),
    ("line-control", "surface-page", GRAPHIC),
    ("focus", "surface-page", GRAPHIC),
    ("focus", "surface-raised", GRAPHIC),
]


def tokens() -> dict[str, str]:
    """The tokens of :root as written."""
    root = SHEET[SHEET.index(":root {") : SHEET.index(':root[data-theme="light"]')]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", root))


def colour(name: str, theme: int) -> str:
    """The colour of a token: `theme` 0 is light, 1 is dark."""
    value = tokens()[name]
    if reference := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return colour(reference[1], theme)
    if both := re.fullmatch(r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", value):
        return both[theme + 1]
    assert re.fullmatch(r"#[0-9a-f]{6}", value), value
    return value


def luminance(hexadecimal: str) -> float:
    """Relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    channels = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_calculation_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_contrast(text: str, ground: str, least: float, theme: int) -> None:
    assert contrast(colour(text, theme), colour(ground, theme)) >= least


def test_spacing_goes_in_steps_of_four_pixels() -> None:
    for name, value in tokens().items():
        if name.startswith("space-"):
            assert float(value.removesuffix("rem")) * 16 == 4 * int(name.removeprefix("space-"))


def test_every_token_that_is_used_exists() -> None:
    sheets = sorted((Path(__file__).parents[2] / "static" / "src" / "css").glob("*.css"))
    texts = [path.read_text("utf-8") for path in sheets]
    declared = {name for text in texts for name in re.findall(r"--([\w-]+)\s*:", text)}
    scripted = {name for text in texts for name in re.findall(r"var\(--([\w-]+),", text)}
    used = {name for text in texts for name in re.findall(r"var\(--([\w-]+)\)", text)}
    assert used - scripted <= declared
