"""The sprite: every icon that a template names is in it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
SPRITE = ROOT / "static" / "src" / "icons" / "sprite.svg"
NAMESPACE = "{http://www.w3.org/2000/svg}"


def names() -> list[str]:
    """The names of the drawings."""
    return [symbol.attrib["id"] for symbol in ET.parse(SPRITE).getroot().iter(f"{NAMESPACE}symbol")]


def test_each_name_stands_once() -> None:
    assert len(names()) == len(set(names()))


def test_every_icon_that_a_template_or_a_model_names_is_drawn() -> None:
    used: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        used.update(re.findall(r"""\bicon\(\s*["']([\w-]+)["']""", path.read_text("utf-8")))
    for path in (ROOT / "cms").rglob("*.py"):
        used.update(re.findall(r"""(?:__icon__|icon_name)[^=\n]*=\s*"([\w-]+)\"""", path.read_text("utf-8")))
    assert used - set(names()) == set()


def test_the_drawings_take_the_colour_of_the_text() -> None:
    text = SPRITE.read_text("utf-8")
    assert not re.search(r'(?:fill|stroke)="#', text)
    assert "<script" not in text
