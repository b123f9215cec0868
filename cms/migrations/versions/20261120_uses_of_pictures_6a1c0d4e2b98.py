"""uses of pictures

Revision ID: 6a1c0d4e2b98
Revises: 5d2e1b3a0c48
Create Date: 2026-11-20 15:50:00.000000

"""
from alembic import op
import sqlalchemy as sa

from cms.content.picture_uses import fill


# revision identifiers, used by Alembic.
revision = '6a1c0d4e2b98'
down_revision = '5d2e1b3a0c48'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('picture_uses',
    sa.Column('picture', sa.String(length=120), nullable=False),
    sa.Column('model', sa.String(length=64), nullable=False),
    sa.Column('object_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.PrimaryKeyConstraint('picture', 'model', 'object_id', name=op.f('pk_picture_uses'))
    )
    with op.batch_alter_table('picture_uses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_picture_uses_model_object_id'), ['model', 'object_id'], unique=False)

    fill(op.get_bind())


def downgrade():
    op.drop_table('picture_uses')
