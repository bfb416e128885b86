"""A run that is entered with nothing to do costs one query and goes back to the very wait that it came from; below the engine."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import Pause
from sqlalchemy import event

from flows.forms import keyset
from flows.runtime.context import driven
from flows.runtime.waiting import take_answer
from models.vocabulary import Step
from tasks.bookmarks import open_round
from tests.office import MONDAY, Office


class Client:
    """An engine that keeps a run's inputs and takes every state."""

    def __init__(self, keys: list[str]) -> None:
        self.keys, self.deleted, self.states = keys, [], []  # type: ignore[var-annotated]

    def filter_flow_run_input(self, *_asked: object) -> list[Any]:
        return [SimpleNamespace(key=key, value="{}") for key in self.keys]

    def delete_flow_run_input(self, _run: object, key: str) -> None:
        self.deleted.append(key)

    def set_flow_run_state(self, _run: object, state: Any, *, force: bool = False) -> Any:
        self.states.append((state.name, state.state_details.run_input_keyset, force))
        return SimpleNamespace(status=SetStateStatus.ACCEPT, state=state)


def waiting(office: Office) -> tuple[str, FlowRun, list[str]]:
    number, run = office.register(), FlowRun(id=uuid4(), flow_id=uuid4(), name="waiting")
    with office.database.write() as session:
        open_round(session, number, run_id=str(run.id), step=Step.SCREEN, seen_seq=office.petition(number).last_seq, as_of=MONDAY)
    keys = keyset(Step.SCREEN, 1)
    return number, run, [keys["schema"], keys["description"]]


def test_nothing_to_do_costs_one_query(office: Office) -> None:
    number, run, kept = waiting(office)
    client, statements = Client(kept), []  # type: ignore[var-annotated]

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.split()[0] not in ("BEGIN", "COMMIT", "ROLLBACK"):
            statements.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", count)
    try:
        with driven(client, run), pytest.raises(Pause):  # type: ignore[arg-type]
            take_answer(number)
    finally:
        event.remove(office.database.engine, "before_cursor_execute", count)
    assert len(statements) == 1, statements
    assert client.states == [("待甄别", {**keyset(Step.SCREEN, 1)}, False)], "never forced: it would overwrite a press of Resume"
    assert (client.deleted, office.bookmark(number).round) == ([], 1)  # type: ignore[union-attr]


@pytest.mark.parametrize("lost", [0, 1], ids=["the form", "what stands above it"])
def test_a_wait_that_was_never_whole_is_made_anew(office: Office, lost: int) -> None:
    number, run, kept = waiting(office)
    client = Client([key for key in kept if key != kept[lost]])
    with driven(client, run):  # type: ignore[arg-type]
        take_answer(number)
    assert client.states == []


def test_a_wait_that_the_desk_has_decided_is_left(office: Office) -> None:
    number, run, kept = waiting(office)
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    client = Client(kept)
    with driven(client, run):  # type: ignore[arg-type]
        take_answer(number)
    assert (client.states, client.deleted) == ([], [kept[1]])
    assert office.bookmark(number).step is None  # type: ignore[union-attr]
