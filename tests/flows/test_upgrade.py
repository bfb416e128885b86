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

from desk.clock import now
from flows.forms import keyset
from models.bookmark import Bookmark
from models.vocabulary import State, Step
from tests.engine import Engine, eventually
from tests.flows.newer_version import APPROVE_LABEL, PROPOSE_LABEL, SCREEN_LABEL

pytestmark = pytest.mark.engine
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
OLD_PROPOSAL = {"way": "转送", "lead": "市住建局", "opinion": "建议转送住建部门"}
NEW_PROPOSAL = {"way": "转送", "lead": "市住建局", "reasons": "建议转送住建部门"}


@contextmanager
def newer_version(engine: Engine) -> Iterator[None]:
    """Stop the worker and start the one of a later version; in the end the present one again."""
    worker = next(child for child in engine.stack._children if child.name == "worker")
    present = worker.command
    arguments = present[present.index("worker") :]

    def restart(command: list[str]) -> None:
        assert worker.process is not None
        worker.process.terminate()
        worker.process.wait(30)
        worker.command = command
        engine.stack._spawn(worker)

    restart([sys.executable, "-m", "tests.flows.newer_version", *arguments])
    try:
        yield
    finally:
        restart(present)


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


def form(engine: Engine, run: FlowRun, mark: Bookmark) -> tuple[dict[str, Any], str]:
    """The form that is shown now, and the text above it."""
    assert mark.step is not None
    keys = keyset(mark.step, mark.round)
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


def accepted(engine: Engine, number: str) -> None:
    """What was typed into a form that changed compatibly is applied; the next form is the new one under its new name."""
    run, mark = waits_as(engine, number, Step.SCREEN.label)
    answered(engine, run, "Z01", **SCREENED)
    run, mark = waits_as(engine, number, PROPOSE_LABEL, after=mark.round)
    schema, _ = form(engine, run, mark)
    assert "reasons" in schema["required"]
    assert "opinion" not in schema["properties"]
    answered(engine, run, "Z01", **NEW_PROPOSAL)
    waits_as(engine, number, APPROVE_LABEL, after=mark.round)


def asked_again(engine: Engine, number: str) -> None:
    """What was typed into a field that is gone is not dropped: the reason stands above the new form, and the new form counts."""
    run, mark = waits_as(engine, number, Step.PROPOSE.label)
    answered(engine, run, "Z01", **OLD_PROPOSAL)
    again, mark = waits_as(engine, number, PROPOSE_LABEL, after=mark.round)
    assert again.id == run.id
    _, above = form(engine, again, mark)
    assert "现在没有“opinion”这一项" in above
    assert engine.office.petition(number).state is State.PROPOSING
    answered(engine, again, "Z01", **NEW_PROPOSAL)
    waits_as(engine, number, APPROVE_LABEL, after=mark.round)


def missing_answer(engine: Engine, number: str) -> None:
    """An old answer without what is required now waits again and says what is missing."""
    run, mark = waits_as(engine, number, Step.PROPOSE.label)
    answered(engine, run, "Z01", **OLD_PROPOSAL | {"opinion": ""})
    again, mark = waits_as(engine, number, PROPOSE_LABEL, after=mark.round)
    assert "拟办理由：请填写" in form(engine, again, mark)[1]


def empty_field_gone(engine: Engine, number: str) -> None:
    """A field that is gone and was left empty stands in nobody's way."""
    run, _ = waits_as(engine, number, Step.APPROVE.label)
    answered(engine, run, "D01", choice="同意", opinion="")
    eventually(lambda: engine.office.petition(number).state is State.REFERRED, what=f"{number} to be referred")


def woken(engine: Engine, number: str) -> None:
    """A run that is woken without an answer shows the new form under the new name, and that form's answer counts."""
    run, mark = waits_as(engine, number, Step.SCREEN.label)
    engine.client.set_flow_run_state(run.id, Scheduled(name="Resuming"))
    again, mark = waits_as(engine, number, SCREEN_LABEL, after=mark.round)
    assert "urgency" in form(engine, again, mark)[0]["properties"]
    answered(engine, again, "Z01", **SCREENED, urgency="加急")
    waits_as(engine, number, PROPOSE_LABEL, after=mark.round)


WAITING: tuple[tuple[Step, Callable[[Engine, str], None]], ...] = (
    (Step.SCREEN, accepted), (Step.PROPOSE, asked_again), (Step.PROPOSE, missing_answer), (Step.APPROVE, empty_field_gone),
    (Step.SCREEN, woken),
)  # fmt: skip


def test_petitions_that_waited_under_the_old_version_go_on_under_the_new(engine: Engine) -> None:
    numbers = [at_step(engine, step) for step, _ in WAITING]
    with newer_version(engine):
        for number, (_, goes_on) in zip(numbers, WAITING, strict=True):
            goes_on(engine, number)
        for number in numbers:
            runs = engine.ask("POST", "/flow_runs/filter", flow_runs={"name": {"any_": [number]}})
            assert [run["state_type"] for run in runs] == ["PAUSED"], number
            assert [event.seq for event in engine.office.events(number)] == list(range(1, len(engine.office.events(number)) + 1))
