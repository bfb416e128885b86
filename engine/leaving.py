"""What a run leaves with the engine, written with as few statements as it takes: inputs, tags, the case's page.

The inputs that a wait stands with are written after its state: the engine takes a pause under a new key for a new
beginning, and since 3.9 forgets what is stored under the names of its form (ADR 0019).

The engine's own functions write one input at a time and read back what they wrote; for a page they send events of
their own, which would be two of a step's five. Nobody waits for those: the state's event says that the case moved.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from prefect.client.schemas.actions import ArtifactCreate
from prefect.server import models
from prefect.server.database import PrefectDBInterface
from prefect.server.schemas import actions
from prefect.types._datetime import now
from sqlalchemy.ext.asyncio import AsyncSession

from engine.protocol import Kept


async def take_up(
    db: PrefectDBInterface, session: AsyncSession, run_id: UUID, kept: Kept, named: Iterable[str]
) -> dict[str, str]:
    """Take a run's inputs away that are to be forgotten, and those that its next state names; gives what must stand afterwards.

    That is what it leaves, and what it has left before under the names that the state gives and does not want forgotten.
    """
    inputs: Any = db.FlowRunInput.__table__
    standing = {}
    if left_before := set(named) - {*kept.forget, *kept.inputs}:
        query = sa.select(inputs.c.key, inputs.c.value).where(inputs.c.flow_run_id == run_id, inputs.c.key.in_(left_before))
        standing = dict((await session.execute(query)).tuples().all())
    if gone := [*kept.forget, *kept.inputs, *standing]:
        await session.execute(sa.delete(inputs).where(inputs.c.flow_run_id == run_id, inputs.c.key.in_(gone)))
    return standing | kept.inputs


async def put_down(db: PrefectDBInterface, session: AsyncSession, run_id: UUID, standing: dict[str, str]) -> None:
    """Write a run's inputs, none of which is there, in the session's transaction."""
    inputs: Any = db.FlowRunInput.__table__
    if standing:
        rows = [{"flow_run_id": run_id, "key": key, "value": value} for key, value in standing.items()]
        await session.execute(sa.insert(inputs), rows)


async def keep(db: PrefectDBInterface, session: AsyncSession, run_id: UUID, kept: Kept) -> None:
    """Write a run's tags and the case's page in the session's transaction."""
    if kept.tags is not None:
        await models.flow_runs.update_flow_run(  # type: ignore[attr-defined]
            session=session, flow_run_id=run_id, flow_run=actions.FlowRunUpdate(tags=kept.tags)
        )
    if kept.page is not None:
        await _publish(db, session, kept.page)


async def _publish(db: PrefectDBInterface, session: AsyncSession, page: ArtifactCreate) -> None:
    """Put a page in the place of what was published under its key, by whichever run, and make it the one that the engine shows.

    An older page would go on showing what has become secret since: a title, say, before it was screened as an accusation.
    """
    shown = {name: getattr(page, name) for name in ("key", "type", "description", "data", "flow_run_id")}
    version, at = uuid4(), now("UTC")
    latest: Any = db.ArtifactCollection.__table__
    upsert = db.queries.insert(latest)
    changed = {name: upsert.excluded[name] for name in ("latest_id", "updated", *shown)}
    upsert = upsert.on_conflict_do_update(index_elements=db.orm.artifact_collection_unique_upsert_columns, set_=changed)
    await session.execute(upsert, {"id": uuid4(), "latest_id": version, "created": at, "updated": at, **shown})
    pages: Any = db.Artifact.__table__
    await session.execute(sa.delete(pages).where(pages.c.key == page.key))
    await session.execute(sa.insert(pages), {"id": version, "created": at, "updated": at, **shown})
