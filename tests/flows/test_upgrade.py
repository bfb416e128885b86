"""An update of the software while petitions wait: they go on under the new code, with the old form's answer or the new one's."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from desk.wall_time import now
from models.bookmark import Bookmark
from models.vocabulary.case import State, Step
from tests.flows.newer_version import APPROVE_LABEL, PROPOSE_LABEL, SCREEN_LABEL
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
OLD_PROPOSAL = {"way": "转送", "lead": "市住建局", "opinion": "建议转送住建部门"}
NEW_PROPOSAL = {"way": "转送", "lead": "市住建局", "reasons": "建议转送住建部门"}


@contextmanager
def update(engine: Engine, meanwhile: Callable[[], None]) -> Iterator[None]:
    """Stop the worker, let people go on filling in forms, start the worker of a later version; in the end the present one."""
    worker = engine.stack.child("worker")
    present = worker.command
    arguments = present[present.index("worker") :]

    def replace(command: list[str], between: Callable[[], None] = lambda: None) -> None:
        assert worker.process is not None
        worker.process.terminate()
        worker.process.wait(30)
        between()
        worker.command = command
        engine.stack.spawn(worker)

    replace([sys.executable, "-m", "tests.flows.newer_version", *arguments], meanwhile)
    try:
        yield
    finally:
        replace(present)


def waits_as(engine: Engine, subject: str, name: str, *, after: int = 0) -> tuple[FlowRun, Bookmark]:
    """Wait until a subject's run waits under a name, in a later round."""

    def look() -> tuple[FlowRun, Bookmark] | None:
        mark = engine.office.bookmark(subject)
        if mark is None or mark.run_id is None or mark.step is None or mark.round <= after:
            return None
        run = engine.client.read_flow_run(UUID(mark.run_id))
        assert run.state is not None
        assert not run.state.is_failed(), run.state.message
        return (run, mark) if run.state.is_paused() and run.state.name == name else None

    return eventually(look, what=f"{subject} waiting as {name}")


def answered(engine: Engine, run: FlowRun, officer: str, **fields: Any) -> None:
    result = engine.client.resume_flow_run(run.id, run_input={"officer": officer} | fields)
    assert result.status.value == "ACCEPT", result


def form(engine: Engine, run: FlowRun) -> tuple[dict[str, Any], str]:
    """The form that the engine's page shows now, and the text above it."""
    assert run.state is not None
    keys = run.state.state_details.run_input_keyset or {}
    schema, above = (orjson.loads(engine.client.read_flow_run_input(run.id, keys[part])) for part in ("schema", "description"))
    return schema, str(above)


def at_step(engine: Engine, step: Step) -> str:
    """Register a petition and bring it to a step under the present version."""
    number = engine.registered()
    turns = {"screen": ("Z01", SCREENED), "propose": ("Z01", OLD_PROPOSAL)}
    for name, (officer, fields) in turns.items():
        if name == step.value:
            break
        engine.office.decide(number, name, officer, as_of=now(), **fields)
    engine.waiting(number, step)
    return number


def accepted(engine: Engine, number: str, _old_run: FlowRun, round_: int) -> None:
    """What was typed into a form that changed compatibly is applied; the next form is the new one under its new name."""
    run, mark = waits_as(engine, number, PROPOSE_LABEL, after=round_)
    schema = form(engine, run)[0]
    assert "reasons" in schema["required"]
    assert "opinion" not in schema["properties"]
    answered(engine, run, "Z01", **NEW_PROPOSAL)
    waits_as(engine, number, APPROVE_LABEL, after=mark.round)


def asked_again(engine: Engine, number: str, old_run: FlowRun, round_: int) -> None:
    """What was typed into a field that is gone is not dropped: the reason stands above the new form, and the new form counts."""
    run, mark = waits_as(engine, number, PROPOSE_LABEL, after=round_)
    assert run.id == old_run.id
    assert "现在没有“opinion”这一项" in form(engine, run)[1]
    assert engine.office.petition(number).state is State.PROPOSING
    answered(engine, run, "Z01", **NEW_PROPOSAL)
    waits_as(engine, number, APPROVE_LABEL, after=mark.round)


def told_what_is_missing(engine: Engine, number: str, _old_run: FlowRun, round_: int) -> None:
    """An old answer without what is required now waits again and says what is missing."""
    run, _ = waits_as(engine, number, PROPOSE_LABEL, after=round_)
    assert "拟办理由：请填写" in form(engine, run)[1]


def referred(engine: Engine, number: str, _old_run: FlowRun, _round: int) -> None:
    """A field that is gone and was left empty stands in nobody's way."""
    eventually(lambda: engine.office.petition(number).state is State.REFERRED, what=f"{number} to be referred")


def shown_the_new_form(engine: Engine, number: str, _old_run: FlowRun, round_: int) -> None:
    """A run that is woken without an answer shows the new form under the new name, and that form's answer counts."""
    run, mark = waits_as(engine, number, SCREEN_LABEL, after=round_)
    assert "urgency" in form(engine, run)[0]["properties"]
    answered(engine, run, "Z01", **SCREENED, urgency="加急")
    waits_as(engine, number, PROPOSE_LABEL, after=mark.round)


def standing(engine: Engine, number: str) -> list[str]:
    """The states of all runs that a petition ever had."""
    return [run["state_type"] for run in engine.ask("POST", "/flow_runs/filter", flow_runs={"name": {"any_": [number]}})]


GoesOn = Callable[[Engine, str, FlowRun, int], None]
WAITING: tuple[tuple[Step, tuple[str, dict[str, str]] | None, GoesOn], ...] = (
    (Step.SCREEN, ("Z01", SCREENED), accepted),
    (Step.PROPOSE, ("Z01", OLD_PROPOSAL), asked_again),
    (Step.PROPOSE, ("Z01", OLD_PROPOSAL | {"opinion": ""}), told_what_is_missing),
    (Step.APPROVE, ("D01", {"choice": "同意", "opinion": ""}), referred),
    (Step.SCREEN, None, shown_the_new_form),
)
"""Where petitions wait, what is typed into the old form while the software is updated, and how it goes on."""


def test_petitions_that_waited_under_the_old_version_go_on_under_the_new(engine: Engine) -> None:
    numbers = [at_step(engine, step) for step, _, _ in WAITING]
    waits = [engine.waiting(number) for number in numbers]

    def type_into_the_old_forms() -> None:
        for (run, _), (_, typed, _) in zip(waits, WAITING, strict=True):
            if typed:
                answered(engine, run, typed[0], **typed[1])
            else:
                engine.client.set_flow_run_state(run.id, Scheduled(name="Resuming"))

    with update(engine, type_into_the_old_forms):
        for number, (run, mark), (_, _, goes_on) in zip(numbers, waits, WAITING, strict=True):
            goes_on(engine, number, run, mark.round)
        for number in numbers:
            eventually(lambda: standing(engine, number) == ["PAUSED"], what=f"{number} to wait in its one run")  # noqa: B023
            seqs = [event.seq for event in engine.office.events(number)]
            assert seqs == list(range(1, len(seqs) + 1))
