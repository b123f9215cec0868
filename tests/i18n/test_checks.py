"""What a translation must have in common with its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.i18n.checks import check_entry, check_forms, placeholders_of
from cms.i18n.plural_forms import plural_forms_of
from cms.i18n.po_entry import Entry
from cms.i18n.po_file import parse_po
from cms.i18n.po_syntax import quote


def entry(source: str, plural: str | None = None, *forms: str) -> Entry:
    lines = [f"msgid {quote(source)}"]
    if plural is None:
        lines.append(f"msgstr {quote(forms[0] if forms else '')}")
    else:
        lines.append(f"msgid_plural {quote(plural)}")
        lines.extend(f"msgstr[{number}] {quote(form)}" for number, form in enumerate(forms or ("", "")))
    return parse_po("\n".join(lines).encode(), "ar").active[0]


def kinds(source: str, translation: str) -> list[str]:
    return [problem.kind for problem in check_forms(entry(source), [translation], plural_forms_of("en"))]


GOOD = [
    ("Hello", "Olá"),
    ("Hello %(name)s", "Olá, %(name)s!"),
    ("%(count)d of %(total)d", "de %(total)d, %(count)d"),
    ("%(count)d files", "%(count)i ficheiros"),
    ("%(count)d files", "%(count)s ficheiros"),
    ("100%% sure", "100%% de certeza"),
    ("100% sure", "100% de certeza"),
    ("%s of %s", "%s de %s"),
    ("Dear {name}", "Caro {name}"),
    ("Press <b>OK</b> now", "Agora <b>OK</b>"),
    ("a < b & c", "a < b & c"),
    ("Line\n", "Linha\n"),
    (" joined ", " junto "),
    ("No braces", "Sem {chavetas}"),
    ("Say “hi”", 'Diz "olá"'),
    ("   ", "   "),
    ("Costs %(price).2f", "Kostet %(price).2f"),
    ("Costs %(price).2f", "Kostet %(price)s"),
    ("By %(name)s", "a < %(name)s"),
    ("<%(mail)s>", "«<%(mail)s>»"),
    ("<b>x</b> and <i>y</i><br>", "<i>y</i><br> e <b>x</b>"),
    ("from <b> on", "de <b>"),
    ("Dear {name:>9}", "Caro {name:>9}"),
]


@pytest.mark.parametrize(("source", "translation"), GOOD)
def test_good_translations(source: str, translation: str) -> None:
    assert kinds(source, translation) == []


BAD = [
    ("Hello %(name)s", "Olá %(nome)s", ["placeholder-unknown", "placeholder-missing"]),
    ("Hello %(name)s", "Olá", ["placeholder-missing"]),
    ("Hello", "Olá %(name)s", ["placeholder-unknown"]),
    ("Hello %(name)s", "Olá %(name)d", ["placeholder-type"]),
    ("Hello %(name)s", "Olá %(name)", ["percent", "placeholder-missing"]),
    ("Hello %(name)s", "Olá %(name s", ["percent", "placeholder-missing"]),
    ("Hello %(name)s", "Olá %(name)*d", ["percent", "placeholder-missing"]),
    ("100%% sure", "100% certo", ["percent"]),
    ("Sure", "100%", ["percent"]),
    ("Sure", "50 % s", ["percent"]),
    ("Sure", "%(x)%", ["percent"]),
    ("%s of %s", "%s de", ["placeholder-order"]),
    ("%s of %d", "%d de %s", ["placeholder-order"]),
    ("Hello", "Olá %s", ["placeholder-order"]),
    ("Dear {name}", "Caro {nome}", ["braces"]),
    ("Dear {name}", "Caro", ["braces"]),
    ("Press <b>OK</b>", "Prima OK", ["tags"]),
    ("Press OK", "Prima <b>OK</b>", ["tags"]),
    ("Press OK", "<script>alert(1)</script>", ["tags"]),
    ("Press OK", "OK <img src=x onerror=alert(1)", ["tags"]),
    ('Go <a href="%(url)s">on</a>', 'Vai <a href="https://evil.example/%(url)s">', ["tags"]),
    ("Press <b>OK</b>", "Prima <b>OK<b>", ["tags"]),
    # One of two uses is wrong; a width that would fill the memory; a name that would be cut short.
    ("Hello %(name)s", "Olá %(name)d %(name)s", ["placeholder-type"]),
    ("Hello %(name)s", "Olá %(name)s %(name)d", ["placeholder-type"]),
    ("Hello %(name)s", "Olá %(name)999999999s", ["placeholder-type"]),
    ("Hello %(name)s", "Olá %(name).1s", ["placeholder-type"]),
    ("%s of", "%999999999s de", ["placeholder-order"]),
    ("Dear {name}", "Caro {name:999999999}", ["braces"]),
    ("Dear {name}", "Caro {name} {name!r}", ["braces"]),
    # What is filled in would become a tag, and its text the name and attributes.
    ("By %(name)s", "Por <%(name)s>", ["tags"]),
    ("By {name}", "Por <{name}>", ["tags"]),
    ("By %(name)s", "%(name)s <", ["tags"]),
    ("Press <b>OK</b>", "Prima </b>OK<b>", ["tags-nesting"]),
    ("<b>x</b> <i>y</i>", "<b>x<i></b>y</i>", ["tags-nesting"]),
    ("Line\n", "Linha", ["edges"]),
    ("Line", "Linha ", ["edges"]),
    ("Line", "Lin\x00ha", ["control-character"]),
    ("Line", "Lin\x1bha", ["control-character"]),
]


@pytest.mark.parametrize(("source", "translation", "expected"), BAD)
def test_bad_translations(source: str, translation: str, expected: list[str]) -> None:
    assert kinds(source, translation) == expected


@pytest.mark.parametrize(("source", "translation", "expected"), BAD)
def test_only_what_fails_or_changes_markup_is_kept_from_readers(
    source: str, translation: str, expected: list[str]
) -> None:
    problems = check_forms(entry(source), [translation], plural_forms_of("en"))
    harmless = {problem.kind for problem in problems if not problem.breaks}
    assert harmless == set(expected) & {"placeholder-missing", "edges"}


def test_problems_are_said_in_sentences() -> None:
    for source, translation, _ in BAD:
        for problem in check_forms(entry(source), [translation], plural_forms_of("en")):
            assert str(problem.text).endswith(".")


ENGLISH, ARABIC, FRENCH = map(plural_forms_of, ("en", "ar", "fr"))


def test_as_many_forms_as_the_language_has() -> None:
    counted = entry("%(num)d post", "%(num)d posts")
    assert check_forms(counted, ["%(num)d a", "%(num)d b"], ENGLISH) == []
    assert [problem.kind for problem in check_forms(counted, ["%(num)d a"], ENGLISH)] == ["forms-count"]
    assert [problem.kind for problem in check_forms(counted, ["", "%(num)d b"], ENGLISH)] == ["form-empty"]
    assert check_forms(counted, ["", ""], ENGLISH) == []
    assert [problem.kind for problem in check_forms(entry("a"), ["b", "c"], ENGLISH)] == ["forms-count"]


def test_a_form_for_one_number_alone_may_leave_the_number_out() -> None:
    counted = entry("%(num)d post", "%(num)d posts")
    arabic = ["لا شيء", "واحد", "اثنان", "%(num)d أ", "%(num)d ب", "%(num)d ج"]
    assert check_forms(counted, arabic, ARABIC) == []
    problems = check_forms(counted, [*arabic[:3], "بلا عدد", *arabic[4:]], ARABIC)
    assert [(problem.kind, problem.form) for problem in problems] == [("placeholder-missing", 3)]


def test_a_form_for_several_numbers_names_them_though_the_source_has_one_alone() -> None:
    one = entry("One post", "%(num)d posts")
    assert check_forms(one, ["Um artigo", "%(num)d artigos"], ENGLISH) == []
    # In French, the first form serves 0 as well.
    assert [problem.kind for problem in check_forms(one, ["Un article", "%(num)d articles"], FRENCH)] == [
        "placeholder-missing"
    ]
    assert check_forms(one, ["%(num)d article", "%(num)d articles"], FRENCH) == []


def test_a_form_is_like_the_source_text_that_says_the_same_number() -> None:
    counted = entry(" <b>One</b> file", "{num} files")
    assert check_forms(counted, [" <b>Um</b> ficheiro", "{num} ficheiros"], ENGLISH) == []
    assert check_forms(counted, ["{num} ficheiro", "{num} ficheiros"], ENGLISH) == []
    assert check_forms(counted, ["{num} 个文件"], plural_forms_of("zh_Hans")) == []
    kinds_of_one = [problem.kind for problem in check_forms(counted, [" <b>一</b>个文件"], plural_forms_of("zh_Hans"))]
    assert kinds_of_one == ["braces", "tags", "edges"]


def test_a_form_for_one_number_may_leave_a_placeholder_in_braces_out() -> None:
    counted = entry("{num} file", "{num} files")
    arabic = ["لا ملف", "ملف واحد", "ملفان", "{num} أ", "{num} ب", "{num} ج"]
    assert check_forms(counted, arabic, ARABIC) == []
    problems = check_forms(counted, [*arabic[:2], "{nom} ملف", "ملفات", *arabic[4:]], ARABIC)
    assert [(problem.kind, problem.form) for problem in problems] == [("braces", 2), ("braces", 3)]


def test_an_entry_is_checked_as_it_stands_in_the_file() -> None:
    assert check_entry(entry("a", None, "b"), ARABIC) == []
    assert check_entry(entry("a"), ARABIC) == []
    assert [problem.kind for problem in check_entry(entry("a", None, "b %(c)s"), ARABIC)] == ["placeholder-unknown"]


@given(st.text(max_size=60))
def test_what_passes_can_be_formatted(translation: str) -> None:
    source = "From %(start)d to %(end)s"
    if not any(problem.breaks for problem in check_forms(entry(source), [translation], ENGLISH)):
        assert isinstance(translation % {"start": 1, "end": "x"}, str)


@given(st.text(st.sampled_from("%()sdfx% a0.-*#"), max_size=24))
def test_percent_signs_that_pass_can_be_formatted(translation: str) -> None:
    if not any(problem.breaks for problem in check_forms(entry("x %(a)s %(d)d"), [translation], ENGLISH)):
        assert isinstance(translation % {"a": "x", "d": 1}, str)


def test_a_doubled_sign_is_no_placeholder() -> None:
    found = placeholders_of("100%% of %(all)s, %%(no)s")
    assert found.named == {"all": ["s"]}
    assert not found.malformed
