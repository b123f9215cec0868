"""first schema

Revision ID: 7a34d4d79745
Revises: 
Create Date: 2026-11-20 11:02:57.254747

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '7a34d4d79745'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():

    op.create_table('pending_purges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_purges'))
    )
    with op.batch_alter_table('pending_purges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pending_purges_updated_at'), ['updated_at'], unique=False)

    op.create_table('redirects',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=500), nullable=False),
    sa.Column('target', sa.String(length=500), nullable=False),
    sa.Column('status_code', sa.Integer(), server_default='301', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redirects')),
    sa.UniqueConstraint('source', name=op.f('uq_redirects_source'))
    )
    with op.batch_alter_table('redirects', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redirects_updated_at'), ['updated_at'], unique=False)

    op.create_table('roles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roles')),
    sa.UniqueConstraint('name', name=op.f('uq_roles_name'))
    )
    with op.batch_alter_table('roles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_roles_title'), ['title'], unique=False)
        batch_op.create_index(batch_op.f('ix_roles_updated_at'), ['updated_at'], unique=False)

    op.create_table('settings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('locale', sa.String(length=35), server_default='', nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_settings')),
    sa.UniqueConstraint('key', 'locale', name=op.f('uq_settings_key_locale'))
    )
    with op.batch_alter_table('settings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_settings_updated_at'), ['updated_at'], unique=False)

    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('display_name', sa.String(length=120), nullable=False),
    sa.Column('bio', sa.Text(), server_default='', nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('session_version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('active', sa.Boolean(), server_default='1', nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=True),
    sa.Column('timezone', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email')),
    sa.UniqueConstraint('username', name=op.f('uq_users_username'))
    )
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_users_display_name'), ['display_name'], unique=False)
        batch_op.create_index(batch_op.f('ix_users_updated_at'), ['updated_at'], unique=False)

    op.create_table('audit_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=True),
    sa.Column('object_id', sa.Integer(), nullable=True),
    sa.Column('label', sa.String(length=240), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_audit_entries_actor_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entries_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_model_object_id'), ['model', 'object_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_updated_at'), ['updated_at'], unique=False)

    op.create_table('grants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.Column('permission', sa.String(length=96), nullable=False),
    sa.Column('scope', sa.String(length=16), server_default='all', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['roles.id'], name=op.f('fk_grants_role_id_roles'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grants')),
    sa.UniqueConstraint('role_id', 'permission', 'scope', name=op.f('uq_grants_role_id_permission_scope'))
    )
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_grants_role_id'), ['role_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_grants_updated_at'), ['updated_at'], unique=False)

    op.create_table('media',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('filename', sa.String(length=120), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('mime', sa.String(length=40), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('byte_size', sa.Integer(), nullable=False),
    sa.Column('renditions', sa.JSON(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_media_created_by_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media')),
    sa.UniqueConstraint('digest', name=op.f('uq_media_digest')),
    sa.UniqueConstraint('filename', name=op.f('uq_media_filename'))
    )
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_title'), ['title'], unique=False)
        batch_op.create_index(batch_op.f('ix_media_updated_at'), ['updated_at'], unique=False)

    op.create_table('revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('object_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=True),
    sa.Column('translation_key', sa.String(length=32), nullable=True),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('publish_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_revisions_author_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revisions')),
    sa.UniqueConstraint('model', 'object_id', 'number', name=op.f('uq_revisions_model_object_id_number'))
    )
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revisions_publish_at'), ['publish_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_revisions_updated_at'), ['updated_at'], unique=False)

    op.create_table('user_roles',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['role_id'], ['roles.id'], name=op.f('fk_user_roles_role_id_roles'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_roles_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'role_id', name=op.f('pk_user_roles'))
    )
    with op.batch_alter_table('user_roles', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_roles_role_id'), ['role_id'], unique=False)

    op.create_table('categories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('slug', sa.String(length=160), nullable=False),
    sa.Column('description', sa.Text(), server_default='', nullable=False),
    sa.Column('translation_key', sa.String(length=32), nullable=False),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_categories_source_revision_id_revisions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_categories')),
    sa.UniqueConstraint('locale', 'slug', name=op.f('uq_categories_locale_slug')),
    sa.UniqueConstraint('translation_key', 'locale', name=op.f('uq_categories_translation_key_locale'))
    )
    with op.batch_alter_table('categories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_categories_locale'), ['locale'], unique=False)
        batch_op.create_index(batch_op.f('ix_categories_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_categories_updated_at'), ['updated_at'], unique=False)

    op.create_table('media_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('alt', sa.String(length=400), nullable=False),
    sa.Column('caption', sa.String(length=400), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('fk_media_texts_media_id_media'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media_texts')),
    sa.UniqueConstraint('media_id', 'locale', name=op.f('uq_media_texts_media_id_locale'))
    )
    with op.batch_alter_table('media_texts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_texts_updated_at'), ['updated_at'], unique=False)

    op.create_table('menus',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('location', sa.String(length=16), nullable=False),
    sa.Column('translation_key', sa.String(length=32), nullable=False),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_menus_source_revision_id_revisions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menus')),
    sa.UniqueConstraint('location', 'locale', name=op.f('uq_menus_location_locale')),
    sa.UniqueConstraint('translation_key', 'locale', name=op.f('uq_menus_translation_key_locale'))
    )
    with op.batch_alter_table('menus', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_menus_locale'), ['locale'], unique=False)
        batch_op.create_index(batch_op.f('ix_menus_title'), ['title'], unique=False)
        batch_op.create_index(batch_op.f('ix_menus_updated_at'), ['updated_at'], unique=False)

    op.create_table('pages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('slug', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), server_default='', nullable=False),
    sa.Column('body', sa.Text(), server_default='', nullable=False),
    sa.Column('path', sa.String(length=800), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('featured_image_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=16), server_default='draft', nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('scheduled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('translation_key', sa.String(length=32), nullable=False),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('live_revision_id', sa.Integer(), nullable=True),
    sa.Column('draft_revision_id', sa.Integer(), nullable=True),
    sa.Column('trashed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_pages_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['draft_revision_id'], ['revisions.id'], name=op.f('fk_pages_draft_revision_id_revisions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['featured_image_id'], ['media.id'], name=op.f('fk_pages_featured_image_id_media'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['live_revision_id'], ['revisions.id'], name=op.f('fk_pages_live_revision_id_revisions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['parent_id'], ['pages.id'], name=op.f('fk_pages_parent_id_pages'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_pages_source_revision_id_revisions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pages')),
    sa.UniqueConstraint('locale', 'parent_id', 'slug', name=op.f('uq_pages_locale_parent_id_slug')),
    sa.UniqueConstraint('locale', 'path', name=op.f('uq_pages_locale_path')),
    sa.UniqueConstraint('translation_key', 'locale', name=op.f('uq_pages_translation_key_locale'))
    )
    with op.batch_alter_table('pages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pages_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_author_id_updated_at_id'), ['author_id', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_created_at_id'), ['created_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_locale'), ['locale'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_locale_status_trashed_at_published_at_id'), ['locale', 'status', 'trashed_at', 'published_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_locale_updated_at_id'), ['locale', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_published_at_id'), ['published_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_scheduled_at_id'), ['scheduled_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_pages_status_published_at_id'), ['status', 'published_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_status_updated_at_id'), ['status', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_pages_submitted_at_id'), ['submitted_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_pages_title'), ['title'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_trashed_at_id'), ['trashed_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_pages_updated_at'), ['updated_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pages_updated_at_id'), ['updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))

    op.create_table('tags',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('slug', sa.String(length=160), nullable=False),
    sa.Column('translation_key', sa.String(length=32), nullable=False),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_tags_source_revision_id_revisions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tags')),
    sa.UniqueConstraint('locale', 'slug', name=op.f('uq_tags_locale_slug')),
    sa.UniqueConstraint('translation_key', 'locale', name=op.f('uq_tags_translation_key_locale'))
    )
    with op.batch_alter_table('tags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tags_locale'), ['locale'], unique=False)
        batch_op.create_index(batch_op.f('ix_tags_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_tags_updated_at'), ['updated_at'], unique=False)

    op.create_table('menu_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('menu_id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('position', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_menu_items_category_id_categories'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['menu_id'], ['menus.id'], name=op.f('fk_menu_items_menu_id_menus'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['page_id'], ['pages.id'], name=op.f('fk_menu_items_page_id_pages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menu_items'))
    )
    with op.batch_alter_table('menu_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_menu_items_label'), ['label'], unique=False)
        batch_op.create_index(batch_op.f('ix_menu_items_menu_id'), ['menu_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_menu_items_updated_at'), ['updated_at'], unique=False)

    op.create_table('posts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=35), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('slug', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), server_default='', nullable=False),
    sa.Column('body', sa.Text(), server_default='', nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('featured_image_id', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=16), server_default='draft', nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('scheduled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('translation_key', sa.String(length=32), nullable=False),
    sa.Column('source_revision_id', sa.Integer(), nullable=True),
    sa.Column('live_revision_id', sa.Integer(), nullable=True),
    sa.Column('draft_revision_id', sa.Integer(), nullable=True),
    sa.Column('trashed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_posts_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_posts_category_id_categories'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['draft_revision_id'], ['revisions.id'], name=op.f('fk_posts_draft_revision_id_revisions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['featured_image_id'], ['media.id'], name=op.f('fk_posts_featured_image_id_media'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['live_revision_id'], ['revisions.id'], name=op.f('fk_posts_live_revision_id_revisions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['source_revision_id'], ['revisions.id'], name=op.f('fk_posts_source_revision_id_revisions'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posts')),
    sa.UniqueConstraint('locale', 'slug', name=op.f('uq_posts_locale_slug')),
    sa.UniqueConstraint('translation_key', 'locale', name=op.f('uq_posts_translation_key_locale'))
    )
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posts_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_author_id_updated_at_id'), ['author_id', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_category_id'), ['category_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_category_id_updated_at_id'), ['category_id', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_created_at_id'), ['created_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_locale'), ['locale'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_locale_status_trashed_at_published_at_id'), ['locale', 'status', 'trashed_at', 'published_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_locale_updated_at_id'), ['locale', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_published_at_id'), ['published_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_scheduled_at_id'), ['scheduled_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_posts_status_published_at_id'), ['status', 'published_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_status_updated_at_id'), ['status', 'updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_posts_submitted_at_id'), ['submitted_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_posts_title'), ['title'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_trashed_at_id'), ['trashed_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_posts_updated_at'), ['updated_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_posts_updated_at_id'), ['updated_at', 'id'], unique=False, sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))

    op.create_table('post_tags',
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['post_id'], ['posts.id'], name=op.f('fk_post_tags_post_id_posts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tag_id'], ['tags.id'], name=op.f('fk_post_tags_tag_id_tags'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('post_id', 'tag_id', name=op.f('pk_post_tags'))
    )
    with op.batch_alter_table('post_tags', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_post_tags_tag_id'), ['tag_id'], unique=False)




def downgrade():

    with op.batch_alter_table('post_tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_post_tags_tag_id'))

    op.drop_table('post_tags')
    with op.batch_alter_table('posts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_posts_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_updated_at'))
        batch_op.drop_index(batch_op.f('ix_posts_trashed_at_id'), sqlite_where=sa.text('trashed_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_title'))
        batch_op.drop_index(batch_op.f('ix_posts_submitted_at_id'), sqlite_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_status_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_status_published_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_scheduled_at_id'), sqlite_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_published_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_locale_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_locale_status_trashed_at_published_at_id'))
        batch_op.drop_index(batch_op.f('ix_posts_locale'))
        batch_op.drop_index(batch_op.f('ix_posts_created_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_category_id_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_category_id'))
        batch_op.drop_index(batch_op.f('ix_posts_author_id_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_posts_author_id'))

    op.drop_table('posts')
    with op.batch_alter_table('menu_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_menu_items_updated_at'))
        batch_op.drop_index(batch_op.f('ix_menu_items_menu_id'))
        batch_op.drop_index(batch_op.f('ix_menu_items_label'))

    op.drop_table('menu_items')
    with op.batch_alter_table('tags', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_tags_updated_at'))
        batch_op.drop_index(batch_op.f('ix_tags_name'))
        batch_op.drop_index(batch_op.f('ix_tags_locale'))

    op.drop_table('tags')
    with op.batch_alter_table('pages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pages_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_updated_at'))
        batch_op.drop_index(batch_op.f('ix_pages_trashed_at_id'), sqlite_where=sa.text('trashed_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_title'))
        batch_op.drop_index(batch_op.f('ix_pages_submitted_at_id'), sqlite_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND submitted_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_status_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_status_published_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_scheduled_at_id'), sqlite_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'), postgresql_where=sa.text('trashed_at IS NULL AND scheduled_at IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_published_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_parent_id'))
        batch_op.drop_index(batch_op.f('ix_pages_locale_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_locale_status_trashed_at_published_at_id'))
        batch_op.drop_index(batch_op.f('ix_pages_locale'))
        batch_op.drop_index(batch_op.f('ix_pages_created_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_author_id_updated_at_id'), sqlite_where=sa.text('trashed_at IS NULL'), postgresql_where=sa.text('trashed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_pages_author_id'))

    op.drop_table('pages')
    with op.batch_alter_table('menus', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_menus_updated_at'))
        batch_op.drop_index(batch_op.f('ix_menus_title'))
        batch_op.drop_index(batch_op.f('ix_menus_locale'))

    op.drop_table('menus')
    with op.batch_alter_table('media_texts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_texts_updated_at'))

    op.drop_table('media_texts')
    with op.batch_alter_table('categories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_categories_updated_at'))
        batch_op.drop_index(batch_op.f('ix_categories_name'))
        batch_op.drop_index(batch_op.f('ix_categories_locale'))

    op.drop_table('categories')
    with op.batch_alter_table('user_roles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_roles_role_id'))

    op.drop_table('user_roles')
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revisions_updated_at'))
        batch_op.drop_index(batch_op.f('ix_revisions_publish_at'))

    op.drop_table('revisions')
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_updated_at'))
        batch_op.drop_index(batch_op.f('ix_media_title'))

    op.drop_table('media')
    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_grants_updated_at'))
        batch_op.drop_index(batch_op.f('ix_grants_role_id'))

    op.drop_table('grants')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_updated_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_model_object_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_actor_id'))

    op.drop_table('audit_entries')
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_users_updated_at'))
        batch_op.drop_index(batch_op.f('ix_users_display_name'))

    op.drop_table('users')
    with op.batch_alter_table('settings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_settings_updated_at'))

    op.drop_table('settings')
    with op.batch_alter_table('roles', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_roles_updated_at'))
        batch_op.drop_index(batch_op.f('ix_roles_title'))

    op.drop_table('roles')
    with op.batch_alter_table('redirects', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redirects_updated_at'))

    op.drop_table('redirects')
    with op.batch_alter_table('pending_purges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pending_purges_updated_at'))

    op.drop_table('pending_purges')

