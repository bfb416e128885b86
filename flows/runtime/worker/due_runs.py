"""Which runs are due: our server is asked, and answers as soon as there are any (``engine.due``).

The engine's own route takes six queries and starts two background tasks a call, most of what an idle stack costs.
It is asked when something is due over which only the engine's rules decide (a paused or limited queue, another pool),
and now and then besides, for by it the engine knows that its queues have a worker.
"""

import time
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse

from engine.protocol import ROUTES, DueAnswer, DueQuery
from flows.runtime.worker.engine_time import EngineTime

WAIT = 3.0
"""Seconds for which the server may keep us waiting for a run: less than any proxy's or client's patience."""

REPORT_EVERY = 15.0
"""Seconds after which the engine's own route is asked anyway; a queue that nobody asks for a minute is shown as deserted."""


class DueRuns:
    """Asks for the runs of a pool that are due."""

    def __init__(self, client: PrefectClient, pool: str) -> None:
        """Take a client of the engine and the pool's name."""
        self._client = client
        self._pool = pool
        self._time = EngineTime()
        self._report_at = 0.0

    async def up_to(self, limit: int, in_hand: Collection[UUID] = ()) -> list[FlowRun]:
        """Up to ``limit`` runs that are due by the engine's time, as soon as there are any; none after some seconds.

        ``in_hand`` are the states in which runs were seen that the worker has already.
        """
        if time.monotonic() >= self._report_at and (runs := await self._by_the_engine(limit)):
            return runs
        found = await self._next(limit, in_hand)
        return found.runs if found.runs or not found.others else await self._by_the_engine(limit)

    async def _by_the_engine(self, limit: int) -> list[FlowRun]:
        """What the engine's own route gives; it tells the engine that its queues have a worker, too."""
        self._report_at = time.monotonic() + REPORT_EVERY
        asked = self._time.now()
        # The client's own call has no limit and brings 200 runs, most of which could not be taken.
        answer = await self._client._client.post(
            f"/work_pools/{self._pool}/get_scheduled_flow_runs", json={"scheduled_before": asked.isoformat(), "limit": limit}
        )
        if not self._is_past(asked, answer):
            return []  # our clock has jumped ahead: these are runs of the future, the next look asks rightly
        return [entry.flow_run for entry in WorkerFlowRunResponse.model_validate_list(answer.json())]

    async def _next(self, limit: int, in_hand: Collection[UUID]) -> DueAnswer[FlowRun]:
        look = DueQuery(pool=self._pool, limit=limit, wait=WAIT, but_for=list(in_hand))
        answer = await self._client._client.get(f"{ROUTES}/due", params=look.model_dump(mode="json", exclude_none=True))
        self._time.read(answer.headers)
        return DueAnswer[FlowRun].model_validate(answer.json())

    def _is_past(self, asked: datetime, answer: httpx.Response) -> bool:
        self._time.read(answer.headers)
        return self._time.is_past(asked)
