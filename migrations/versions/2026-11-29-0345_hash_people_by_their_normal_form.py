"""hash people by their normal form

Names, numbers and phones are opened with the office's keys, written in their normal form, and hashed anew, so that people
of earlier years are found by any way of writing. What cannot be opened keeps the hash that it has.
"""

import sqlalchemy as sa
from alembic import op

revision = 'b7d1c4e92f60'
down_revision = 'b71e4f0c9a26'
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        'further_phone',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('petitioner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('digest', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['petitioner_id'], ['petitioner.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_further_phone_digest', 'further_phone', ['digest'])
    op.create_index('ix_further_phone_petitioner_id', 'further_phone', ['petitioner_id'])
    _hash_anew(op.get_bind())


def _hash_anew(connection) -> None:
    from tasks.keeping.vault import VaultError, vault
    from tasks.record.hashes import digests_of

    people = sa.table('petitioner', *map(sa.column, ('id', *(f'{f}_{k}' for f in FIELDS for k in ('sealed', 'digest')))))
    phones = sa.table('further_phone', sa.column('petitioner_id'), sa.column('digest'))
    last = 0
    while rows := connection.execute(sa.select(people).where(people.c.id > last).order_by(people.c.id).limit(AT_ONCE)).all():
        for row in rows:
            last = row.id
            sealed = {field: getattr(row, f'{field}_sealed') for field in FIELDS}
            try:
                clear = {field: vault().open(text) if text else '' for field, text in sealed.items()}
                digests, further = digests_of(**clear)
            except VaultError:
                continue
            if any(digests[column] != getattr(row, column) for column in digests):
                connection.execute(sa.update(people).where(people.c.id == row.id).values(**digests))
            for digest in further:
                connection.execute(sa.insert(phones).values(petitioner_id=row.id, digest=digest))


FIELDS = ('name', 'id_number', 'phone')


def downgrade() -> None:
    op.drop_table('further_phone')
