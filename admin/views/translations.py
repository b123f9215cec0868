"""The translators' screens: how far each language is, its texts, and one text at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup, escape

from admin.typed_numbers import typed_number
from admin.views.secure import SecureView
from cms.i18n import catalogs
from cms.i18n.catalogs import Show
from cms.i18n.errors import CatalogError, CatalogNotWritable, Conflict, InvalidTranslation, NotOnRecord, UnknownEntry
from cms.i18n.locales import LocaleInfo, lookup, site_locales
from cms.i18n.po_entry import Entry
from cms.i18n.problems import Problem
from cms.i18n.texts import Texts
from cms.security.permissions import CATALOGS_TRANSLATE
from cms.security.policy import holds

PAGE_SIZE = 50
LONGEST_SEARCH = 200
# Plural forms that a language has at most: Arabic.
MOST_FORMS = 6

TABS: dict[Show, Any] = {
    Show.ALL: _l("All"),
    Show.MISSING: _l("Missing"),
    # NOTE: translations that a tool guessed, and nobody has looked at yet
    Show.UNSURE: _l("To confirm"),
    Show.PROBLEMS: _l("With problems"),
}


# Where the words around it run from right to left, a placeholder would be drawn in pieces.
PLACEHOLDER = re.compile(r"(%\([^()]*\)[a-zA-Z]|\{[a-zA-Z0-9_.]*\})")


def placeholders_apart(text: str) -> Markup:
    """A text to read, with each placeholder in one piece, whichever way the words around it run."""
    parts = PLACEHOLDER.split(text)
    return Markup("").join(
        Markup('<bdi dir="ltr">{}</bdi>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


@dataclass(frozen=True)
class Wish:
    """Which texts a translator wants to see; kept in every link of the screens."""

    search: str
    show: Show
    page: int

    @classmethod
    def of_request(cls) -> "Wish":
        """As the address says; what makes no sense counts as not said."""
        show = request.args.get("show", "")
        return cls(
            search=request.args.get("search", "")[:LONGEST_SEARCH],
            show=Show(show) if show in set(Show) else Show.ALL,
            page=typed_number(request.args.get("page"), longest=6) or 1,
        )

    def arguments(self, **other: Any) -> dict[str, Any]:
        """For `get_url`: what differs from the usual, with some of it replaced."""
        values = {"search": self.search, "show": self.show, "page": self.page} | other
        usual = {"search": "", "show": Show.ALL, "page": 1}
        return {name: str(value) for name, value in values.items() if value != usual.get(name)}


@dataclass(frozen=True)
class Attempt:
    """What came of saving: nothing yet, or what stands in the way."""

    status: HTTPStatus = HTTPStatus.OK
    message: str = ""
    problems: Sequence[Problem] = ()
    typed: Sequence[str] | None = None
    theirs: Sequence[str] = ()
    """What somebody else saved in the meantime."""


@dataclass(frozen=True)
class Place:
    """Where a text stands in the list that it was chosen from, whether it is still part of it or not."""

    before: Entry | None
    after: Entry | None
    page: int

    @classmethod
    def of(cls, entry: Entry, entries: Sequence[Entry]) -> "Place":
        """The place of ``entry`` among those that are listed."""
        passed = sum(other.span < entry.span for other in entries)
        return cls(*catalogs.neighbours(entries, entry), page=passed // PAGE_SIZE + 1)


class TranslationsView(SecureView):
    """The texts of the interface, for those who may translate them, each in their languages."""

    endpoint_permissions = dict.fromkeys(("index", "texts", "text"), CATALOGS_TRANSLATE)
    purpose = "translations"
    icon = "translate"

    def __init__(self) -> None:
        super().__init__(name=_l("Interface texts"), endpoint="admin_translations", url="/admin/translations")

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """As for every screen; and the language in the address must be one of the site, and one of the user's."""
        answer = super()._handle_view(name, **kwargs)
        if answer is None and "code" in kwargs:
            locale = lookup(kwargs["code"])
            if locale is None:
                abort(HTTPStatus.NOT_FOUND)
            if not holds(current_user, CATALOGS_TRANSLATE, locale=locale.code):
                abort(HTTPStatus.FORBIDDEN)
        return answer

    @expose("/")
    def index(self) -> Any:
        """How far each language is."""
        mine = {locale.code for locale in catalogs.languages_of(current_user)}
        languages = [(catalogs.progress(locale), locale.code in mine) for locale in site_locales()]
        return self.render("admin/translations/index.html", languages=languages)

    @expose("/<code>/")
    def texts(self, code: str) -> Any:
        """The texts of a language, fifty at a time."""
        locale, wish = catalogs.language(code), Wish.of_request()
        texts, broken = catalogs.readable(locale)
        entries = catalogs.select(texts, wish.search, wish.show) if texts else []
        pages = max(1, -(-len(entries) // PAGE_SIZE))
        page = min(wish.page, pages)
        return self.render(
            "admin/translations/texts.html",
            locale=locale,
            wish=wish,
            broken=broken,
            problems=texts.problems if texts else {},
            total=len(entries),
            pages=pages,
            page=page,
            placeholders_apart=placeholders_apart,
            entries=entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
            tabs=[(show, label, self._count(texts, wish, show)) for show, label in TABS.items()],
        )

    @expose("/<code>/<token>/", methods=("GET", "POST"))
    def text(self, code: str, token: str) -> Any:
        """One text and its translation."""
        locale, wish = catalogs.language(code), Wish.of_request()
        texts, broken = catalogs.readable(locale)
        entry = texts.po.by_token.get(token) if texts else None
        if texts is None or entry is None:
            return self._gone_screen(locale, broken)
        place = Place.of(entry, catalogs.select(texts, wish.search, wish.show))
        if request.method == "GET":
            return self._text_screen(locale, texts, entry, broken, place, Attempt())
        attempt = self._save(locale, entry, texts.po.plural_forms.count if entry.is_plural else 1)
        if attempt.status != HTTPStatus.OK:
            texts = catalogs.readable(locale)[0] or texts
            current = texts.po.by_token.get(token, entry)
            return self._text_screen(locale, texts, current, broken, place, attempt)
        flash(_("The translation was saved."), "success")
        if request.form.get("_action") != "next":
            return redirect(self._address(locale, entry, wish))
        if place.after is not None:
            return redirect(self._address(locale, place.after, wish))
        return redirect(self.get_url(".texts", code=locale.code, **wish.arguments(page=1)))

    def _save(self, locale: LocaleInfo, entry: Entry, count: int) -> Attempt:
        typed = [request.form.get(f"form-{number}", "") for number in range(count)]
        seen = request.form.get("seen", "")
        try:
            catalogs.save_translation(current_user, locale.code, entry.key.token, typed, seen)
        except InvalidTranslation as error:
            return Attempt(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), error.problems, typed)
        except Conflict as error:
            return Attempt(HTTPStatus.CONFLICT, str(error), typed=typed, theirs=error.current)
        except UnknownEntry as error:
            return Attempt(HTTPStatus.NOT_FOUND, str(error), typed=typed)
        except (CatalogNotWritable, NotOnRecord) as error:
            return Attempt(HTTPStatus.SERVICE_UNAVAILABLE, str(error), typed=typed)
        except CatalogError as error:
            return Attempt(HTTPStatus.CONFLICT, str(error), typed=typed)
        return Attempt()

    def _gone_screen(self, locale: LocaleInfo, broken: str | None) -> Any:
        """For a text that the program has dropped, or that cannot be read now; what was typed is there to be copied."""
        typed = [request.form[name] for name in map("form-{}".format, range(MOST_FORMS)) if request.form.get(name)]
        sentence = _("This text is no longer part of the site.")
        if not typed:
            abort(HTTPStatus.NOT_FOUND, sentence)
        return self.render(
            "admin/translations/gone.html",
            locale=locale,
            broken=broken,
            sentence=None if broken else sentence,
            typed=typed,
            list_url=self.get_url(".texts", code=locale.code),
        ), HTTPStatus.NOT_FOUND

    def _text_screen(
        self,
        locale: LocaleInfo,
        texts: Texts,
        entry: Entry,
        broken: str | None,
        place: Place,
        attempt: Attempt,
    ) -> Any:
        wish = Wish.of_request()
        rule = texts.po.plural_forms
        count = rule.count if entry.is_plural else 1
        values = [*(attempt.typed if attempt.typed is not None else entry.forms), *[""] * count][:count]
        # What was typed is judged by what saving it said; what stands in the file, by the checks of the file.
        problems = attempt.problems if attempt.typed is not None else texts.problems.get(entry.key, ())
        forms = [
            {
                "name": f"form-{number}",
                "label": self._label(rule.examples(number), count),
                "value": value,
                "theirs": self._theirs(attempt, number, value),
                "problems": [problem.text for problem in problems if problem.form == number],
            }
            for number, value in enumerate(values)
        ]
        before, after = (self._address(locale, other, wish) if other else None for other in (place.before, place.after))
        return self.render(
            "admin/translations/text.html",
            locale=locale,
            entry=entry,
            own_url=self._address(locale, entry, wish),
            list_url=self.get_url(".texts", code=locale.code, **wish.arguments(page=place.page)),
            broken=broken,
            attempt=attempt,
            forms=forms,
            before=before,
            after=after,
        ), attempt.status

    @staticmethod
    def _theirs(attempt: Attempt, number: int, typed: str) -> Markup | None:
        """What somebody else saved as a form, where it is not what was typed."""
        theirs = attempt.theirs[number] if number < len(attempt.theirs) else None
        # A browser sends every line end as CR LF.
        return None if theirs is None or theirs == typed.replace("\r\n", "\n") else placeholders_apart(theirs)

    @staticmethod
    def _label(examples: Sequence[int], count: int) -> str:
        """What to call a form: by the numbers that take it."""
        if count == 1:
            return _("Translation")
        if not examples:
            return _("For any other number")
        numbers = ", ".join(map(str, examples))
        if len(examples) < 2:
            return _("For the number %(numbers)s", numbers=numbers)
        return _("For the numbers %(numbers)s …", numbers=numbers)

    def _address(self, locale: LocaleInfo, entry: Entry, wish: Wish) -> str:
        return str(self.get_url(".text", code=locale.code, token=entry.key.token, **wish.arguments(page=1)))

    @staticmethod
    def _count(texts: Texts | None, wish: Wish, show: Show) -> int:
        return len(catalogs.select(texts, wish.search, show)) if texts else 0
