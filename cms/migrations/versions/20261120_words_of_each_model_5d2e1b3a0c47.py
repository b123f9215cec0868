"""words of each model

On PostgreSQL, words in the index of words bear the model of their row, and those of titles are in it twice. SQLite has
columns for that. The tables stay as they are; a version of the program from before has to make the index anew after a
downgrade, with `flask search rebuild`.

Revision ID: 5d2e1b3a0c47
Revises: 4c1f0be2a913
Create Date: 2026-11-20 15:10:00.000000

"""
from alembic import op

from cms.content.searching.filling import fill
from cms.content.searching.postgresql_index import weigh


# revision identifiers, used by Alembic.
revision = '5d2e1b3a0c47'
down_revision = '4c1f0be2a913'
branch_labels = None
depends_on = None


def upgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP INDEX ix_search_entries_words')
        op.execute('DELETE FROM search_entries')
        fill(op.get_bind())
        op.execute(
            'CREATE INDEX ix_search_entries_words ON search_entries USING gin (words) WITH (gin_pending_list_limit = 256)'
        )
        weigh(op.get_bind())


def downgrade():
    pass
