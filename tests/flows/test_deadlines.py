"""Limits on a real engine: the scheduled sweep, its events, and the automation that supervisors may extend."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.events.actions import DoNothing
from prefect.events.schemas.automations import AutomationCore

from desk.stack.automations import NAME, apply_automations
from desk.wall_time import now
from flows.runtime.repair.runs import tidy_runs
from models.vocabulary.case import Event
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
LONG_AGO = (now() - timedelta(days=25)).date().isoformat()


def swept(engine: Engine) -> str:
    """Let the sweep's deployment run once, as its schedule does every minute; returns what it says of itself."""
    deployment = engine.client.read_deployment_by_name("deadlines/deadlines")
    run = engine.client.create_flow_run_from_deployment(deployment.id)
    return str(engine.until(run.id, "Completed").state.message)  # type: ignore[union-attr]


def events_of(engine: Engine, number: str) -> list[dict[str, Any]]:
    """What the engine keeps of a petition's limits, oldest first."""
    chosen = {"event": {"prefix": ["petition.deadline."]}, "resource": {"id": [f"petition.{number}"]}}
    found = engine.ask("POST", "/events/filter", filter=chosen, limit=50)["events"]
    return sorted(found, key=lambda event: event["occurred"])


def recorded(engine: Engine, number: str) -> set[tuple[str, str]]:
    """The steps of limits that stand in a petition's case file."""
    steps = (Event.WARN, Event.MISS, Event.ESCALATE)
    return {(event.facts["clock"], event.facts["step"]) for event in engine.office.events(number) if event.event in steps}


def told(engine: Engine, number: str) -> list[dict[str, Any]] | None:
    """The engine's events of a petition, once there is one for every step in its case file."""
    found = events_of(engine, number)
    steps = {(event["payload"]["clock"], event["payload"]["step"]) for event in found}
    kinds = {event["event"] for event in found}
    return (
        found
        if steps == recorded(engine, number) and {"petition.deadline.missed", "petition.deadline.escalated"} <= kinds
        else None
    )


def test_the_sweep_is_due_every_minute(engine: Engine) -> None:
    deployment = engine.client.read_deployment_by_name("deadlines/deadlines")
    [schedule] = deployment.schedules
    assert (schedule.active, schedule.schedule.cron, schedule.schedule.timezone) == (True, "* * * * *", "Asia/Shanghai")  # type: ignore[union-attr]


def test_a_sweep_says_on_the_page_what_it_did(engine: Engine) -> None:
    assert re.fullmatch(r"提醒 \d+，逾期 \d+，升级 \d+，已被后一步取代 \d+，通报 \d+", swept(engine))


def test_an_overdue_petition_is_told_to_the_engine_once_and_without_names(engine: Engine) -> None:
    number = engine.registered(receipt_on=LONG_AGO, name="试验逾期人", title="反映逾期事项")
    swept(engine)
    first = eventually(lambda: told(engine, number), what="events of every step")
    swept(engine)
    again = events_of(engine, number)
    assert [event["id"] for event in again] == [event["id"] for event in first]
    assert {event["resource"]["petition.number"] for event in again} == {number}
    assert "试验逾期人" not in str(again)
    assert "反映逾期事项" not in str(again)
    run = engine.office.bookmark(number)
    assert run is not None
    assert {
        related["prefect.resource.id"]
        for event in again
        for related in event["related"]
        if related["prefect.resource.role"] == "flow-run"
    } == {f"prefect.flow-run.{run.run_id}"}


def test_the_engine_is_told_of_every_step_in_the_case_file_and_of_no_other(engine: Engine) -> None:
    number = engine.registered(receipt_on=LONG_AGO)
    swept(engine)
    found = eventually(lambda: told(engine, number), what="events of every step")
    assert len(found) == len(recorded(engine, number)) > 1


def test_an_escalation_brings_the_case_page_up_to_date(engine: Engine) -> None:
    number = engine.registered(receipt_on=LONG_AGO)
    page = engine.client.read_deployment_by_name("case_page/case_page").id
    swept(engine)

    def published() -> Any:
        runs = engine.ask("POST", "/flow_runs/filter", deployments={"id": {"any_": [str(page)]}}, limit=200)
        return [run for run in runs if run["parameters"] == {"petition_no": number} and run["state"]["type"] == "COMPLETED"]

    assert eventually(published, what="a run of the case page", within=90)
    artifact = engine.ask("GET", f"/artifacts/case-{number.lower()}/latest")
    assert "逾期升级" in artifact["data"]
    assert "期限怎样算出" in artifact["data"]


def test_old_background_runs_are_tidied_away_and_petitions_are_not(engine: Engine) -> None:
    number = engine.registered()
    run, _ = engine.waiting(number)
    swept(engine)
    until = now()
    assert tidy_runs(engine.client, before=until - timedelta(days=1)) == 0
    assert tidy_runs(engine.client, before=until) > 0
    over = {"tags": {"any_": ["后台"]}, "state": {"type": {"any_": ["COMPLETED"]}}, "end_time": {"before_": until.isoformat()}}
    assert engine.ask("POST", "/flow_runs/filter", flow_runs=over, limit=50) == []
    assert engine.client.read_flow_run(run.id).id == run.id


def test_applying_the_automations_again_leaves_what_supervisors_added(engine: Engine) -> None:
    [own] = engine.client.read_automations_by_name(NAME)
    actions = [*own.actions, DoNothing(type="do-nothing")]
    added = AutomationCore.model_validate(own.model_dump(exclude={"id", "owner_resource"}) | {"actions": actions})
    engine.client.update_automation(UUID(str(own.id)), added)
    assert "未作改动" in apply_automations(engine.client)
    [kept] = engine.client.read_automations_by_name(NAME)
    assert [action.type for action in kept.actions] == ["run-deployment", "do-nothing"]
    assert "已恢复" in apply_automations(engine.client, reset=True)
    [fresh] = engine.client.read_automations_by_name(NAME)
    assert [action.type for action in fresh.actions] == ["run-deployment"]
