"""references

Revision ID: 6a1c0d4e2b71
Revises: 5d2e1b3a0c47
Create Date: 2026-11-20 15:25:00.000000

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '6a1c0d4e2b71'
down_revision = '5d2e1b3a0c47'
branch_labels = None
depends_on = None

REFERENCES = {
    'categories': ('source_revision_id',),
    'media': ('created_by_id',),
    'menu_items': ('category_id', 'page_id'),
    'menus': ('source_revision_id',),
    'pages': ('draft_revision_id', 'featured_image_id', 'live_revision_id', 'source_revision_id'),
    'posts': ('draft_revision_id', 'featured_image_id', 'live_revision_id', 'source_revision_id'),
    'revisions': ('author_id',),
    'tags': ('source_revision_id',),
}


def upgrade():
    for table, columns in REFERENCES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                rows = sa.text(f'{column} IS NOT NULL')
                batch_op.create_index(batch_op.f(f'ix_{table}_{column}'), [column], unique=False, sqlite_where=rows, postgresql_where=rows)


def downgrade():
    for table, columns in REFERENCES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_index(batch_op.f(f'ix_{table}_{column}'))
