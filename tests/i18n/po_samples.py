"""Catalogue files for tests, and Hypothesis strategies that make them."""

import polib
from babel.messages.pofile import escape
from hypothesis import strategies as st

HEADER = (
    'msgid ""\n'
    'msgstr ""\n'
    '"Language: pt\\n"\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)

SAMPLE = f"""\
# Portuguese texts.
# Written with care.
{HEADER}
# a translator's comment
#. a developer's note
#: cms/site/views.py templates/base.html
msgid "Search"
msgstr "Pesquisar"

#, python-format
msgid "%(num)d post"
msgid_plural "%(num)d posts"
msgstr[0] "%(num)d artigo"
msgstr[1] "%(num)d artigos"

#, fuzzy, python-format
#| msgid "Hello %(who)s"
msgid "Hello %(name)s"
msgstr "Olá %(name)s"

msgctxt "verb"
msgid "Post"
msgstr ""

msgid ""
"First line\\n"
"second line\\n"
msgstr ""
"Primeira linha\\n"
"segunda linha\\n"

#~ msgid "Gone"
#~ msgstr "Foi-se"
"""

# What people and tools put into catalogues, awkward characters included.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=120)
sources = texts.filter(lambda text: text.strip() != "")


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[str, list[dict[str, object]]]:
    """The text of a catalogue, and what stands in it, in order."""
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "context": st.none() | texts,
                    "source": sources,
                    "plural": st.none() | sources,
                    "forms": st.tuples(texts, texts),
                    "comment": st.none() | st.text(st.characters(codec="ascii", categories=["L"]), max_size=10),
                    "fuzzy": st.booleans(),
                }
            ),
            min_size=1,
            max_size=6,
            unique_by=lambda row: (row["context"], row["source"]),
        )
    )
    blocks = [HEADER]
    for row in rows:
        lines = []
        if row["comment"] is not None:
            lines.append(f"# {row['comment']}")
        if row["fuzzy"]:
            lines.append("#, fuzzy")
        if row["context"] is not None:
            lines.append(f"msgctxt {escape(row['context'])}")
        lines.append(f"msgid {escape(row['source'])}")
        if row["plural"] is None:
            lines.append(f"msgstr {escape(row['forms'][0])}")
        else:
            lines.append(f"msgid_plural {escape(row['plural'])}")
            lines.extend(f"msgstr[{index}] {escape(form)}" for index, form in enumerate(row["forms"]))
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks), rows


def read_with_polib(text: str) -> dict[tuple[str | None, str], tuple[str, ...]]:
    """What polib finds in a catalogue."""
    return {
        (entry.msgctxt, entry.msgid): tuple(entry.msgstr_plural[i] for i in sorted(entry.msgstr_plural))
        if entry.msgid_plural
        else (entry.msgstr,)
        for entry in polib.pofile(text)
        if not entry.obsolete
    }
