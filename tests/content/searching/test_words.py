"""Text as words, the same for what is written and what is asked for."""

import pytest

from cms.content.searching.words import LONGEST_WORD, MOST_WORDS, Word, folded, plain, wanted, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("École", "ecole"), ("ÉCOLE", "ecole"), ("Straße", "strasse"), ("ÇA ŒUVRE", "ca oeuvre"), ("Łódź", "lodz"),
        ("İstanbul", "istanbul"), ("Привет", "привет"), ("ΆΝΘΡΩΠΟΣ", "ανθρωποσ"),
        ("άνθρωπος", "ανθρωποσ"), ("ﬁnd", "find"), ("ＡＢＣ", "abc"),
        ("مُجتمعات", "مجتمعات"), ("أحمد", "احمد"), ("한국어", "한국어"), ("が", "が"),
    ],
)  # fmt: skip
def test_letters_are_folded_alike_in_every_language(text: str, expected: str) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The end, the END.", ["the", "end"]),
        ("l'école (ada@example.org)", ["l", "ecole", "ada", "example", "org"]),
        ("打造社区", ["打造", "造社", "社区", "区"]),
        ("iPhone手机2", ["iphone", "手机", "机", "2"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("x" * 300, ["x" * LONGEST_WORD]),
        ("-- !? <>", []),
    ],
)
def test_a_text_becomes_words(text: str, expected: list[str]) -> None:
    assert words_of(text) == expected


def test_what_is_asked_for() -> None:
    assert wanted("to be Continued") == (Word("to", True), Word("be", True), Word("continued", False))
    assert wanted("be") == (Word("be", False),)
    assert wanted("社区", "A") == (Word("社区", True, "A"),)
    assert wanted("打造社") == (Word("打造", True), Word("造社", True))
    assert wanted("区") == (Word("区", False),)
    assert wanted('"* OR NOT (' + "\x00") == (Word("or", True), Word("not", False))
    assert len(wanted(" ".join(f"word{number}" for number in range(50)))) == MOST_WORDS
    assert wanted("One one ONE") == (Word("one", False),)


def test_markup_is_left_out() -> None:
    assert plain("<p>A <em>b</em>c &amp; d</p><p>e</p>") == "A bc & d e"
