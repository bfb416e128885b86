"""keep by what the author of an event is known"""

import sqlalchemy as sa
from alembic import op

revision = 'd2a95b03e7f1'
down_revision = 'e8f3c05a9d14'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('case_event', sa.Column('proof', sa.String(length=40), nullable=True))
    # An office that went back a version and returns: the facts, which are signed, have kept what the column said.
    kept = "json_extract(facts, '$.proof')" if op.get_bind().dialect.name == 'sqlite' else "facts ->> 'proof'"
    op.execute(f"UPDATE case_event SET proof = {kept} WHERE {kept} IS NOT NULL")


def downgrade() -> None:
    op.drop_column('case_event', 'proof')
