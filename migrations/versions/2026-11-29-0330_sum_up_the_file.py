"""sum up what each petition's file consists of"""

import sqlalchemy as sa
from alembic import op

revision = 'b71e4f0c9a26'
down_revision = 'd2a95b03e7f1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty: a file from before is signed the old way until its next event, which takes it as it stands then (ADR 0023).
    op.add_column('petition', sa.Column('file_sums', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('petition') as batch:
        batch.drop_column('file_sums')
