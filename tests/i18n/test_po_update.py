"""Bringing a catalogue up to date with the source."""

from itertools import permutations

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.i18n.extraction import Message
from cms.i18n.locales import describe
from cms.i18n.po_entry import Key
from cms.i18n.po_file import PoFile, parse_po
from cms.i18n.po_update import new_catalog, template, updated
from tests.i18n.po_samples import HEADER


def message(source: str, plural: str | None = None, *, context: str | None = None, **values: object) -> Message:
    references = values.get("references", ("cms/a.py",))
    return Message(Key(context, source), plural, references, values.get("notes", ()))


A, B, C = message("Apple"), message("Bear"), message("Cat")
COUNTED = message("%(num)d cat", "%(num)d cats", notes=("How many cats.",))

FILE = f"""\
{HEADER}
#: cms/a.py
msgid "Apple"
msgstr "Maçã"

# mind the animal
#: cms/a.py
msgid "Bear"
msgstr "Urso"
"""


def update(text: str, *messages: Message, fill: bool = False) -> str:
    return updated(parse_po(text.encode(), "pt"), messages, fill=fill).decode()


def test_nothing_changes_without_a_change_of_the_source() -> None:
    assert update(FILE, A, B) == FILE
    assert update(FILE, B, A) == FILE


@pytest.mark.parametrize("text", [FILE.replace("\n", "\r\n"), FILE.rstrip("\n"), FILE + "\n\n", FILE + "# end\n"])
def test_neither_does_an_unusual_file(text: str) -> None:
    assert update(text, A, B) == text


def test_entries_without_an_empty_line_between_them_stay_so() -> None:
    tight = FILE.replace('Maçã"\n\n', 'Maçã"\n')
    assert update(tight, A, B) == tight


def test_new_texts_stand_next_to_their_neighbours() -> None:
    after = update(FILE, A, C, B)
    assert after == FILE.replace('"Maçã"\n', '"Maçã"\n\n#: cms/a.py\nmsgid "Cat"\nmsgstr ""\n')
    assert update(after, A, C, B) == after
    assert [entry.source for entry in parse_po(update(FILE, C, A, B).encode(), "pt").active] == ["Cat", "Apple", "Bear"]
    assert update(FILE.rstrip("\n"), A, B, C).endswith('"Urso"\n\n#: cms/a.py\nmsgid "Cat"\nmsgstr ""\n')


def test_a_text_that_is_gone_keeps_its_translation_and_comes_back_with_it() -> None:
    without = update(FILE, A)
    assert without.endswith('# mind the animal\n#~ msgid "Bear"\n#~ msgstr "Urso"\n')
    assert parse_po(without.encode(), "pt").active[0].source == "Apple"
    assert update(without, A) == without
    assert update(without, A, B) == FILE


def test_a_text_that_is_gone_without_a_translation_leaves_nothing() -> None:
    assert update(update(FILE, A, B, C), A, B) == FILE


def test_retired_texts_stay_at_the_end() -> None:
    both = update(update(FILE, A), C)
    assert [entry.source for entry in parse_po(both.encode(), "pt").entries] == ["Cat", "Bear", "Apple"]
    assert update(both, C) == both


def test_a_guess_stays_a_guess_while_it_is_retired() -> None:
    guess = FILE.replace("# mind the animal\n", "").replace('#: cms/a.py\nmsgid "Bear"', '#, fuzzy\nmsgid "Bear"')
    without = update(guess, A)
    assert '#, fuzzy\n#~ msgid "Bear"' in without
    assert parse_po(update(without, A, B).encode(), "pt").by_key[B.key].is_fuzzy


def test_comments_of_the_source_follow_it_and_those_of_translators_stay() -> None:
    moved = message("Bear", references=("cms/b.py", "cms/c.py"), notes=("The animal.",))
    after = update(FILE, A, moved)
    assert "# mind the animal\n#. The animal.\n#: cms/b.py cms/c.py\nmsgid" in after
    assert after.replace("#. The animal.\n#: cms/b.py cms/c.py\n", "#: cms/a.py\n") == FILE


def test_many_references_are_wrapped() -> None:
    used_everywhere = message("Bear", references=tuple(f"templates/site/some_page_{n}.html" for n in range(9)))
    after = update(FILE, A, used_everywhere)
    assert all(len(line) <= 79 for line in after.splitlines())
    assert update(after, A, used_everywhere) == after


def test_plural_texts_get_the_forms_of_the_language() -> None:
    text = update(FILE, A, B, COUNTED)
    assert '#. How many cats.\n#: cms/a.py\n#, python-format\nmsgid "%(num)d cat"\nmsgid_plural' in text
    assert text.endswith('msgstr[0] ""\nmsgstr[1] ""\n')


def test_a_text_that_becomes_plural_keeps_its_translation_as_a_guess() -> None:
    apples = message("Apple", "Apples")
    after = update(FILE, apples, B)
    assert '#, fuzzy\nmsgid "Apple"\nmsgid_plural "Apples"\nmsgstr[0] "Maçã"\nmsgstr[1] ""\n' in after
    assert update(after, apples, B) == after
    bear = parse_po(update(FILE, A, message("Bear", "Bears")).encode(), "pt").by_key[B.key]
    assert bear.comments == ("mind the animal",)


def test_the_guess_is_the_form_of_one_thing() -> None:
    arabic = (
        new_catalog(describe("ar"), [A]).decode().replace('msgid "Apple"\nmsgstr ""', 'msgid "Apple"\nmsgstr "تفاحة"')
    )
    after = parse_po(updated(parse_po(arabic.encode(), "ar"), [message("Apple", "Apples")]), "ar").by_key[A.key]
    assert (after.forms, after.is_fuzzy) == (("", "تفاحة", "", "", "", ""), True)


def test_a_text_that_is_plural_no_more_keeps_its_translation_as_a_guess() -> None:
    counted = (
        update(FILE, A, B, message("cat", "cats")).replace('[0] ""', '[0] "gato"').replace('[1] ""', '[1] "gatos"')
    )
    after = update(counted, A, B, message("cat"))
    assert '# msgstr[1] "gatos"\n#: cms/a.py\n#, fuzzy\nmsgid "cat"\nmsgstr "gato"\n' in after
    assert update(after, A, B, message("cat")) == after
    of_many = counted.replace('"gato"', '""')
    assert '#, fuzzy\nmsgid "cat"\nmsgstr "gatos"\n' in update(of_many, A, B, message("cat"))


def test_a_text_that_comes_back_with_another_plural_keeps_its_translation_as_a_guess() -> None:
    retired = update(FILE, B)
    after = parse_po(update(retired, message("Apple", "Apples"), B).encode(), "pt")
    assert (after.by_key[A.key].forms, after.by_key[A.key].is_fuzzy) == (("Maçã", ""), True)
    assert len(after.entries) == 2


def test_a_text_without_a_translation_has_nothing_to_guess() -> None:
    after = parse_po(update(update(FILE, A, B, C), A, B, message("Cat", "Cats")).encode(), "pt").by_key[C.key]
    assert (after.forms, after.is_fuzzy) == (("", ""), False)


def test_a_changed_plural_makes_its_translation_a_guess() -> None:
    text = update(FILE, A, B, message("cat", "cats")).replace('[0] ""', '[0] "gato"').replace('[1] ""', '[1] "gatos"')
    after = parse_po(update(text, A, B, message("cat", "many cats")).encode(), "pt").by_key[Key(None, "cat")]
    assert (after.source_plural, after.forms, after.is_fuzzy) == ("many cats", ("gato", "gatos"), True)


def test_contexts_are_kept_apart() -> None:
    after = update(FILE, A, B, message("Bear", context="verb"))
    assert 'msgctxt "verb"\nmsgid "Bear"\nmsgstr ""\n' in after


def test_the_language_of_the_source_is_its_own_translation() -> None:
    text = update(HEADER, A, COUNTED, fill=True)
    entries = parse_po(text.encode(), "en").active
    assert [entry.forms for entry in entries] == [("Apple",), ("%(num)d cat", "%(num)d cats")]
    swapped = update(text, message("Apple", "Apples"), message("%(num)d cat"), fill=True)
    after = parse_po(swapped.encode(), "en").active
    assert [entry.forms for entry in after] == [("Apple", "Apples"), ("%(num)d cat",)]
    assert not any(entry.is_fuzzy for entry in after)


@pytest.mark.parametrize(("code", "count"), [("ar", 6), ("zh-Hans", 1), ("pt", 2), ("fr", 2), ("en", 2)])
def test_a_new_catalogue_is_complete_and_stays_as_it_is(code: str, count: int) -> None:
    data = new_catalog(describe(code), [A, COUNTED])
    po = parse_po(data, describe(code).folder)
    assert po.headers["language"] == describe(code).folder
    assert po.plural_forms.count == count
    assert len(po.by_key[COUNTED.key].forms) == count
    assert updated(po, [A, COUNTED]) == data
    assert len(polib.pofile(data.decode())) == 2
    assert b"Date" not in data


def test_a_template_holds_every_text_and_no_translation() -> None:
    assert [entry.msgid for entry in polib.pofile(template([A, B]).decode())] == ["Apple", "Bear"]


OLD_BEAR = '#~ msgid "Bear"\n#~ msgstr "Urso"\n'
APPLE = '#: cms/a.py\nmsgid "Apple"\nmsgstr "Maçã"\n'


def test_a_retired_text_before_the_last_one_goes_behind_it_though_that_ends_without_a_line_end() -> None:
    after = update(f"{HEADER}\n{OLD_BEAR}\n{APPLE}".rstrip("\n"), A)
    assert after == f"{HEADER}\n{APPLE}\n{OLD_BEAR}"


def test_a_text_that_a_tool_left_empty_gets_the_translation_that_it_retired_with() -> None:
    empty = '# mind the animal\n#: cms/a.py\nmsgid "Bear"\nmsgstr ""\n'
    after = update(f"{HEADER}\n{empty}\n{APPLE}\n# it bites\n{OLD_BEAR}", A, B)
    filled = empty.replace('""', '"Urso"').replace("animal\n", "animal\n# it bites\n")
    assert after == f"{HEADER}\n{filled}\n{APPLE}"


def test_the_head_is_kept_and_stands_first_wherever_it_was() -> None:
    after = update(f"{APPLE}\n{HEADER}\n# mind the animal\n{APPLE.replace('Apple', 'Bear')}", B)
    assert after.startswith(HEADER)
    assert parse_po(after.encode(), "pt").headers["language"] == "pt"
    assert update(after, B) == after


def test_a_remark_at_the_end_of_the_file_stays_there() -> None:
    ending = "# vim: set ft=po\n"
    after = update(FILE + ending, A, C)
    assert after.endswith(f'#~ msgstr "Urso"\n\n{ending}')
    assert update(after, A, C) == after


DOG = message("Dog", context="pet")
PIECES = {
    "header": HEADER,
    "apple": APPLE,
    "untranslated bear": '#: cms/a.py\nmsgid "Bear"\nmsgstr ""\n',
    "old bear": OLD_BEAR,
    "cats": '# mind the animal\nmsgid "%(num)d cat"\nmsgid_plural "%(num)d cats"\nmsgstr[0] "g"\nmsgstr[1] "gg"\n',
    "old dog": '# it bites\n#, fuzzy\n#~ msgctxt "pet"\n#~ msgid "Dog"\n#~ msgstr "Cão"\n',
    "remark": "# end\n",
}


@given(
    st.sampled_from(list(permutations(PIECES))),
    st.lists(st.sampled_from([A, B, C, COUNTED, DOG, message("Apple", "Apples")]), max_size=5),
    st.sampled_from(["", "\n", "\n\n"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_no_order_of_a_file_loses_anything(
    order: tuple[str, ...], messages: list[Message], between: str, ended: bool, line_end: str
) -> None:
    text = between.join(PIECES[name] for name in order)
    before = parse_po((text if ended else text.rstrip("\n")).replace("\n", line_end).encode(), "pt")
    data = updated(before, messages)
    after = parse_po(data, "pt")
    assert set(after.by_key) == {message.key for message in messages}
    assert after.headers == before.headers
    assert translations_in(before) <= translations_in(after)
    assert remarks_in(before) <= remarks_in(after)
    assert updated(after, messages) == data


def translations_in(po: PoFile) -> set[tuple[Key, str]]:
    """Every translation, in use or not."""
    return {(entry.key, form) for entry in po.entries for form in entry.forms if form}


def remarks_in(po: PoFile) -> set[str]:
    """Every remark of a translator about a translation."""
    return {comment for entry in po.entries if any(entry.forms) for comment in entry.comments}
