"""drop the number of a paper's pages, which nobody ever wrote down"""

import sqlalchemy as sa
from alembic import op

revision = 'e8f3c05a9d14'
down_revision = 'c4e81d6b7a20'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column('attachment', 'pages')


def downgrade() -> None:
    op.add_column('attachment', sa.Column('pages', sa.Integer(), nullable=True))
