"""Walks through a site as a person would: every link, and every form, and keeps what is said on the way."""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

from flask import Flask
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from tests.i18n.shown_texts import Form, Page, texts_of_json
from tests.site_client import SiteClient

# Pages of one view look alike but for these parameters.
TELLING = frozenset({"show", "search", "source", "export_type"})
# Signing out ends the walk, and another language of the back office, or other texts, are not what is listened to.
NOT_SENT = ("/account/logout", "/admin/language/", "/admin/translations/")
SENDABLE = ("submit", "hidden", "text", "textarea", "select", "search", "email", "url", "number", "date", "radio")
# Elements of feeds whose text people read.
SHOWN_XML = ("title", "subtitle", "name", "summary")

Said = tuple[str, str, str, str]
"""The request, the language of its page, the place on it, and what was said there."""


class Walk:
    """One visitor's way through the addresses that begin with one of `within`.

    Of pages that look alike, `alike` are asked for; forms that are in `sent` have been tried by somebody else.
    """

    def __init__(
        self,
        app: Flask,
        client: SiteClient,
        within: tuple[str, ...],
        *,
        alike: int = 1,
        sent: set[tuple[Any, ...]] | None = None,
    ) -> None:
        self.client = client
        self.within = within
        self.alike = alike
        self.sent = set() if sent is None else sent
        self.said: list[Said] = []
        self.failed: list[str] = []
        self.statuses: set[int] = set()
        self.forms: dict[tuple[Any, ...], tuple[str, Form]] = {}
        self._addresses = app.url_map.bind("localhost")
        self._seen: Counter[tuple[Any, ...]] = Counter()

    def through(self, *starts: str) -> None:
        """Follow every link from `starts` on."""
        waiting = deque(starts)
        known = set(starts)
        while waiting:
            page = self.get(waiting.popleft())
            for link in page.links if page is not None else ():
                if link not in known and self._is_wanted(link):
                    known.add(link)
                    waiting.append(link)

    def get(self, address: str) -> Page | None:
        """Ask for an address and listen to the answer."""
        return self._listen(f"GET {address}", address, self.client.get(address, follow_redirects=True))

    def post(self, address: str, data: Any) -> Page | None:
        """Send something and listen to the answer."""
        # As pairs: a tuple in a mapping would be taken for several values, not for a file and its name.
        values = MultiDict(data.items() if isinstance(data, dict) else data)
        values.setlistdefault("csrf_token", [self.client.csrf_token])
        answer = self.client.post(address, data=values, follow_redirects=True)
        return self._listen(f"POST {address} {dict(data)}", address, answer)

    def send_forms(self) -> None:
        """Send every form that was met: first with nothing in it, then as it was shown, with each of its buttons."""
        for kind, (address, form) in list(self.forms.items()):
            target = form.action or address
            if kind not in self.sent and form.method == "post" and not target.startswith(NOT_SENT):
                self.sent.add(kind)
                kept = [(name, value) for control, name, value in form.fields if control == "hidden"]
                shown = [(name, value) for control, name, value in form.fields if control in SENDABLE]
                buttons = list(dict.fromkeys(form.buttons or [("", "")]))
                if kept != shown:
                    self.post(target, [*kept, buttons[0]])
                for button in buttons:
                    self.post(target, [*shown, button])

    def _is_wanted(self, link: str) -> bool:
        parts = urlsplit(link)
        if parts.netloc or not parts.path.startswith(self.within):
            return False
        kind = self._kind_of(link)
        self._seen[kind] += 1
        return self._seen[kind] <= self.alike

    def _kind_of(self, address: str) -> tuple[Any, ...]:
        """What pages that look alike have in common: their view, and the names of their parameters."""
        parts = urlsplit(address)
        told = tuple((name, value) for name, value in parse_qsl(parts.query) if name in TELLING)
        try:
            view, values = self._addresses.match(parts.path)
            return view, told, values.get("locale")
        except (HTTPException, RequestRedirect):
            return parts.path, told

    def _listen(self, request: str, address: str, answer: TestResponse) -> Page | None:
        self.statuses.add(answer.status_code)
        if answer.status_code >= 500:
            self.failed.append(f"{request}: {answer.status}")
        if answer.mimetype != "text/html":
            self.said.extend((request, "", place, text) for place, text in spoken_by(answer))
            return None
        page = Page(answer.text)
        self.said.extend((request, page.language, place, text) for place, text in page.shown)
        for form in page.forms:
            names = tuple(sorted({name for _kind, name, _value in form.fields}))
            self.forms.setdefault((self._kind_of(form.action or address)[0], names), (address, form))
        return page


def spoken_by(answer: TestResponse) -> Iterator[tuple[str, str]]:
    """The texts of an answer that is no page."""
    if answer.is_json:
        yield from (("JSON", text) for text in texts_of_json(answer.json))
    elif answer.mimetype.endswith("xml"):
        written = (node for node in ET.fromstring(answer.text).iter() if node.tag.endswith(SHOWN_XML))
        yield from (("XML", node.text or "") for node in written)
    elif answer.mimetype == "text/plain":
        yield "text", answer.text
    # Below the first line of a table stand values for other programs.
    elif answer.mimetype == "text/csv":
        yield from (("CSV", cell) for cell in next(csv.reader(io.StringIO(answer.text))))
    elif answer.mimetype.endswith("sheet"):
        sheet = load_workbook(io.BytesIO(answer.data)).active
        yield from (("XLSX", str(cell)) for cell in next(sheet.values))
