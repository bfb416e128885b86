"""Entering and leaving a run on a real engine: one claims it, and what it leaves is kept whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Failed, Paused

from engine.protocol import Kept
from flows.runtime.waiting.engine_calls import enter, leave
from models.vocabulary.case import Step
from trials.harness.engine import Engine

pytestmark = pytest.mark.engine
LEFT = Kept(inputs={"form-x": "{}", "wait-x-1-description": '"一"'}, tags=["登记受理"])


@contextmanager
def untouched(engine: Engine) -> Iterator[FlowRun]:
    """A run of ours that waits, and that no worker has a reason to take."""
    number = engine.registered()
    run, _ = engine.waiting(number, Step.SCREEN)
    yield run
    engine.client.delete_flow_run(run.id)  # reconcile starts another


def waiting() -> State[None]:
    state: State[None] = Paused(name="试", reschedule=True, pause_key=str(uuid4()))
    state.state_details.pause_timeout = None
    return state


def test_of_two_workers_that_saw_the_same_state_one_enters(engine: Engine) -> None:
    with untouched(engine) as run:
        assert enter(engine.client, run) is not None
        assert enter(engine.client, run) is None
        assert enter(engine.client, engine.client.read_flow_run(run.id)) is None, "what is entered is not entered again"
        assert engine.client.read_flow_run(run.id).state.is_running()  # type: ignore[union-attr]


def test_a_run_that_moved_on_since_it_was_seen_is_not_entered(engine: Engine) -> None:
    with untouched(engine) as run:
        engine.client.set_flow_run_state(run.id, waiting(), force=True)
        assert enter(engine.client, run) is None


def test_a_claim_whose_answer_was_lost_stands_when_it_is_asked_again(engine: Engine) -> None:
    with untouched(engine) as run:
        claim = {"seen": str(run.state_id), "claim": str(uuid4())}
        first, again = (engine.ask("POST", f"/casework/runs/{run.id}/enter", **claim) for _ in range(2))
        assert first["state"]["id"] == again["state"]["id"]


def test_a_run_that_is_gone_is_not_entered(engine: Engine) -> None:
    assert enter(engine.client, FlowRun(id=uuid4(), flow_id=uuid4(), state_id=uuid4())) is None


def entered(engine: Engine, run: FlowRun) -> FlowRun:
    state, _ = enter(engine.client, run) or (None, {})
    return run.model_copy(update={"state": state})


def test_what_a_run_leaves_is_there_with_its_state_and_replaces_what_was_there(engine: Engine) -> None:
    with untouched(engine) as found:
        run = entered(engine, found)
        assert leave(engine.client, run, Kept(inputs={"wait-x-0-description": '"零"', "wait-x-1-description": '"旧"'}))
        assert leave(engine.client, run, Kept(inputs=LEFT.inputs, tags=LEFT.tags, forget=["wait-x-0-description"]), waiting())
        assert kept(engine, run.id) >= set(LEFT.inputs)
        assert "wait-x-0-description" not in kept(engine, run.id)
        assert engine.client.read_flow_run_input(run.id, "wait-x-1-description") == '"一"'
        assert engine.client.read_flow_run(run.id).tags == LEFT.tags


FORM, DESCRIPTION = "form-x", "wait-x-1-description"
BOTH = {FORM: "{}", DESCRIPTION: '"一"'}


def waiting_with_a_form() -> State[None]:
    state = waiting()
    state.state_details.run_input_keyset = {"schema": FORM, "description": DESCRIPTION, "response": "wait-x-1-response"}
    return state


@pytest.mark.parametrize(
    ("before", "now"),
    [({}, BOTH), ({FORM: "{}"}, {DESCRIPTION: '"一"'}), (BOTH, {}), (BOTH | {DESCRIPTION: '"旧"'}, {DESCRIPTION: '"一"'})],
    ids=[
        "of a run that waits for the first time",
        "of a run that has shown this form before",
        "of a run that goes back to its wait",
        "of a run whose description was written anew",
    ],
)
def test_form_and_description_are_there_after_a_wait_is_entered(
    engine: Engine, before: dict[str, str], now: dict[str, str]
) -> None:
    with untouched(engine) as found:
        run = entered(engine, found)
        assert leave(engine.client, run, Kept(inputs=before | {"wait-x-0-description": '"零"'}))
        assert leave(engine.client, run, Kept(inputs=now, forget=["wait-x-0-description"]), waiting_with_a_form())
        shown = {key: engine.client.read_flow_run_input(run.id, key) for key in kept(engine, run.id) if "-x" in key}
        assert shown == BOTH


def test_an_answer_that_is_to_be_forgotten_does_not_come_back_with_its_form(engine: Engine) -> None:
    with untouched(engine) as found:
        run, answer = entered(engine, found), "wait-x-1-response"
        assert leave(engine.client, run, Kept(inputs=BOTH | {answer: "{}"}))
        assert leave(engine.client, run, Kept(forget=[answer]), waiting_with_a_form())
        assert answer not in kept(engine, run.id)


def test_nothing_is_kept_when_the_engine_does_not_accept_the_state(engine: Engine) -> None:
    with untouched(engine) as run:  # it waits, and nobody entered it: it cannot begin to wait
        before = kept(engine, run.id)
        assert not leave(engine.client, run, LEFT, waiting())
        assert kept(engine, run.id) == before


def test_a_worker_that_was_away_for_long_does_not_undo_what_another_one_did(engine: Engine) -> None:
    with untouched(engine) as found:
        late = entered(engine, found)
        engine.client.set_flow_run_state(found.id, waiting(), force=True)
        another = entered(engine, engine.client.read_flow_run(found.id))
        before = kept(engine, found.id)
        assert not leave(engine.client, late, LEFT, waiting())
        assert not leave(engine.client, late, LEFT, Failed())
        assert kept(engine, found.id) == before
        assert leave(engine.client, another, Kept(), waiting())


def test_a_server_without_the_routes_is_not_taken_for_a_run_that_is_gone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with untouched(engine) as run, monkeypatch.context() as patched:
        patched.setattr("flows.runtime.waiting.engine_calls.ROUTES", "/elsewhere")
        with pytest.raises(httpx.HTTPStatusError):
            enter(engine.client, run)


def kept(engine: Engine, run_id: UUID) -> set[str]:
    return {entry.key for entry in engine.client.filter_flow_run_input(run_id, "", 100, set())}


def test_a_page_takes_the_place_of_the_one_before(engine: Engine) -> None:
    key = f"case-{uuid4().hex}"
    with untouched(engine) as run:
        entered = enter(engine.client, run)
        assert entered is not None
        run = run.model_copy(update={"state": entered[0]})
        for words in ("第一版", "第二版"):
            page = ArtifactCreate(key=key, type="markdown", description="案卷", data=words, flow_run_id=run.id)
            assert leave(engine.client, run, Kept(page=page))
        [shown] = engine.ask("POST", "/artifacts/latest/filter", artifacts={"key": {"any_": [key]}})
        versions = engine.ask("POST", "/artifacts/filter", artifacts={"key": {"any_": [key]}}, sort="CREATED_DESC")
        assert [version["data"] for version in versions] == ["第二版"], "the older one may show what is secret by now"
        assert (shown["data"], shown["latest_id"], shown["flow_run_id"]) == ("第二版", versions[0]["id"], str(run.id))
