"""Reading runs from the engine, many at once; one that it cannot show hides none of the others."""

import logging
from collections.abc import Iterable

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from pydantic import ValidationError

PAGE = 200
"""What the engine's API gives at once."""

UNREADABLE = (httpx.HTTPStatusError, ValidationError)
"""One run that the engine or its client cannot read makes the answer for a whole list an error."""

BUSY = (401, 403, 429, 502, 503, 504)
"""These say that nobody could be asked, not that a run is unreadable."""

BAD_AT_MOST = 20
"""More unreadable runs than this in one page, and it is not the runs that are wrong but the server."""

_log = logging.getLogger("prefect.casework.repair")


def read_runs(client: SyncPrefectClient, ids: Iterable[str | None]) -> dict[str, FlowRun]:
    """Read many runs at once, by id; those that the engine does not know, or cannot show, are missing from the answer."""
    wanted = sorted({one for one in ids if one is not None})
    found: dict[str, FlowRun] = {}
    for first in range(0, len(wanted), PAGE):
        chosen = FlowRunFilter.model_validate({"id": {"any_": wanted[first : first + PAGE]}})
        page, _ = read_page(client, chosen)
        found |= {str(run.id): run for run in page}
    return found


def read_page(client: SyncPrefectClient, chosen: FlowRunFilter, *, offset: int = 0) -> tuple[list[FlowRun], int]:
    """One page of a list, the newest first, and how many runs the engine counts into it; those that it cannot show are left out.

    Raises what the engine answered when it cannot be asked at all.
    """
    return _Page(client, chosen).read(offset, PAGE)


class _Page:
    """A page that is read in halves, and halves of them, around what cannot be read."""

    def __init__(self, client: SyncPrefectClient, chosen: FlowRunFilter) -> None:
        self._client, self._chosen, self._bad = client, chosen, 0

    def read(self, offset: int, limit: int) -> tuple[list[FlowRun], int]:
        try:
            page = self._client.read_flow_runs(flow_run_filter=self._chosen, sort=FlowRunSort.ID_DESC, limit=limit, offset=offset)
        except UNREADABLE as fault:
            if isinstance(fault, httpx.HTTPStatusError) and fault.response.status_code in BUSY:
                raise
            if limit == 1:
                self._note(fault)
                return [], 1
        else:
            return page, len(page)
        half = limit // 2
        first, counted = self.read(offset, half)
        if counted < half:
            return first, counted
        rest, more = self.read(offset + half, limit - half)
        return first + rest, counted + more

    def _note(self, fault: Exception) -> None:
        self._bad += 1
        if self._bad > BAD_AT_MOST:
            raise fault
        _log.error("a run in a list cannot be read: %s", type(fault).__name__)
