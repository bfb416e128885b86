"""The engine's own tables without the engine, and transactions that put runs in its queue; for ``test_due``."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from prefect.server.database import PrefectDBInterface, orm_models
from prefect.server.database.configurations import AioSqliteConfiguration, AsyncPostgresConfiguration
from prefect.server.database.orm_models import AioSqliteORMConfiguration, AsyncPostgresORMConfiguration
from prefect.server.database.query_components import AioSqliteQueryComponents, AsyncPostgresQueryComponents
from prefect.server.schemas.states import StateType
from sqlalchemy.schema import CreateTable

from engine.due import Looker
from trials.harness.databases import POSTGRES

Story = Callable[["House"], Awaitable[Any]]


class House:
    """The engine's tables, empty but for one pool with its queue and a flow."""

    def __init__(self, db: PrefectDBInterface) -> None:
        self.db, self.flow, self.queue, self.pool = db, uuid4(), uuid4(), uuid4()

    async def furnish(self) -> None:
        async with self.db.session_context(begin_transaction=True) as session:
            session.add(orm_models.Flow(id=self.flow, name="petition"))
            session.add(orm_models.WorkPool(id=self.pool, name="casework", type="casework", base_job_template={}))
            await session.flush()
            session.add(orm_models.WorkQueue(id=self.queue, name="default", priority=1, work_pool_id=self.pool))

    async def change(self, table: Any, **values: Any) -> None:
        """Change a row behind the back of whoever listens."""
        async with self.db.session_context(begin_transaction=True) as session:
            await session.execute(sa.update(table.__table__).values(**values))

    @asynccontextmanager
    async def queued(self, *, at: datetime | None = None, kind: StateType = StateType.SCHEDULED) -> AsyncIterator[UUID]:
        """A transaction that puts a run in the queue, as the engine does."""
        run, at = uuid4(), at or datetime.now(UTC)  # noqa: TID251
        async with self.db.session_context(begin_transaction=True) as session:
            made = orm_models.FlowRun(
                id=run, flow_id=self.flow, name="XF", work_queue_id=self.queue, state_type=kind, next_scheduled_start_time=at
            )
            session.add(made)
            await session.flush()
            made.set_state(orm_models.FlowRunState(flow_run_id=run, type=kind, name="Resuming", timestamp=at))
            await session.flush()
            yield run

    async def resume(self, run: UUID) -> None:
        """A transaction that puts a known run in the queue once more."""
        at = datetime.now(UTC)  # noqa: TID251
        async with self.db.session_context(begin_transaction=True) as session:
            found = await session.get_one(orm_models.FlowRun, run)
            found.set_state(orm_models.FlowRunState(flow_run_id=run, type=StateType.SCHEDULED, name="Resuming", timestamp=at))

    async def state_of(self, run: UUID) -> UUID:
        async with self.db.session_context() as session:
            state = (await session.get_one(orm_models.FlowRun, run)).state_id
            assert isinstance(state, UUID)
            return state

    async def connections_in_use(self) -> int:
        pool: Any = (await self.db.engine()).pool
        return int(pool.checkedout())

    def looker(self, but_for: Sequence[UUID] = ()) -> Looker:
        return Looker(self.db, "casework", limit=5, but_for=but_for)


@contextmanager
def database(kind: str, home: Path) -> Iterator[PrefectDBInterface]:
    """The engine's own interface to an empty database."""
    name = f"xinfang_due_{uuid4().hex[:8]}"
    if kind == "sqlite":
        url, parts = (
            f"sqlite+aiosqlite:///{home}/engine.db",
            (AioSqliteConfiguration, AioSqliteQueryComponents, AioSqliteORMConfiguration),
        )
    else:
        url = f"{POSTGRES.rsplit('/', 1)[0].replace('psycopg', 'asyncpg')}/{name}"
        parts = (AsyncPostgresConfiguration, AsyncPostgresQueryComponents, AsyncPostgresORMConfiguration)  # type: ignore[assignment]
        on_server(f'CREATE DATABASE "{name}"')
    configuration, queries, tables = parts
    yield PrefectDBInterface(database_config=configuration(connection_url=url), query_components=queries(), orm=tables())
    if kind == "postgresql":
        on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def lay_out(connection: sa.Connection) -> None:
    """Make the tables that this is about, without indexes and without those that they point to."""
    for model in (orm_models.Flow, orm_models.FlowRun, orm_models.FlowRunState, orm_models.WorkPool, orm_models.WorkQueue):
        table: Any = model.__table__
        for column in table.c:
            if isinstance(column.type, sa.Enum):
                column.type.create(connection, checkfirst=True)
        connection.execute(CreateTable(table, include_foreign_key_constraints=[]))


def on_server(statement: str) -> None:
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(statement))
    server.dispose()


def tell(db: PrefectDBInterface, story: Story) -> Any:
    """Run a story in a furnished house."""

    async def furnished() -> Any:
        engine, house = await db.engine(), House(db)
        async with engine.begin() as connection:
            await connection.run_sync(lay_out)
        try:
            await house.furnish()
            return await story(house)
        finally:
            await engine.dispose()

    return asyncio.run(furnished())
