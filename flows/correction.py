"""Correction: a paper that could not be registered and whose intake run is lost waits in a run of its own."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.runtime.repair.runs import note_end
from flows.runtime.waiting.waiting import DuplicateRunError, take_answer, wait_for_staff
from models.vocabulary.case import Step
from tasks.decide import find_place
from tasks.keeping.database import database
from tasks.record.cases import find_petition


@flow(name="correction", persist_result=False, log_prints=False)
def correction(draft_no: str) -> State[None]:
    """一件待更正的信访登记（原登记流程已丢失时由系统启动，请勿手工运行）。

    Args:
        draft_no: 待登记件编号，例如 draft-12
    """
    try:
        take_answer(draft_no)
    except DuplicateRunError:
        return Cancelled(name="重复流程")
    while _stands_at(draft_no) is Step.CORRECT:
        wait_for_staff(draft_no, Step.CORRECT)
    note_end(draft_no)
    with database().read() as session:
        number = find_petition(session, draft_no).number
    return Completed(name="已登记" if number else "已作废", message=number or draft_no)


def _stands_at(draft_no: str) -> Step | None:
    with database().read() as session:
        return find_place(session, draft_no).step
