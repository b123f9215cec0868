"""Where the words stand that were asked for."""

import pytest

from cms.content.searching.excerpts import excerpt, marked
from cms.content.searching.words import wanted


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("The École is old", "ecole", "The <mark>École</mark> is old"),
        ("Cafe\u0301s <here>", "café", "<mark>Cafe\u0301</mark>s &lt;here&gt;"),
        ("Die Straße", "strasse", "Die <mark>Straße</mark>"),
        ("harbours and a harbour", "harbour", "<mark>harbour</mark>s and a <mark>harbour</mark>"),
        ("Cambridge bridge", "bridge", "Cambridge <mark>bridge</mark>"),
        ("an inn in it", "in it", "an inn <mark>in</mark> <mark>it</mark>"),
        ("на нас", "на нас", "<mark>на</mark> <mark>нас</mark>"),
        ("打造受欢迎的社区", "欢迎的", "打造受<mark>欢迎</mark><mark>的</mark>社区"),
        ("nothing", "else", "nothing"),
    ],
)
def test_words_are_marked_as_they_were_found(text: str, asked: str, expected: str) -> None:
    assert marked(text, wanted(asked)) == expected


def test_an_excerpt_without_the_words_is_the_beginning() -> None:
    assert excerpt("short", wanted("else")) == "short"
    assert excerpt("word " * 100, wanted("else")).endswith(" …")
