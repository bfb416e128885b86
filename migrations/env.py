"""Alembic's way to the casework database."""

from alembic import context
from sqlalchemy import NullPool, create_engine

from models.tables import METADATA
from tasks.keeping.settings import settings

config = context.config


def run() -> None:
    """Migrate the database that the caller passes, or the one that the settings name."""
    given = config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = create_engine(config.get_main_option("sqlalchemy.url") or settings().casework_url, poolclass=NullPool)
    with engine.begin() as connection:
        _migrate(connection)


def _plain(kind, item, _context):
    """Write our own column types as the plain types they are: a migration must not change when the code does."""
    if kind != "type":
        return False
    plain = {"UtcDateTime": "sa.DateTime()", "Sealed": "sa.String()", "AutoString": "sa.String()", "Enum": "sa.String(length=40)"}
    return plain.get(type(item).__name__, False)


def _migrate(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
        render_item=_plain,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
