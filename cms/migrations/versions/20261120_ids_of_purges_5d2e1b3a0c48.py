"""ids of purges are given once

Revision ID: 5d2e1b3a0c48
Revises: 6a1c0d4e2b71
Create Date: 2026-11-20 15:40:00.000000

"""
from alembic import op


# revision identifiers, used by Alembic.
revision = '5d2e1b3a0c48'
down_revision = '6a1c0d4e2b71'
branch_labels = None
depends_on = None

# PostgreSQL never gives an id twice.
TABLES = ('pending_purges', 'cdn_purges')


def upgrade():
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            with op.batch_alter_table(table, recreate='always', table_kwargs={'sqlite_autoincrement': True}):
                pass


def downgrade():
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            with op.batch_alter_table(table, recreate='always', table_kwargs={'sqlite_autoincrement': False}):
                pass
