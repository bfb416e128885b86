"""Limits on a real engine: the scheduled sweep, its events, and the automation that supervisors may extend."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.events.actions import DoNothing
from prefect.events.schemas.automations import AutomationCore

from desk.automations import NAME, apply_automations
from desk.clock import now
from flows.runtime.runs import tidy_runs
from models.vocabulary import Event
from tests.engine import Engine, eventually

pytestmark = pytest.mark.engine
LONG_AGO = (now() - timedelta(days=25)).date().isoformat()


def swept(engine: Engine) -> None:
    """Let the sweep's deployment run once, as its schedule does every minute."""
    deployment = engine.client.read_deployment_by_name("deadlines/deadlines")
    run = engine.client.create_flow_run_from_deployment(deployment.id)
    engine.until(run.id, "Completed")


def events_of(engine: Engine, number: str) -> list[dict[str, Any]]:
    """What the engine keeps of a petition's limits, oldest first."""
    chosen = {"event": {"prefix": ["petition.deadline."]}, "resource": {"id": [f"petition.{number}"]}}
    found = engine.ask("POST", "/events/filter", filter=chosen, limit=50)["events"]
    return sorted(found, key=lambda event: event["occurred"])


def both(engine: Engine, number: str) -> list[dict[str, Any]] | None:
    found = events_of(engine, number)
    return found if {"petition.deadline.missed", "petition.deadline.escalated"} <= {event["event"] for event in found} else None


def test_the_sweep_is_due_every_minute(engine: Engine) -> None:
    deployment = engine.client.read_deployment_by_name("deadlines/deadlines")
    [schedule] = deployment.schedules
    assert (schedule.active, schedule.schedule.cron, schedule.schedule.timezone) == (True, "* * * * *", "Asia/Shanghai")  # type: ignore[union-attr]


def test_an_overdue_petition_is_told_to_the_engine_once_and_without_names(engine: Engine) -> None:
    number = engine.registered(receipt_on=LONG_AGO, name="试验逾期人", title="反映逾期事项")
    swept(engine)
    first = eventually(lambda: both(engine, number), what="events of the missed limit")
    swept(engine)
    again = events_of(engine, number)
    assert [event["id"] for event in again] == [event["id"] for event in first]
    assert {event["resource"]["petition.number"] for event in again} == {number}
    assert "试验逾期人" not in str(again)
    assert "反映逾期事项" not in str(again)
    run = engine.office.bookmark(number)
    assert run is not None
    assert {related["prefect.resource.id"] for event in again for related in event["related"] if related["prefect.resource.role"] == "flow-run"} == {
        f"prefect.flow-run.{run.run_id}"
    }


def test_the_case_file_has_what_the_engine_was_told(engine: Engine) -> None:
    number = engine.registered(receipt_on=LONG_AGO)
    swept(engine)
    found = eventually(lambda: both(engine, number), what="events of the missed limit")
    told = {(event["payload"]["clock"], event["payload"]["step"]) for event in found}
    recorded = {
        (event.facts["clock"], event.facts["step"])
        for event in engine.office.events(number)
        if event.event in (Event.WARN, Event.MISS, Event.ESCALATE)
    }
    assert told == recorded


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
    assert tidy_runs(engine.client, before=now() - timedelta(days=1)) == 0
    assert tidy_runs(engine.client, before=now() + timedelta(minutes=1)) > 0
    left = engine.ask("POST", "/flow_runs/filter", flow_runs={"tags": {"any_": ["后台"]}, "state": {"type": {"any_": ["COMPLETED"]}}}, limit=50)
    assert len(left) <= 1  # one may have come to its end just now
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
