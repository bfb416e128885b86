"""The same deployments under the engine's own process worker: slower, and with the same outcome (ADR 0008)."""

from collections.abc import Iterator

import pytest

from desk.wall_time import now
from flows.runtime.repair.runs import forget_deployments, nudge_behind
from flows.runtime.worker.pump import start_outbox
from models.vocabulary.case import Step
from models.vocabulary.papers import MessageState
from tests.running_stack import Running, engine_of, environment_at, started
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack of its own with a stock worker, on the embedded default."""
    with started(environment_at(tmp_path_factory.mktemp("stock")), worker_type="process") as stack:
        yield stack


@pytest.fixture
def engine(stock: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The stack with the stock worker, in place of the usual one."""
    forget_deployments()
    with engine_of(stock, monkeypatch) as found:
        yield found
    forget_deployments()


def nudge(engine: Engine) -> None:
    """Wake whatever is behind; here only the schedule does it, every minute."""
    eventually(lambda: nudge_behind(engine.client), what="a case that is ahead of its run")


def test_a_whole_life_under_the_stock_worker(engine: Engine) -> None:
    intake = engine.until(engine.submit_intake().id, "已登记")
    number = str(intake.state.message)  # type: ignore[union-attr]
    assert "试验甲" not in str(intake.parameters)

    nudge(engine)
    run, mark = engine.answer(number, Step.SCREEN, "L-SZJ", **SCREENED)
    run, mark = engine.waiting(number, Step.SCREEN, after_round=mark.round)
    assert "须由接访员" in engine.description(number)

    engine.answer(number, Step.SCREEN, "Z01", **SCREENED)
    run, _ = engine.waiting(number, Step.PROPOSE)
    assert run.tags == ["拟办审批", "申诉求决"]
    assert all(key.startswith("wait-propose") for key in engine.inputs(run.id))

    engine.office.decide(number, Step.PROPOSE, "Z01", as_of=now(), way="存查", opinion="存查")
    nudge(engine)
    engine.answer(number, Step.APPROVE, "D01", choice="同意", opinion="同意")
    engine.answer(number, Step.CLOSE, "D01", choice="同意结案", settlement="化解息访", opinion="存查")
    engine.waiting(number, Step.ARCHIVE)  # only now are the letters of the closure queued, and without them it is refused
    start_outbox(engine.client)
    eventually(lambda: not [m for m in engine.office.letters(number) if m.state in ON_THE_WAY], what="the letters to leave")
    engine.answer(number, Step.ARCHIVE, "A01", choice="归档")
    engine.until(run.id, "归档")
    assert engine.inputs(run.id) == []
    happened = [event.event.value for event in engine.office.events(number)]
    assert [happened.count(step) for step in ("screen", "propose", "approve", "close", "archive")] == [1] * 5
