"""Flask-Babel, templates, Flask-Admin and WTForms speaking from the catalogues."""

from collections.abc import Callable

import flask_admin.babel
import pytest
from flask import Flask, g, render_template_string
from flask_babel import Domain, force_locale, gettext, lazy_gettext, ngettext, npgettext, pgettext
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from cms.cache.dependencies import recording
from cms.i18n.domain import CATALOG_DOMAIN, FormTexts, adopt, current_code, fill_in
from tests.i18n.conftest import PORTUGUESE, Catalogs

Build = Callable[[], Flask]


def speak(app: Flask, locale: str, say: Callable[[], str]) -> str:
    with app.test_request_context():
        g.locale = locale
        return say()


def test_texts_come_from_the_file_without_a_compile_step(speaking_app: Build, catalogs: Catalogs) -> None:
    app = speaking_app()
    assert not catalogs.path("pt").with_suffix(".mo").exists()
    assert speak(app, "pt", lambda: gettext("Look it up")) == "Pesquisar"
    assert speak(app, "en", lambda: gettext("Look it up")) == "Look it up"
    assert speak(app, "pt", lambda: ngettext("%(num)d post", "%(num)d posts", 3)) == "3 artigos"
    assert speak(app, "pt", lambda: str(lazy_gettext("Look it up"))) == "Pesquisar"


def test_contexts_are_kept_apart(speaking_app: Build, catalogs: Catalogs) -> None:
    added = (
        '\nmsgctxt "verb"\nmsgid "Post"\nmsgstr "Publicar"\n\nmsgctxt "bag"\nmsgid "%(num)d"\nmsgid_plural "%(num)d"\n'
    )
    catalogs.write("pt", PORTUGUESE + added + 'msgstr[0] "um: %(num)d"\nmsgstr[1] "vários: %(num)d"\n')
    app = speaking_app()
    assert speak(app, "pt", lambda: pgettext("verb", "Post")) == "Publicar"
    assert speak(app, "pt", lambda: pgettext("noun", "Post")) == "Post"
    assert speak(app, "pt", lambda: npgettext("bag", "%(num)d", "%(num)d", 4)) == "vários: 4"


def test_outside_an_application_the_source_is_shown() -> None:
    assert gettext("Look it up") == "Look it up"
    assert CATALOG_DOMAIN.gettext("Look it up") == "Look it up"


def test_a_language_may_be_forced(speaking_app: Build) -> None:
    with speaking_app().test_request_context():
        with force_locale("pt"):
            assert gettext("Look it up") == "Pesquisar"
            assert current_code() == "pt"
        assert current_code() == "en"


def test_whatever_shows_a_text_depends_on_its_catalogue(speaking_app: Build) -> None:
    with speaking_app().test_request_context(), recording() as recorded:
        g.locale = "pt"
        gettext("Look it up")
    assert recorded.tags == {"ui@pt"}


def test_a_translation_that_cannot_be_filled_in_gives_way_to_its_source(caplog: pytest.LogCaptureFixture) -> None:
    assert fill_in("Olá %(nome)s", "Hello %(name)s", {"name": "Ana"}) == "Hello Ana"
    assert "cannot be filled in" in caplog.text
    assert fill_in("100% certo", "100% sure", {}) == "100% certo"
    with pytest.raises(KeyError):
        fill_in("Hello %(name)s", "Hello %(name)s", {"other": 1})


def test_templates_keep_tags_and_escape_quotation_marks(speaking_app: Build, catalogs: Catalogs) -> None:
    tag = '<a href=\\"%(url)s\\">'
    added = f'\nmsgid "Delete"\nmsgstr "\\"x\\" onclick=\'y\'"\n\nmsgid "{tag}here</a>"\nmsgstr "{tag}\\"aqui\\"</a>"\n'
    catalogs.write("pt", PORTUGUESE + added)
    app = speaking_app()
    source = """<b title="{{ _("Delete") }}">{{ _('<a href="%(url)s">here</a>', url="/?a=1&b=\\"") }}</b>"""
    page = speak(app, "pt", lambda: render_template_string(source))
    assert page == ('<b title="&#34;x&#34; onclick=&#39;y&#39;"><a href="/?a=1&amp;b=&#34;">&#34;aqui&#34;</a></b>')
    plain = "{% autoescape false %}{{ _('Delete') }}{% endautoescape %}"
    assert speak(app, "pt", lambda: render_template_string(plain)) == "\"x\" onclick='y'"


def test_templates_count_and_know_contexts(speaking_app: Build) -> None:
    app = speaking_app()
    counted = "{{ ngettext('%(num)d post', '%(num)d posts', 2) }}"
    assert speak(app, "pt", lambda: render_template_string(counted)) == "2 artigos"
    other = (
        "{{ pgettext('verb', 'Post') }} {{ npgettext('bag', 'one', '%(num)d', 2) }} {% trans %}Look it up{% endtrans %}"
    )
    assert speak(app, "pt", lambda: render_template_string(other)) == "Post 2 Pesquisar"


class Form(FlaskForm):
    """A form with a message of WTForms."""

    name = StringField(validators=[DataRequired()])


def test_forms_speak_the_language_of_the_request(speaking_app: Build, catalogs: Catalogs) -> None:
    def message() -> str:
        form = Form(meta={"csrf": False})
        form.validate()
        return form.name.errors[0]

    app = speaking_app()
    assert speak(app, "en", message) == "This field is required."
    assert speak(app, "pt", message) == "Campo obrigatório."
    catalogs.write("pt", PORTUGUESE + '\nmsgid "This field is required."\nmsgstr "Faz falta."\n')
    assert speak(speaking_app(), "pt", message) == "Faz falta."
    assert speak(app, "pt", lambda: FormTexts().ngettext("%(num)d post", "%(num)d posts", 2)) == "%(num)d artigos"


def test_flask_admin_speaks_from_its_catalogue_and_ours_comes_first(speaking_app: Build, catalogs: Catalogs) -> None:
    domain = Domain(domain="admin")
    adopt(domain)
    app = speaking_app()
    assert speak(app, "pt", lambda: domain.gettext("Save")) == "Salvar"
    catalogs.write("pt", PORTUGUESE + '\nmsgid "Save"\nmsgstr "Gravar"\n')
    assert speak(speaking_app(), "pt", lambda: domain.gettext("Save")) == "Gravar"
    assert flask_admin.babel.domain is not domain
