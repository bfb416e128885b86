"""Petitions on a real engine: forms, refusals, desk decisions, and the states that supervisors see."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.exceptions import Abort, Pause
from prefect.states import Running, Scheduled

from desk.wall_time import now
from flows.runtime.waiting.context import driven
from flows.runtime.waiting.inputs import keyset
from flows.runtime.waiting.waiting import _leave
from models.vocabulary.case import State, Step
from rules.errors import CaseworkError
from tasks.runs.bookmarks import refusal_of
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
SCREENED = {"petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def test_an_intake_form_becomes_a_petition_that_waits_under_its_business_name(engine: Engine) -> None:
    run = engine.until(engine.submit_intake(name="不该留下的名字", phone="13800009999", content="不该留下的内容").id, "已登记")
    number = str(run.state.message)  # type: ignore[union-attr]
    petition_run, _ = engine.waiting(number, Step.SCREEN)
    assert (petition_run.name, petition_run.state.name) == (number, "待甄别")  # type: ignore[union-attr]
    assert petition_run.parameters == {"petition_no": number}
    assert "不该留下" not in str(run.parameters)
    assert petition_run.tags == ["登记受理"]


def test_the_form_has_chinese_titles_in_order_and_the_case_above_it(engine: Engine) -> None:
    number = engine.registered(title="反映井盖缺失")
    run, mark = engine.waiting(number)
    schema = engine.ask("GET", f"/flow_runs/{run.id}/input/{keyset(Step.SCREEN, mark.round)['schema']}")
    in_order = sorted(schema["properties"].values(), key=lambda field: field["position"])
    assert [field["title"] for field in in_order][:4] == ["经办人工号", "处理", "信访事项类别", "内容分类"]
    assert "反映井盖缺失" in engine.description(number)
    assert "试＊＊" in engine.description(number)


def test_an_answered_form_moves_the_petition_and_leaves_nothing_behind(engine: Engine) -> None:
    number = engine.registered()
    run, mark = engine.answer(number, Step.SCREEN, "Z01", **SCREENED)
    engine.waiting(number, Step.PROPOSE, after_round=mark.round)
    assert all(key.startswith("wait-propose") for key in engine.inputs(run.id))


@pytest.mark.parametrize(
    ("officer", "fields", "reason"),
    [
        pytest.param("L-SZJ", SCREENED, "须由接访员", id="the wrong role"),
        pytest.param("", SCREENED, "请填写本人工号", id="nobody"),
        pytest.param("Z01", SCREENED | {"content_code": ""}, "请填写内容分类", id="a missing field"),
        pytest.param("Z01", SCREENED | {"occurred_at": "2099-01-01"}, "晚于现在", id="a date in the future"),
    ],
)
def test_a_refused_answer_waits_again_with_the_reason(engine: Engine, officer: str, fields: dict[str, str], reason: str) -> None:
    number = engine.registered()
    run, mark = engine.answer(number, Step.SCREEN, officer, **fields)
    again, _ = engine.waiting(number, Step.SCREEN, after_round=mark.round)
    assert again.id == run.id
    assert reason in engine.description(number)
    assert engine.office.petition(number).state is State.REGISTERED


def test_a_decision_at_the_desk_is_followed_by_the_run(engine: Engine) -> None:
    number = engine.registered()
    _, mark = engine.waiting(number, Step.SCREEN)
    from desk.wall_time import now

    engine.office.decide(number, "screen", "Z01", as_of=now(), **SCREENED)
    run, _ = engine.waiting(number, Step.PROPOSE, after_round=mark.round)
    assert run.state.name == "待拟办"  # type: ignore[union-attr]


def test_an_answer_to_a_step_that_the_desk_decided_is_refused_and_nothing_is_lost(engine: Engine) -> None:
    from desk.wall_time import now

    number = engine.registered()
    run, mark = engine.waiting(number, Step.SCREEN)
    engine.office.decide(number, "screen", "Z01", as_of=now(), **SCREENED)
    engine.client.resume_flow_run(run.id, run_input={"officer": "Z02", **SCREENED})
    _, later = engine.waiting(number, Step.PROPOSE, after_round=mark.round)
    assert "已经办过" in (refusal_of(later) or "已经办过")
    assert [event.event.value for event in engine.office.events(number)].count("screen") == 1


def test_a_form_submitted_twice_counts_once(engine: Engine) -> None:
    number = engine.registered()
    run, mark = engine.answer(number, Step.SCREEN, "Z01", **SCREENED)
    second = engine.client.resume_flow_run(run.id, run_input={"officer": "Z01", **SCREENED})
    assert second.status.value != "ACCEPT"
    engine.waiting(number, Step.PROPOSE, after_round=mark.round)
    assert [event.event.value for event in engine.office.events(number)].count("screen") == 1


def test_a_receipt_date_in_the_future_waits_for_a_correction_and_keeps_the_paper(engine: Engine) -> None:
    run = engine.submit_intake(receipt_on="2099-01-01", name="试验乙", content="先收下的内容")
    engine.until(run.id, "待更正")
    draft = eventually(lambda: engine.draft_of(run.id), what="the draft's bookmark")
    assert "晚于今天" in engine.description(draft)
    engine.answer(draft, Step.CORRECT, "Z01", receipt_on="2026-11-02")
    number = str(engine.until(run.id, "已登记").state.message)  # type: ignore[union-attr]
    assert str(engine.office.petition(number).receipt_on) == "2026-11-02"


def test_units_work_in_runs_of_their_own_and_the_petition_follows(engine: Engine) -> None:
    from desk.wall_time import now

    number = engine.registered()
    engine.office.decide(number, "screen", "Z01", as_of=now(), **SCREENED)
    engine.office.decide(
        number, "propose", "Z01", as_of=now(), way="交办", lead="市住建局", co_handling="某街道办事处", opinion="交办"
    )
    engine.office.decide(number, "approve", "F01", as_of=now(), opinion="同意")
    for position, unit in ((1, "SZJ"), (2, "JDB")):
        share = f"{number}/{position}"
        engine.answer(share, Step.SIGN_IN, f"L-{unit}", choice="签收")
        engine.answer(share, Step.REPORT, f"L-{unit}", choice="报结", outcome="诉求支持", text="已修复")
        engine.answer(share, Step.EXAMINE, "Z02", choice="审核通过")
    run, _ = engine.waiting(number, Step.DELIVER)
    assert run.tags == sorted(["答复", "申诉求决", "市住建局"])
    shares = [UUID(str(engine.office.bookmark(f"{number}/{n}").run_id)) for n in (1, 2)]  # type: ignore[union-attr]
    assert [engine.until(share, "审核通过").state.is_completed() for share in shares] == [True, True]  # type: ignore[union-attr]


def test_a_withdrawn_petition_recalls_its_units_and_ends_archived(engine: Engine) -> None:
    from desk.wall_time import now

    number = engine.registered()
    engine.office.decide(number, "screen", "Z01", as_of=now(), **SCREENED)
    engine.office.decide(number, "propose", "Z01", as_of=now(), way="交办", lead="市住建局", opinion="交办")
    engine.office.decide(number, "approve", "F01", as_of=now(), opinion="同意")
    share, _ = engine.waiting(f"{number}/1", Step.SIGN_IN)
    engine.answer(number, Step.OVERSEE, "Z01", choice="信访人书面撤回", text="信访人书面撤回")
    assert engine.until(share.id, "撤回").state.is_completed()  # type: ignore[union-attr]
    run, _ = engine.waiting(number, Step.ARCHIVE)
    eventually(
        lambda: not [m for m in engine.office.letters(number) if m.state.value in ("queued", "sending")], what="letters to leave"
    )
    engine.office.decide(number, "archive", "A01", as_of=now(), choice="归档")
    assert engine.until(run.id, "归档").state.is_completed()  # type: ignore[union-attr]


def test_the_case_file_is_an_artifact_of_the_run(engine: Engine) -> None:
    number = engine.registered(title="反映公交改线")
    found = engine.ask("GET", f"/artifacts/case-{number.lower()}/latest")
    assert "反映公交改线" in found["data"]
    assert "试验甲" not in found["data"]


def test_an_unknown_petition_is_refused_in_the_offices_words(engine: Engine) -> None:
    with pytest.raises(CaseworkError, match="没有编号为"):
        engine.office.waits_at("XF-1900-0001")


def test_a_killed_worker_is_restarted_and_the_petition_goes_on(engine: Engine) -> None:
    number = engine.registered()
    worker = engine.stack.child("worker")
    assert worker.process is not None
    worker.process.kill()
    worker.process.wait()
    engine.answer(number, Step.SCREEN, "Z01", **SCREENED)
    before = worker.pid
    eventually(lambda: engine.stack.revive(worker) or worker.pid != before, what="the worker's restart")  # type: ignore[func-returns-value]
    engine.waiting(number, Step.PROPOSE)


def test_an_answer_given_while_a_run_looks_at_its_case_is_not_overwritten(engine: Engine) -> None:
    number = engine.registered()
    run, mark = engine.waiting(number, Step.SCREEN)
    # The engine's page read the run while it still waited; a nudge took the run up; then the page's answer came through.
    engine.client.set_flow_run_state(run.id, Running(), force=True)
    answer = {"officer": "Z01", "petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}
    engine.client.create_flow_run_input(run.id, keyset(Step.SCREEN, mark.round)["response"], json.dumps(answer))
    engine.client.set_flow_run_state(run.id, Scheduled(name="Resuming", scheduled_time=now() + timedelta(seconds=2)), force=True)
    with driven(engine.client, run), pytest.raises((Abort, Pause)):
        _leave(Step.SCREEN, mark.round, back=True)
    engine.waiting(number, Step.PROPOSE)
