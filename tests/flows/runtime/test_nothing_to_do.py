"""A run that is entered with nothing to do costs one query and goes back to the very wait that it came from; below the engine."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import Pause
from sqlalchemy import event

from flows.runtime.waiting.context import driven, leaving
from flows.runtime.waiting.inputs import keyset
from flows.runtime.waiting.waiting import take_answer
from models.vocabulary.case import Step
from tasks.runs.bookmarks import open_round
from trials.harness.office import MONDAY, Office


class Client:
    """An engine that takes every state; it keeps what was left with it, and is asked for nothing else."""

    def __init__(self) -> None:
        self.left: list[dict[str, Any]] = []

    def request(self, method: str, path: str, *, json: Any) -> Any:
        assert (method, path.rsplit("/", 1)[1]) == ("POST", "leave")
        self.left.append(json)
        state = json["state"] | {"id": str(uuid4()), "timestamp": MONDAY.isoformat()}
        return SimpleNamespace(json=lambda: {"status": "ACCEPT", "state": state, "details": {"type": "accept_details"}})


def waiting(office: Office) -> tuple[str, FlowRun, dict[str, str]]:
    number, run = office.register(), FlowRun(id=uuid4(), flow_id=uuid4(), state_id=uuid4(), name="waiting")
    with office.database.write() as session:
        open_round(session, number, run_id=str(run.id), step=Step.SCREEN, seen_seq=office.petition(number).last_seq, as_of=MONDAY)
    keys = keyset(Step.SCREEN, 1)
    return number, run, {keys["schema"]: "{}", keys["description"]: "{}"}


def test_nothing_to_do_costs_one_query(office: Office) -> None:
    number, run, kept = waiting(office)
    client = Client()
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.split()[0] not in ("BEGIN", "COMMIT", "ROLLBACK"):
            statements.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", count)
    try:
        with driven(client, run, kept), pytest.raises(Pause):  # type: ignore[arg-type]
            take_answer(number)
    finally:
        event.remove(office.database.engine, "before_cursor_execute", count)
    assert len(statements) == 1, statements
    (left,) = client.left
    assert left["state"]["name"] == "待甄别"
    assert left["state"]["state_details"]["run_input_keyset"] == {**keyset(Step.SCREEN, 1)}
    assert (left["forget"], left["inputs"], left["page"]) == ([], {}, None)
    assert office.bookmark(number).round == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("lost", [0, 1], ids=["the form", "what stands above it"])
def test_a_wait_that_was_never_whole_is_made_anew(office: Office, lost: int) -> None:
    number, run, kept = waiting(office)
    client = Client()
    kept.pop(list(kept)[lost])
    with driven(client, run, kept):  # type: ignore[arg-type]
        take_answer(number)
    assert client.left == []


def test_a_wait_that_the_desk_has_decided_is_left(office: Office) -> None:
    number, run, kept = waiting(office)
    office.decide(number, "screen", "Z01", petition_class="申诉求决", content_code="城乡建设/物业服务")
    client = Client()
    with driven(client, run, kept):  # type: ignore[arg-type]
        take_answer(number)
        assert leaving().forget == [keyset(Step.SCREEN, 1)["description"]]
    assert client.left == []
    assert office.bookmark(number).step is None  # type: ignore[union-attr]
