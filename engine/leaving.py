"""What a run leaves with the engine, written with as few statements as it takes: inputs, tags, the case's page.

The engine's own functions write one input at a time and read back what they wrote; for a page they send events of
their own, which would be two of a step's five. Nobody waits for those: the state's event says that the case moved.
"""

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from prefect.server import models
from prefect.server.database import PrefectDBInterface
from prefect.server.schemas import actions
from prefect.types._datetime import now
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession


class Kept(BaseModel):
    """What is to be kept, and the keys of the inputs that are to be forgotten."""

    inputs: dict[str, str] = {}
    forget: list[str] = []
    tags: list[str] | None = None
    page: actions.ArtifactCreate | None = None


async def keep(db: PrefectDBInterface, session: AsyncSession, run_id: UUID, kept: Kept) -> None:
    """Write it in the session's transaction; an input that is there already is replaced."""
    inputs: Any = db.FlowRunInput.__table__
    if gone := [*kept.forget, *kept.inputs]:
        await session.execute(sa.delete(inputs).where(inputs.c.flow_run_id == run_id, inputs.c.key.in_(gone)))
    if kept.inputs:
        rows = [{"flow_run_id": run_id, "key": key, "value": value} for key, value in kept.inputs.items()]
        await session.execute(sa.insert(inputs), rows)
    if kept.tags is not None:
        await models.flow_runs.update_flow_run(  # type: ignore[attr-defined]
            session=session, flow_run_id=run_id, flow_run=actions.FlowRunUpdate(tags=kept.tags)
        )
    if kept.page is not None:
        await _publish(db, session, kept.page)


async def _publish(db: PrefectDBInterface, session: AsyncSession, page: actions.ArtifactCreate) -> None:
    """Add a version of a page, and make it the one that the engine shows under its key."""
    shown = {name: getattr(page, name) for name in ("key", "type", "description", "data", "flow_run_id")}
    version, at = uuid4(), now("UTC")
    latest: Any = db.ArtifactCollection.__table__
    upsert = db.queries.insert(latest)
    changed = {name: upsert.excluded[name] for name in ("latest_id", "updated", *shown)}
    upsert = upsert.on_conflict_do_update(index_elements=db.orm.artifact_collection_unique_upsert_columns, set_=changed)
    await session.execute(upsert, {"id": uuid4(), "latest_id": version, "created": at, "updated": at, **shown})
    pages: Any = db.Artifact.__table__
    await session.execute(sa.insert(pages), {"id": version, "created": at, "updated": at, **shown})
