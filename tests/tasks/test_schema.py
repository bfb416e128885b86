"""The schema: migrations lead to exactly the tables that the code declares, and back."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from models.tables import METADATA
from tasks.database import Database
from tasks.schema import alembic_config, migrate


def _emptied(database: Database) -> Database:
    with database.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
    return database


def test_migrations_lead_to_the_declared_tables(casework: Database) -> None:
    migrate(_emptied(casework))
    with casework.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_migrating_twice_changes_nothing_and_the_way_back_leaves_nothing(casework: Database) -> None:
    migrate(_emptied(casework))
    migrate(casework)
    with casework.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert set(inspect(casework.engine).get_table_names()) <= {"alembic_version"}
