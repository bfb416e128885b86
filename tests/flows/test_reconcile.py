"""Repairing on a real engine: whatever is done to a run, its petition stands at its step again, and once only."""

from collections.abc import Callable
from uuid import UUID

import pytest
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import Cancelled, Completed, Crashed, Failed, Paused, Running

from flows.runtime.repair.repair import revive_ended
from flows.runtime.repair.report import Report
from flows.runtime.repair.verdict import FIRST_PAUSE, Remedy
from flows.wall_time import now
from models.vocabulary.case import Step
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
HARM: dict[str, Callable[[Engine, UUID], object]] = {
    "deleted": lambda engine, run: engine.client.delete_flow_run(run),
    "failed": lambda engine, run: engine.client.set_flow_run_state(run, Failed(), force=True),
    "crashed": lambda engine, run: engine.client.set_flow_run_state(run, Crashed(), force=True),
    "cancelled by hand": lambda engine, run: engine.client.set_flow_run_state(run, Cancelled(), force=True),
    "completed by hand": lambda engine, run: engine.client.set_flow_run_state(run, Completed(), force=True),
    "paused by hand": lambda engine, run: engine.client.set_flow_run_state(run, Paused(timeout_seconds=300), force=True),
    "left running by a killed worker": lambda engine, run: engine.client.set_flow_run_state(run, Running(), force=True),
}


def reconcile(engine: Engine) -> str:
    deployment = engine.client.read_deployment_by_name("reconcile/reconcile")
    run = engine.client.create_flow_run_from_deployment(deployment.id, parameters={"thorough": True})
    return str(engine.until(run.id, "Completed").state.message)  # type: ignore[union-attr]


def reconciled(engine: Engine, subject: str) -> None:
    """Reconcile until the subject stands at its step again: one stuck in work is left alone for seconds.

    Its run is looked at, not the report, which names ten of a kind and then says how many more.
    """

    def stands() -> bool:
        reconcile(engine)
        mark = engine.office.bookmark(subject)
        if mark is None or mark.run_id is None or mark.step is None:
            return False
        chosen = FlowRunFilter.model_validate({"id": {"any_": [mark.run_id]}})
        return any(
            run.state and run.state.name == mark.step.label for run in engine.client.read_flow_runs(flow_run_filter=chosen)
        )

    eventually(stands, what=f"{subject} to be repaired")


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_run_stands_at_its_step_again_and_is_answered_once(engine: Engine, harm: str) -> None:
    number = engine.registered()
    run, _ = engine.waiting(number, Step.SCREEN)
    HARM[harm](engine, run.id)
    reconciled(engine, number)
    engine.answer(number, Step.SCREEN, "Z01", **SCREENED)
    engine.waiting(number, Step.PROPOSE)
    assert [event.event.value for event in engine.office.events(number)].count("screen") == 1


def test_a_run_that_was_woken_often_and_fails_once_is_revived_as_soon_as_any(engine: Engine) -> None:
    number = engine.registered()
    engine.waiting(number, Step.SCREEN)
    for step, officer, fields, then in (
        (Step.SCREEN, "Z01", SCREENED, Step.PROPOSE),
        (Step.PROPOSE, "Z01", {"way": "交办", "lead": "市住建局", "opinion": "交办"}, Step.APPROVE),
        (Step.APPROVE, "F01", {"opinion": "同意"}, Step.OVERSEE),
    ):
        engine.office.decide(number, step, officer, as_of=now(), **fields)  # at the desk, so that the run is woken
        run, _ = engine.waiting(number, then)
    engine.client.set_flow_run_state(run.id, Failed(), force=True)
    report = Report()
    revive_ended(engine.client, as_of=now() + FIRST_PAUSE, report=report)
    assert (number, Remedy.REVIVE) in report.done
    again, _ = engine.waiting(number, Step.OVERSEE)
    assert again.run_count > run.run_count > 1


def test_reconciling_twice_changes_nothing(engine: Engine) -> None:
    number = engine.registered()
    engine.waiting(number, Step.SCREEN)
    reconcile(engine)
    before = engine.waiting(number, Step.SCREEN)
    assert number not in reconcile(engine)
    after = engine.waiting(number, Step.SCREEN)
    assert (after[0].id, after[0].state_id, after[1].round) == (before[0].id, before[0].state_id, before[1].round)


def test_a_run_started_by_hand_beside_the_right_one_is_ended(engine: Engine) -> None:
    number = engine.registered()
    right, mark = engine.waiting(number, Step.SCREEN)
    deployment = engine.client.read_deployment_by_name("petition/petition")
    other = engine.client.create_flow_run_from_deployment(deployment.id, parameters={"petition_no": number})
    assert engine.until(other.id, "重复流程").state.is_cancelled()  # type: ignore[union-attr]
    still, same = engine.waiting(number, Step.SCREEN)
    assert (still.id, same.round) == (right.id, mark.round)


def test_a_paper_whose_intake_run_is_gone_waits_for_its_correction_again(engine: Engine) -> None:
    run = engine.submit_intake(receipt_on="2099-01-01", name="试验丙")
    engine.until(run.id, "待更正")
    draft = eventually(lambda: engine.draft_of(run.id), what="the draft's bookmark")
    engine.client.delete_flow_run(run.id)
    reconciled(engine, draft)
    again, _ = engine.answer(draft, Step.CORRECT, "Z01", receipt_on="2026-11-02")
    number = str(engine.until(again.id, "已登记").state.message)  # type: ignore[union-attr]
    assert str(engine.office.petition(number).receipt_on) == "2026-11-02"


def test_an_engine_that_lost_everything_is_rebuilt_and_no_letter_leaves_twice(engine: Engine) -> None:
    screened, assigned = engine.registered(), engine.registered()
    engine.office.decide(assigned, "screen", "Z01", as_of=now(), **SCREENED)
    engine.office.decide(assigned, "propose", "Z01", as_of=now(), way="交办", lead="市住建局", opinion="交办")
    engine.office.decide(assigned, "approve", "F01", as_of=now(), opinion="同意")
    subjects = {screened: Step.SCREEN, assigned: Step.OVERSEE, f"{assigned}/1": Step.SIGN_IN}
    before = {subject: engine.waiting(subject, step)[0] for subject, step in subjects.items()}
    letters = [(letter.id, letter.key) for letter in engine.office.letters(assigned)]
    for page in iter(lambda: engine.client.read_flow_runs(flow_run_filter=_waiting(), limit=200), []):
        for run in page:
            engine.client.delete_flow_run(run.id)
    reconcile(engine)  # or the minute's own sweep, whichever comes first
    for subject, step in subjects.items():
        run, _ = engine.waiting(subject, step)
        assert (run.id != before[subject].id, run.name, run.tags) == (True, subject, before[subject].tags)
        assert "经办人工号" in str(engine.form(subject))
    assert [(letter.id, letter.key) for letter in engine.office.letters(assigned)] == letters


def _waiting() -> FlowRunFilter:
    return FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
