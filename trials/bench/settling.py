"""A database at rest: what was just filled in is counted and on disk, and nobody tidies up while something is measured."""

import time

from sqlalchemy import create_engine, text

TIDYING = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
PATIENCE = 120.0


def settle(*addresses: str) -> None:
    """Vacuum and analyse PostgreSQL databases, write a checkpoint, and wait until no autovacuum runs on their server."""
    for address in addresses:
        engine = create_engine(address.replace("+asyncpg", "+psycopg"), isolation_level="AUTOCOMMIT")
        if engine.dialect.name == "postgresql":
            with engine.connect() as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
                connection.exec_driver_sql("CHECKPOINT")
                until = time.monotonic() + PATIENCE
                while connection.execute(text(TIDYING)).scalar_one():
                    if time.monotonic() > until:
                        raise SystemExit("autovacuum does not come to its end; measure when the server is at rest")
                    time.sleep(0.5)
        engine.dispose()
