"""Alembic's way to the casework database."""

from alembic import context
from sqlalchemy import create_engine

from models.tables import METADATA
from tasks.settings import settings

config = context.config


def run() -> None:
    """Migrate the database that the caller passes, or the one that the settings name."""
    given = config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = create_engine(config.get_main_option("sqlalchemy.url") or settings().casework_url)
    with engine.begin() as connection:
        _migrate(connection)


def _migrate(connection) -> None:
    context.configure(
        connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
