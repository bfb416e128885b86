"""index searches by state and receipt"""

from alembic import op

revision = 'c4e81d6b7a20'
down_revision = 'b71c0f4d2a95'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('petition', schema=None) as batch_op:
        batch_op.create_index('ix_petition_state_receipt', ['state', 'receipt_on', 'id'], unique=False)
        batch_op.create_index('ix_petition_receipt', ['receipt_on', 'id'], unique=False)
        batch_op.drop_index('ix_petition_state')
        batch_op.drop_index('ix_petition_receipt_on')


def downgrade() -> None:
    with op.batch_alter_table('petition', schema=None) as batch_op:
        batch_op.create_index('ix_petition_receipt_on', ['receipt_on'], unique=False)
        batch_op.create_index('ix_petition_state', ['state'], unique=False)
        batch_op.drop_index('ix_petition_receipt')
        batch_op.drop_index('ix_petition_state_receipt')
