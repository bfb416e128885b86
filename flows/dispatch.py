"""One unit's share of a petition: its own run, from signing in to the accepted report."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.runtime.repair.runs import note_end
from flows.runtime.waiting.context import leaving, this_run
from flows.runtime.waiting.waiting import DuplicateRunError, take_answer, wait_for_staff
from models.dispatch import Dispatch
from models.vocabulary.case import Step
from rules.errors import UnknownCaseError
from tasks.decide import find_place
from tasks.keeping.database import database
from tasks.record.organs import organ_by_id


@flow(name="dispatch", persist_result=False, log_prints=False)
def dispatch(dispatch_no: str) -> State[None]:
    """一个承办单位的办理过程：签收、办理、报结、审核。由系统启动，请勿手工运行。

    Args:
        dispatch_no: 派件编号，例如 XF-2026-0001/1
    """
    try:
        take_answer(dispatch_no)
    except DuplicateRunError:
        return Cancelled(name="重复流程")
    _tag_with_unit(dispatch_no)
    while step := _place(dispatch_no)[1]:
        wait_for_staff(dispatch_no, step)
    note_end(dispatch_no)
    return Completed(name=_place(dispatch_no)[0].state.label)


def _place(dispatch_no: str) -> tuple[Dispatch, Step | None]:
    with database().read() as session:
        place = find_place(session, dispatch_no)
        if place.dispatch is None:
            raise UnknownCaseError(f"“{dispatch_no}”不是派件编号")
        return place.dispatch, place.step


def _tag_with_unit(dispatch_no: str) -> None:
    if this_run().tags:
        return
    with database().read() as session:
        share, _ = _place(dispatch_no)
        leaving().tags = ["派件", share.role.label, organ_by_id(session, share.organ_id).name]
