"""Markup of rows that is made once for each kind of row."""

from types import SimpleNamespace
from typing import Any

from markupsafe import Markup, escape

from admin.row_patterns import ANY_NAME, ANY_PAGE, ANY_ROW, RowPatterns


def row(number: int, name: str, kind: str = "live", url: str | None = "/en/a&b") -> Any:
    stands_for_all = SimpleNamespace(id=ANY_ROW, name=ANY_NAME, public_url=ANY_PAGE if url else None, kind=kind)
    return SimpleNamespace(id=number, name=name, public_url=url, kind=kind, any_of_kind=stands_for_all)


def test_a_macro_is_asked_once_for_each_kind() -> None:
    asked: list[str] = []

    def macro(one: Any) -> str:
        asked.append(one.kind)
        page = Markup('<a href="{}">').format(one.public_url) if one.public_url else ""
        return Markup('{}<b data-id="{}" title="{}">{}</b>').format(page, one.id, one.name, one.name)

    patterns = RowPatterns()
    rows = [row(1, "One"), row(2, 'A "b" <i>'), row(3, "Three", kind="draft", url=None), row(4, f"{ANY_ROW} & co")]
    made = [patterns.fill(macro, one) for one in rows]
    assert made == [macro(one) for one in rows]
    assert made[1] == f'<a href="/en/a&amp;b"><b data-id="2" title="{escape(rows[1].name)}">{escape(rows[1].name)}</b>'
    assert asked[:2] == ["live", "draft"]
    assert len(asked) == 2 + len(rows)
    assert isinstance(made[0], Markup)
