"""lists of posts

Revision ID: 3c1f0a9d5e21
Revises: 3c1f0a9d5e72
Create Date: 2026-11-20 12:22:41.741071

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '3c1f0a9d5e21'
down_revision = '3c1f0a9d5e72'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('post_tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_tags_tag_id'))
        batch_op.create_index(batch_op.f('ix_post_tags_tag_id_post_id'), ['tag_id', 'post_id'], unique=False)

    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posts_author_id_locale_published_at_id'), ['author_id', 'locale', 'published_at', 'id'], unique=False, sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))
        batch_op.create_index(batch_op.f('ix_posts_category_id_locale_published_at_id'), ['category_id', 'locale', 'published_at', 'id'], unique=False, sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))
        batch_op.create_index(batch_op.f('ix_posts_locale_published_at_id'), ['locale', 'published_at', 'id'], unique=False, sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))



def downgrade():
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_posts_locale_published_at_id'), sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))
        batch_op.drop_index(batch_op.f('ix_posts_category_id_locale_published_at_id'), sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))
        batch_op.drop_index(batch_op.f('ix_posts_author_id_locale_published_at_id'), sqlite_where=sa.text("status = 'published' AND trashed_at IS NULL"), postgresql_where=sa.text("status = 'published' AND trashed_at IS NULL"))

    with op.batch_alter_table('post_tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_tags_tag_id_post_id'))
        batch_op.create_index(batch_op.f('ix_post_tags_tag_id'), ['tag_id'], unique=False)

