"""What a page shows: its texts, the attributes that people read or hear, and what it hands to scripts to show."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

SHOWN_ATTRIBUTES = frozenset("alt title placeholder aria-label aria-description aria-valuetext label".split())
# Meta data that people meet in search results and previews.
SHOWN_META = frozenset({"description", "og:title", "og:description", "og:site_name", "og:image:alt"})
# What scripts read and do not show: addresses, names, numbers, states. Every other data attribute may be shown.
MACHINE_DATA = frozenset(
    "data-url data-slug-url data-search-url data-browse-url data-upload-url data-create-url data-link-url data-script "
    "data-base data-content-css data-copy data-version data-id data-delete data-locale data-locale-field data-group "
    "data-open-dialog data-dialog data-next data-fixed data-embed data-kind data-prefix data-multiple "
    "data-saved-at data-nested-move".split()
)
# Keys of JSON whose values scripts do not show; under "options" stand pairs of a value and its label.
MACHINE_KEYS = frozenset("id url slug thumb location arg type icon next".split())
OPTIONS = "options"
SILENT = frozenset({"script", "style", "code", "pre"})
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())

# Icons that nobody hears; half of the elements of a page.
ORNAMENTS = re.compile(r"""<svg[^>]*aria-hidden="true"[^>]*>.*?</svg>""", re.DOTALL)
# Hundreds of names of places, which CLDR translates.
UNREAD_SELECTS = frozenset({"timezone"})

Attributes = dict[str, str]


@dataclass
class Form:
    """A form as it was sent: where it goes, what it holds, and the buttons that send it."""

    action: str
    method: str
    identifier: str = ""
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    """Kind, name and value of each control."""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of each button that sends it."""


class Page(HTMLParser):
    """A page, read: `shown` are its texts with where they stand, beside its `links` and `forms`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.shown: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._owned: list[tuple[str, Attributes]] = []
        self._open: list[tuple[str, str | None]] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(ORNAMENTS.sub("", html))
        self.close()
        for name, attributes in self._owned:
            owner = next((form for form in self.forms if form.identifier == attributes["form"]), None)
            if owner is not None:
                self._add_control(owner, name, attributes)

    @property
    def _is_foreign(self) -> bool:
        """Whether this part says of itself that it is in another language than the page."""
        languages = [language for _name, language in self._open if language]
        return bool(languages) and languages[-1] != languages[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._open.append((tag, attributes.get("lang")))
        self.language = self.language or attributes.get("lang", "")
        if not self._is_foreign:
            self._note_attributes(tag, attributes)
        self._note_ways_on(tag, attributes)
        if tag in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
        while any(name == tag for name, _language in self._open):
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "textarea" and self._form is not None and self._form.fields:
            kind, name, value = self._form.fields.pop()
            # A browser leaves out the line end that an area begins with.
            self._form.fields.append((kind, name, value + data.removeprefix("\n")))
        silent = any(name in SILENT for name, _language in self._open)
        if data.strip() and not self._is_foreign and not silent and self._select not in UNREAD_SELECTS:
            self.shown.append((" ".join(name for name, _language in self._open[-3:]), data))

    def _note_attributes(self, tag: str, attributes: Attributes) -> None:
        # The name of a column, which is sent along; elsewhere it is the name of what a dialog asks about.
        is_column = "data-inline" in attributes
        for name, value in attributes.items():
            if name in SHOWN_ATTRIBUTES:
                self.shown.append((f"{tag} {name}", value))
            elif name.startswith("data-") and name not in MACHINE_DATA and not (name == "data-name" and is_column):
                self.shown.extend((f"{tag} {name}", text) for text in texts_of_data(value))
        if tag == "input" and attributes.get("type") in ("submit", "button", "reset"):
            self.shown.append(("input value", attributes.get("value", "")))
        if tag == "meta" and attributes.get("name", attributes.get("property", "")) in SHOWN_META:
            self.shown.append(("meta", attributes.get("content", "")))

    def _note_ways_on(self, tag: str, attributes: Attributes) -> None:
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag == "form":
            action, method = attributes.get("action", ""), attributes.get("method", "get").lower()
            self._form = Form(action, method, attributes.get("id", ""))
            self.forms.append(self._form)
        elif tag in ("input", "textarea", "select", "button", "option"):
            if tag == "select":
                self._select = attributes.get("name", "")
            if "form" in attributes:
                self._owned.append((tag, attributes))
            elif self._form is not None:
                self._add_control(self._form, tag, attributes)

    def _add_control(self, form: Form, tag: str, attributes: Attributes) -> None:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if tag == "button":
            if attributes.get("type", "submit") == "submit":
                form.buttons.append((name, value))
        elif tag == "option":
            if "selected" in attributes:
                form.fields.append(("select", self._select, value))
        elif name:
            kind = attributes.get("type", "text") if tag == "input" else tag
            if kind != "radio" or "checked" in attributes:
                form.fields.append((kind, name, value))


def texts_of_data(value: str) -> Iterator[str]:
    """The texts in a value that is handed to a script: itself, or those in its JSON."""
    try:
        data = json.loads(value)
    except ValueError:
        data = value
    yield from texts_of_json(data)


def texts_of_json(data: Any) -> Iterator[str]:
    """Every text of an answer to a script but those under keys that are not shown."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == OPTIONS and isinstance(value, list):
                yield from (str(label) for _value, label in value)
            elif key not in MACHINE_KEYS:
                yield from texts_of_json(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts_of_json(value)
    elif isinstance(data, str):
        yield data
