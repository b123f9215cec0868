"""What every template may ask for."""

import pytest
from flask import Flask
from flask_babel import force_locale

from cms.site.template_context import current_language, is_latin, remembered, with_territory
from tests.site_client import SiteClient


@pytest.mark.parametrize(("folder", "code", "direction"), [("zh_Hans", "zh-Hans", "ltr"), ("ar", "ar", "rtl")])
def test_the_language_that_the_page_speaks(app: Flask, folder: str, code: str, direction: str) -> None:
    with app.test_request_context("/en/"), force_locale(folder):
        assert (current_language().code, current_language().direction) == (code, direction)


def test_a_language_that_the_site_does_not_speak(app: Flask) -> None:
    with app.test_request_context("/en/"), force_locale("ja"):
        assert current_language().code == "en"


@pytest.mark.parametrize(
    ("code", "latin"), [("en", True), ("pt-BR", True), ("ar", False), ("zh-Hans", False), ("sr", False), ("?", False)]
)
def test_which_languages_have_fonts_of_ours(code: str, latin: bool) -> None:
    assert is_latin(code) is latin


def test_fonts_are_fetched_early_only_where_they_are_used(client: SiteClient) -> None:
    assert client.get("/fr/").text.count('as="font"') == 2
    assert client.get("/ar/").text.count('as="font"') == 0


def test_a_macro_is_run_once_for_each_set_of_arguments_and_place_of_the_site(app: Flask) -> None:
    runs: list[str] = []

    def macro(name: str, label: str | None = None) -> str:
        runs.append(name)
        return f"{name} {label}"

    drawn = remembered(macro)
    with app.test_request_context("/en/"):
        assert [drawn("sun"), drawn("sun"), drawn("sun", label="Light")] == ["sun None", "sun None", "sun Light"]
    assert runs == ["sun", "sun"]
    # Below another address, the addresses of assets are others.
    with app.test_request_context("/en/", environ_overrides={"SCRIPT_NAME": "/below"}):
        drawn("sun")
    assert runs == ["sun"] * 3


@pytest.mark.parametrize(
    ("code", "name"), [("en", "en_US"), ("zh-Hans", "zh_CN"), ("pt-PT", "pt_PT"), ("sr-Latn", "sr_RS"), ("x", "x")]
)
def test_languages_are_told_with_their_territory(code: str, name: str) -> None:
    assert with_territory(code) == name


def test_a_card_names_its_language_with_its_territory(client: SiteClient) -> None:
    assert '<meta property="og:locale" content="zh_CN">' in client.get("/zh-Hans/").text
