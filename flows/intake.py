"""Intake: a paper comes in, gets its number, is compared with earlier ones and screened."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.runtime.repair.runs import note_end
from flows.runtime.waiting.context import engine, this_run
from flows.runtime.waiting.waiting import DuplicateRunError, take_answer, wait_for_staff
from flows.stages import wait_at_step
from flows.wall_time import now
from models.vocabulary.case import Step
from rules.zone import legal_day
from tasks.casework.duplicates import check_duplicates
from tasks.forms.registration import IntakeForm
from tasks.forms.typed_number import by_typed_number
from tasks.keeping.database import database
from tasks.record.act import SYSTEM, Act, Who
from tasks.record.cases import lock_case
from tasks.submit import put_on_file, read_intake, try_to_register


@flow(name="intake", persist_result=False, log_prints=False, validate_parameters=False)
def intake(form: IntakeForm) -> State[None]:
    """登记一件信访（来信、来访、来电、网上）。提交后自动编号、起算期限，并进入甄别。

    Args:
        form: 信访登记表
    """
    who, filled_in = by_typed_number(form)
    form, problem = read_intake(filled_in, who, today=legal_day(now()))
    draft = put_on_file(form, who, key=f"intake:{this_run().id}", problem=problem, as_of=now())
    _scrub_parameters(form, who)
    try:
        take_answer(draft)
    except DuplicateRunError:
        return Cancelled(name="重复流程")
    number = try_to_register(draft, form, who, as_of=now())
    if number is None:
        wait_for_staff(draft, Step.CORRECT)
        number = try_to_register(draft, form, who, as_of=now())
    note_end(draft)
    engine().set_flow_run_name(this_run().id, f"登记 {number or draft}")
    return Completed(name="已登记" if number else "已作废", message=number or draft)


def _scrub_parameters(form: IntakeForm, who: Who) -> None:
    """Take names and text out of the engine as soon as they are on file, sealed, in the casework database."""
    left = {"form": {"officer": who.code} | form.without_people()}
    if this_run().parameters != left:
        engine().update_flow_run(this_run().id, parameters=left)


def intake_stage(petition_no: str) -> None:
    """Look for earlier petitions of the same people, then have the petition screened."""
    with database().write() as session:
        check_duplicates(lock_case(session, petition_no), act=Act(actor=SYSTEM, as_of=now()))
    wait_at_step(petition_no)
