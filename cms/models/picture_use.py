"""Where pictures are shown: kept by the program from what documents contain, so that nobody has to read them all."""

from sqlalchemy import Column, Index, Integer, String, Table

from cms.extensions import Base

# `picture` is the name of its file without the extension: a text may name one that is not in the library, or not yet.
picture_uses = Table(
    "picture_uses",
    Base.metadata,
    Column("picture", String(120), primary_key=True),
    Column("model", String(64), primary_key=True),
    Column("object_id", Integer, primary_key=True, autoincrement=False),
    # What one object shows.
    Index(None, "model", "object_id"),
)
