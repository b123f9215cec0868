"""Spreadsheets that are only data: a cell that would be a formula is turned into text."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import tablib

# What spreadsheet programs take for the beginning of a formula; see OWASP, "CSV Injection".
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# Without it, spreadsheet programs take UTF-8 for the encoding of their country.
BYTE_ORDER_MARK = "\ufeff"
# Characters that are sent at once.
PORTION = 32_000


def safe_cell(value: Any) -> Any:
    """A value that a spreadsheet shows as it is. Numbers stay numbers; moments are written in ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_lines(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A CSV file (RFC 4180), in portions of many lines: its head at once, so that a download begins."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(titles)
    yield BYTE_ORDER_MARK + _taken(buffer)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
        if buffer.tell() >= PORTION:
            yield _taken(buffer)
    if buffer.tell():
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    """What a buffer holds; it is empty afterwards."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def workbook(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """An Excel workbook with one sheet."""
    data = tablib.Dataset(headers=list(titles))
    for row in rows:
        data.append([safe_cell(value) for value in row])
    exported: bytes = data.export("xlsx")
    return exported


def file_name(table: str, kind: str, now: datetime) -> str:
    """A name such as "posts-2026-11-20.csv"."""
    return f"{table}-{now:%Y-%m-%d}.{kind}"
