"""Which runs are due: asked of the engine several times a second, and nearly always for nothing.

The engine's own route takes six queries and starts two background tasks a call, most of what an idle stack costs.
So it is only asked when a look at an index (``step_routes.due``) says that something is due, and now and then
besides, for by it the engine knows that its queues have a worker.
"""

import time
from datetime import datetime

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import WorkerFlowRunResponse

from engine.protocol import ROUTES
from flows.runtime.worker.engine_clock import EngineClock

REPORT_EVERY = 15.0
"""Seconds after which the engine's own route is asked anyway; a queue that nobody asks for a minute is shown as deserted."""


class DueRuns:
    """Asks for the runs of a pool that are due."""

    def __init__(self, client: PrefectClient, pool: str) -> None:
        """Take a client of the engine and the pool's name."""
        self._client = client
        self._pool = pool
        self._clock = EngineClock()
        self._report_at = 0.0

    async def up_to(self, limit: int) -> list[FlowRun]:
        """Up to ``limit`` runs that are due by the engine's clock."""
        asked = self._clock.now()
        if time.monotonic() < self._report_at and not await self._anything(asked):
            return []
        self._report_at = time.monotonic() + REPORT_EVERY
        # The client's own call has no limit and brings 200 runs, most of which could not be taken.
        answer = await self._client._client.post(
            f"/work_pools/{self._pool}/get_scheduled_flow_runs", json={"scheduled_before": asked.isoformat(), "limit": limit}
        )
        if not self._is_past(asked, answer):
            return []  # our clock has jumped ahead: these are runs of the future, the next look asks rightly
        return [entry.flow_run for entry in WorkerFlowRunResponse.model_validate_list(answer.json())]

    async def _anything(self, asked: datetime) -> bool:
        answer = await self._client._client.get(f"{ROUTES}/due", params={"before": asked.isoformat()})
        return self._is_past(asked, answer) and bool(answer.json())

    def _is_past(self, asked: datetime, answer: httpx.Response) -> bool:
        self._clock.read(answer.headers)
        return self._clock.is_past(asked)
