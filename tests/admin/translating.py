"""A small catalogue, and the ways of a translator through its screens."""

import re
from pathlib import Path

from cms.i18n.po_entry import Key
from cms.i18n.po_file import parse_po
from tests.site_client import SiteClient

ROOT = "/admin/translations/"
HEAD = (
    'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)
TEXTS = """
# take care
#. Shown at the door.
#: templates/site/home.html
msgid "Hello %(name)s"
msgstr "Olá %(name)s"

msgid "Entrance"
msgstr ""

msgctxt "verb"
msgid "Exit"
msgstr ""

#, python-format
msgid "%(num)d door"
msgid_plural "%(num)d doors"
msgstr[0] ""
msgstr[1] ""

#, fuzzy
msgid "Window"
msgstr "Janela?"

msgid "Roof %(colour)s"
msgstr "Telhado %(cor)s"
"""


def address(source: str, context: str | None = None) -> str:
    return f"{ROOT}pt/{Key(context, source).token}/"


def seen(catalog: Path, source: str, context: str | None = None) -> str:
    return parse_po(catalog.read_bytes(), "pt").by_key[Key(context, source)].fingerprint


def save(client: SiteClient, catalog: Path, source: str, *forms: str, context: str | None = None, **data: str):
    fields = {f"form-{number}": form for number, form in enumerate(forms)}
    return client.submit(address(source, context), {"seen": seen(catalog, source, context), **fields, **data})


def rows(page: str) -> list[str]:
    return re.findall(r'class="texts__source"[^>]*>([^<]*)<', page)
