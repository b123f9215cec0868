"""purges for a CDN

Revision ID: 3c1f0a9d5e72
Revises: 7a34d4d79745
Create Date: 2026-11-20 12:45:00

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '3c1f0a9d5e72'
down_revision = '7a34d4d79745'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('cdn_purges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cdn_purges'))
    )
    with op.batch_alter_table('cdn_purges', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cdn_purges_updated_at'), ['updated_at'], unique=False)


def downgrade():
    with op.batch_alter_table('cdn_purges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cdn_purges_updated_at'))

    op.drop_table('cdn_purges')
