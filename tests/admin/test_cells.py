"""How values look in lists."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask_babel import force_locale

from admin import cells

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english(app: Any) -> Any:
    with app.test_request_context("/admin/"):
        yield


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(minutes=-5), "5 minutes ago"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-40), "Oct 11, 2026"),
        (timedelta(seconds=-20), "20 seconds ago"),
    ],
)
def test_moments_are_said_as_people_say_them(distance: timedelta, said: str) -> None:
    assert cells.relative_moment(NOW + distance, NOW) == said


def test_a_moment_is_exact_for_machines_and_on_hover() -> None:
    shown = cells.moment_cell(NOW)

    assert 'datetime="2026-11-20T12:00:00+00:00"' in shown
    assert "November 20, 2026" in shown


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Nov 20, 2026, 12:00\u202fPM"),
        ("de", "20.11.2026, 12:00"),
        ("ar", "20\u200f/11\u200f/2026، 12:00 م"),
    ],
)
def test_a_moment_to_the_minute(locale: str, said: str) -> None:
    with force_locale(locale):
        assert cells.minute_text(NOW) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "Yes"), (False, "No"), (None, "None"), (["a", "b"], "b"), ([], "None"), (date(2026, 11, 20), "2026")],
)
def test_each_type_has_its_look(value: Any, words: str) -> None:
    formatter = cells.TYPE_FORMATTERS[type(value)]

    assert words in formatter(None, value, "column")


def test_many_values_are_counted() -> None:
    shown = cells.items_cell(["<1>", "2", "3", "4", "5", "6"])

    assert "&lt;1&gt;" in shown
    assert "2 more" in shown
    assert ">5<" not in shown


def test_states_say_more_than_the_column() -> None:
    assert "Published" in cells.status_cell("published")
    assert "Scheduled" in cells.status_cell("draft", scheduled=True)
    assert "trash" in cells.status_cell("published", trashed=True)


def test_languages_have_their_own_names() -> None:
    assert "العربية" in cells.language_cell("ar")
    assert ">xx<" in cells.language_cell("xx")
    assert "None" in cells.language_cell("")


def test_people_may_be_missing() -> None:
    assert "Maria" in cells.person_cell("Maria")
    assert "None" in cells.person_cell(None)


def test_a_text_is_shown_with_its_markup_and_asks_no_other_host() -> None:
    shown = cells.markup_cell(
        '<p>One <em>two</em></p><iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"></iframe>'
    )

    assert "<em>two</em>" in shown
    assert "<iframe" not in shown
    assert "None" in cells.markup_cell("")
