"""Compiled catalogues (`.mo`) for other programs. This one reads the `.po` files themselves.

The format is described in the manual of GNU gettext,
`The Format of GNU MO Files <https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html>`_.
"""

import struct

from cms.i18n.errors import InvalidTranslation
from cms.i18n.po_entry import Entry
from cms.i18n.texts import CONTEXT_SEPARATOR, Texts

MAGIC = 0x950412DE
FIELDS = 7


def compile_mo(texts: Texts) -> bytes:
    """The compiled form of a catalogue: every finished translation, sorted as the format asks.

    Raises:
        InvalidTranslation: where a translation would break a page; nothing is compiled then.
    """
    if texts.rejected:
        raise InvalidTranslation([problem for rejected in texts.rejected for problem in rejected.problems])
    head = texts.po.header_entry
    pairs = {b"": "".join(head.forms).encode()} if head else {}
    pairs |= {compiled_key(entry): "\0".join(entry.forms).encode() for entry in texts.po.active if entry.is_translated}
    keys = sorted(pairs)
    table = FIELDS * 4
    position = table + len(keys) * 16
    rows: tuple[list[bytes], list[bytes]] = ([], [])
    body = b""
    for column, strings in enumerate((keys, [pairs[key] for key in keys])):
        for string in strings:
            rows[column].append(struct.pack("<II", len(string), position))
            body += string + b"\0"
            position += len(string) + 1
    header = struct.pack("<7I", MAGIC, 0, len(keys), table, table + len(keys) * 8, 0, table + len(keys) * 16)
    return header + b"".join(rows[0]) + b"".join(rows[1]) + body


def compiled_key(entry: Entry) -> bytes:
    """What an entry is found by in a compiled catalogue."""
    key = entry.source if entry.context is None else f"{entry.context}{CONTEXT_SEPARATOR}{entry.source}"
    return (key if entry.source_plural is None else f"{key}\0{entry.source_plural}").encode()
