"""One run that the engine cannot show hides none of the others."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun

from flows.runtime.repair.reading_runs import BAD_AT_MOST, PAGE, read_page, read_runs


class Client:
    """An engine with runs, some of which make the answer for a list an error."""

    def __init__(self, runs: list[UUID], bad: set[UUID], status: int = 500) -> None:
        self.runs, self.bad, self.status, self.calls = sorted(runs), bad, status, 0

    def read_flow_runs(self, *, flow_run_filter: FlowRunFilter, limit: int, offset: int, sort: object) -> list[FlowRun]:
        del sort
        self.calls += 1
        chosen = flow_run_filter.id.any_ if flow_run_filter.id and flow_run_filter.id.any_ else self.runs
        page = [run for run in self.runs if run in set(chosen)][offset : offset + limit]
        if self.bad & set(page):
            answer = httpx.Response(self.status, request=httpx.Request("POST", "http://engine"))
            raise httpx.HTTPStatusError("", request=answer.request, response=answer)
        return [FlowRun(id=run, flow_id=uuid4()) for run in page]


@pytest.mark.parametrize("bad", [0, 1, 3], ids=["none is bad", "one is bad", "three are bad"])
@pytest.mark.parametrize("size", [1, 7, PAGE, PAGE + 5])
def test_all_but_the_bad_ones_are_read(size: int, bad: int) -> None:
    runs = sorted(uuid4() for _ in range(size))
    broken = set(runs[:: max(1, size // 3)][:bad])
    client: Any = Client(runs, broken)
    assert set(read_runs(client, map(str, runs))) == {str(run) for run in set(runs) - broken}


def test_the_page_tells_how_many_were_counted_into_it() -> None:
    runs = [uuid4() for _ in range(PAGE + 1)]
    client: Any = Client(runs, {sorted(runs)[3]})
    page, counted = read_page(client, FlowRunFilter())
    assert (len(page), counted) == (PAGE - 1, PAGE)


@pytest.mark.parametrize("status", [401, 503])
def test_a_server_that_cannot_be_asked_is_no_page_of_bad_runs(status: int) -> None:
    runs = [uuid4() for _ in range(9)]
    client: Any = Client(runs, set(runs), status)
    with pytest.raises(httpx.HTTPStatusError):
        read_runs(client, map(str, runs))
    assert client.calls == 1


def test_a_server_that_shows_nothing_is_not_asked_for_every_run() -> None:
    runs = [uuid4() for _ in range(PAGE)]
    client: Any = Client(runs, set(runs))
    with pytest.raises(httpx.HTTPStatusError):
        read_runs(client, map(str, runs))
    assert client.calls < 3 * BAD_AT_MOST
