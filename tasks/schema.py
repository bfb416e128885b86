"""Bringing the casework database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from rules.errors import CaseworkError
from tasks.database import Database

ROOT = Path(__file__).resolve().parent.parent


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for one connection."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade the database; two processes that start at once do not get in each other's way."""
    if not (ROOT / "migrations").is_dir():
        raise CaseworkError("找不到 migrations 目录，请在项目目录中安装运行")
    database.make_room()
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20220501)")
        command.upgrade(alembic_config(connection), revision)
