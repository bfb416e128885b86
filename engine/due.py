"""Which runs are due: found by one query, and waited for when there are none (ADR 0019)."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from prefect.server.database import PrefectDBInterface
from prefect.server.schemas.core import FlowRun
from prefect.server.schemas.states import StateType
from prefect.types._datetime import now
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from engine.due_bell import bell, rings_within
from engine.protocol import DueAnswer

LOOK_EVERY = 0.4
"""Seconds between two looks while somebody waits, for what no bell of this process tells: another server's, and the clock's."""

LONGEST_WAIT = 10.0
"""Seconds; whoever has gone away without a word is not waited with for longer."""


class Looker:
    """Looks for the runs of a pool that are due, but for those that the asker has in hand in the very state.

    Between two looks it holds neither a session nor a connection.
    """

    def __init__(self, db: PrefectDBInterface, pool: str, *, limit: int, but_for: Collection[UUID]) -> None:
        """Take whom to ask and what for."""
        self._db, self._pool, self._limit, self._but_for = db, pool, limit, list(but_for)

    async def first(self, before: datetime | None, wait: float) -> DueAnswer[FlowRun]:
        """What is due by an instant (none: now), as soon as anything is; it moves along while we wait, so many seconds at most."""
        began, wait = time.monotonic(), min(wait, LONGEST_WAIT)
        with bell.listening() as rung:
            while True:
                rung.clear()
                waited = time.monotonic() - began
                found = await self._look(now("UTC") if before is None else before + timedelta(seconds=waited))
                if found.runs or found.others or waited >= wait or bell.is_over:
                    return found
                await rings_within(rung, min(LOOK_EVERY, wait - waited))

    async def _look(self, by: datetime) -> DueAnswer[FlowRun]:
        async with self._db.session_context() as session:
            if not await self._anything(session, by):
                return DueAnswer[FlowRun](runs=[])
            runs = await self._free_to_take(session, by)
            return DueAnswer[FlowRun](runs=[FlowRun.model_validate(run, from_attributes=True) for run in runs], others=not runs)

    async def _anything(self, session: AsyncSession, by: datetime) -> bool:
        """One look at an index."""
        look = sa.select(self._db.FlowRun.id).where(*self._due(by)).limit(1)
        return (await session.execute(look)).first() is not None

    async def _free_to_take(self, session: AsyncSession, by: datetime) -> Sequence[Any]:
        """Runs of queues and pools that are neither paused nor limited."""
        run, queue, pool = self._db.FlowRun, self._db.WorkQueue, self._db.WorkPool
        query = (
            sa.select(run)
            .join(queue, run.work_queue_id == queue.id)
            .join(pool, queue.work_pool_id == pool.id)
            .where(*self._due(by), pool.name == self._pool)
            .where(*(column.is_(False) for column in (queue.is_paused, pool.is_paused)))
            .where(*(column.is_(None) for column in (queue.concurrency_limit, pool.concurrency_limit)))
            .order_by(run.next_scheduled_start_time)
            .limit(self._limit)
            .options(joinedload(run._state), joinedload(run.work_queue).joinedload(queue.work_pool))
        )
        return (await session.execute(query)).scalars().all()

    def _due(self, by: datetime) -> tuple[sa.ColumnElement[bool], ...]:
        run = self._db.FlowRun
        due = (run.state_type == StateType.SCHEDULED, run.next_scheduled_start_time <= by)
        return (*due, run.state_id.not_in(self._but_for)) if self._but_for else due
