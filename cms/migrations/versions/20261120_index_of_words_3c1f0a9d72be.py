"""index of words

Revision ID: 3c1f0a9d72be
Revises: 3c1f0a9d5e21
Create Date: 2026-11-20 12:40:00.000000

"""
from alembic import op

from cms.content.searching.filling import fill


# revision identifiers, used by Alembic.
revision = '3c1f0a9d72be'
down_revision = '3c1f0a9d5e21'
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE TABLE search_words (word TEXT COLLATE "C" CONSTRAINT pk_search_words PRIMARY KEY)')
        op.execute(
            'CREATE TABLE search_entries (id BIGINT CONSTRAINT pk_search_entries PRIMARY KEY, words TSVECTOR NOT NULL)'
        )
        fill(op.get_bind())
        # After the rows: made at once, it takes a tenth of the time. What is written later waits in a short list.
        op.execute(
            'CREATE INDEX ix_search_entries_words ON search_entries USING gin (words) WITH (gin_pending_list_limit = 256)'
        )
    else:
        # SQLite keeps tables of a migration that was interrupted.
        op.execute('DROP TABLE IF EXISTS search_words')
        op.execute('DROP TABLE IF EXISTS search_entries')
        op.execute('CREATE TABLE search_words (word TEXT PRIMARY KEY) WITHOUT ROWID')
        op.execute(
            'CREATE VIRTUAL TABLE search_entries USING fts5 (title, summary, body, other, marks, '
            "detail=column, columnsize=0, tokenize=\"ascii tokenchars '='\")"
        )
        fill(op.get_bind())


def downgrade():
    op.execute('DROP TABLE search_entries')
    op.execute('DROP TABLE search_words')
