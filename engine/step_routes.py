"""Routes that our server adds to the engine's API: what is due, enter a run, and leave it again (ADR 0019).

A step through the engine's own routes takes ten calls, each a transaction, and can be cut short between any two of
them. Here entering is one (claim the run, read what it was resumed with), and leaving is one (the form, the tags, the
page, what is to be forgotten, and the state): all of it or nothing. States go through the engine's own rules.
"""

from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Query
from prefect.server import models
from prefect.server.api import dependencies
from prefect.server.database import PrefectDBInterface, provide_database_interface
from prefect.server.orchestration import dependencies as orchestration
from prefect.server.orchestration.policies import FlowRunOrchestrationPolicy
from prefect.server.schemas import actions, responses, states
from prefect.server.schemas.core import FlowRun
from prefect.server.utilities.server import PrefectRouter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import lazyload

from engine.due import Looker
from engine.leaving import keep, put_down, take_up
from engine.patches.one_query_run import LOCKED
from engine.protocol import GONE, INPUTS, OURS, ROUTES, DueAnswer, DueQuery, Entered, Entry, Leaving

MOVED_ON = responses.OrchestrationResult(
    state=None,
    status=responses.SetStateStatus.ABORT,
    details=responses.StateAbortDetails(reason="the run has been moved on since it was entered"),
)

router = PrefectRouter(prefix=ROUTES, tags=["casework"])


class Rules:
    """How the engine decides on states, as a request finds it."""

    def __init__(
        self,
        policy: Annotated[type[FlowRunOrchestrationPolicy], Depends(orchestration.provide_flow_policy)],
        parameters: Annotated[dict[str, Any], Depends(orchestration.provide_flow_orchestration_parameters)],
        client_version: Annotated[str | None, Depends(dependencies.get_prefect_client_version)],
    ) -> None:
        """Take what the engine's own routes take."""
        self._known: dict[str, Any] = {
            "flow_policy": policy,
            "orchestration_parameters": parameters,
            "client_version": client_version,
        }

    async def propose(self, session: AsyncSession, run_id: UUID, state: states.State) -> responses.OrchestrationResult:
        """Propose a state."""
        found: responses.OrchestrationResult = await models.flow_runs.set_flow_run_state(
            session=session, flow_run_id=run_id, state=state, **self._known
        )
        return found


Database = Annotated[PrefectDBInterface, Depends(provide_database_interface)]


@router.get("/due")
async def due(asked: Annotated[DueQuery, Query()], db: Database) -> DueAnswer[FlowRun]:
    """Give the runs of a pool that are due by an instant, as soon as there are any (``due_runs``)."""
    looker = Looker(db, asked.pool, limit=asked.limit, but_for=asked.but_for)
    return await looker.first(asked.before, asked.wait)


@router.post("/{run_id}/enter")
async def enter(run_id: UUID, entry: Entry, rules: Annotated[Rules, Depends()], db: Database) -> Entered[states.State]:
    """Move a run from the very state in which it was seen to Running; of two workers that saw the same state one gets it."""
    async with db.session_context(begin_transaction=True, with_for_update=True) as session:
        stands_in, kind, _ = await _lock(db, session, run_id)
        if stands_in == entry.seen and kind is not states.StateType.RUNNING:
            state = states.State(type=states.StateType.RUNNING, state_details=states.StateDetails(transition_id=entry.claim))
            result = await rules.propose(session, run_id, state)
            entered = result.state if result.status is responses.SetStateStatus.ACCEPT else None
        else:
            entered = await _claimed_before(db, session, stands_in, entry.claim)
        if entered is None:
            return Entered[states.State](state=None, inputs={})
        return Entered[states.State](state=entered, inputs=await _inputs(db, session, run_id))


@router.post("/{run_id}/leave")
async def leave(
    run_id: UUID, leaving: Leaving[actions.StateCreate], rules: Annotated[Rules, Depends()], db: Database
) -> responses.OrchestrationResult | None:
    """Put a run, if it is still in the state in which it was entered, into another one with all that belongs to it.

    Nothing is kept when somebody else has moved the run meanwhile, or when the engine does not accept the state.
    """
    try:
        async with db.session_context(begin_transaction=True, with_for_update=True) as session:
            stands_in, _, deployment = await _lock(db, session, run_id)
            if stands_in != leaving.entered:
                raise _NotAcceptedError(MOVED_ON)
            details = leaving.state and leaving.state.state_details
            standing = await take_up(db, session, run_id, leaving, ((details and details.run_input_keyset) or {}).values())
            await keep(db, session, run_id, leaving)
            if leaving.state is None:
                await put_down(db, session, run_id, standing)
                return None
            # The engine's rules look at it, with three queries for what belongs to it, unless the session knows it.
            _held = await session.get(db.Deployment, deployment, options=[lazyload("*")]) if deployment else None
            result = await rules.propose(session, run_id, states.State.model_validate(leaving.state))
            if result.status is not responses.SetStateStatus.ACCEPT:
                raise _NotAcceptedError(result)
            # Last, for the engine has just forgotten what was stored under the names that the state gives.
            await put_down(db, session, run_id, standing)
            return result
    except _NotAcceptedError as refused:
        return refused.result


async def _inputs(db: PrefectDBInterface, session: AsyncSession, run_id: UUID) -> dict[str, str]:
    """The newest inputs of our waits: an answer comes last, however many others were stored before it."""
    inputs = db.FlowRunInput
    ours = sa.or_(*(inputs.key.startswith(beginning) for beginning in OURS))
    query = sa.select(inputs.key, inputs.value).where(inputs.flow_run_id == run_id, ours)
    return dict((await session.execute(query.order_by(inputs.created.desc()).limit(INPUTS))).tuples().all())


class _NotAcceptedError(Exception):
    """Rolls everything back."""

    def __init__(self, result: responses.OrchestrationResult) -> None:
        self.result = result


async def _lock(
    db: PrefectDBInterface, session: AsyncSession, run_id: UUID
) -> tuple[UUID | None, states.StateType | None, UUID | None]:
    """Lock a run; gives the id and the type of its state, and its deployment."""
    run = db.FlowRun
    query = sa.select(run.state_id, run.state_type, run.deployment_id).where(run.id == run_id).with_for_update()
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise HTTPException(404, GONE)
    session.info[LOCKED] = run_id
    return row[0], row[1], row[2]


async def _claimed_before(
    db: PrefectDBInterface, session: AsyncSession, state_id: UUID | None, claim: UUID
) -> states.State | None:
    """The state that this very claim brought about, when its answer did not reach the worker."""
    found = await session.get(db.FlowRunState, state_id)
    state = found.as_state() if found is not None else None
    return state if state is not None and state.state_details.transition_id == claim else None
