"""Reading a run with its state, its queue and its pool in one query instead of four, whenever the engine moves a run.

The engine loads what belongs to a run by a query each, for lists of runs. It moves one run at a time, three times a
step, and those queries are a seventh of what moving costs.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from prefect.server.database import orm_models
from prefect.server.models import flow_runs
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from engine.patches.hook import Patch, mentions, takes

LOCKED = "locked run"
"""Under this name a session notes the run that its transaction has locked already."""


async def read_flow_run(session: AsyncSession, flow_run_id: UUID, for_update: bool = False) -> orm_models.FlowRun | None:
    """Read a run; if it is to be changed, as it is once nobody else is changing it."""
    run = orm_models.FlowRun
    if for_update and session.info.get(LOCKED) != flow_run_id:
        # Locked first, read then: PostgreSQL would join a row that it had to wait for with what belonged to its past.
        await session.execute(sa.select(run.id).where(run.id == flow_run_id).with_for_update())
    query = (
        sa.select(run)
        .where(run.id == flow_run_id)
        .options(joinedload(run._state), joinedload(run.work_queue).joinedload(orm_models.WorkQueue.work_pool))
        .execution_options(populate_existing=for_update)
    )
    return (await session.execute(query)).scalar()


class OneQueryRun(Patch):
    """Reads a run with all that belongs to it in one query."""

    name = "one_query_run"
    why = "The engine reads a run with a query for each thing that belongs to it, three times a step: a seventh of what moving costs."
    needs = (
        "prefect.server.models.flow_runs:read_flow_run",
        "prefect.server.database.orm_models:FlowRun._state",
        "prefect.server.database.orm_models:FlowRun.work_queue",
        "prefect.server.database.orm_models:WorkQueue.work_pool",
    )

    def differences(self) -> Iterable[str]:
        """Moving a run reads it by this name."""
        yield from takes(flow_runs.read_flow_run, "db", "session", "flow_run_id", "for_update")
        yield from mentions(flow_runs.set_flow_run_state, "read_flow_run")

    def apply(self) -> None:
        """Let the engine of this process read runs in this way."""
        models: Any = flow_runs
        models.read_flow_run = read_flow_run
