"""The translators' screens."""

from pathlib import Path

import pytest
from flask import Flask

from admin.views.translations import placeholders_apart
from tests.admin.translating import HEAD, ROOT, address, rows, save, seen
from tests.site_client import SiteClient, signed_in


def test_the_overview_shows_how_far_each_language_is(translator: SiteClient) -> None:
    page = translator.get(ROOT).text
    assert "1 of 6 texts" not in page
    assert "2 of 6 texts" in page
    assert "3 missing" in page
    assert "1 to confirm" in page
    assert "1 with a problem" in page
    assert f'href="{ROOT}pt/"' in page
    assert f'href="{ROOT}ar/"' not in page


def test_the_texts_of_a_language_are_listed_searched_and_filtered(translator: SiteClient) -> None:
    assert rows(translator.get(f"{ROOT}pt/").text) == [
        "Hello %(name)s", "Entrance", "Exit", "%(num)d door", "Window", "Roof %(colour)s",
    ]  # fmt: skip
    assert rows(translator.get(f"{ROOT}pt/?show=missing").text) == ["Entrance", "Exit", "%(num)d door"]
    assert rows(translator.get(f"{ROOT}pt/?show=unsure").text) == ["Window"]
    assert rows(translator.get(f"{ROOT}pt/?show=problems").text) == ["Roof %(colour)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=OLÁ").text) == ["Hello %(name)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=the+door").text) == ["Hello %(name)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=doors&show=missing").text) == ["%(num)d door"]
    assert "Nothing matches" in translator.get(f"{ROOT}pt/?search=zebra").text


@pytest.mark.parametrize(
    "query", ["page=99999999999999999999", "page=-1", "page=²", "show=x", "page=&search=%25%28", "page=0"]
)
def test_addresses_that_make_no_sense_show_the_list(translator: SiteClient, query: str) -> None:
    assert translator.get(f"{ROOT}pt/?{query}").status_code == 200


def test_a_placeholder_stays_in_one_piece_in_a_listed_translation(translator: SiteClient) -> None:
    page = translator.get(f"{ROOT}pt/?search=Hello").text
    assert '<bdi>Olá <bdi dir="ltr">%(name)s</bdi></bdi>' in page
    assert str(placeholders_apart("100 % of {count} <b>")) == '100 % of <bdi dir="ltr">{count}</bdi> &lt;b&gt;'


def test_long_lists_are_paged(site: Flask, translator: SiteClient, catalog: Path) -> None:
    many = "".join(f'\nmsgid "text {number}"\nmsgstr ""\n' for number in range(120))
    catalog.write_text(HEAD.format(code="pt") + many, encoding="utf-8")
    first, last = translator.get(f"{ROOT}pt/").text, translator.get(f"{ROOT}pt/?page=3").text
    assert len(rows(first)) == 50
    assert "Page 1 of 3" in first
    assert rows(last) == [f"text {number}" for number in range(100, 120)]
    assert rows(translator.get(f"{ROOT}pt/?page=999").text) == rows(last)


def test_from_a_text_the_way_back_leads_to_its_page_of_the_list(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    many = "".join(f'\nmsgid "text {number}"\nmsgstr ""\n' for number in range(120))
    catalog.write_text(HEAD.format(code="pt") + many, encoding="utf-8")
    way_back = f'href="{ROOT}pt/?search=text&amp;page=2"'
    assert f'href="{address("text 60")}?search=text"' in translator.get(f"{ROOT}pt/?search=text&page=2").text
    # However one came there: from the list, or from text to text.
    assert way_back in translator.get(f"{address('text 60')}?search=text").text
    assert way_back not in translator.get(f"{address('text 49')}?search=text").text
    fields = {"form-0": "texto 49", "seen": seen(catalog, "text 49"), "_action": "next"}
    after = translator.submit(f"{address('text 49')}?search=text", fields).location
    assert after == f"{address('text 50')}?search=text"
    assert way_back in translator.get(after).text
    # And where it is part of the list no more.
    assert f'href="{ROOT}pt/?show=missing"' in translator.get(f"{address('text 49')}?show=missing").text


def test_going_on_leads_to_the_next_text_of_the_selection(translator: SiteClient, catalog: Path) -> None:
    data = {"form-0": "Entrada", "seen": seen(catalog, "Entrance"), "_action": "next"}
    response = translator.submit(address("Entrance") + "?show=missing", data)
    assert response.location == address("Exit", "verb") + "?show=missing"
    data = {"form-0": "Telhado %(colour)s", "seen": seen(catalog, "Roof %(colour)s"), "_action": "next"}
    response = translator.submit(address("Roof %(colour)s") + "?show=problems", data)
    assert response.location == f"{ROOT}pt/?show=problems"
    assert "Nothing left to do here" in translator.get(response.location).text


def test_there_is_a_field_for_each_form_of_the_language(translator: SiteClient, catalog: Path) -> None:
    page = translator.get(address("%(num)d door")).text
    assert "For the number 1" in page
    assert "For the numbers 0, 2, 3, 4 …" in page
    assert save(translator, catalog, "%(num)d door", "%(num)d porta", "%(num)d portas").status_code == 302
    assert 'msgstr[0] "%(num)d porta"\nmsgstr[1] "%(num)d portas"\n' in catalog.read_text(encoding="utf-8")


def test_a_form_that_no_whole_number_takes_has_a_name_too(translator: SiteClient, catalog: Path) -> None:
    # As CLDR counts in Polish and Russian, where the last form is for fractions.
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("nplurals=2;", "nplurals=3;"), encoding="utf-8")
    assert "For any other number" in translator.get(address("%(num)d door")).text


def test_a_text_is_shown_with_all_that_helps(translator: SiteClient) -> None:
    page = translator.get(address("Hello %(name)s")).text
    for part in ("Hello %(name)s", "Olá %(name)s", "take care", "Shown at the door.", "templates/site/home.html"):
        assert part in page
    assert "verb" in translator.get(address("Exit", "verb")).text
    assert "does not exist in the source text" in translator.get(address("Roof %(colour)s")).text


def test_a_damaged_file_is_shown_with_the_last_good_texts_and_takes_nothing(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    assert translator.get(f"{ROOT}pt/").status_code == 200
    old = seen(catalog, "Entrance")
    damaged = catalog.read_bytes().replace(b'msgid "Entrance"', b'<<<<<<< ours\nmsgid "Entrance"')
    catalog.write_bytes(damaged)
    for path in (ROOT, f"{ROOT}pt/", address("Entrance")):
        response = translator.get(path)
        assert response.status_code == 200
        assert "merge conflict" in response.text
    assert "Entrance" in rows(translator.get(f"{ROOT}pt/").text)
    response = translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": old})
    assert response.status_code == 409
    assert "merge conflict" in response.text
    assert "Entrada" in response.text
    assert catalog.read_bytes() == damaged


def test_a_language_without_a_file_says_so(translator: SiteClient, catalog: Path) -> None:
    catalog.unlink()
    page = translator.get(f"{ROOT}pt/").text
    assert "There is no file for this language yet." in page


@pytest.mark.parametrize("path", [f"{ROOT}xx/", f"{ROOT}..%2Fpt/", f"{ROOT}de/", f"{ROOT}pt/0123/", f"{ROOT}xx/0123/"])
def test_what_does_not_exist_is_not_found(translator: SiteClient, path: str) -> None:
    assert translator.get(path).status_code == 404
    assert translator.submit(path, {}).status_code in {404, 405}


def test_each_translator_has_their_languages(site: Flask, catalog: Path) -> None:
    arabic = signed_in(site, "translator", languages=["ar"], locale="en")
    assert arabic.get(ROOT).status_code == 200
    assert arabic.get(f"{ROOT}ar/").status_code == 200
    assert arabic.get(f"{ROOT}pt/").status_code == 403
    assert arabic.get(address("Entrance")).status_code == 403
    before = catalog.read_bytes()
    assert save(arabic, catalog, "Entrance", "Entrada").status_code == 403
    assert catalog.read_bytes() == before


@pytest.mark.parametrize("role", ["member", "author", "editor"])
def test_other_roles_are_refused(site: Flask, catalog: Path, role: str) -> None:
    client = signed_in(site, role, locale="en")
    for path in (ROOT, f"{ROOT}pt/", address("Entrance")):
        assert client.get(path).status_code == 403
    assert save(client, catalog, "Entrance", "Entrada").status_code == 403


def test_strangers_are_led_to_the_sign_in_and_forged_forms_refused(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    assert "/account/login" in SiteClient.of(site).get(f"{ROOT}pt/").location
    before = catalog.read_bytes()
    assert translator.post(address("Entrance"), data={"form-0": "Entrada"}).status_code == 400
    assert catalog.read_bytes() == before


def test_administrators_may_translate_everything(site: Flask, catalog: Path) -> None:
    client = signed_in(site, "administrator", locale="en")
    assert client.get(f"{ROOT}ar/").status_code == 200
    assert save(client, catalog, "Entrance", "Entrada").status_code == 302
