"""On a real engine: whoever deletes, replaces, pauses or switches off what the office needs stops it for moments only."""

from collections.abc import Callable

import pytest
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.states import Scheduled

from models.vocabulary.case import Step
from tasks.keeping.settings import settings
from trials.harness.engine import Engine, eventually

pytestmark = pytest.mark.engine
SCREENED = {"officer": "Z01", "petition_class": "申诉求决", "content_code": "城乡建设/市政设施"}


def pause_the_pool(engine: Engine) -> None:
    engine.client.update_work_pool(settings().work_pool, WorkPoolUpdate(is_paused=True))


def delete_its_deployment(engine: Engine) -> None:
    engine.client.delete_deployment(engine.client.read_deployment_by_name("petition/petition").id)


def delete_what_repairs(engine: Engine) -> None:
    for name in ("reconcile/reconcile", "petition/petition"):
        engine.client.delete_deployment(engine.client.read_deployment_by_name(name).id)


@pytest.mark.parametrize("harm", [pause_the_pool, delete_its_deployment, delete_what_repairs], ids=lambda harm: harm.__name__)
def test_a_waiting_petition_can_be_answered_again(engine: Engine, harm: Callable[[Engine], None]) -> None:
    number = engine.registered()
    before, _ = engine.waiting(number, Step.SCREEN)
    harm(engine)

    def answered() -> bool:
        mark = engine.office.bookmark(number)
        if mark is None or mark.run_id is None or (harm is not pause_the_pool and mark.run_id == str(before.id)):
            return False
        run, _ = engine.waiting(number, Step.SCREEN)
        engine.client.resume_flow_run(run.id, run_input=SCREENED)
        return True

    eventually(answered, what="the petition to wait again", within=120)
    engine.waiting(number, Step.PROPOSE)
    if harm is not pause_the_pool:
        state = engine.client.read_flow_run(before.id).state
        assert state is not None
        assert state.is_cancelled(), "two runs would stand in the supervisors' list"


def test_a_schedule_that_is_switched_off_is_on_again(engine: Engine) -> None:
    found = engine.client.read_deployment_by_name("deadlines/deadlines")
    engine.client.pause_deployment(found.id)

    def is_on() -> bool:
        now = engine.client.read_deployment(found.id)
        return not now.paused and all(schedule.active for schedule in now.schedules)

    eventually(is_on, what="the sweep to be scheduled again", within=60)


def test_a_run_that_nobody_can_drive_ends_as_failed(engine: Engine) -> None:
    flow = engine.client.create_flow_from_name("stranger")
    deployment = engine.client.create_deployment(
        flow_id=flow, name="stranger", entrypoint="os:system", work_pool_name=settings().work_pool
    )
    run = engine.client.create_flow_run_from_deployment(deployment, state=Scheduled())
    assert engine.until(run.id, "Failed").state is not None
    engine.client.delete_deployment(deployment)
